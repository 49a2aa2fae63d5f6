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

struct index {
    char year[5]; // of which it is; empty: none was fetched
    struct text text;
    bool is_absent; // the source has none of that year
    char why[300];
};

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
        snprintf(url, URL_SIZE, "%.*s%s%s", (int)(found - address), address, year, found + strlen(mark));
}

static int take_year(struct history_source *source, struct index *index, const char *year, struct error *error)
{
    char url[URL_SIZE];
    struct error problem = {0};
    bool is_one_for_all = strstr(source->config->address, "{year}") == NULL;
    if (strcmp(index->year, year) == 0 || (is_one_for_all && index->year[0] != '\0'))
        return 0;
    text_clear(&index->text);
    make_url(source->config->address, year, url);
    int ret = fetch_index(source, url, &index->text, &problem);
    index->is_absent = ret == -ENOENT;
    if (ret < 0 && ret != -ENOENT)
        return error_set(error, ret, "%s", problem.message);
    snprintf(index->why, sizeof index->why, "%.299s", problem.message);
    memcpy(index->year, year, sizeof index->year);
    return 0;
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
    *item = (struct history_item){.day = release->day, .kind = ARCHIVE_KIND_TAR, .urls = TAKE(release->urls)};
    text_copy(item->name, sizeof item->name, release->name);
    if (release->absent[0] != '\0')
        snprintf(item->flaw, sizeof item->flaw, "the index lacks its part .tar.%s", release->absent);
}

static void plan_day(const struct index *index, utc_us day, struct history_items *items,
                     struct history_missing_days *missing)
{
    struct release release;
    struct error problem = {0};
    int ret = index->is_absent ? 0
                               : release_index_find(index->text.bytes, index->text.length, day, &release, &problem);
    if (ret > 0)
        add_item(items, &release);
    else
        miss(missing, day, index->is_absent ? index->why : ret < 0 ? problem.message : "the index names no release of it");
}

static int plan(struct history_source *source, const struct history_order *order, struct history_items *items,
                struct history_missing_days *missing, struct error *error)
{
    struct index index = {.year = ""};
    int ret = 0;
    text_init(&index.text, RELEASE_INDEX_BYTES_MAX + 1);
    for (utc_us day = order->first_day; day <= order->last_day && ret == 0; day += UTC_DAY) {
        char text[UTC_TEXT_SIZE], year[5];
        snprintf(year, sizeof year, "%.4s", utc_format_day(day, text));
        ret = take_year(source, &index, year, error);
        if (ret == 0)
            plan_day(&index, day, items, missing);
    }
    text_done(&index.text);
    return ret;
}

const struct history_kind history_kind_releases = {
    .name = "adsb.lol-releases",
    .plan = plan,
};
