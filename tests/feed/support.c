// SPDX-License-Identifier: MIT
#include "support.h"

#include "base/memory.h"
#include "base/text.h"
#include "feed/readsb.h"
#include "feed/readsb_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct test_body test_body_of(const char *text, size_t length)
{
    struct test_body body = {memory_allocate(length), length};
    if (length > 0)
        memcpy(body.bytes, text, length);
    return body;
}

void test_body_done(struct test_body *body)
{
    free(body->bytes);
}

struct watch_list test_watch_all(void)
{
    struct watch_list list = {.entries = memory_allocate_zeroed(1, sizeof(struct watch_entry)),
                              .entry_count = 1};
    list.entries->military = list.entries->keep_raw = -1;
    *array_append(&list.entries->hexes) = memory_copy_string("*");
    watch_list_compile(&list);
    return list;
}

static int decode(const char *answer, const struct place *places, size_t count,
                  struct feed_batch *batch, struct error *error)
{
    struct test_body body = test_body_of(answer, strlen(answer));
    struct watch_list watch = test_watch_all();
    struct feed_interest interest = {
        .watch = &watch, .places = places, .place_count = count, .radius_nm = 25, .low_ft = 10000};
    int code = readsb_decoder.decode(body.bytes, body.length, TEST_NOW, &interest, batch, error);
    char *difference = readsb_oracle_differs(body.bytes, body.length, TEST_NOW, &interest);
    if (difference != NULL)
        fail_msg("%s\nin %s", difference, answer);
    watch_list_done(&watch);
    test_body_done(&body);
    return code;
}

struct feed_batch test_decode_near(const char *answer, const struct place *places, size_t count)
{
    struct feed_batch batch;
    struct error error = {0};
    if (decode(answer, places, count, &batch, &error) != 0)
        fail_msg("%s\nin %s", error.message, answer);
    return batch;
}

struct feed_batch test_decode(const char *answer)
{
    return test_decode_near(answer, NULL, 0);
}

int test_refused(const char *answer, struct error *error)
{
    struct feed_batch batch;
    int code = decode(answer, NULL, 0, &batch, error);
    if (code == 0)
        fail_msg("taken as good: %s", answer);
    assert_int_equal(batch.kept.count, 0);
    assert_true(error->message[0] != '\0');
    return code;
}

char *test_envelope(const char *members)
{
    struct text answer;
    text_init(&answer, 1 << 24);
    text_append_format(&answer, "{\"ac\":[{%s}],\"msg\":\"No error\",\"now\":%d000,\"total\":1}",
                       members, TEST_NOW_S);
    return answer.bytes;
}

static void number_text(double value, char *text, size_t size)
{
    snprintf(text, size, "%.9g", value);
    if (isnan(value))
        snprintf(text, size, "unknown");
}

static void whole_text(int32_t value, int32_t unknown, char *text, size_t size)
{
    snprintf(text, size, "%d", value);
    if (value == unknown)
        snprintf(text, size, "unknown");
}

void test_field(const struct observation *o, const char *name, char *text, size_t size)
{
    const struct {
        const char *name, *value;
    } texts[] = {
        {"icao24", o->icao24},
        {"registration", o->registration},
        {"type_code", o->type_code},
        {"callsign", o->callsign},
        {"squawk", o->squawk},
        {"position_source", position_source_name(o->position_source)},
        {"on_ground", o->on_ground ? "true" : "false"},
        {"military", o->military ? "true" : "false"},
        {"has_position", o->has_position ? "true" : "false"},
    };
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"latitude", o->position.latitude_deg},
        {"longitude", o->position.longitude_deg},
        {"ground_speed_kt", o->ground_speed_kt},
        {"track_deg", o->track_deg},
        {"seen_position_s", o->seen_position_s},
        {"age_s", utc_to_seconds(TEST_NOW - o->observed_at)},
        {"gps_ok_before_s",
         o->gps_ok_before == UTC_UNKNOWN ? (double)NAN : utc_to_seconds(o->gps_ok_before)},
    };
    const struct {
        const char *name;
        int32_t value, unknown;
    } wholes[] = {
        {"altitude_baro_ft", o->altitude_baro_ft, OBSERVATION_UNKNOWN},
        {"altitude_geom_ft", o->altitude_geom_ft, OBSERVATION_UNKNOWN},
        {"vertical_rate_fpm", o->vertical_rate_fpm, OBSERVATION_UNKNOWN},
        {"nic", o->nic, OBSERVATION_SMALL_UNKNOWN},
        {"nac_p", o->nac_p, OBSERVATION_SMALL_UNKNOWN},
        {"sil", o->sil, OBSERVATION_SMALL_UNKNOWN},
        {"adsb_version", o->adsb_version, OBSERVATION_SMALL_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].name, name) == 0) {
            snprintf(text, size, "%s", texts[i].value);
            return;
        }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(numbers[i].name, name) == 0) {
            number_text(numbers[i].value, text, size);
            return;
        }
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
        if (strcmp(wholes[i].name, name) == 0) {
            whole_text(wholes[i].value, wholes[i].unknown, text, size);
            return;
        }
    fail_msg("no field %s", name);
}
