// SPDX-License-Identifier: MIT
#include "history/backfill_crew.h"

#include "base/memory.h"
#include "base/text.h"
#include "config/watch.h"
#include "history/scan_queue.h"
#include "history/stream.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct backfill_crew {
    const struct backfill_plan *plan;
    struct backfill_input input;
    struct scan_queue *queue;
    struct archive_reader *archives;
    struct error ended; // why reading ended early
    pthread_t reader;
    size_t scanner_count;
    pthread_t scanners[BACKFILL_JOBS_MAX];
};

// --- the thread that reads ------------------------------------------------------------------------

// With nowhere to listen at, only watched aircraft matter, and a name may say that it is none of
// them.
static bool is_wanted(const struct backfill_crew *crew, const struct archive_file *file)
{
    const struct feed_interest *interest = crew->plan->interest;
    return interest->place_count > 0 || file->icao24[0] == '\0' ||
           watch_list_may_match_address(interest->watch, file->icao24);
}

static bool pass_by(struct backfill_crew *crew, const struct archive_file *file)
{
    struct scan_item *item = scan_queue_reserve(crew->queue, 0);
    if (item == NULL)
        return false;
    *item = (struct scan_item){
        .kind = SCAN_ITEM_PASSED_BY,
        .archive = archive_reader_opened(crew->archives),
        .length = file->length,
        .day = UTC_UNKNOWN,
    };
    text_copy(item->name, sizeof item->name, file->name);
    scan_queue_put(crew->queue, item);
    return true;
}

static bool put_file(struct backfill_crew *crew, const struct archive_file *file)
{
    uint8_t sha256[DIGEST_SHA256_SIZE];
    struct scan_item *item = scan_queue_reserve(crew->queue, file->length);
    if (item == NULL)
        return false;
    digest_sha256(file->bytes, file->length, sha256);
    *item = (struct scan_item){
        .kind = SCAN_ITEM_FILE,
        .archive = archive_reader_opened(crew->archives),
        .bytes = memory_allocate(file->length > 0 ? file->length : 1),
        .length = file->length,
        .day = UTC_UNKNOWN,
    };
    text_copy(item->name, sizeof item->name, file->name);
    if (file->length > 0)
        memcpy(item->bytes, file->bytes, file->length);
    memcpy(item->content, sha256, sizeof item->content);
    scan_queue_put(crew->queue, item);
    return true;
}

static bool put_event(struct backfill_crew *crew, enum scan_item_kind kind,
                      const struct error *problem)
{
    struct scan_item *item = scan_queue_reserve(crew->queue, 0);
    if (item == NULL)
        return false;
    *item = (struct scan_item){
        .kind = kind,
        .archive = archive_reader_opened(crew->archives),
        .day = archive_reader_opened_day(crew->archives),
    };
    text_copy(item->name, sizeof item->name, archive_reader_opened_name(crew->archives));
    if (problem != NULL)
        item->problem = *problem;
    scan_queue_put(crew->queue, item);
    return true;
}

// False when the queue was stopped.
static bool read_archives(struct backfill_crew *crew)
{
    struct archive_file file;
    struct error problem = {0};
    bool goes_on = true;
    while (goes_on) {
        int step = archive_reader_next(crew->archives, &file, &problem);
        if (step == ARCHIVE_STEP_END)
            return true;
        if (step < 0)
            goes_on = put_event(crew, SCAN_ITEM_PROBLEM, &problem);
        else if (step == ARCHIVE_STEP_WHOLE)
            goes_on = put_event(crew, SCAN_ITEM_WHOLE, NULL);
        else
            goes_on = is_wanted(crew, &file) ? put_file(crew, &file) : pass_by(crew, &file);
    }
    return false;
}

static void read_streams(struct backfill_crew *crew, const struct backfill_streams *streams)
{
    struct error problem = {0};
    bool goes_on = true;
    while (goes_on) {
        struct history_stream *stream = NULL;
        enum archive_kind kind = ARCHIVE_KIND_TAR;
        int ret = streams->next(streams->data, &stream, &kind, &problem);
        if (ret == 0)
            return;
        if (ret == -ECANCELED) {
            crew->ended = problem;
            crew->ended.code = ret;
            return;
        }
        if (ret < 0) {
            goes_on = put_event(crew, SCAN_ITEM_PROBLEM, &problem);
            continue;
        }
        archive_reader_add_stream(crew->archives, stream, kind);
        goes_on = read_archives(crew);
    }
}

static void *run_reader(void *data)
{
    struct backfill_crew *crew = data;
    if (crew->input.streams != NULL)
        read_streams(crew, crew->input.streams);
    else
        read_archives(crew);
    scan_queue_end(crew->queue);
    return NULL;
}

// --- the threads that scan ------------------------------------------------------------------------

static void *run_scanner(void *data)
{
    const struct backfill_crew *crew = data;
    const struct backfill_plan *plan = crew->plan;
    struct scanner *scanner =
        scanner_new(plan->interest, plan->feed, plan->places, plan->place_count);
    struct scan_item *item;
    while ((item = scan_queue_take(crew->queue)) != NULL) {
        int ret = scanner_read(scanner, item->bytes, item->length, &item->scanned, &item->problem);
        if (ret < 0)
            error_prefix(&item->problem, "%s", item->name);
        scan_queue_finish(crew->queue, item);
    }
    scanner_free(scanner);
    return NULL;
}

// --- both -----------------------------------------------------------------------------------------

static size_t job_count(const struct backfill_plan *plan)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = plan->jobs > 0 ? plan->jobs : cores > 0 ? (size_t)cores : 1;
    return jobs < BACKFILL_JOBS_MAX ? jobs : BACKFILL_JOBS_MAX;
}

static int start_threads(struct backfill_crew *crew)
{
    int ret = 0;
    for (size_t jobs = job_count(crew->plan); crew->scanner_count < jobs; crew->scanner_count++) {
        ret = pthread_create(&crew->scanners[crew->scanner_count], NULL, run_scanner, crew);
        if (ret != 0)
            break;
    }
    // With fewer it is only slower.
    return crew->scanner_count > 0 ? pthread_create(&crew->reader, NULL, run_reader, crew) : ret;
}

static void join_scanners(struct backfill_crew *crew)
{
    for (size_t i = 0; i < crew->scanner_count; i++)
        pthread_join(crew->scanners[i], NULL);
}

void backfill_crew_stop(struct backfill_crew *crew)
{
    const struct backfill_streams *streams = crew->input.streams;
    scan_queue_stop(crew->queue);
    archive_reader_stop(crew->archives);
    if (streams != NULL && streams->stop != NULL)
        streams->stop(streams->data);
}

static void crew_free(struct backfill_crew *crew)
{
    archive_reader_free(crew->archives);
    free(crew);
}

int backfill_crew_start(const struct backfill_plan *plan, const struct backfill_input *input,
                        struct scan_queue *queue, struct backfill_crew **ret_crew,
                        struct error *error)
{
    struct backfill_crew *crew = memory_allocate_zeroed(1, sizeof *crew);
    crew->plan = plan;
    crew->input = *input;
    crew->queue = queue;
    crew->archives = archive_reader_new(input->paths, input->path_count);
    int ret = start_threads(crew);
    if (ret != 0) {
        scan_queue_stop(queue);
        join_scanners(crew);
        crew_free(crew);
        return error_set(error, -ret, "no more threads: %s", strerror(ret));
    }
    *ret_crew = crew;
    return 0;
}

int backfill_crew_join(struct backfill_crew *crew, struct error *error)
{
    pthread_join(crew->reader, NULL);
    join_scanners(crew);
    int ret = crew->ended.code;
    if (ret < 0)
        *error = crew->ended;
    crew_free(crew);
    return ret;
}
