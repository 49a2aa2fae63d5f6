// SPDX-License-Identifier: MIT
#include "feed/trace.h"

#include "base/memory.h"
#include "feed/readsb_meaning.h"
#include "feed/readsb_nearby.h"
#include "feed/trace_element.h"
#include "feed/trace_header.h"
#include "feed/trace_heard.h"
#include "feed/trace_watched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// A trace holds one day; readsb may begin it with an older point (feeds.md 2.2).
#define SECONDS_MOST (2 * 86400.0)

struct trace_reader {
    struct readsb_layout layout;
    struct trace_watched watched;
    struct trace_hearing *hearing;
    // Of the trace that is read.
    struct json_scan scan;
    struct trace trace;
    struct observation identity; // address, registration, type, military
    bool may_be_watched;
    bool is_countable;
    struct trace_element element;
    utc_us last_at;
    bool is_unsorted;
};

void trace_done(struct trace *trace)
{
    array_free(&trace->kept);
    array_free(&trace->heard);
    *trace = (struct trace){0};
}

struct trace_reader *trace_reader_new(const struct feed_interest *interest)
{
    struct trace_reader *reader = memory_allocate_zeroed(1, sizeof *reader);
    readsb_layout_init(&reader->layout);
    trace_watched_init(&reader->watched, interest->watch);
    reader->hearing = trace_hearing_new(interest);
    return reader;
}

void trace_reader_free(struct trace_reader *reader)
{
    if (reader == NULL)
        return;
    trace_hearing_free(reader->hearing);
    free(reader);
}

// --- one point ------------------------------------------------------------------------------------

// Both times are decimals: rounding each keeps their sum exact.
static bool time_of(const struct trace_reader *reader, utc_us *ret_at)
{
    double seconds = trace_element_number(&reader->element, TRACE_SECONDS);
    if (!(seconds >= 0 && seconds <= SECONDS_MOST))
        return false;
    *ret_at = reader->trace.begins_at + (utc_us)llround(seconds * (double)UTC_SECOND);
    return true;
}

static void take_point(struct trace_reader *reader)
{
    struct trace *trace = &reader->trace;
    const struct trace_element *element = &reader->element;
    struct position position;
    utc_us at;
    if (!time_of(reader, &at) ||
        !readsb_position(trace_element_number(element, TRACE_LATITUDE),
                         trace_element_number(element, TRACE_LONGITUDE), &position)) {
        trace->refused++;
        return;
    }
    if (at == reader->last_at) {
        trace->repeated++;
        return;
    }
    if (at < reader->last_at)
        reader->is_unsorted = true;
    reader->last_at = at;
    trace->points++;
    if (reader->is_countable)
        trace_hearing_take(reader->hearing, trace->icao24, element, at, position, &trace->heard);
    if (reader->may_be_watched)
        trace_watched_take(&reader->watched, element, at, position, &trace->kept);
}

// --- all points -----------------------------------------------------------------------------------

// Over the array whose '[' is at `at`.
static const char *take_points(struct trace_reader *reader, const char *at)
{
    struct json_scan *scan = &reader->scan;
    struct readsb_layout *layout = reader->may_be_watched ? &reader->layout : NULL;
    if (*at != '[')
        return json_scan_fail(scan, at, "\"trace\" is no array");
    at = json_scan_blanks(scan, at + 1);
    if (at != NULL && *at == ']')
        return at + 1;
    for (size_t count = 0; at != NULL; count++) {
        if (count == TRACE_POINTS_MAX)
            return json_scan_fail_limit(scan, at, "more points than a day can hold");
        if (*at == '[') {
            at = trace_element_scan(&reader->element, layout, scan, at);
            if (at != NULL)
                take_point(reader);
        } else {
            at = json_scan_value(scan, at, 2);
            reader->trace.refused++;
        }
        at = at != NULL ? json_scan_blanks(scan, at) : NULL;
        if (at == NULL || *at == ']')
            return at != NULL ? at + 1 : NULL;
        if (*at != ',')
            return json_scan_fail(scan, at, "expected ',' or ']'");
        at = json_scan_blanks(scan, at + 1);
    }
    return NULL;
}

// --- the document ---------------------------------------------------------------------------------

static int refuse(struct error *error, const char *why)
{
    return error_set(error, -EBADMSG, "not a trace: %s", why);
}

static int refuse_scan(const struct trace_reader *reader, struct error *error)
{
    const struct json_scan *scan = &reader->scan;
    return error_set(error, scan->problem_code, "byte %td: %s", scan->problem_at - scan->begin,
                     scan->problem);
}

static int take_header(struct trace_reader *reader, const struct trace_header *header,
                       struct error *error)
{
    struct trace *trace = &reader->trace;
    int ret = trace_header_read(header, &reader->identity, &trace->begins_at, error);
    if (ret < 0)
        return ret;
    memcpy(trace->icao24, reader->identity.icao24, sizeof trace->icao24);
    reader->may_be_watched = trace_watched_begin(&reader->watched, &reader->identity);
    reader->is_countable = readsb_nearby_counts(trace->icao24, POSITION_SOURCE_ADSB_ICAO);
    return 0;
}

static bool is_trace_key(struct trace_span key)
{
    return key.end - key.begin == 5 && memcmp(key.begin, "trace", 5) == 0;
}

// One value of the header; the points are taken on the way when it is known whose they are.
static const char *scan_header_value(struct trace_reader *reader, struct trace_header *header,
                                     struct trace_span key, const char *at, bool *taken,
                                     struct error *error)
{
    struct trace_span value = {at, NULL};
    // readsb writes the points last.
    if (is_trace_key(key) && header->trace.begin == NULL && trace_header_is_ready(header)) {
        *taken = true;
        at = take_header(reader, header, error) == 0 ? take_points(reader, at) : NULL;
    } else {
        at = json_scan_value(&reader->scan, at, 1);
    }
    value.end = at;
    if (at != NULL)
        trace_header_note(header, key, value);
    return at;
}

static const char *scan_header(struct trace_reader *reader, struct trace_header *header,
                               const char *at, bool *taken, struct error *error)
{
    struct json_scan *scan = &reader->scan;
    at = json_scan_blanks(scan, at + 1);
    if (at != NULL && *at == '}')
        return at + 1;
    while (at != NULL) {
        if (*at != '"')
            return json_scan_fail(scan, at, "expected a key");
        struct trace_span key = {at + 1, json_scan_string(scan, at + 1)};
        at = key.end != NULL ? json_scan_blanks(scan, key.end + 1) : NULL;
        if (at != NULL && *at != ':')
            return json_scan_fail(scan, at, "expected ':'");
        at = at != NULL ? json_scan_blanks(scan, at + 1) : NULL;
        if (at != NULL)
            at = scan_header_value(reader, header, key, at, taken, error);
        at = at != NULL ? json_scan_blanks(scan, at) : NULL;
        if (at == NULL || *at == '}')
            return at != NULL ? at + 1 : NULL;
        if (*at != ',')
            return json_scan_fail(scan, at, "expected ',' or '}'");
        at = json_scan_blanks(scan, at + 1);
    }
    return NULL;
}

static int read_document(struct trace_reader *reader, struct error *error)
{
    struct json_scan *scan = &reader->scan;
    struct trace_header header = {0};
    bool taken = false;
    struct error own = {0};
    const char *at = json_scan_blanks(scan, scan->begin);
    if (at != NULL && *at != '{')
        return refuse(error, "expected an object");
    if (at != NULL)
        at = scan_header(reader, &header, at, &taken, &own);
    if (at == NULL)
        return scan->problem != NULL ? refuse_scan(reader, error)
                                     : error_set(error, own.code, "%s", own.message);
    for (; at < scan->end; at++)
        if (!json_is_blank(*at))
            return error_set(error, -EBADMSG, "byte %td: more bytes after the trace",
                             at - scan->begin);
    if (taken)
        return 0;
    if (header.trace.begin == NULL)
        return refuse(error, "there is no \"trace\"");
    if (take_header(reader, &header, error) < 0)
        return error->code;
    return take_points(reader, header.trace.begin) != NULL ? 0 : refuse_scan(reader, error);
}

static int compare_times(const void *first, const void *second)
{
    const struct observation *a = first, *b = second;
    return a->observed_at < b->observed_at ? -1 : a->observed_at > b->observed_at;
}

// Points that are out of order are rare: one in thousands (feeds.md 2.3).
static void sort_kept(struct trace *trace)
{
    struct observation_array *kept = &trace->kept;
    if (kept->count == 0)
        return;
    qsort(kept->items, kept->count, sizeof *kept->items, compare_times);
    size_t count = 1;
    for (size_t i = 1; i < kept->count; i++) {
        if (kept->items[i].observed_at == kept->items[count - 1].observed_at)
            trace->repeated++;
        else
            kept->items[count++] = kept->items[i];
    }
    kept->count = count;
}

int trace_reader_read(struct trace_reader *reader, const char *body, size_t length,
                      struct trace *ret_trace, struct error *error)
{
    struct error own;
    if (length > TRACE_BYTES_MAX)
        return error_set(error, -E2BIG, "a trace of more than %zu bytes", TRACE_BYTES_MAX);
    if (reader->layout.met_count >= READSB_LAYOUT_KEYS)
        readsb_layout_init(&reader->layout);
    reader->scan = (struct json_scan){.begin = body, .end = body + length};
    reader->trace = (struct trace){.begins_at = UTC_UNKNOWN};
    reader->last_at = UTC_UNKNOWN;
    reader->is_unsorted = false;
    int ret = read_document(reader, error != NULL ? error : &own);
    if (ret < 0) {
        trace_done(&reader->trace);
        return ret;
    }
    if (reader->is_unsorted)
        sort_kept(&reader->trace);
    *ret_trace = reader->trace;
    reader->trace = (struct trace){0};
    return 0;
}
