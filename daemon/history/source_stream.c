// SPDX-License-Identifier: MIT
#include "history/source_stream.h"

#include "base/memory.h"
#include "history/release_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// Days have 3.6 GiB at most in 2025 (feeds.md 2.6).
#define ARCHIVE_BYTES_MAX ((uint64_t)64 << 30)
#define PARTS_MAX 100

struct source_stream {
    struct history_stream head; // first: what others see
    struct history_source *source;
    char *urls;             // the item's, cut into texts
    char *parts[PARTS_MAX]; // within `urls`
    size_t part_count, next_part;
    uint64_t bytes_max;
    struct download *download; // of the part that is read; NULL between two
};

static int open_part(struct source_stream *stream, struct error *error)
{
    int ret = history_source_pace(stream->source, error);
    if (ret < 0)
        return ret;
    ret = download_open(stream->source->client, stream->parts[stream->next_part], stream->bytes_max,
                        &stream->download, error);
    stream->next_part += ret == 0;
    return ret;
}

static ssize_t read_stream(struct history_stream *head, const uint8_t **ret_bytes,
                           struct error *error)
{
    struct source_stream *stream = (struct source_stream *)head;
    for (;;) {
        if (stream->download == NULL) {
            if (stream->next_part == stream->part_count)
                return 0;
            int ret = open_part(stream, error);
            if (ret < 0)
                return ret;
        }
        ssize_t length = download_read(stream->download, ret_bytes, error);
        if (length > 0)
            stream->source->fetched_bytes += (uint64_t)length;
        if (length != 0)
            return length;
        download_free(stream->download);
        stream->download = NULL;
    }
}

static void free_stream(struct history_stream *head)
{
    struct source_stream *stream = (struct source_stream *)head;
    download_free(stream->download);
    free(stream->urls);
    free(stream);
}

static const struct history_stream_verbs verbs = {read_stream, free_stream};

static int split_urls(struct source_stream *stream, const char *urls, struct error *error)
{
    char *rest = stream->urls = memory_copy_string(urls), *url;
    while ((url = strsep(&rest, "\n")) != NULL) {
        if (url[0] == '\0')
            continue;
        if (stream->part_count == PARTS_MAX)
            return error_set(error, -E2BIG, "%s: more than %d parts", stream->head.name, PARTS_MAX);
        stream->parts[stream->part_count++] = url;
    }
    return stream->part_count > 0
               ? 0
               : error_set(error, -EINVAL, "%s: nothing to fetch", stream->head.name);
}

static int learn_sizes(struct source_stream *stream, struct error *error)
{
    uint64_t total = 0;
    bool is_known = true;
    for (size_t i = 0; i < stream->part_count; i++) {
        uint64_t bytes = 0;
        int ret = history_source_pace(stream->source, error);
        if (ret == 0)
            ret = download_size(stream->source->client, stream->parts[i], &bytes, error);
        if (ret < 0 && (ret != -ENOENT || i == 0))
            return ret;
        is_known = is_known && bytes > 0;
        total += bytes;
    }
    stream->head.total_bytes = is_known ? total : 0;
    return 0;
}

static int begin(struct source_stream *stream, const char *urls, struct error *error)
{
    int ret = split_urls(stream, urls, error);
    if (ret == 0 && stream->part_count > 1)
        return learn_sizes(stream, error);
    if (ret == 0)
        ret = open_part(stream, error);
    if (ret == 0)
        stream->head.total_bytes = download_total(stream->download);
    return ret;
}

int source_stream_new(struct history_source *source, const struct history_item *item,
                      struct history_stream **ret_stream, struct error *error)
{
    struct source_stream *stream = memory_allocate_zeroed(1, sizeof *stream);
    stream->head.verbs = &verbs;
    stream->head.day = item->kind == ARCHIVE_KIND_TAR ? item->day : UTC_UNKNOWN;
    stream->head.is_incomplete = item->flaw[0] != '\0' || !release_holds_all(item->name);
    stream->source = source;
    memcpy(stream->head.name, item->name, sizeof stream->head.name);
    stream->bytes_max =
        item->kind == ARCHIVE_KIND_TRACE ? ARCHIVE_FILE_BYTES_MAX : ARCHIVE_BYTES_MAX;
    int ret = begin(stream, item->urls, error);
    if (ret < 0) {
        free_stream(&stream->head);
        return ret;
    }
    source->stream_total = stream->head.total_bytes;
    source->stream_began = source->fetched_bytes;
    *ret_stream = &stream->head;
    return 0;
}
