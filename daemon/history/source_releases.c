// SPDX-License-Identifier: MIT
// adsb.lol's releases: one archive a day, in parts, listed in an index of the year.
#include "history/release_index.h"
#include "history/source.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define URL_SIZE 1100

// A day is published some days after it, in the repository of the year in which that happens: of
// the last days of a year the list of the next one may have to be asked (feeds.md 2.6: that of 2025
// begins with 2024-12-29).
#define LATE_DAYS 8

struct index {
    char year[5]; // of which it is; empty where there is one for all
    struct text text;
    bool is_absent; // the source has none of that year
    char why[300];
};
struct index_array ARRAY_OF(struct index);

static int fetch_index(struct history_source *source, const char *url, struct text *text,
                       struct error *error)
{
    struct download *download;
    const uint8_t *bytes;
    ssize_t length;
    int ret = history_source_pace(source, error);
    if (ret == 0)
        ret = download_open(source->client, url, RELEASE_INDEX_BYTES_MAX, &download, error);
    if (ret < 0)
        return ret;
    while ((length = download_read(download, &bytes, error)) > 0)
        text_append_bytes(text, bytes, (size_t)length);
    download_free(download);
    return length < 0 ? (int)length : 0;
}

// The address with the year in place of its mark.
static void make_url(const char *address, const char *year, char url[URL_SIZE])
{
    static const char mark[] = "{year}";
    const char *found = strstr(address, mark);
    if (found == NULL)
        snprintf(url, URL_SIZE, "%s", address);
    else
        snprintf(url, URL_SIZE, "%.*s%s%s", (int)(found - address), address, year,
                 found + strlen(mark));
}

// Fetches the year's index, unless it is there.
static int take_index(struct history_source *source, struct index_array *indexes, const char *year,
                      const struct index **ret_index, struct error *error)
{
    char url[URL_SIZE];
    struct error problem = {0};
    if (strstr(source->config->address, "{year}") == NULL)
        year = "";
    array_foreach (indexes, known) {
        *ret_index = known;
        if (strcmp(known->year, year) == 0)
            return 0;
    }
    struct index *index = array_append(indexes);
    text_copy(index->year, sizeof index->year, year);
    text_init(&index->text, RELEASE_INDEX_BYTES_MAX + 1);
    make_url(source->config->address, year, url);
    int ret = fetch_index(source, url, &index->text, &problem);
    index->is_absent = ret == -ENOENT;
    snprintf(index->why, sizeof index->why, "%.299s", problem.message);
    *ret_index = index;
    return ret < 0 && ret != -ENOENT ? error_set(error, ret, "%s", problem.message) : 0;
}

static void miss(struct history_missing_days *missing, utc_us day, const char *words)
{
    struct history_missing *one = array_append(missing);
    one->day = day;
    text_copy(one->words, sizeof one->words, words);
}

static void add_item(struct history_items *items, struct release *release)
{
    struct history_item *item = array_append(items);
    *item = (struct history_item){
        .day = release->day, .kind = ARCHIVE_KIND_TAR, .urls = TAKE(release->urls)};
    text_copy(item->name, sizeof item->name, release->name);
    if (release->absent[0] != '\0')
        snprintf(item->flaw, sizeof item->flaw, "the index lacks its part .tar.%s",
                 release->absent);
}

static int find_in_year(struct history_source *source, struct index_array *indexes, utc_us day,
                        utc_us year_of, struct release *release, char why[300], struct error *error)
{
    const struct index *index;
    struct error problem = {0};
    char text[UTC_TEXT_SIZE], year[5];
    snprintf(year, sizeof year, "%.4s", utc_format_day(year_of, text));
    int ret = take_index(source, indexes, year, &index, error);
    if (ret < 0)
        return ret;
    int found = index->is_absent ? 0
                                 : release_index_find(index->text.bytes, index->text.length, day,
                                                      release, &problem);
    snprintf(why, 300, "%.299s",
             index->is_absent ? index->why
             : found < 0      ? problem.message
                              : "the index names no release of it");
    return found > 0;
}

static int plan_day(struct history_source *source, struct index_array *indexes, utc_us day,
                    struct history_items *items, struct history_missing_days *missing,
                    struct error *error)
{
    struct release release;
    char why[300], why_late[300], own[UTC_TEXT_SIZE], late[UTC_TEXT_SIZE];
    int found = find_in_year(source, indexes, day, day, &release, why, error);
    bool may_be_late =
        strncmp(utc_format_day(day, own), utc_format_day(day + LATE_DAYS * UTC_DAY, late), 4) != 0;
    if (found == 0 && may_be_late)
        found = find_in_year(source, indexes, day, day + LATE_DAYS * UTC_DAY, &release, why_late,
                             error);
    if (found > 0)
        add_item(items, &release);
    else if (found == 0)
        miss(missing, day, why);
    return found < 0 ? found : 0;
}

static int plan(struct history_source *source, const struct history_order *order,
                struct history_items *items, struct history_missing_days *missing,
                struct error *error)
{
    struct index_array indexes = {0};
    int ret = 0;
    for (utc_us day = order->first_day; day <= order->last_day && ret == 0; day += UTC_DAY)
        ret = plan_day(source, &indexes, day, items, missing, error);
    array_foreach (&indexes, index)
        text_done(&index->text);
    array_free(&indexes);
    return ret;
}

const struct history_kind history_kind_releases = {
    .name = "adsb.lol-releases",
    .plan = plan,
};
