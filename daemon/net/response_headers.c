// SPDX-License-Identifier: MIT
#include "net/response_headers.h"

#include "base/text.h"
#include "net/retry_after.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#define FIELD(member)                                                                              \
    offsetof(struct response_headers, member), sizeof(((struct response_headers *)0)->member)

// Which lines are kept. Names of feeds.md 1.5 (RapidAPI), 3.3 (OpenSky) and the common ones.
static const struct kept_header {
    const char *name;
    size_t offset, size;
} KEPT_HEADERS[] = {
    {"content-type", FIELD(content_type)},
    {"retry-after", FIELD(retry_after)},
    {"x-rate-limit-retry-after-seconds", FIELD(rate_limit_retry_after)},
    {"x-rate-limit-remaining", FIELD(rate_limit_remaining)},
    {"x-ratelimit-api-requests-remaining", FIELD(rate_limit_remaining)},
    {"x-ratelimit-remaining", FIELD(rate_limit_remaining)},
    {"ratelimit-remaining", FIELD(rate_limit_remaining)},
    {"date", FIELD(date)},
    {"etag", FIELD(etag)},
    {"last-modified", FIELD(last_modified)},
    {"content-length", FIELD(content_length)},
    {"content-range", FIELD(content_range)},
};

// A value that is too long is none at all: half a date is another date.
static void keep(struct response_headers *headers, const struct kept_header *kept,
                 const char *value, size_t length)
{
    char *destination = (char *)headers + kept->offset;

    if (!text_copy_trimmed(destination, kept->size, value, length) ||
        !text_is_utf8(destination, strlen(destination)))
        destination[0] = '\0';
}

// gzip is all that is asked for; servers that sent something else answer no request of ours.
static bool is_asked_encoding(const char *value, size_t length)
{
    char encoding[16];

    if (!text_copy_trimmed(encoding, sizeof encoding, value, length))
        return false;
    return text_equal_ignoring_case(encoding, "gzip") ||
           text_equal_ignoring_case(encoding, "x-gzip") ||
           text_equal_ignoring_case(encoding, "identity") || encoding[0] == '\0';
}

static bool is_named(const char *line, size_t name_length, const char *name)
{
    return strlen(name) == name_length && strncasecmp(name, line, name_length) == 0;
}

static void begin_anew(struct response_headers *headers)
{
    *headers = (struct response_headers){.lines = headers->lines, .bytes = headers->bytes};
}

bool response_headers_add(struct response_headers *headers, const char *line, size_t length)
{
    headers->lines++;
    headers->bytes += length;
    if (headers->lines > RESPONSE_HEADER_LINES_MAX || headers->bytes > RESPONSE_HEADER_BYTES_MAX)
        return false;
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        begin_anew(headers);
        return true;
    }
    const char *colon = memchr(line, ':', length);
    if (colon == NULL)
        return true;
    size_t name_length = (size_t)(colon - line);
    while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == '\n'))
        length--;
    for (size_t i = 0; i < sizeof KEPT_HEADERS / sizeof KEPT_HEADERS[0]; i++) {
        const struct kept_header *kept = &KEPT_HEADERS[i];
        if (is_named(line, name_length, kept->name))
            keep(headers, kept, colon + 1, length - name_length - 1);
    }
    if (is_named(line, name_length, "content-encoding") &&
        !is_asked_encoding(colon + 1, length - name_length - 1))
        headers->encoding_unasked = true;
    return true;
}

int64_t response_headers_retry_after_s(const struct response_headers *headers, int64_t now_s)
{
    int64_t date_s = headers->date[0] != '\0' ? (int64_t)curl_getdate(headers->date, NULL) : -1;
    int64_t by_header = retry_after_parse(headers->retry_after, date_s > 0 ? date_s : now_s);
    int64_t by_rate_limit = retry_after_parse(headers->rate_limit_retry_after, now_s);

    return by_header > by_rate_limit ? by_header : by_rate_limit;
}

int64_t response_headers_rate_limit_remaining(const struct response_headers *headers)
{
    int64_t remaining = 0;

    if (headers->rate_limit_remaining[0] == '\0')
        return -1;
    for (const char *digit = headers->rate_limit_remaining; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || remaining > INT64_MAX / 10 - 10)
            return -1;
        remaining = remaining * 10 + (*digit - '0');
    }
    return remaining;
}
