// SPDX-License-Identifier: MIT
// Decoding speed on one core, against a full cJSON parse of the same bytes in the same run.
// SYNTHETIC answer. Usage: decode [AIRCRAFT]
#include "answer.h"

#include "config/watch.h"
#include "feed/decoder.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define AIRCRAFT_USUAL 12000u
#define WATCHED 20u
#define PLACES 40u
#define RUNS 5
// One run decodes until it has used this much processor time.
#define RUN_S 0.4

struct subject {
    const char *name;
    const struct text *answer;
    struct feed_interest interest; // without a watch list: cJSON
    bool with_release;             // cJSON: the release of the tree is timed too
    utc_us received_at;
    double seconds_each[RUNS];
    size_t kept;
};

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cjson_once(const struct subject *subject)
{
    double start = processor_seconds();
    cJSON *tree = cJSON_ParseWithLength(subject->answer->bytes, subject->answer->length);
    double taken = processor_seconds() - start;
    if (tree == NULL)
        abort();
    cJSON_Delete(tree);
    return subject->with_release ? processor_seconds() - start : taken;
}

static double decode_once(struct subject *subject)
{
    struct feed_batch batch;
    struct error error;
    double start = processor_seconds();
    int code = feed_decoder_find("readsb")->decode(subject->answer->bytes, subject->answer->length,
                                                   subject->received_at, &subject->interest, &batch,
                                                   &error);
    double taken = processor_seconds() - start;
    if (code < 0) {
        fprintf(stderr, "%s\n", error.message);
        exit(EXIT_FAILURE);
    }
    subject->kept = batch.kept.count;
    feed_batch_done(&batch);
    return taken;
}

static double run(struct subject *subject)
{
    double seconds = 0;
    unsigned times = 0;
    while (seconds < RUN_S) {
        seconds += subject->interest.watch == NULL ? cjson_once(subject) : decode_once(subject);
        times++;
    }
    return seconds / times;
}

static int compare(const void *first, const void *second)
{
    double a = *(const double *)first, b = *(const double *)second;
    return (a > b) - (a < b);
}

static double median(const struct subject *subject)
{
    double sorted[RUNS];
    memcpy(sorted, subject->seconds_each, sizeof sorted);
    qsort(sorted, RUNS, sizeof *sorted, compare);
    return sorted[RUNS / 2];
}

static void add_pattern(struct watch_pattern_array *patterns, const char *pattern)
{
    *array_append(patterns) = memory_copy_string(pattern);
}

static struct watch_list watch_of(void (*fill)(struct watch_entry *entry))
{
    struct watch_list watch = {.entries = memory_allocate_zeroed(1, sizeof(struct watch_entry)),
                               .entry_count = 1};
    watch.entries->military = watch.entries->keep_raw = -1;
    fill(watch.entries);
    watch_list_compile(&watch);
    return watch;
}

static void watch_addresses(struct watch_entry *entry)
{
    for (unsigned i = 0; i < WATCHED; i++) {
        char hex[ANSWER_HEX_SIZE];
        answer_hex(i * (AIRCRAFT_USUAL / WATCHED), hex);
        add_pattern(&entry->hexes, hex);
    }
}

static void watch_type(struct watch_entry *entry)
{
    add_pattern(&entry->types, "A124");
}

static void watch_all(struct watch_entry *entry)
{
    add_pattern(&entry->hexes, "*");
}

// Against cJSON as it must be used, with the release of its tree, and against its parse alone.
static void report(const struct subject *subject, const struct subject *cjson, unsigned aircraft)
{
    double seconds = median(subject);
    printf("%-24s %6.0f MB/s %9.0f aircraft/s %6.1f times cJSON, %5.1f times its parse alone  kept "
           "%zu\n",
           subject->name, (double)subject->answer->length / seconds / 1e6, aircraft / seconds,
           median(&cjson[0]) / seconds, median(&cjson[1]) / seconds, subject->kept);
}

int main(int count, char **words)
{
    unsigned aircraft = count > 1 ? (unsigned)strtoul(words[1], NULL, 10) : AIRCRAFT_USUAL;
    struct answer_options options = {.aircraft = aircraft, .seed = 1};
    utc_parse("2025-10-26T08:00:00Z", &options.now);
    struct text answer;
    text_init(&answer, 128 << 20);
    answer_write(&answer, &options);
    if (answer.failed)
        return EXIT_FAILURE;

    struct place places[PLACES] = {0};
    for (unsigned i = 0; i < PLACES; i++)
        places[i].reference = (struct position){25 + i * 0.8, -10 + i * 2.0};
    struct feed_interest interest = {
        .places = places, .place_count = PLACES, .radius_nm = 25, .low_ft = 10000};
    struct watch_list watches[] = {watch_of(watch_addresses), watch_of(watch_type),
                                   watch_of(watch_all)};
    struct subject subjects[] = {
        {.name = "cJSON, parse and release", .with_release = true},
        {.name = "cJSON, parse alone"},
        {.name = "20 watched by address"},
        {.name = "a few watched by type"},
        {.name = "all watched"},
    };
    const size_t subject_count = sizeof subjects / sizeof *subjects;
    for (size_t i = 0; i < subject_count; i++) {
        subjects[i].answer = &answer;
        subjects[i].received_at = options.now;
        subjects[i].interest = interest;
        subjects[i].interest.watch = i >= 2 ? &watches[i - 2] : NULL;
    }
    printf("SYNTHETIC answer: %u aircraft, %zu bytes, %u places; processor time of one thread, "
           "median of %d\n",
           aircraft, answer.length, PLACES, RUNS);
    for (int at = 0; at < RUNS; at++)
        for (size_t i = 0; i < subject_count; i++)
            subjects[i].seconds_each[at] = run(&subjects[i]);
    for (size_t i = 0; i < subject_count; i++)
        report(&subjects[i], subjects, aircraft);
    for (size_t i = 0; i < sizeof watches / sizeof *watches; i++)
        watch_list_done(&watches[i]);
    text_done(&answer);
    return EXIT_SUCCESS;
}
