// SPDX-License-Identifier: MIT
#include "history/release_index.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

void release_done(struct release *release)
{
    free(release->urls);
    release->urls = NULL;
}

// One URL of a line.
struct asset {
    const char *url;
    size_t url_length;
    char stem[RELEASE_NAME_SIZE];
    char part[3]; // "aa"; empty for a release of one file
    utc_us day;
};

static size_t part_number(const char *part)
{
    return (size_t)(part[0] - 'a') * 26 + (size_t)(part[1] - 'a');
}

// "aa" and what follows, but not the endings of compressed archives ("gz", "xz").
static bool is_part_word(const char *word)
{
    return word[0] >= 'a' && word[0] <= 'z' && word[1] >= 'a' && word[1] <= 'z' &&
           part_number(word) < RELEASE_PARTS_MAX;
}

// "v2025.10.26-planes-...".
static bool read_day(const char *stem, utc_us *ret_day)
{
    char day[11];
    if (stem[0] != 'v' || strlen(stem) < 12 || stem[11] != '-' || stem[5] != '.' || stem[8] != '.')
        return false;
    snprintf(day, sizeof day, "%.4s-%.2s-%.2s", stem + 1, stem + 6, stem + 9);
    return utc_parse(day, ret_day) == 0;
}

// False for what is no file of a release.
static bool read_asset(const char *url, size_t length, struct asset *asset)
{
    *asset = (struct asset){.url = url, .url_length = length};
    const char *name = url, *end = url + length;
    for (const char *at = url; at < end; at++)
        if (*at == '/')
            name = at + 1;
    const char *tar = memmem(name, (size_t)(end - name), ".tar", 4);
    if (tar == NULL ||
        !text_copy_bytes(asset->stem, sizeof asset->stem, name, (size_t)(tar - name)))
        return false;
    const char *rest = tar + 4;
    size_t rest_length = (size_t)(end - rest);
    if (rest_length == 3 && rest[0] == '.' && is_part_word(rest + 1))
        memcpy(asset->part, rest + 1, 2);
    else if (rest_length != 0)
        return false;
    return strspn(asset->stem, NAME_CHARACTERS) == strlen(asset->stem) &&
           read_day(asset->stem, &asset->day);
}

bool release_of_path(const char *path, char ret_name[RELEASE_NAME_SIZE], utc_us *ret_day)
{
    struct asset asset;
    if (!read_asset(path, strlen(path), &asset))
        return false;
    memcpy(ret_name, asset.stem, RELEASE_NAME_SIZE);
    *ret_day = asset.day;
    return true;
}

bool release_holds_all(const char *name)
{
    return strstr(name, "-mlatonly-") == NULL;
}

static size_t next_word(const char **at, const char *end, const char **ret_word)
{
    const char *comma = memchr(*at, ',', (size_t)(end - *at));
    const char *stop = comma != NULL ? comma : end;
    *ret_word = *at;
    *at = comma != NULL ? comma + 1 : end;
    while (stop > *ret_word && (stop[-1] == ' ' || stop[-1] == '\r' || stop[-1] == '\t'))
        stop--;
    while (*ret_word < stop && (**ret_word == ' ' || **ret_word == '\t'))
        (*ret_word)++;
    return (size_t)(stop - *ret_word);
}

static int compare_parts(const void *first, const void *second)
{
    return strcmp(((const struct asset *)first)->part, ((const struct asset *)second)->part);
}

static void find_gap(const struct asset *assets, size_t count, struct release *release)
{
    for (size_t i = 0; i < count && assets[0].part[0] != '\0'; i++) {
        if (part_number(assets[i].part) == i)
            continue;
        release->absent[0] = (char)('a' + i / 26);
        release->absent[1] = (char)('a' + i % 26);
        return;
    }
}

static int make_release(struct asset *assets, size_t count, struct release *release,
                        struct error *error)
{
    struct text urls;
    qsort(assets, count, sizeof *assets, compare_parts);
    for (size_t i = 1; i < count; i++)
        if (strcmp(assets[i].stem, assets[0].stem) != 0 ||
            strcmp(assets[i].part, assets[i - 1].part) == 0)
            return error_set(error, -EBADMSG, "%s: a line with parts that do not belong together",
                             assets[0].stem);
    *release = (struct release){.day = assets[0].day, .part_count = count};
    text_copy(release->name, sizeof release->name, assets[0].stem);
    find_gap(assets, count, release);
    text_init(&urls, RELEASE_INDEX_LINE_MAX + RELEASE_PARTS_MAX);
    for (size_t i = 0; i < count; i++) {
        text_append_bytes(&urls, assets[i].url, assets[i].url_length);
        text_append(&urls, "\n");
    }
    release->urls = TAKE(urls.bytes);
    return 0;
}

// 1 when the line is the day's.
static int read_line(const char *line, size_t length, utc_us day, struct release *release,
                     struct error *error)
{
    struct asset assets[RELEASE_PARTS_MAX], asset;
    size_t count = 0;
    const char *at = line, *end = line + length, *word;
    while (at < end) {
        size_t word_length = next_word(&at, end, &word);
        if (word_length == 0)
            continue;
        if (!read_asset(word, word_length, &asset))
            return 0; // a remark, or another kind of file
        if (count == 0 && asset.day != day)
            return 0;
        if (count == RELEASE_PARTS_MAX)
            return error_set(error, -EBADMSG, "%s: more than %d parts", asset.stem,
                             RELEASE_PARTS_MAX);
        assets[count++] = asset;
    }
    if (count == 0)
        return 0;
    int ret = make_release(assets, count, release, error);
    return ret < 0 ? ret : 1;
}

int release_index_find(const char *index, size_t length, utc_us day, struct release *ret_release,
                       struct error *error)
{
    const char *at = index, *end = index + length;
    for (size_t number = 1; at < end; number++) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t line_length = (size_t)((line_end != NULL ? line_end : end) - at);
        if (line_length > RELEASE_INDEX_LINE_MAX || memchr(at, '\0', line_length) != NULL)
            return error_set(error, -EBADMSG, "line %zu is no list of files", number);
        int ret = read_line(at, line_length, day, ret_release, error);
        if (ret != 0)
            return ret;
        at += line_length + (line_end != NULL);
    }
    return 0;
}
