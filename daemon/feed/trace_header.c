// SPDX-License-Identifier: MIT
#include "feed/trace_header.h"

#include "feed/json_convert.h"
#include "feed/readsb_meaning.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *key;
    size_t offset;
} wanted[] = {
    {"icao", offsetof(struct trace_header, icao)},
    {"r", offsetof(struct trace_header, registration)},
    {"t", offsetof(struct trace_header, type_code)},
    {"dbFlags", offsetof(struct trace_header, db_flags)},
    {"timestamp", offsetof(struct trace_header, timestamp)},
    {"trace", offsetof(struct trace_header, trace)},
};

void trace_header_note(struct trace_header *header, struct trace_span key, struct trace_span value)
{
    size_t length = (size_t)(key.end - key.begin);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct trace_span *span = (struct trace_span *)(void *)((char *)header + wanted[i].offset);
        if (strlen(wanted[i].key) == length && memcmp(key.begin, wanted[i].key, length) == 0 &&
            span->begin == NULL)
            *span = value;
    }
}

bool trace_header_is_ready(const struct trace_header *header)
{
    return header->icao.begin != NULL && header->timestamp.begin != NULL;
}

static struct json_text text_of(struct trace_span span, char buffer[JSON_TEXT_MAX])
{
    return span.begin != NULL ? json_text(span.begin, span.end, buffer)
                              : (struct json_text){NULL, 0};
}

static double number_of(struct trace_span span)
{
    return span.begin != NULL ? json_number(span.begin, span.end) : (double)NAN;
}

int trace_header_read(const struct trace_header *header, struct observation *ret_identity,
                      utc_us *ret_begins_at, struct error *error)
{
    char buffers[3][JSON_TEXT_MAX];
    struct observation identity = {.observed_at = UTC_UNKNOWN, .gps_ok_before = UTC_UNKNOWN};
    if (!readsb_address(text_of(header->icao, buffers[0]), identity.icao24))
        return error_set(error, -EBADMSG, "not a trace: \"icao\" is no address");
    const struct readsb_identity said = {
        .registration = text_of(header->registration, buffers[1]),
        .type_code = text_of(header->type_code, buffers[2]),
        .db_flags = number_of(header->db_flags),
    };
    readsb_fill_identity(&said, &identity);
    utc_us begins_at = utc_from_seconds(number_of(header->timestamp));
    if (begins_at == UTC_UNKNOWN)
        return error_set(error, -EBADMSG, "not a trace: \"timestamp\" is no time");
    *ret_identity = identity;
    *ret_begins_at = begins_at;
    return 0;
}
