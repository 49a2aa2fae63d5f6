// SPDX-License-Identifier: MIT
#include "store/batch.h"

#include "base/digest.h"
#include "config/watch.h"
#include "journal/entry.h"

#include <assert.h>
#include <string.h>

#define LIST_TEXT_SIZE (WATCH_ENTRIES_MAX * WATCH_ID_SIZE)

struct store_batch *store_batch_new(const struct watch_list *watch)
{
    struct store_batch *batch = memory_allocate_zeroed(1, sizeof *batch);
    batch->watch = watch;
    for (enum table table = 0; table < TABLE_COUNT; table++)
        table_rows_init(&batch->tables[table], table);
    return batch;
}

void store_batch_free(struct store_batch *batch)
{
    if (batch == NULL)
        return;
    for (enum table table = 0; table < TABLE_COUNT; table++)
        table_rows_done(&batch->tables[table]);
    array_free(&batch->days);
    free(batch);
}

size_t store_batch_rows(const struct store_batch *batch)
{
    size_t rows = 0;
    for (enum table table = 0; table < TABLE_COUNT; table++)
        rows += batch->tables[table].count;
    return rows;
}

size_t store_batch_bytes(const struct store_batch *batch)
{
    size_t bytes = 0;
    for (enum table table = 0; table < TABLE_COUNT; table++)
        bytes += table_rows_bytes(&batch->tables[table]);
    return bytes;
}

int64_t store_batch_last_sequence(const struct store_batch *batch)
{
    return batch->last_sequence;
}

static void add_day(struct store_batch *batch, utc_us time)
{
    if (time == UTC_UNKNOWN)
        return; // the row will be refused and quarantined
    // Most rows are of the newest day.
    utc_us day = utc_day_start(time);
    for (size_t i = batch->days.count; i > 0; i--)
        if (batch->days.items[i - 1] == day)
            return;
    *array_append(&batch->days) = day;
}

static void add_feed(struct store_batch *batch, const char *feed)
{
    struct table_rows *rows = &batch->tables[TABLE_FEED];
    // Once a poll, however often: the statement ignores what is there already.
    size_t place = 0;
    column_add_text(table_rows_next(rows, &place), feed);
}

void batch_add_whole(struct column *column, int32_t value)
{
    if (value == OBSERVATION_UNKNOWN)
        column_add_null(column);
    else
        column_add_integer(column, value);
}

static void add_quality(struct column *column, int8_t value)
{
    if (value == OBSERVATION_SMALL_UNKNOWN)
        column_add_null(column);
    else
        column_add_small(column, value);
}

static void add_poll(struct store_batch *batch, const struct entry *entry,
                     const uint8_t poll_id[DIGEST_UUID_SIZE])
{
    struct table_rows *rows = &batch->tables[TABLE_POLL];
    const struct poll *poll = &entry->poll;
    size_t place = 0;
    column_add_bytes(table_rows_next(rows, &place), poll_id, DIGEST_UUID_SIZE);
    column_add_time(table_rows_next(rows, &place), poll->asked_at);
    column_add_time(table_rows_next(rows, &place), poll->answered_at);
    column_add_time(table_rows_next(rows, &place), poll->feed_now);
    column_add_big(table_rows_next(rows, &place), (int64_t)poll->bytes);
    batch_add_whole(table_rows_next(rows, &place),
                    poll->status != 0 ? poll->status : OBSERVATION_UNKNOWN);
    column_add_integer(table_rows_next(rows, &place), (int32_t)poll->aircraft_heard);
    column_add_integer(table_rows_next(rows, &place), (int32_t)poll->aircraft_kept);
    column_add_integer(table_rows_next(rows, &place), (int32_t)entry->points.count);
    column_add_text(table_rows_next(rows, &place), poll->feed);
    column_add_text(table_rows_next(rows, &place), poll->request);
    struct column *sha256 = table_rows_next(rows, &place);
    if (poll->has_body)
        column_add_bytes(sha256, poll->body_sha256, sizeof poll->body_sha256);
    else
        column_add_null(sha256);
    column_add_text_or_null(table_rows_next(rows, &place), poll->error);
}

static void add_nearby(struct store_batch *batch, const struct entry *entry,
                       const uint8_t poll_id[DIGEST_UUID_SIZE])
{
    struct table_rows *rows = &batch->tables[TABLE_POLL_NEARBY];
    array_foreach (&entry->nearby, nearby) {
        size_t place = 0;
        column_add_time(table_rows_next(rows, &place), entry->poll.asked_at);
        column_add_bytes(table_rows_next(rows, &place), poll_id, DIGEST_UUID_SIZE);
        column_add_integer(table_rows_next(rows, &place), (int32_t)nearby->heard_low);
        batch_add_whole(table_rows_next(rows, &place), nearby->lowest_ft);
        column_add_text(table_rows_next(rows, &place), nearby->place);
        column_add_text(table_rows_next(rows, &place), entry->poll.feed);
    }
}

static void add_point(struct store_batch *batch, const struct track_point *point)
{
    const struct observation *seen = &point->seen;
    struct table_rows *rows = &batch->tables[TABLE_TRACK_POINT];
    size_t place = 0;
    column_add_time(table_rows_next(rows, &place), seen->observed_at);
    column_add_time(table_rows_next(rows, &place), point->received_at);
    column_add_double(table_rows_next(rows, &place), seen->position.latitude_deg);
    column_add_double(table_rows_next(rows, &place), seen->position.longitude_deg);
    batch_add_whole(table_rows_next(rows, &place), seen->altitude_baro_ft);
    batch_add_whole(table_rows_next(rows, &place), seen->altitude_geom_ft);
    column_add_real(table_rows_next(rows, &place), seen->ground_speed_kt);
    column_add_real(table_rows_next(rows, &place), seen->track_deg);
    batch_add_whole(table_rows_next(rows, &place), seen->vertical_rate_fpm);
    column_add_integer(table_rows_next(rows, &place), (int32_t)point->flags);
    add_quality(table_rows_next(rows, &place), seen->nic);
    add_quality(table_rows_next(rows, &place), seen->nac_p);
    add_quality(table_rows_next(rows, &place), seen->sil);
    column_add_small(table_rows_next(rows, &place), (int16_t)seen->position_source);
    column_add_small(table_rows_next(rows, &place), (int16_t)point->emitter);
    column_add_boolean(table_rows_next(rows, &place), seen->on_ground);
    column_add_text(table_rows_next(rows, &place), seen->icao24);
    column_add_text(table_rows_next(rows, &place), point->feed);
    column_add_text_or_null(table_rows_next(rows, &place), seen->squawk);
    add_day(batch, seen->observed_at);
}

void store_batch_add_points(struct store_batch *batch, const struct track_point *points,
                            size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_point(batch, &points[i]);
}

static void add_raws(struct store_batch *batch, const struct entry *entry,
                     const uint8_t poll_id[DIGEST_UUID_SIZE])
{
    struct table_rows *rows = &batch->tables[TABLE_RAW_OBSERVATION];
    array_foreach (&entry->raws, raw) {
        size_t place = 0;
        column_add_time(table_rows_next(rows, &place), raw->observed_at);
        column_add_bytes(table_rows_next(rows, &place), poll_id, DIGEST_UUID_SIZE);
        column_add_text(table_rows_next(rows, &place), raw->icao24);
        column_add_text(table_rows_next(rows, &place), entry->poll.feed);
        column_add_bytes(table_rows_next(rows, &place), entry->raw_bytes.bytes + raw->offset,
                         raw->length);
        add_day(batch, raw->observed_at);
    }
}

// Items of a fixed size, one after another, as one text.
static void add_list(struct column *column, const char *items, size_t item_size, size_t count)
{
    char list[LIST_TEXT_SIZE];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        size_t item_length = strlen(items + i * item_size);
        if (length + item_length + 1 >= sizeof list)
            break;
        if (i > 0)
            list[length++] = COLUMN_LIST_SEPARATOR;
        memcpy(list + length, items + i * item_size, item_length);
        length += item_length;
    }
    column_add_bytes(column, list, length);
}

void batch_add_watch_ids(struct column *column, const struct watch_list *watch, uint64_t mask)
{
    char ids[WATCH_ENTRIES_MAX][WATCH_ID_SIZE];
    size_t count = 0;
    for (size_t i = 0; i < watch->entry_count && i < WATCH_ENTRIES_MAX; i++)
        if (mask & UINT64_C(1) << i)
            memcpy(ids[count++], watch->entries[i].id, WATCH_ID_SIZE);
    add_list(column, ids[0], WATCH_ID_SIZE, count);
}

static void add_finished(struct store_batch *batch, const struct sighting *sighting,
                         const uint8_t sighting_id[DIGEST_UUID_SIZE])
{
    struct table_rows *rows = &batch->tables[TABLE_FINISHED];
    size_t place = 0;
    column_add_text(table_rows_next(rows, &place), sighting->icao24);
    column_add_bytes(table_rows_next(rows, &place), sighting_id, DIGEST_UUID_SIZE);
}

static void add_sighting(struct store_batch *batch, const struct sighting *sighting)
{
    struct table_rows *rows = &batch->tables[TABLE_SIGHTING];
    uint8_t sighting_id[DIGEST_UUID_SIZE];
    size_t place = 0;
    sighting_uuid(sighting, sighting_id);
    column_add_bytes(table_rows_next(rows, &place), sighting_id, sizeof sighting_id);
    column_add_time(table_rows_next(rows, &place), sighting->opened_at);
    column_add_time(table_rows_next(rows, &place), sighting->first_seen);
    column_add_time(table_rows_next(rows, &place), sighting->last_seen);
    column_add_double(table_rows_next(rows, &place), sighting->last_position.latitude_deg);
    column_add_double(table_rows_next(rows, &place), sighting->last_position.longitude_deg);
    batch_add_whole(table_rows_next(rows, &place), sighting->last_altitude_ft);
    column_add_small(table_rows_next(rows, &place), (int16_t)sighting->emitter);
    column_add_text(table_rows_next(rows, &place), sighting->icao24);
    column_add_text(table_rows_next(rows, &place), sighting_state_name(sighting->state));
    column_add_text_or_null(table_rows_next(rows, &place), sighting->registration);
    column_add_text_or_null(table_rows_next(rows, &place), sighting->type_code);
    column_add_text_or_null(table_rows_next(rows, &place), sighting->origin);
    column_add_text_or_null(table_rows_next(rows, &place), sighting->destination);
    add_list(table_rows_next(rows, &place), sighting->callsigns[0], CALLSIGN_SIZE,
             sighting->callsign_count);
    batch_add_watch_ids(table_rows_next(rows, &place), batch->watch, sighting->watch_mask);
    add_list(table_rows_next(rows, &place), sighting->feeds[0], FEED_ID_SIZE, sighting->feed_count);
    if (sighting->state != SIGHTING_OPEN && sighting->state != SIGHTING_SUPERSEDED)
        add_finished(batch, sighting, sighting_id);
}

void store_batch_absorb(struct store_batch *batch, struct store_batch *part)
{
    assert(part->last_sequence == 0);
    for (enum table table = 0; table < TABLE_COUNT; table++)
        table_rows_append(&batch->tables[table], &part->tables[table]);
    array_foreach (&part->days, day)
        add_day(batch, *day);
    store_batch_free(part);
}

void store_batch_pass_over(struct store_batch *batch, int64_t sequence)
{
    assert(batch->first_sequence == 0);
    batch->first_sequence = sequence + 1;
}

void store_batch_add(struct store_batch *batch, const struct entry *entry)
{
    store_batch_add_rest(batch, entry, 0);
}

void store_batch_add_rest(struct store_batch *batch, const struct entry *entry, size_t points_added)
{
    assert(batch->last_sequence == 0 || entry->sequence == batch->last_sequence + 1);
    if (batch->first_sequence == 0)
        batch->first_sequence = entry->sequence;
    batch->last_sequence = entry->sequence;
    batch_add_alerts(batch, entry);
    if (!entry_has_poll(entry))
        return;
    uint8_t poll_id[DIGEST_UUID_SIZE];
    poll_uuid(&entry->poll, poll_id);
    add_feed(batch, entry->poll.feed);
    add_poll(batch, entry, poll_id);
    add_nearby(batch, entry, poll_id);
    store_batch_add_points(batch, entry->points.items + points_added,
                           entry->points.count - points_added);
    add_raws(batch, entry, poll_id);
    array_foreach (&entry->sightings, sighting)
        add_sighting(batch, sighting);
    array_foreach (&entry->visits, visit)
        batch_add_visit(batch, visit, entry->poll.answered_at);
    array_foreach (&entry->conflicts, conflict)
        batch_add_conflict(batch, conflict, entry->poll.answered_at);
}
