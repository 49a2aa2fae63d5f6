// SPDX-License-Identifier: MIT
#include "history/archive_name.h"

#include <stddef.h>
#include <string.h>

#define ADDRESS_DIGITS 6

static const char trace_beginning[] = "trace_full_";

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), ending_length = strlen(ending);
    return length >= ending_length && strcmp(text + length - ending_length, ending) == 0;
}

const char *archive_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool archive_name_is_trace(const char *path)
{
    return strncmp(archive_base_name(path), trace_beginning, sizeof trace_beginning - 1) == 0;
}

bool archive_name_address(const char *path, char ret_icao24[ICAO24_SIZE])
{
    if (!archive_name_is_trace(path))
        return false;
    const char *address = archive_base_name(path) + sizeof trace_beginning - 1;
    size_t mark = address[0] == '~', length = mark + ADDRESS_DIGITS;
    if (strspn(address + mark, "0123456789abcdef") != ADDRESS_DIGITS || address[length] != '.')
        return false;
    memcpy(ret_icao24, address, length);
    ret_icao24[length] = '\0';
    return true;
}

bool archive_name_is_part(const char *path)
{
    size_t length = strlen(path);
    const char *end = path + length;
    return length > 7 && strncmp(end - 7, ".tar.", 5) == 0 && end[-2] >= 'a' && end[-2] <= 'z' &&
           end[-1] >= 'a' && end[-1] <= 'z';
}

bool archive_name_is_first_part(const char *path)
{
    return archive_name_is_part(path) && ends_with(path, ".aa");
}

bool archive_name_is_archive(const char *path)
{
    static const char *const endings[] = {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_with(path, endings[i]))
            return true;
    return archive_name_is_first_part(path);
}
