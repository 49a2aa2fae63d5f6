// SPDX-License-Identifier: MIT
#include "follow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void keep_sighting(struct followed *followed, const struct sighting *sighting)
{
    followed->emissions++;
    array_foreach (&followed->sightings, kept) {
        if (kept->opened_at == sighting->opened_at && kept->emitter == sighting->emitter &&
            strcmp(kept->icao24, sighting->icao24) == 0) {
            *kept = *sighting;
            kept->path_changed = false;
            return;
        }
    }
    struct sighting *kept = array_append(&followed->sightings);
    *kept = *sighting;
    kept->path_changed = false;
}

static bool is_same_visit(const struct visit *first, const struct visit *second)
{
    return first->anchored_at == second->anchored_at && first->emitter == second->emitter &&
           strcmp(first->place, second->place) == 0 && strcmp(first->icao24, second->icao24) == 0;
}

static void keep_visit(struct followed *followed, const struct visit *visit)
{
    array_foreach (&followed->visits, kept) {
        if (is_same_visit(kept, visit)) {
            *kept = *visit;
            return;
        }
    }
    *array_append(&followed->visits) = *visit;
}

static void keep(struct followed *followed, struct track_effects *effects)
{
    array_foreach (&effects->sightings, sighting)
        keep_sighting(followed, sighting);
    array_foreach (&effects->visits, visit)
        keep_visit(followed, visit);
    array_foreach (&effects->conflicts, conflict)
        *array_append(&followed->conflicts) = *conflict;
    array_clear(&effects->visits);
    array_clear(&effects->conflicts);
    array_foreach (&effects->points, point)
        *array_append(&followed->points) = *point;
    followed->duplicates += effects->duplicates;
    array_clear(&effects->sightings);
    array_clear(&effects->points);
    effects->duplicates = 0;
}

static struct tracker *new_tracker(const struct follow_manner *manner)
{
    return manner->places != NULL ? tracker_new(manner->places, manner->place_count)
                                  : tracker_new(maker_places, MAKER_PLACE_COUNT);
}

static struct tracker *reborn(struct tracker *tracker, const struct follow_manner *manner)
{
    struct byte_writer writer, again;
    byte_writer_init(&writer, 1 << 28);
    tracker_save(tracker, &writer);
    assert_false(writer.failed);
    tracker_free(tracker);
    tracker = new_tracker(manner);
    struct byte_reader reader = byte_reader_of(writer.bytes, writer.length);
    assert_int_equal(tracker_load(tracker, &reader), 0);
    assert_int_equal(reader.offset, writer.length);
    byte_writer_init(&again, 1 << 28);
    tracker_save(tracker, &again);
    assert_int_equal(again.length, writer.length);
    assert_memory_equal(again.bytes, writer.bytes, writer.length);
    byte_writer_done(&again);
    byte_writer_done(&writer);
    return tracker;
}

static utc_us tick_time(const struct made_pushes *pushes, size_t i, utc_us ahead)
{
    utc_us now = pushes->items[i].received_at + ahead;
    if (i + 1 < pushes->count && pushes->items[i + 1].received_at < now)
        now = pushes->items[i + 1].received_at;
    return now;
}

static void push(struct tracker *tracker, const struct made_push *one,
                 struct track_effects *effects)
{
    tracker_push(tracker, &one->observation, one->feed, one->received_at, effects);
}

struct followed follow(const struct made_pushes *pushes, struct follow_manner manner)
{
    struct followed followed = {0};
    struct track_effects effects = {0};
    struct tracker *tracker = new_tracker(&manner);
    for (size_t i = 0; i < pushes->count; i++) {
        push(tracker, &pushes->items[i], &effects);
        if (manner.twice)
            push(tracker, &pushes->items[i], &effects);
        if (manner.batch > 0 && (i + 1) % manner.batch == 0) {
            if (manner.ticks)
                tracker_advance(tracker, tick_time(pushes, i, manner.tick_ahead), &effects);
            keep(&followed, &effects);
        }
        if (manner.save_every > 0 && (i + 1) % manner.save_every == 0)
            tracker = reborn(tracker, &manner);
    }
    if (pushes->count > 0)
        tracker_advance(tracker, pushes->items[pushes->count - 1].received_at + 20 * UTC_HOUR,
                        &effects);
    keep(&followed, &effects);
    track_effects_done(&effects);
    tracker_free(tracker);
    return followed;
}

void followed_done(struct followed *followed)
{
    array_free(&followed->sightings);
    array_free(&followed->visits);
    array_free(&followed->conflicts);
    array_free(&followed->points);
}

static size_t standing(const struct followed *followed)
{
    size_t count = 0;
    array_foreach (&followed->visits, visit)
        count += visit->state != VISIT_SUPERSEDED;
    return count;
}

static const struct visit *same_visit(const struct followed *followed, const struct visit *visit)
{
    array_foreach (&followed->visits, other)
        if (is_same_visit(other, visit))
            return other;
    return NULL;
}

static void assert_visits_equal(const struct followed *first, const struct followed *second)
{
    assert_int_equal(standing(first), standing(second));
    array_foreach (&first->visits, visit) {
        const struct visit *other = same_visit(second, visit);
        if (visit->state == VISIT_SUPERSEDED) {
            assert_true(other == NULL || other->state == VISIT_SUPERSEDED);
            continue;
        }
        assert_non_null(other);
        assert_memory_equal(visit, other, sizeof *visit);
    }
}

void followed_assert_equal(const struct followed *first, const struct followed *second)
{
    assert_int_equal(first->sightings.count, second->sightings.count);
    for (size_t i = 0; i < first->sightings.count; i++)
        assert_memory_equal(&first->sightings.items[i], &second->sightings.items[i],
                            sizeof first->sightings.items[i]);
    assert_visits_equal(first, second);
    assert_int_equal(first->conflicts.count, second->conflicts.count);
    assert_int_equal(first->points.count, second->points.count);
    for (size_t i = 0; i < first->points.count; i++) {
        assert_int_equal(first->points.items[i].flags, second->points.items[i].flags);
        assert_int_equal(first->points.items[i].emitter, second->points.items[i].emitter);
        assert_int_equal(first->points.items[i].seen.observed_at,
                         second->points.items[i].seen.observed_at);
    }
}
