// SPDX-License-Identifier: MIT
#include "net/remote_host.h"

#include <string.h>

static bool is_below(const char *host, const char *ending)
{
    size_t length = strlen(host), ending_length = strlen(ending);
    return length > ending_length && strcmp(host + length - ending_length, ending) == 0;
}

bool remote_host_is_listed(const char *host, char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *pattern = patterns[i];
        bool is_listed = strncmp(pattern, "*.", 2) == 0 ? is_below(host, pattern + 1)
                                                        : strcmp(host, pattern) == 0;
        if (is_listed)
            return true;
    }
    return false;
}
