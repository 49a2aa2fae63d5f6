// SPDX-License-Identifier: MIT
#include "history/scan.h"

#include "base/memory.h"
#include "history/inflate.h"
#include "track/tracker.h"

#include <stdlib.h>

struct scanner {
    const char *feed;
    const struct place *places;
    size_t place_count;
    struct trace_reader *traces;
    struct inflater *inflater;
    struct track_effects effects;
};

struct scanner *scanner_new(const struct feed_interest *interest, const char *feed,
                            const struct place *places, size_t place_count)
{
    struct scanner *scanner = memory_allocate_zeroed(1, sizeof *scanner);
    scanner->feed = feed;
    scanner->places = places;
    scanner->place_count = place_count;
    scanner->inflater = inflater_new();
    scanner->traces = trace_reader_new(interest);
    return scanner;
}

void scanner_free(struct scanner *scanner)
{
    if (scanner == NULL)
        return;
    trace_reader_free(scanner->traces);
    inflater_free(scanner->inflater);
    track_effects_done(&scanner->effects);
    free(scanner);
}

void scanned_done(struct scanned *scanned)
{
    trace_done(&scanned->trace);
    array_free(&scanned->points);
    *scanned = (struct scanned){0};
}

// Points get their flags as live ones do, by a tracker; what it derives is left to the derivation.
static struct track_point_array flag(struct scanner *scanner, const struct observation_array *kept)
{
    struct track_effects *effects = &scanner->effects;
    struct tracker *tracker = tracker_new(scanner->places, scanner->place_count);
    array_foreach (kept, seen)
        tracker_push(tracker, seen, scanner->feed, seen->observed_at, effects);
    tracker_free(tracker);
    struct track_point_array points = effects->points;
    effects->points = (struct track_point_array){0};
    array_clear(&effects->sightings);
    array_clear(&effects->visits);
    array_clear(&effects->conflicts);
    return points;
}

int scanner_read(struct scanner *scanner, const uint8_t *bytes, size_t length,
                 struct scanned *ret_scanned, struct error *error)
{
    struct scanned scanned = {0};
    const char *text;
    size_t text_length;
    int ret = inflater_read(scanner->inflater, bytes, length, TRACE_BYTES_MAX, &text, &text_length,
                            error);
    if (ret == 0)
        ret = trace_reader_read(scanner->traces, text, text_length, &scanned.trace, error);
    if (ret < 0)
        return ret;
    scanned.kept = (uint32_t)scanned.trace.kept.count;
    if (scanned.kept > 0)
        scanned.points = flag(scanner, &scanned.trace.kept);
    array_free(&scanned.trace.kept);
    *ret_scanned = scanned;
    return 0;
}
