// SPDX-License-Identifier: MIT
#include "feed/trace.h"

#include "base/memory.h"
#include "feed/readsb_nearby.h"
#include "feed/readsb_object.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// feeds.md 2.3: the places of an element's values. Files before 2022 end after the details.
enum element {
    ELEMENT_SECONDS,
    ELEMENT_LATITUDE,
    ELEMENT_LONGITUDE,
    ELEMENT_ALTITUDE,
    ELEMENT_GROUND_SPEED,
    ELEMENT_TRACK,
    ELEMENT_FLAGS,
    ELEMENT_VERTICAL_RATE,
    ELEMENT_DETAILS,
    ELEMENT_SOURCE,
    ELEMENT_ALTITUDE_GEOM,
    ELEMENT_RATE_GEOM,
    ELEMENT_COUNT,
};
#define ELEMENT_NEEDED (ELEMENT_LONGITUDE + 1)

#define FLAG_NEW_LEG 2
#define FLAG_RATE_IS_GEOMETRIC 4
#define FLAG_ALTITUDE_IS_GEOMETRIC 8
#define FLAGS_MOST 65535.0

// A trace holds one day; readsb may begin it with an older point (feeds.md 2.2).
#define SECONDS_MOST (2 * 86400.0)
// What the details said holds for the three points after them (feeds.md 2.3). After a pause as long as a
// receiver's shadow it may be another flight's [inference; the recordings' points are at most some 30 s apart].
#define CARRY_MOST_US (15 * UTC_MINUTE)
// A degree of latitude is 60 nm.
#define NM_PER_DEGREE 60.0
// Slack for the sphere in the first, coarse question.
#define BOX_SLACK 1.01

// What was said once and holds on.
struct carried {
    utc_us said_at; // time of the last point
    char flight[JSON_TEXT_MAX], squawk[JSON_TEXT_MAX], type[JSON_TEXT_MAX];
    size_t flight_length, squawk_length, type_length;
    double version, sil, gps_ok_before;
};

struct trace_reader {
    const struct feed_interest *interest;
    struct readsb_layout layout;
    struct json_scan scan;
    struct trace trace;
    struct observation identity; // address, registration, type, military
    bool may_be_watched;
    bool is_countable;
    bool has_details;
    struct readsb_object details;
    struct {
        const char *begin, *end;
    } element[ELEMENT_COUNT];
    struct carried carried;
    utc_us last_at;
    bool is_unsorted;
    struct readsb_numbers numbers; // all unknown; a copy is filled for each point
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
    reader->interest = interest;
    readsb_layout_init(&reader->layout);
    for (size_t i = 0; i < READSB_NUMBER_END; i++)
        reader->numbers.values[i] = (double)NAN;
    return reader;
}

void trace_reader_free(struct trace_reader *reader)
{
    free(reader);
}

// --- the header -----------------------------------------------------------------------------------

struct header {
    const char *icao, *icao_end;
    const char *registration, *registration_end;
    const char *type_code, *type_code_end;
    const char *db_flags, *db_flags_end;
    const char *timestamp, *timestamp_end;
    const char *trace, *trace_end;
};

static bool key_is(const char *key, const char *end, const char *wanted)
{
    size_t length = strlen(wanted);
    return (size_t)(end - key) == length && memcmp(key, wanted, length) == 0;
}

// Of keys that come twice the first counts.
static void note(struct header *header, const char *key, const char *key_end, const char *value,
                 const char *value_end)
{
    const struct {
        const char *name;
        const char **begin, **end;
    } wanted[] = {
        {"icao", &header->icao, &header->icao_end},
        {"r", &header->registration, &header->registration_end},
        {"t", &header->type_code, &header->type_code_end},
        {"dbFlags", &header->db_flags, &header->db_flags_end},
        {"timestamp", &header->timestamp, &header->timestamp_end},
        {"trace", &header->trace, &header->trace_end},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (key_is(key, key_end, wanted[i].name) && *wanted[i].begin == NULL) {
            *wanted[i].begin = value;
            *wanted[i].end = value_end;
        }
}

static struct json_text text_at(const char *begin, const char *end, char buffer[JSON_TEXT_MAX])
{
    return begin != NULL ? json_text(begin, end, buffer) : (struct json_text){NULL, 0};
}

static double number_at(const char *begin, const char *end)
{
    return begin != NULL ? json_number(begin, end) : (double)NAN;
}

static int refuse(struct error *error, const char *why)
{
    return error_set(error, -EBADMSG, "not a trace: %s", why);
}

static int take_header(struct trace_reader *reader, const struct header *header,
                       struct error *error)
{
    char buffers[3][JSON_TEXT_MAX];
    struct observation *identity = &reader->identity;
    *identity = (struct observation){.observed_at = UTC_UNKNOWN, .gps_ok_before = UTC_UNKNOWN};
    if (!readsb_address(text_at(header->icao, header->icao_end, buffers[0]), identity->icao24))
        return refuse(error, "\"icao\" is no address");
    const struct readsb_identity said = {
        .registration = text_at(header->registration, header->registration_end, buffers[1]),
        .type_code = text_at(header->type_code, header->type_code_end, buffers[2]),
        .db_flags = number_at(header->db_flags, header->db_flags_end),
    };
    readsb_fill_identity(&said, identity);
    struct trace *trace = &reader->trace;
    memcpy(trace->icao24, identity->icao24, sizeof trace->icao24);
    trace->begins_at = utc_from_seconds(number_at(header->timestamp, header->timestamp_end));
    if (trace->begins_at == UTC_UNKNOWN)
        return refuse(error, "\"timestamp\" is no time");
    const struct watch_list *watch = reader->interest->watch;
    reader->may_be_watched = watch != NULL && watch_list_may_match_identity(watch, identity);
    reader->is_countable = readsb_nearby_counts(trace->icao24, POSITION_SOURCE_ADSB_ICAO);
    return 0;
}

// --- one point ------------------------------------------------------------------------------------

// Steps over one element, whose '[' is at `at`, remembering where its values stand.
static const char *scan_element(struct trace_reader *reader, const char *at)
{
    struct json_scan *scan = &reader->scan;
    memset(reader->element, 0, sizeof reader->element);
    reader->has_details = false;
    at = json_scan_blanks(scan, at + 1);
    if (at != NULL && *at == ']')
        return at + 1;
    for (unsigned i = 0; at != NULL; i++) {
        const char *begin = at;
        if (i == ELEMENT_DETAILS && *at == '{' && reader->may_be_watched) {
            at = readsb_object_scan(&reader->details, &reader->layout, scan, at, 3);
            reader->has_details = true;
        } else {
            at = json_scan_value(scan, at, 3);
        }
        if (i < ELEMENT_COUNT) {
            reader->element[i].begin = begin;
            reader->element[i].end = at;
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

static double element_number(const struct trace_reader *reader, enum element element)
{
    return number_at(reader->element[element].begin, reader->element[element].end);
}

static bool element_is_ground(const struct trace_reader *reader)
{
    static const char ground[] = "\"ground\"";
    const char *begin = reader->element[ELEMENT_ALTITUDE].begin;
    const char *end = reader->element[ELEMENT_ALTITUDE].end;
    return begin != NULL && (size_t)(end - begin) == sizeof ground - 1 &&
           memcmp(begin, ground, sizeof ground - 1) == 0;
}

static uint32_t element_flags(const struct trace_reader *reader)
{
    double flags = element_number(reader, ELEMENT_FLAGS);
    return flags >= 0 && flags <= FLAGS_MOST ? (uint32_t)flags : 0;
}

static void carry_text(const struct trace_reader *reader, enum readsb_field field, char *kept,
                       size_t *length)
{
    char buffer[JSON_TEXT_MAX];
    struct json_text text = readsb_object_text(&reader->details, field, buffer);
    if (text.bytes == NULL)
        return;
    memcpy(kept, text.bytes, text.length);
    *length = text.length;
}

static void carry_number(const struct trace_reader *reader, enum readsb_field field, double *kept)
{
    double number = readsb_object_number(&reader->details, field);
    if (!isnan(number))
        *kept = number;
}

static void forget_carried(struct carried *carried)
{
    *carried = (struct carried){.said_at = UTC_UNKNOWN};
    carried->version = carried->sil = carried->gps_ok_before = (double)NAN;
}

static void carry(struct trace_reader *reader, utc_us at, uint32_t flags)
{
    struct carried *carried = &reader->carried;
    bool is_old = carried->said_at == UTC_UNKNOWN || at < carried->said_at ||
                  at - carried->said_at > CARRY_MOST_US;
    if (is_old || (flags & FLAG_NEW_LEG))
        forget_carried(carried);
    carried->said_at = at;
    if (!reader->has_details)
        return;
    carry_text(reader, READSB_FLIGHT, carried->flight, &carried->flight_length);
    carry_text(reader, READSB_SQUAWK, carried->squawk, &carried->squawk_length);
    carry_text(reader, READSB_TYPE, carried->type, &carried->type_length);
    carry_number(reader, READSB_VERSION, &carried->version);
    carry_number(reader, READSB_SIL, &carried->sil);
    // Said for as long as GPS is lost.
    carried->gps_ok_before = readsb_object_number(&reader->details, READSB_GPS_OK_BEFORE);
}

static struct json_text carried_text(const char *text, size_t length)
{
    return (struct json_text){length > 0 ? text : NULL, length};
}

static void fill_altitudes(struct trace_reader *reader, uint32_t flags,
                           struct readsb_numbers *numbers)
{
    double altitude = element_number(reader, ELEMENT_ALTITUDE);
    double rate = element_number(reader, ELEMENT_VERTICAL_RATE);
    numbers->ground = element_is_ground(reader);
    numbers->values[READSB_ALT_GEOM] = element_number(reader, ELEMENT_ALTITUDE_GEOM);
    numbers->values[READSB_GEOM_RATE] = element_number(reader, ELEMENT_RATE_GEOM);
    if (!(flags & FLAG_ALTITUDE_IS_GEOMETRIC))
        numbers->values[READSB_ALT_BARO] = altitude;
    else if (isnan(numbers->values[READSB_ALT_GEOM]))
        numbers->values[READSB_ALT_GEOM] = altitude;
    if (!(flags & FLAG_RATE_IS_GEOMETRIC))
        numbers->values[READSB_BARO_RATE] = rate;
    else if (isnan(numbers->values[READSB_GEOM_RATE]))
        numbers->values[READSB_GEOM_RATE] = rate;
}

static void fill_details(const struct trace_reader *reader, struct readsb_numbers *numbers)
{
    static const enum readsb_field fields[] = {READSB_NIC, READSB_NAC_P, READSB_ALT_GEOM};
    numbers->values[READSB_VERSION] = reader->carried.version;
    numbers->values[READSB_SIL] = reader->carried.sil;
    numbers->values[READSB_GPS_OK_BEFORE] = reader->carried.gps_ok_before;
    for (size_t i = 0; reader->has_details && i < sizeof fields / sizeof *fields; i++)
        if (isnan(numbers->values[fields[i]]))
            numbers->values[fields[i]] = readsb_object_number(&reader->details, fields[i]);
}

static void keep_if_watched(struct trace_reader *reader, utc_us at, struct position position,
                            uint32_t flags)
{
    struct observation seen = reader->identity;
    struct readsb_numbers numbers = reader->numbers;
    char source[JSON_TEXT_MAX];
    carry(reader, at, flags);
    const struct carried *carried = &reader->carried;
    const struct readsb_identity said = {
        .registration = {reader->identity.registration, strlen(reader->identity.registration)},
        .type_code = {reader->identity.type_code, strlen(reader->identity.type_code)},
        .flight = carried_text(carried->flight, carried->flight_length),
        .squawk = carried_text(carried->squawk, carried->squawk_length),
        .db_flags = reader->identity.military ? 1 : 0,
    };
    readsb_fill_identity(&said, &seen);
    seen.has_position = true;
    seen.position = position;
    fill_altitudes(reader, flags, &numbers);
    fill_details(reader, &numbers);
    numbers.values[READSB_GS] = element_number(reader, ELEMENT_GROUND_SPEED);
    numbers.values[READSB_TRACK] = element_number(reader, ELEMENT_TRACK);
    numbers.type = text_at(reader->element[ELEMENT_SOURCE].begin,
                           reader->element[ELEMENT_SOURCE].end, source);
    if (numbers.type.bytes == NULL)
        numbers.type = carried_text(carried->type, carried->type_length);
    readsb_fill_numbers(&numbers, &seen);
    seen.observed_at = at;
    seen.watch_mask = watch_list_match(reader->interest->watch, &seen);
    if (seen.watch_mask != 0)
        *array_append(&reader->trace.kept) = seen;
}

static int32_t altitude_of(const struct trace_reader *reader)
{
    int32_t geom_ft = readsb_altitude_geom_ft(element_number(reader, ELEMENT_ALTITUDE_GEOM));
    if (geom_ft != OBSERVATION_UNKNOWN)
        return geom_ft;
    return readsb_altitude_baro_ft(element_number(reader, ELEMENT_ALTITUDE), (double)NAN);
}

static void hear(struct trace_reader *reader, size_t place, utc_us at, int32_t altitude_ft)
{
    utc_us hour = utc_hour_start(at);
    array_foreach(&reader->trace.heard, heard) {
        if (heard->place != place || heard->hour != hour)
            continue;
        if (altitude_ft < heard->lowest_ft)
            heard->lowest_ft = altitude_ft;
        if (at < heard->first_at) {
            heard->first_at = at;
            heard->first_ft = altitude_ft;
        } else if (at > heard->last_at) {
            heard->last_at = at;
            heard->last_ft = altitude_ft;
        }
        return;
    }
    *array_append(&reader->trace.heard) =
        (struct trace_heard){place, hour, altitude_ft, at, at, altitude_ft, altitude_ft};
}

static void hear_nearby(struct trace_reader *reader, utc_us at, struct position position)
{
    const struct feed_interest *interest = reader->interest;
    for (size_t i = 0; i < interest->place_count; i++) {
        const struct place *place = &interest->places[i];
        double apart_deg = fabs(place->reference.latitude_deg - position.latitude_deg);
        if (!(apart_deg * NM_PER_DEGREE <= interest->radius_nm * BOX_SLACK) ||
            geodesy_distance_nm(place->reference, position) > interest->radius_nm)
            continue;
        char source[JSON_TEXT_MAX];
        struct json_text type = text_at(reader->element[ELEMENT_SOURCE].begin,
                                        reader->element[ELEMENT_SOURCE].end, source);
        int32_t field_ft = place->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : place->elevation_ft;
        int32_t altitude_ft = element_is_ground(reader) ? field_ft : altitude_of(reader);
        if (altitude_ft != OBSERVATION_UNKNOWN && altitude_ft < field_ft + interest->low_ft &&
            readsb_nearby_counts(reader->trace.icao24, readsb_source(type)))
            hear(reader, i, at, altitude_ft);
    }
}

// Both times are decimals: rounding each keeps their sum exact.
static bool time_of(const struct trace_reader *reader, utc_us *ret_at)
{
    double seconds = element_number(reader, ELEMENT_SECONDS);
    if (!(seconds >= 0 && seconds <= SECONDS_MOST))
        return false;
    *ret_at = reader->trace.begins_at + (utc_us)llround(seconds * (double)UTC_SECOND);
    return true;
}

static void take_point(struct trace_reader *reader)
{
    struct trace *trace = &reader->trace;
    struct position position;
    utc_us at;
    if (!time_of(reader, &at) ||
        !readsb_position(element_number(reader, ELEMENT_LATITUDE),
                         element_number(reader, ELEMENT_LONGITUDE), &position)) {
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
        hear_nearby(reader, at, position);
    if (reader->may_be_watched)
        keep_if_watched(reader, at, position, element_flags(reader));
}

// --- all points -----------------------------------------------------------------------------------

// Over the array whose '[' is at `at`.
static const char *take_points(struct trace_reader *reader, const char *at)
{
    struct json_scan *scan = &reader->scan;
    if (*at != '[')
        return json_scan_fail(scan, at, "\"trace\" is no array");
    at = json_scan_blanks(scan, at + 1);
    if (at != NULL && *at == ']')
        return at + 1;
    for (size_t count = 0; at != NULL; count++) {
        if (count == TRACE_POINTS_MAX)
            return json_scan_fail_limit(scan, at, "more points than a day can hold");
        if (*at == '[') {
            at = scan_element(reader, at);
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

static int refuse_scan(const struct trace_reader *reader, struct error *error)
{
    const struct json_scan *scan = &reader->scan;
    return error_set(error, scan->problem_code, "byte %td: %s", scan->problem_at - scan->begin,
                     scan->problem);
}

// One value of the header; the points are taken on the way when it is known whose they are.
static const char *scan_header_value(struct trace_reader *reader, struct header *header,
                                     const char *key, const char *key_end, const char *at,
                                     bool *taken, struct error *error)
{
    const char *begin = at;
    bool is_trace = key_is(key, key_end, "trace") && header->trace == NULL;
    // readsb writes the points last.
    if (is_trace && header->icao != NULL && header->timestamp != NULL) {
        *taken = true;
        at = take_header(reader, header, error) == 0 ? take_points(reader, at) : NULL;
    } else {
        at = json_scan_value(&reader->scan, at, 1);
    }
    if (at != NULL)
        note(header, key, key_end, begin, at);
    return at;
}

static const char *scan_header(struct trace_reader *reader, struct header *header, const char *at,
                               bool *taken, struct error *error)
{
    struct json_scan *scan = &reader->scan;
    at = json_scan_blanks(scan, at + 1);
    if (at != NULL && *at == '}')
        return at + 1;
    while (at != NULL) {
        if (*at != '"')
            return json_scan_fail(scan, at, "expected a key");
        const char *key = at + 1, *key_end = json_scan_string(scan, key);
        at = key_end != NULL ? json_scan_blanks(scan, key_end + 1) : NULL;
        if (at != NULL && *at != ':')
            return json_scan_fail(scan, at, "expected ':'");
        at = at != NULL ? json_scan_blanks(scan, at + 1) : NULL;
        if (at != NULL)
            at = scan_header_value(reader, header, key, key_end, at, taken, error);
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
    struct header header = {0};
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
    if (header.trace == NULL)
        return refuse(error, "there is no \"trace\"");
    if (take_header(reader, &header, error) < 0)
        return error->code;
    return take_points(reader, header.trace) != NULL ? 0 : refuse_scan(reader, error);
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
    forget_carried(&reader->carried);
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
