// SPDX-License-Identifier: MIT
#include "net/download_answer.h"

#include "base/text.h"

#include <string.h>

static bool read_number(const char **at, uint64_t *ret_number)
{
    const char *digit = *at;
    uint64_t number = 0;
    if (*digit < '0' || *digit > '9')
        return false;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        if (number > UINT64_MAX / 20)
            return false;
        number = number * 10 + (uint64_t)(*digit - '0');
    }
    *at = digit;
    *ret_number = number;
    return true;
}

// "bytes 500-999/8000". A total that is not known ("*") is taken as 0.
static bool read_range(const char *value, uint64_t *ret_first, uint64_t *ret_total)
{
    uint64_t last;
    if (strncmp(value, "bytes ", 6) != 0)
        return false;
    value += 6;
    if (!read_number(&value, ret_first) || *value++ != '-' || !read_number(&value, &last) ||
        *value++ != '/' || last < *ret_first)
        return false;
    *ret_total = 0;
    if (strcmp(value, "*") == 0)
        return true;
    return read_number(&value, ret_total) && *value == '\0' && *ret_total > last;
}

static uint64_t whole_length(const struct response_headers *headers)
{
    const char *value = headers->content_length;
    uint64_t length;
    return read_number(&value, &length) && *value == '\0' ? length : 0;
}

static bool differ(const char *known, const char *now)
{
    return known[0] != '\0' && now[0] != '\0' && strcmp(known, now) != 0;
}

static bool is_another_file(const struct download_progress *progress,
                            const struct response_headers *headers, uint64_t total)
{
    return differ(progress->etag, headers->etag) ||
           (progress->etag[0] == '\0' && differ(progress->last_modified, headers->last_modified)) ||
           (progress->total != 0 && total != 0 && total != progress->total);
}

static struct download_judgement judge_whole(const struct download_progress *progress,
                                             const struct response_headers *headers)
{
    struct download_judgement judgement = {
        .verdict = DOWNLOAD_TAKE,
        .skip = progress->position,
        .total = whole_length(headers),
    };
    if (is_another_file(progress, headers, judgement.total))
        judgement.verdict = DOWNLOAD_CHANGED;
    return judgement;
}

static struct download_judgement judge_part(const struct download_progress *progress,
                                            const struct response_headers *headers,
                                            bool asked_first_byte)
{
    struct download_judgement judgement = {.verdict = DOWNLOAD_NONSENSE};
    uint64_t first;
    bool was_asked = asked_first_byte || progress->position > 0;
    if (!was_asked || !read_range(headers->content_range, &first, &judgement.total) ||
        first != (asked_first_byte ? 0 : progress->position))
        return judgement;
    judgement.verdict =
        is_another_file(progress, headers, judgement.total) ? DOWNLOAD_CHANGED : DOWNLOAD_TAKE;
    return judgement;
}

static enum download_verdict judge_status(long status, bool has_begun)
{
    switch (status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        return DOWNLOAD_REDIRECT;
    case 404:
    case 410:
        return DOWNLOAD_ABSENT;
    case 403: // of a file that we were given a part of: a signed address that has run out
        return has_begun ? DOWNLOAD_LATER : DOWNLOAD_REFUSED;
    case 408:
    case 425:
    case 429:
        return DOWNLOAD_LATER;
    case 416: // it is shorter than it was
        return has_begun ? DOWNLOAD_CHANGED : DOWNLOAD_NONSENSE;
    default:
        break;
    }
    if (status >= 500 && status <= 599)
        return DOWNLOAD_LATER;
    return status >= 400 && status <= 499 ? DOWNLOAD_REFUSED : DOWNLOAD_NONSENSE;
}

struct download_judgement download_judge(const struct download_progress *progress, long status,
                                         const struct response_headers *headers,
                                         bool asked_first_byte)
{
    if (status == 200)
        return judge_whole(progress, headers);
    if (status == 206)
        return judge_part(progress, headers, asked_first_byte);
    return (struct download_judgement){.verdict = judge_status(status, progress->position > 0)};
}

void download_remember(struct download_progress *progress, const struct response_headers *headers,
                       uint64_t total)
{
    if (progress->total == 0)
        progress->total = total;
    if (progress->etag[0] == '\0')
        text_copy(progress->etag, sizeof progress->etag, headers->etag);
    if (progress->last_modified[0] == '\0')
        text_copy(progress->last_modified, sizeof progress->last_modified, headers->last_modified);
}

const char *download_condition(const struct download_progress *progress)
{
    size_t length = strlen(progress->etag);
    if (length < 2 || progress->etag[0] != '"' || progress->etag[length - 1] != '"')
        return NULL; // none, or a weak one, which If-Range does not take
    for (const char *at = progress->etag; *at != '\0'; at++)
        if (*at < 0x21 || *at > 0x7e)
            return NULL;
    return progress->etag;
}
