// SPDX-License-Identifier: MIT
#include "journal/intake.h"

#include "base/text.h"
#include "feed/decoder.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Other traffic counts as heard low near a field below 10,000 ft above it within 25 nm (methods
// 3e).
#define NEARBY_RADIUS_NM 25.0
#define NEARBY_LOW_FT 10000

// Points told of at a time: the size of batch that PostgreSQL takes at the highest rate (craft.md
// 3.3), and the derivation of which takes some milliseconds.
#define TOLD_POINTS 2000

static_assert(ICAO24_SIZE == sizeof(uint64_t), "order_by_address takes an address as a number");

struct place_array ARRAY_OF(struct place);

struct intake {
    const struct config *config;
    struct tracker *tracker;
    struct place_array nearby_places; // shallow copies; the configuration owns what they point to
    struct track_effects effects;
    uint32_t duplicates; // of the newest step
};

static void choose_nearby_places(struct intake *intake)
{
    const struct config *config = intake->config;
    array_clear(&intake->nearby_places);
    for (size_t i = 0; i < config->feed_count; i++) {
        for (size_t j = 0; j < config->feeds[i].area_count; j++) {
            const struct place *place = config_place(config, config->feeds[i].areas[j].place);
            bool known = false;
            array_foreach (&intake->nearby_places, other)
                known = known || (place != NULL && strcmp(other->id, place->id) == 0);
            if (place != NULL && !known)
                *array_append(&intake->nearby_places) = *place;
        }
    }
}

struct intake *intake_new(const struct config *config)
{
    struct intake *intake = memory_allocate_zeroed(1, sizeof *intake);
    intake->config = config;
    intake->tracker = tracker_new(config->places, config->place_count);
    choose_nearby_places(intake);
    return intake;
}

void intake_free(struct intake *intake)
{
    if (intake == NULL)
        return;
    tracker_free(intake->tracker);
    array_free(&intake->nearby_places);
    track_effects_done(&intake->effects);
    free(intake);
}

void intake_set_config(struct intake *intake, const struct config *config)
{
    intake->config = config;
    tracker_set_places(intake->tracker, config->places, config->place_count);
    choose_nearby_places(intake);
}

struct tracker *intake_tracker(struct intake *intake)
{
    return intake->tracker;
}

uint32_t intake_duplicates(const struct intake *intake)
{
    return intake->duplicates;
}

static void clear_effects(struct track_effects *effects)
{
    array_clear(&effects->points);
    array_clear(&effects->sightings);
    array_clear(&effects->visits);
    array_clear(&effects->conflicts);
    effects->duplicates = 0;
}

static void fill_poll(struct poll *poll, const struct intake_answer *answer)
{
    text_copy(poll->feed, sizeof poll->feed, answer->feed);
    text_copy(poll->request, sizeof poll->request, answer->request);
    poll->asked_at = answer->asked_at;
    // Of a connection that failed there is a time too, but no answer.
    poll->answered_at = answer->status != 0 ? answer->answered_at : UTC_UNKNOWN;
    poll->status = (int32_t)answer->status;
    poll->bytes = answer->body_length;
    poll->feed_now = UTC_UNKNOWN;
    poll->has_body = answer->body != NULL && answer->body_length > 0;
}

static void keep_raw(struct entry *entry, const struct observation *seen, const char *body)
{
    struct raw_observation *raw = array_append(&entry->raws);
    memcpy(raw->icao24, seen->icao24, sizeof raw->icao24);
    raw->observed_at = seen->observed_at;
    raw->offset = (uint32_t)entry->raw_bytes.length;
    raw->length = seen->raw_length;
    byte_writer_raw(&entry->raw_bytes, body + seen->raw_offset, seen->raw_length);
}

static void keep_nearby(struct intake *intake, const struct feed_batch *batch, struct entry *entry)
{
    for (size_t i = 0; i < batch->nearby_count && i < intake->nearby_places.count; i++) {
        if (batch->nearby[i].heard_low == 0)
            continue;
        struct entry_nearby *nearby = array_append(&entry->nearby);
        memcpy(nearby->place, intake->nearby_places.items[i].id, sizeof nearby->place);
        nearby->heard_low = batch->nearby[i].heard_low;
        nearby->lowest_ft = batch->nearby[i].lowest_ft;
    }
}

static void tell_points(struct intake *intake, const struct intake_answer *answer, size_t *told)
{
    const struct track_point_array *points = &intake->effects.points;
    if (answer->on_points == NULL || points->count - *told < TOLD_POINTS)
        return;
    answer->on_points(answer->data, points->items + *told, points->count - *told);
    *told = points->count;
}

struct observation_order {
    uint64_t address; // as a number that sorts like the text
    size_t index;
};

static int compare_orders(const void *first, const void *second)
{
    const struct observation_order *a = first, *b = second;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

// Those of an aircraft one after another as the feed named them, and the aircraft in the order of
// the table's key: so neighbours go to neighbouring pages of its index, also where they are sent in
// parts. Random order costs PostgreSQL a quarter more. To be freed by the caller.
static struct observation_order *order_by_address(const struct observation *seen, size_t count)
{
    struct observation_order *orders = memory_allocate_zeroed(count + 1, sizeof *orders);
    for (size_t i = 0; i < count; i++) {
        memcpy(&orders[i].address, seen[i].icao24, sizeof orders[i].address);
        orders[i].address = __builtin_bswap64(orders[i].address);
        orders[i].index = i;
    }
    qsort(orders, count, sizeof *orders, compare_orders);
    return orders;
}

static void derive_one(struct intake *intake, const struct intake_answer *answer,
                       const struct observation *seen, struct entry *entry)
{
    size_t before = intake->effects.points.count;
    if (seen->has_position)
        tracker_push(intake->tracker, seen, answer->feed, answer->answered_at, &intake->effects);
    // The same fix again is not new evidence; an object without a position is, though not a point.
    bool is_new = !seen->has_position || intake->effects.points.count > before;
    if (is_new && watch_list_keeps_raw(&intake->config->watch, seen->watch_mask))
        keep_raw(entry, seen, answer->body);
}

static void derive(struct intake *intake, const struct intake_answer *answer,
                   const struct feed_batch *batch, struct entry *entry)
{
    AUTO_FREE struct observation_order *orders =
        order_by_address(batch->kept.items, batch->kept.count);
    size_t told = 0;
    clear_effects(&intake->effects);
    array_reserve(&intake->effects.points, batch->kept.count);
    for (size_t i = 0; i < batch->kept.count; i++) {
        derive_one(intake, answer, &batch->kept.items[orders[i].index], entry);
        tell_points(intake, answer, &told);
    }
    tracker_advance(intake->tracker, answer->answered_at, &intake->effects);

    // The entry takes the arrays over and gives its empty ones back.
    entry->points = intake->effects.points;
    entry->sightings = intake->effects.sightings;
    entry->visits = intake->effects.visits;
    entry->conflicts = intake->effects.conflicts;
    intake->duplicates = intake->effects.duplicates;
    memset(&intake->effects, 0, sizeof intake->effects);
}

static int decode(const struct intake *intake, const struct intake_answer *answer,
                  struct feed_batch *ret_batch, struct error *error)
{
    const struct feed_decoder *decoder = feed_decoder_find(answer->kind);
    if (decoder == NULL)
        return error_set(error, -ENOTSUP, "no decoder for feeds of kind \"%s\"", answer->kind);
    const struct feed_interest interest = {
        .watch = &intake->config->watch,
        .places = intake->nearby_places.items,
        .place_count = intake->nearby_places.count,
        .radius_nm = NEARBY_RADIUS_NM,
        .low_ft = NEARBY_LOW_FT,
    };
    return decoder->decode(answer->body, answer->body_length, answer->answered_at, &interest,
                           ret_batch, error);
}

utc_us intake_feed_now(const struct intake *intake, const struct intake_answer *answer,
                       utc_us or_at)
{
    struct error ignored;
    struct feed_batch batch = {0};
    struct intake_answer otherwise = *answer;
    otherwise.answered_at = or_at;
    if (decode(intake, answer, &batch, &ignored) < 0 &&
        decode(intake, &otherwise, &batch, &ignored) < 0)
        return UTC_UNKNOWN;
    utc_us now = batch.now;
    feed_batch_done(&batch);
    return now;
}

static enum intake_verdict read_answer(struct intake *intake, const struct intake_answer *answer,
                                       struct entry *entry, struct error *error)
{
    if (answer->failure != NULL) {
        error_set(error, -EIO, "%s", answer->failure);
        return INTAKE_FAILED;
    }
    struct feed_batch batch = {0};
    if (decode(intake, answer, &batch, error) < 0)
        return INTAKE_BAD_ANSWER;
    entry->poll.feed_now = batch.now;
    entry->poll.aircraft_heard = batch.aircraft_heard;
    entry->poll.aircraft_kept = (uint32_t)batch.kept.count;
    derive(intake, answer, &batch, entry);
    keep_nearby(intake, &batch, entry);
    feed_batch_done(&batch);
    return INTAKE_GOOD;
}

enum intake_verdict intake_step(struct intake *intake, const struct intake_answer *answer,
                                struct entry *entry, struct error *error)
{
    fill_poll(&entry->poll, answer);
    enum intake_verdict verdict = read_answer(intake, answer, entry, error);
    if (verdict != INTAKE_GOOD)
        text_copy(entry->poll.error, sizeof entry->poll.error, error->message);
    // Last: by now PostgreSQL may be at work on the points.
    if (entry->poll.has_body)
        digest_sha256(answer->body, answer->body_length, entry->poll.body_sha256);
    return verdict;
}

void intake_absorb_point(struct intake *intake, const struct track_point *point)
{
    clear_effects(&intake->effects);
    tracker_push(intake->tracker, &point->seen, point->feed, point->received_at, &intake->effects);
}

void intake_absorb(struct intake *intake, const struct entry *entry)
{
    array_foreach (&entry->points, point)
        intake_absorb_point(intake, point);
    if (entry->poll.error[0] == '\0')
        tracker_advance(intake->tracker, entry->poll.answered_at, &intake->effects);
    clear_effects(&intake->effects);
}
