// SPDX-License-Identifier: MIT
#include "net/retry_after.h"

#include "base/text.h"

#include <curl/curl.h>
#include <string.h>

static int64_t clamp(int64_t seconds)
{
    if (seconds < 0)
        return 0;
    return seconds > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : seconds;
}

static int64_t parse_seconds(const char *digits)
{
    int64_t seconds = 0;

    for (; *digits >= '0' && *digits <= '9'; digits++) {
        if (seconds <= RETRY_AFTER_MAX_S) // more digits cannot make it smaller
            seconds = seconds * 10 + (*digits - '0');
    }
    return *digits == '\0' ? clamp(seconds) : -1;
}

int64_t retry_after_parse(const char *value, int64_t now_s)
{
    char trimmed[64]; // the longest HTTP-date, RFC 850's, has 33 characters

    if (!text_copy_trimmed(trimmed, sizeof trimmed, value, strlen(value)) || trimmed[0] == '\0')
        return -1;
    if (trimmed[0] >= '0' && trimmed[0] <= '9')
        return parse_seconds(trimmed);
    // Every form of HTTP-date has a weekday, a comma or blank, and a time of day. curl_getdate
    // takes far more than that ("Friday", "-5"), which here is garbage rather than a time.
    if (strchr(trimmed, ' ') == NULL || strchr(trimmed, ':') == NULL)
        return -1;
    int64_t date_s = (int64_t)curl_getdate(trimmed, NULL);
    return date_s < 0 ? -1 : clamp(date_s - now_s);
}
