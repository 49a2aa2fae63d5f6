// SPDX-License-Identifier: MIT
#include "journal/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

// An entry in which every field has a value of its own. The flight is synthetic.
static void fill(struct entry *entry)
{
    entry_init(entry);
    struct poll *poll = &entry->poll;
    strcpy(poll->feed, "adsb.lol");
    strcpy(poll->request, "/v2/type/A124");
    strcpy(poll->error, "HTTP status 429");
    poll->asked_at = 1;
    poll->answered_at = 2;
    poll->status = 429;
    poll->bytes = 1234567890123;
    poll->has_body = true;
    memset(poll->body_sha256, 0xab, sizeof poll->body_sha256);
    poll->feed_now = UTC_UNKNOWN;
    poll->aircraft_heard = 3;
    poll->aircraft_kept = 2;

    for (int i = 0; i < 3; i++) {
        struct track_point *point = array_append(&entry->points);
        point->seen = (struct observation){.icao24 = "154076",
                                           .registration = "RA-82038",
                                           .type_code = "A124",
                                           .callsign = "RFF8038",
                                           .squawk = "2154",
                                           .position_source = POSITION_SOURCE_MLAT,
                                           .observed_at = 1000 + i,
                                           .has_position = true,
                                           .position = {35.4, 35.9 + i},
                                           .on_ground = i == 1,
                                           .military = true,
                                           .altitude_baro_ft = -350,
                                           .altitude_geom_ft = OBSERVATION_UNKNOWN,
                                           .ground_speed_kt = 145.5f,
                                           .track_deg = 177.25f,
                                           .vertical_rate_fpm = -1792,
                                           .nic = 8,
                                           .nac_p = OBSERVATION_SMALL_UNKNOWN,
                                           .sil = 0,
                                           .adsb_version = 2,
                                           .gps_ok_before = 77,
                                           .seen_position_s = 1.5f,
                                           .watch_mask = UINT64_C(1) << 63};
        point->received_at = 2;
        strcpy(point->feed, "adsb.lol");
        point->flags = TRACK_POINT_MLAT | TRACK_POINT_LATE;
        point->emitter = 1;
    }
    struct sighting *sighting = array_append(&entry->sightings);
    *sighting = (struct sighting){.icao24 = "154076",
                                  .opened_at = 1000,
                                  .emitter = 1,
                                  .state = SIGHTING_LOST_LOW,
                                  .registration = "RA-82038",
                                  .type_code = "A124",
                                  .callsigns = {"RFF8038", "RFF8039"},
                                  .callsign_count = 2,
                                  .feeds = {"adsb.lol"},
                                  .feed_count = 1,
                                  .watch_mask = 5,
                                  .first_seen = 999,
                                  .last_seen = 1002,
                                  .first_position = {55.8, 38.0},
                                  .last_position = {35.4, 36.0},
                                  .last_altitude_ft = 2575,
                                  .origin = "UUMU",
                                  .destination = "OSLK",
                                  .path_changed = true};
    struct visit *visit = array_append(&entry->visits);
    *visit = (struct visit){.icao24 = "154076",
                            .emitter = 1,
                            .place = "OSLK",
                            .anchored_at = 1000,
                            .state = VISIT_UPGRADED,
                            .grade = VISIT_A3,
                            .arrived_after = 1,
                            .arrived_before = 2,
                            .departed_after = UTC_UNKNOWN,
                            .departed_before = UTC_UNKNOWN,
                            .arrival_seen = true,
                            .sighting_in = 1000,
                            .sighting_out = UTC_UNKNOWN,
                            .registration = "RA-82038",
                            .type_code = "A124",
                            .callsign_in = "RFF8038",
                            .callsign_out = "",
                            .watch_mask = 5,
                            .position = {35.4, 35.9},
                            .reason_count = 1,
                            .reasons = {{.rule = VISIT_RULE_RUNNER_UP,
                                         .met = true,
                                         .threshold = 0.5,
                                         .value = 0.25,
                                         .place = "OLBA",
                                         .distance_nm = 97.6}}};
    struct identity_conflict *conflict = array_append(&entry->conflicts);
    *conflict = (struct identity_conflict){.icao24 = "154076",
                                           .kind = IDENTITY_IMPOSSIBLE_SPEED,
                                           .emitter = 2,
                                           .first_at = 1,
                                           .second_at = 2,
                                           .first = {1, 2},
                                           .second = {3, 4},
                                           .distance_nm = 900,
                                           .speed_kt = 5000,
                                           .speed_limit_kt = 480};
    struct raw_observation *raw = array_append(&entry->raws);
    *raw =
        (struct raw_observation){.icao24 = "154076", .observed_at = 1000, .offset = 2, .length = 3};
    byte_writer_raw(&entry->raw_bytes, "{}abc", 5);
    struct entry_nearby *nearby = array_append(&entry->nearby);
    *nearby = (struct entry_nearby){.place = "OSLK", .heard_low = 4, .lowest_ft = 2500};
}

static void an_entry_comes_back_whole(void **state)
{
    (void)state;
    struct entry entry, read;
    struct byte_writer first, second;
    struct error error;
    fill(&entry);
    byte_writer_init(&first, 1 << 20);
    byte_writer_init(&second, 1 << 20);
    entry_encode(&entry, &first);
    assert_false(first.failed);
    assert_int_equal(entry_decode(first.bytes, first.length, &read, &error), 0);
    assert_string_equal(read.poll.feed, "adsb.lol");
    assert_string_equal(read.poll.error, "HTTP status 429");
    assert_int_equal(read.points.count, 3);
    assert_true(read.points.items[1].seen.on_ground);
    assert_string_equal(read.points.items[2].feed, "adsb.lol");
    assert_true(read.points.items[2].seen.position.longitude_deg == 37.9);
    assert_string_equal(read.sightings.items[0].callsigns[1], "RFF8039");
    assert_string_equal(read.visits.items[0].reasons[0].place, "OLBA");
    assert_true(read.conflicts.items[0].speed_limit_kt == 480);
    assert_memory_equal(read.raw_bytes.bytes + read.raws.items[0].offset, "abc", 3);
    assert_int_equal(read.nearby.items[0].lowest_ft, 2500);
    // Whatever a later field adds must be written and read in the same place.
    entry_encode(&read, &second);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.bytes, second.bytes, first.length);
    byte_writer_done(&first);
    byte_writer_done(&second);
    entry_done(&entry);
    entry_done(&read);
}

static void damage_is_refused(void **state)
{
    (void)state;
    struct entry entry, read;
    struct byte_writer bytes;
    struct error error;
    fill(&entry);
    byte_writer_init(&bytes, 1 << 20);
    entry_encode(&entry, &bytes);
    for (size_t length = 0; length < bytes.length; length++)
        assert_int_equal(entry_decode(bytes.bytes, length, &read, &error), -EBADMSG);
    // A changed byte may make another good entry, but never a crash or a leak.
    for (size_t i = 0; i < bytes.length; i++) {
        bytes.bytes[i] ^= 0xff;
        if (entry_decode(bytes.bytes, bytes.length, &read, &error) == 0)
            entry_done(&read);
        bytes.bytes[i] ^= 0xff;
    }
    bytes.bytes[0] = 99;
    assert_int_equal(entry_decode(bytes.bytes, bytes.length, &read, &error), -EBADMSG);
    assert_non_null(strstr(error.message, "version 99"));
    byte_writer_done(&bytes);
    entry_done(&entry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_comes_back_whole),
        cmocka_unit_test(damage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
