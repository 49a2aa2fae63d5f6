// SPDX-License-Identifier: MIT
#include "feed/readsb.h"

#include "feed/readsb_aircraft.h"

#include <errno.h>
#include <inttypes.h>

static int refuse_scan(struct readsb_decoding *decoding)
{
    const struct json_scan *scan = &decoding->scan;
    return readsb_refuse(decoding, scan->problem_code, scan->problem_at, scan->problem);
}

// The feed's time, or `otherwise` where it gives none. A time that can not be is an error: the
// answer comes from a stale cache, or one of the clocks is wrong.
static int read_now(struct readsb_decoding *decoding, const struct readsb_object *object,
                    utc_us otherwise, utc_us *ret_now)
{
    double said = readsb_object_number(object, READSB_NOW);
    if (isnan(said)) {
        *ret_now = otherwise;
        return 0;
    }
    utc_us now = readsb_time(said);
    if (now == UTC_UNKNOWN || now > decoding->received_at + READSB_CLOCK_TOLERANCE ||
        now < decoding->received_at - READSB_CLOCK_TOLERANCE)
        return readsb_refuse(decoding, -EPROTO, object->values[READSB_NOW].begin,
                             "\"now\" is more than a day from when the answer came");
    *ret_now = now;
    return 0;
}

static int count_object(struct readsb_decoding *decoding, const char *at)
{
    if (++decoding->objects > FEED_AIRCRAFT_MAX)
        return readsb_refuse(decoding, -E2BIG, at, "more than 100000 aircraft");
    return 0;
}

// An element of the envelope's array: an aircraft, or anything else.
static int take_element(struct readsb_decoding *decoding, const char *at, const char **ret_after)
{
    int code = count_object(decoding, at);
    if (code < 0)
        return code;
    bool is_object = *at == '{';
    // Two containers are open around it: the envelope and its array.
    const char *after =
        is_object ? readsb_object_scan(&decoding->object, &decoding->layout, &decoding->scan, at, 2)
                  : json_scan_value(&decoding->scan, at, 2);
    if (after == NULL)
        return refuse_scan(decoding);
    *ret_after = after;
    if (is_object)
        return readsb_take_aircraft(decoding, at, after);
    decoding->batch.objects_refused++;
    return 0;
}

// From the array's '[' to behind its ']'.
static int take_array(struct readsb_decoding *decoding, const char *at, const char **ret_after)
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
static int take_first_value(struct readsb_decoding *decoding, struct readsb_object *first,
                            enum readsb_field field, const char *at, bool *is_envelope,
                            const char **ret_after)
{
    bool is_list = field == READSB_AC || field == READSB_AIRCRAFT;
    if (is_list && *at == '[' && !*is_envelope) {
        *is_envelope = true;
        return take_array(decoding, at, ret_after);
    }
    if (is_list && *at != '[' && *at != 'n')
        return readsb_refuse(decoding, -EBADMSG, at, "expected an array of aircraft");
    const char *after = json_scan_value(&decoding->scan, at, 1);
    if (after == NULL)
        return refuse_scan(decoding);
    readsb_object_note(first, field, at, after);
    *ret_after = after;
    return 0;
}

// The first object of the answer, from its '{' to behind its '}'.
static int take_first(struct readsb_decoding *decoding, const char *at, struct readsb_object *first,
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
static int check_empty(struct readsb_decoding *decoding, const struct readsb_object *envelope)
{
    if (readsb_object_number(envelope, READSB_TOTAL) > 0 ||
        readsb_object_number(envelope, READSB_RESULT_COUNT) > 0)
        return error_set(decoding->error, -EPROTO, "no aircraft, but the feed counted some");
    char buffer[JSON_TEXT_MAX];
    if (readsb_object_has(envelope, READSB_MSG) && *envelope->values[READSB_MSG].begin == '"' &&
        !json_text_is(readsb_object_text(envelope, READSB_MSG, buffer), "No error"))
        return error_set(
            decoding->error, -EPROTO, "no aircraft, but a message: %.*s",
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

static int finish_envelope(struct readsb_decoding *decoding, const struct readsb_object *envelope,
                           const char *at)
{
    at = skip_blanks(at, decoding->scan.end);
    if (at < decoding->scan.end)
        return readsb_refuse(decoding, -EBADMSG, at, "more bytes after the answer");
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

// An aircraft that stands alone: in decoding->object, from `begin` to `end`. To tell it from any
// other object with a "hex", it must say when it was seen.
static int take_lone(struct readsb_decoding *decoding, const char *begin, const char *end)
{
    int code = count_object(decoding, begin);
    if (code < 0)
        return code;
    const struct readsb_object *object = &decoding->object;
    if (isnan(readsb_object_number(object, READSB_NOW)) &&
        isnan(readsb_object_number(object, READSB_SEEN)) &&
        isnan(readsb_object_number(object, READSB_SEEN_POS)))
        return readsb_take_refused(decoding, begin);
    utc_us now = UTC_UNKNOWN;
    code = read_now(decoding, object, UTC_UNKNOWN, &now);
    size_t kept = decoding->batch.kept.count;
    if (code == 0)
        code = readsb_take_aircraft(decoding, begin, end);
    if (code < 0)
        return code;
    add_now(&decoding->batch.kept, kept, now != UTC_UNKNOWN ? now : decoding->received_at);
    if (now != UTC_UNKNOWN && (decoding->batch.now == UTC_UNKNOWN || now > decoding->batch.now))
        decoding->batch.now = now;
    return 0;
}

// Between two objects: the end of a line, with a comma before it where a recorder made an array's
// body of the lines. Gives the end of the text after the last one.
static int next_line(struct readsb_decoding *decoding, const char *at, const char **ret_next)
{
    const char *end = decoding->scan.end;
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == ','))
        if (*at++ == ',')
            break;
    const char *line_end = at;
    at = skip_blanks(at, end);
    if (at < end && memchr(line_end, '\n', (size_t)(at - line_end)) == NULL)
        return readsb_refuse(decoding, -EBADMSG, at, "more bytes after the answer");
    *ret_next = at;
    return 0;
}

// The first object was no envelope: it is one aircraft, or the first of many lines.
static int take_lines(struct readsb_decoding *decoding, const char *begin, const char *after)
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
            return readsb_refuse(decoding, -EBADMSG, begin, "expected an object on the next line");
        after = readsb_object_scan(&decoding->object, &decoding->layout, &decoding->scan, begin, 0);
        if (after == NULL)
            return refuse_scan(decoding);
    }
}

static int decode_body(struct readsb_decoding *decoding, const char *at)
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
static int check_start(struct readsb_decoding *decoding, const char **ret_start)
{
    const char *at = skip_blanks(decoding->scan.begin, decoding->scan.end);
    size_t left = (size_t)(decoding->scan.end - at);
    if (left == 0)
        return error_set(decoding->error, -EPROTO, "an empty answer");
    if (*at == '<')
        return readsb_refuse(decoding, -EPROTO, at, "HTML or XML instead of JSON");
    if (left >= 2 && (unsigned char)at[0] == 0x1f && (unsigned char)at[1] == 0x8b)
        return readsb_refuse(decoding, -EBADMSG, at, "still compressed with gzip");
    if (*at != '{')
        return readsb_refuse(decoding, -EBADMSG, at, "expected an object");
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
    struct readsb_decoding decoding = {
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
