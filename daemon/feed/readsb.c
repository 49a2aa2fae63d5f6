// SPDX-License-Identifier: MIT
#include "feed/readsb.h"

#include "feed/readsb_nearby.h"
#include "feed/readsb_object.h"

#include <errno.h>
#include <inttypes.h>

// One answer being read.
struct decoding {
    struct json_scan scan;
    struct readsb_layout layout;
    struct readsb_object object; // the aircraft at hand
    const struct feed_interest *interest;
    utc_us received_at;
    struct readsb_nearby *nearby; // NULL without places
    struct feed_batch batch;
    uint32_t objects;
    struct error *error;
};

static int refuse(struct decoding *decoding, int code, const char *at, const char *why)
{
    return error_set(decoding->error, code, "byte %td: %s", at - decoding->scan.begin, why);
}

static int refuse_scan(struct decoding *decoding)
{
    const struct json_scan *scan = &decoding->scan;
    return refuse(decoding, scan->problem_code, scan->problem_at, scan->problem);
}

static struct json_text text_of(const struct decoding *decoding, enum readsb_field field,
                                char buffer[JSON_TEXT_MAX])
{
    return readsb_object_text(&decoding->object, field, buffer);
}

static double number_of(const struct decoding *decoding, enum readsb_field field)
{
    return readsb_object_number(&decoding->object, field);
}

// Registrations have at most 12 bytes and callsigns 8, so only the rare long one is looked at.
static bool is_fake_text(const struct decoding *decoding, enum readsb_field field)
{
    const struct readsb_object *object = &decoding->object;
    const ptrdiff_t length_with_quotes = (ptrdiff_t)sizeof READSB_FAKE_REGISTRATION + 1;
    if (!readsb_object_has(object, field) ||
        object->values[field].end - object->values[field].begin < length_with_quotes)
        return false;
    char buffer[JSON_TEXT_MAX];
    return readsb_is_fake(text_of(decoding, field, buffer));
}

// The feed's time, or `otherwise` where it gives none. A time that can not be is an error: the answer
// comes from a stale cache, or one of the clocks is wrong.
static int read_now(struct decoding *decoding, const struct readsb_object *object, utc_us otherwise,
                    utc_us *ret_now)
{
    double said = readsb_object_number(object, READSB_NOW);
    if (isnan(said)) {
        *ret_now = otherwise;
        return 0;
    }
    utc_us now = readsb_time(said);
    if (now == UTC_UNKNOWN || now > decoding->received_at + READSB_CLOCK_TOLERANCE ||
        now < decoding->received_at - READSB_CLOCK_TOLERANCE)
        return refuse(decoding, -EPROTO, object->values[READSB_NOW].begin,
                      "\"now\" is more than a day from when the answer came");
    *ret_now = now;
    return 0;
}

static void hear_nearby(struct decoding *decoding, const char *icao24, struct position position)
{
    char buffers[3][JSON_TEXT_MAX];
    enum position_source source = readsb_source(text_of(decoding, READSB_TYPE, buffers[0]));
    if (!readsb_nearby_counts(icao24, source))
        return;
    double alt_baro = number_of(decoding, READSB_ALT_BARO);
    bool on_ground = readsb_on_ground(text_of(decoding, READSB_ALT_BARO, buffers[1]), alt_baro,
                                      text_of(decoding, READSB_ALTITUDE, buffers[2]));
    int32_t altitude_ft = readsb_altitude_geom_ft(number_of(decoding, READSB_ALT_GEOM));
    if (altitude_ft == OBSERVATION_UNKNOWN)
        altitude_ft = readsb_altitude_baro_ft(alt_baro, number_of(decoding, READSB_ALTITUDE));
    readsb_nearby_add(decoding->nearby, icao24, position, on_ground, altitude_ft);
}

static void fill_identity(const struct decoding *decoding, struct observation *observation)
{
    char buffers[4][JSON_TEXT_MAX];
    struct readsb_identity identity = {
        .registration = text_of(decoding, READSB_REGISTRATION, buffers[0]),
        .type_code = text_of(decoding, READSB_TYPE_CODE, buffers[1]),
        .flight = text_of(decoding, READSB_FLIGHT, buffers[2]),
        .squawk = text_of(decoding, READSB_SQUAWK, buffers[3]),
        .db_flags = number_of(decoding, READSB_DB_FLAGS),
    };
    readsb_fill_identity(&identity, observation);
}

// Keeps a watched aircraft. Its numbers are converted only once it is known to be one.
static void keep_if_watched(struct decoding *decoding, struct observation *observation,
                            const char *begin, const char *end)
{
    fill_identity(decoding, observation);
    observation->watch_mask = watch_list_match(decoding->interest->watch, observation);
    if (observation->watch_mask == 0)
        return;
    char buffer[JSON_TEXT_MAX];
    struct readsb_numbers numbers;
    readsb_object_numbers(&decoding->object, &numbers);
    numbers.type = text_of(decoding, READSB_TYPE, buffer);
    readsb_fill_numbers(&numbers, observation);
    observation->raw_offset = (uint32_t)(begin - decoding->scan.begin);
    observation->raw_length = (uint32_t)(end - begin);
    *array_append(&decoding->batch.kept) = *observation;
}

// An object that is not an aircraft counts as refused, unless it tells that the whole answer is wrong.
static int take_refused(struct decoding *decoding, const char *begin)
{
    if (readsb_object_has(&decoding->object, READSB_ICAO) &&
        readsb_object_has(&decoding->object, READSB_POSTIME))
        return refuse(decoding, -EBADMSG, begin,
                      "this is ADSBexchange's version 1 (\"icao\", \"postime\"); only version 2 is read");
    decoding->batch.objects_refused++;
    return 0;
}

// The object from `begin` to `end`, which was just scanned.
static int take_aircraft(struct decoding *decoding, const char *begin, const char *end)
{
    if (end - begin > FEED_OBJECT_BYTES_MAX)
        return refuse(decoding, -E2BIG, begin, "an object of more than 65536 bytes");
    if (is_fake_text(decoding, READSB_REGISTRATION) || is_fake_text(decoding, READSB_FLIGHT))
        return refuse(decoding, -EPROTO, begin,
                      "the fake aircraft " READSB_FAKE_REGISTRATION ": the feed refuses us");
    char buffer[JSON_TEXT_MAX], icao24[ICAO24_SIZE];
    if (!readsb_address(text_of(decoding, READSB_HEX, buffer), icao24))
        return take_refused(decoding, begin);
    decoding->batch.aircraft_heard++;
    struct position position = {(double)NAN, (double)NAN};
    bool has_position = readsb_position(number_of(decoding, READSB_LAT),
                                        number_of(decoding, READSB_LON), &position);
    decoding->batch.aircraft_with_position += has_position;
    if (has_position && decoding->nearby != NULL &&
        readsb_nearby_may_hold(decoding->nearby, position))
        hear_nearby(decoding, icao24, position);
    if (!watch_list_may_match_address(decoding->interest->watch, icao24))
        return 0;
    struct observation observation = {.has_position = has_position, .position = position};
    memcpy(observation.icao24, icao24, sizeof observation.icao24);
    keep_if_watched(decoding, &observation, begin, end);
    return 0;
}

static int count_object(struct decoding *decoding, const char *at)
{
    if (++decoding->objects > FEED_AIRCRAFT_MAX)
        return refuse(decoding, -E2BIG, at, "more than 100000 aircraft");
    return 0;
}

// An element of the envelope's array: an aircraft, or anything else.
static int take_element(struct decoding *decoding, const char *at, const char **ret_after)
{
    int code = count_object(decoding, at);
    if (code < 0)
        return code;
    bool is_object = *at == '{';
    // Two containers are open around it: the envelope and its array.
    const char *after = is_object ? readsb_object_scan(&decoding->object, &decoding->layout,
                                                       &decoding->scan, at, 2)
                                  : json_scan_value(&decoding->scan, at, 2);
    if (after == NULL)
        return refuse_scan(decoding);
    *ret_after = after;
    if (is_object)
        return take_aircraft(decoding, at, after);
    decoding->batch.objects_refused++;
    return 0;
}

// From the array's '[' to behind its ']'.
static int take_array(struct decoding *decoding, const char *at, const char **ret_after)
{
    struct json_scan *scan = &decoding->scan;
    at = json_scan_blanks(scan, at + 1);
    if (at != NULL && *at == ']') {
        *ret_after = at + 1;
        return 0;
    }
    while (at != NULL) {
        int code = take_element(decoding, at, &at);
        if (code < 0)
            return code;
        at = json_scan_blanks(scan, at);
        if (at != NULL && *at == ']') {
            *ret_after = at + 1;
            return 0;
        }
        if (at != NULL && *at != ',')
            at = json_scan_fail(scan, at, "expected ',' or ']'");
        at = at != NULL ? json_scan_blanks(scan, at + 1) : NULL;
    }
    return refuse_scan(decoding);
}

// A value of the first object. The first array under "ac" or "aircraft" makes it an envelope.
static int take_first_value(struct decoding *decoding, struct readsb_object *first,
                            enum readsb_field field, const char *at, bool *is_envelope,
                            const char **ret_after)
{
    bool is_list = field == READSB_AC || field == READSB_AIRCRAFT;
    if (is_list && *at == '[' && !*is_envelope) {
        *is_envelope = true;
        return take_array(decoding, at, ret_after);
    }
    if (is_list && *at != '[' && *at != 'n')
        return refuse(decoding, -EBADMSG, at, "expected an array of aircraft");
    const char *after = json_scan_value(&decoding->scan, at, 1);
    if (after == NULL)
        return refuse_scan(decoding);
    readsb_object_note(first, field, at, after);
    *ret_after = after;
    return 0;
}

// The first object of the answer, from its '{' to behind its '}'.
static int take_first(struct decoding *decoding, const char *at, struct readsb_object *first,
                      bool *ret_is_envelope, const char **ret_after)
{
    struct json_scan *scan = &decoding->scan;
    bool is_envelope = false;
    first->seen = 0;
    at = json_scan_blanks(scan, at + 1);
    bool done = at != NULL && *at == '}';
    while (at != NULL && !done) {
        struct readsb_layout_step step =
            readsb_layout_learn(&decoding->layout, scan, at, READSB_LAYOUT_START);
        at = step.value;
        if (at == NULL)
            break;
        int code = take_first_value(decoding, first, step.field, at, &is_envelope, &at);
        if (code < 0)
            return code;
        at = json_scan_blanks(scan, at);
        done = at != NULL && *at == '}';
        if (at == NULL || done)
            break;
        at = *at == ',' ? json_scan_blanks(scan, at + 1)
                        : json_scan_fail(scan, at, "expected ',' or '}'");
    }
    if (at == NULL)
        return refuse_scan(decoding);
    *ret_is_envelope = is_envelope;
    *ret_after = at + 1;
    return 0;
}

static void add_now(struct observation_array *kept, size_t from, utc_us now)
{
    for (size_t i = from; i < kept->count; i++)
        kept->items[i].observed_at += now;
}

// An empty list is good news only when the feed says nothing to the contrary.
static int check_empty(struct decoding *decoding, const struct readsb_object *envelope)
{
    if (readsb_object_number(envelope, READSB_TOTAL) > 0 ||
        readsb_object_number(envelope, READSB_RESULT_COUNT) > 0)
        return error_set(decoding->error, -EPROTO, "no aircraft, but the feed counted some");
    char buffer[JSON_TEXT_MAX];
    if (readsb_object_has(envelope, READSB_MSG) && *envelope->values[READSB_MSG].begin == '"' &&
        !json_text_is(readsb_object_text(envelope, READSB_MSG, buffer), "No error"))
        return error_set(decoding->error, -EPROTO, "no aircraft, but a message: %.*s",
                         (int)(envelope->values[READSB_MSG].end - envelope->values[READSB_MSG].begin),
                         envelope->values[READSB_MSG].begin);
    return 0;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && json_is_blank(*at))
        at++;
    return at;
}

static int finish_envelope(struct decoding *decoding, const struct readsb_object *envelope,
                           const char *at)
{
    at = skip_blanks(at, decoding->scan.end);
    if (at < decoding->scan.end)
        return refuse(decoding, -EBADMSG, at, "more bytes after the answer");
    // Without the feed's time no position has one: the answer may come from any cache.
    utc_us now = UTC_UNKNOWN;
    int code = read_now(decoding, envelope, UTC_UNKNOWN, &now);
    if (code < 0)
        return code;
    if (now == UTC_UNKNOWN)
        return error_set(decoding->error, -EBADMSG, "an answer without the time \"now\"");
    if (decoding->objects == 0)
        code = check_empty(decoding, envelope);
    if (code < 0)
        return code;
    decoding->batch.now = now;
    add_now(&decoding->batch.kept, 0, now);
    return 0;
}

// An aircraft that stands alone: in decoding->object, from `begin` to `end`. To tell it from any other
// object with a "hex", it must say when it was seen.
static int take_lone(struct decoding *decoding, const char *begin, const char *end)
{
    int code = count_object(decoding, begin);
    if (code < 0)
        return code;
    const struct readsb_object *object = &decoding->object;
    if (isnan(readsb_object_number(object, READSB_NOW)) &&
        isnan(readsb_object_number(object, READSB_SEEN)) &&
        isnan(readsb_object_number(object, READSB_SEEN_POS)))
        return take_refused(decoding, begin);
    utc_us now = UTC_UNKNOWN;
    code = read_now(decoding, object, UTC_UNKNOWN, &now);
    size_t kept = decoding->batch.kept.count;
    if (code == 0)
        code = take_aircraft(decoding, begin, end);
    if (code < 0)
        return code;
    add_now(&decoding->batch.kept, kept, now != UTC_UNKNOWN ? now : decoding->received_at);
    if (now != UTC_UNKNOWN && (decoding->batch.now == UTC_UNKNOWN || now > decoding->batch.now))
        decoding->batch.now = now;
    return 0;
}

// Between two objects: the end of a line, with a comma before it where a recorder made an array's body of
// the lines. Gives the end of the text after the last one.
static int next_line(struct decoding *decoding, const char *at, const char **ret_next)
{
    const char *end = decoding->scan.end;
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == ','))
        if (*at++ == ',')
            break;
    const char *line_end = at;
    at = skip_blanks(at, end);
    if (at < end && memchr(line_end, '\n', (size_t)(at - line_end)) == NULL)
        return refuse(decoding, -EBADMSG, at, "more bytes after the answer");
    *ret_next = at;
    return 0;
}

// The first object was no envelope: it is one aircraft, or the first of many lines.
static int take_lines(struct decoding *decoding, const char *begin, const char *after)
{
    for (;;) {
        int code = take_lone(decoding, begin, after);
        if (code == 0)
            code = next_line(decoding, after, &begin);
        if (code < 0)
            return code;
        if (begin == decoding->scan.end)
            return 0;
        if (*begin != '{')
            return refuse(decoding, -EBADMSG, begin, "expected an object on the next line");
        after = readsb_object_scan(&decoding->object, &decoding->layout, &decoding->scan, begin, 0);
        if (after == NULL)
            return refuse_scan(decoding);
    }
}

static int decode_body(struct decoding *decoding, const char *at)
{
    bool is_envelope = false;
    const char *after = at;
    struct readsb_object first;
    int code = take_first(decoding, at, &first, &is_envelope, &after);
    if (code < 0)
        return code;
    if (is_envelope) {
        code = finish_envelope(decoding, &first, after);
    } else {
        decoding->object = first;
        code = take_lines(decoding, at, after);
    }
    if (code == 0 && decoding->batch.aircraft_heard == 0 && decoding->objects > 0)
        return error_set(decoding->error, -EBADMSG, "none of %" PRIu32 " objects is an aircraft",
                         decoding->objects);
    return code;
}

// What is plainly no answer at all.
static int check_start(struct decoding *decoding, const char **ret_start)
{
    const char *at = skip_blanks(decoding->scan.begin, decoding->scan.end);
    size_t left = (size_t)(decoding->scan.end - at);
    if (left == 0)
        return error_set(decoding->error, -EPROTO, "an empty answer");
    if (*at == '<')
        return refuse(decoding, -EPROTO, at, "HTML or XML instead of JSON");
    if (left >= 2 && (unsigned char)at[0] == 0x1f && (unsigned char)at[1] == 0x8b)
        return refuse(decoding, -EBADMSG, at, "still compressed with gzip");
    if (*at != '{')
        return refuse(decoding, -EBADMSG, at, "expected an object");
    *ret_start = at;
    return 0;
}

static int decode(const char *body, size_t length, utc_us received_at,
                  const struct feed_interest *interest, struct feed_batch *ret_batch,
                  struct error *error)
{
    *ret_batch = (struct feed_batch){.now = UTC_UNKNOWN};
    if (length > UINT32_MAX)
        return error_set(error, -E2BIG, "an answer of more than 4 GiB");
    struct decoding decoding = {
        .scan = {.begin = body, .end = body + length},
        .interest = interest,
        .received_at = received_at,
        .batch = {.now = UTC_UNKNOWN},
        .error = error,
    };
    const char *start = body;
    int code = check_start(&decoding, &start);
    if (code < 0)
        return code;
    readsb_layout_init(&decoding.layout);
    decoding.nearby = readsb_nearby_new(interest);
    code = decode_body(&decoding, start);
    if (code == 0) {
        decoding.batch.nearby_count = interest->place_count;
        if (decoding.nearby != NULL)
            decoding.batch.nearby = readsb_nearby_take(decoding.nearby);
        *ret_batch = decoding.batch;
    } else {
        feed_batch_done(&decoding.batch);
    }
    readsb_nearby_free(decoding.nearby);
    return code;
}

const struct feed_decoder readsb_decoder = {.kind = "readsb", .decode = decode};
