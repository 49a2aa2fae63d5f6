// SPDX-License-Identifier: MIT
// How fast queued alerts leave, and how much memory they take while they wait. SYNTHETIC alerts in
// a journal of their own, sent by the daemon's own delivery to a local receiver:
//
//     bench/alert_rate http://127.0.0.1:8080/hook 20000
//
// Give it a receiver that is faster than itself, such as nginx with `location / { return 204; }`.
#include "alert/delivery.h"
#include "alert/judge.h"
#include "alert/maker.h"
#include "journal/worker.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define ALERTS_AN_ENTRY 500
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // published, signs nothing real

struct bench {
    uv_loop_t loop;
    uv_timer_t timer;
    struct journal *journal;
    struct worker *worker;
    struct http_client *http;
    struct alert_delivery *delivery;
    uint64_t wanted;
};

struct loan {
    struct bench *bench;
    void (*work)(struct journal *journal, void *data);
    void (*done)(void *data);
    void *data;
};

static double now_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static long resident_kb(void)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL || fscanf(file, "%ld %ld", &pages, &resident) != 2)
        abort();
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void loan_work(void *data)
{
    struct loan *loan = data;
    loan->work(loan->bench->journal, loan->data);
}

static void loan_done(void *data)
{
    struct loan *loan = data;
    loan->done(loan->data);
    free(loan);
}

static void with_journal(void *context, void (*work)(struct journal *journal, void *data),
                         void (*done)(void *data), void *data)
{
    struct bench *bench = context;
    struct loan *loan = memory_allocate(sizeof *loan);
    *loan = (struct loan){bench, work, done, data};
    worker_submit(bench->worker, loan_work, loan_done, loan);
}

static void mirror(void *context)
{
    (void)context; // there is no database here
}

static void alert(void *context, const struct alert_event *event, utc_us now)
{
    (void)context;
    (void)now;
    fprintf(stderr, "the receiver fails: %s\n", event->reason);
    exit(1);
}

static void queue_alerts(struct bench *bench, uint64_t first, struct alert_judge *judge)
{
    struct entry entry;
    struct byte_writer bytes;
    struct error error;
    int64_t sequence;
    entry_init(&entry);
    for (uint64_t i = first; i < first + ALERTS_AN_ENTRY && i < bench->wanted; i++) {
        struct alert_event event = maker_arrival();
        event.type = ALERT_SIGHTING_OPENED;
        digest_uuid(event.alert_id, "bench/%" PRIu64, i);
        alert_judge_event(judge, bench->journal, &event, MAKER_NOW, &entry);
    }
    byte_writer_init(&bytes, 1u << 30);
    entry_encode(&entry, &bytes);
    if (journal_append_entry(bench->journal, bytes.bytes, bytes.length, &entry, &sequence, &error) <
        0) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    byte_writer_done(&bytes);
    entry_done(&entry);
}

static void http_closed(void *data)
{
    struct bench *bench = data;
    uv_close((uv_handle_t *)&bench->timer, NULL);
}

static void delivery_closed(void *data)
{
    struct bench *bench = data;
    http_client_close(bench->http, http_closed, bench);
}

static void look(uv_timer_t *timer)
{
    struct bench *bench = timer->data;
    if (alert_delivery_counters(bench->delivery).delivered < bench->wanted)
        return;
    uv_timer_stop(timer);
    alert_delivery_close(bench->delivery, 1000, delivery_closed, bench);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s URL COUNT\n", argv[0]);
        return 64;
    }
    struct bench bench = {.wanted = strtoull(argv[2], NULL, 10)};
    char folder[] = "/tmp/skywitness-bench-XXXXXX", path[64], variable[] = "ALERT_BENCH_SECRET";
    struct credential_source secret = {CREDENTIAL_ENVIRONMENT, variable};
    struct config *config = maker_config();
    struct error error;
    signal(SIGPIPE, SIG_IGN);
    setenv(variable, SECRET, 1);
    maker_webhook()->url = argv[1];
    maker_webhook()->local = true;
    maker_webhook()->secrets = &secret;
    maker_webhook()->secret_count = 1;
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/journal.sqlite", folder);
    const struct journal_settings settings = {path, (uint64_t)4 << 30, true};
    if (journal_open(&settings, &bench.journal, &error) < 0) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    struct alert_judge *judge = alert_judge_new(config, ALERT_JUDGE_SENDS);
    uv_loop_init(&bench.loop);
    bench.worker = worker_new(&bench.loop);
    bench.http = http_client_new(&bench.loop);
    queue_alerts(&bench, 0, judge);
    long resident_before = resident_kb();
    for (uint64_t first = ALERTS_AN_ENTRY; first < bench.wanted; first += ALERTS_AN_ENTRY)
        queue_alerts(&bench, first, judge);
    long resident_queued = resident_kb();

    const struct alert_delivery_settings delivery = {.loop = &bench.loop,
                                                     .http = bench.http,
                                                     .with_journal = with_journal,
                                                     .mirror = mirror,
                                                     .alert = alert,
                                                     .context = &bench};
    double wall = now_s(CLOCK_MONOTONIC), processor = now_s(CLOCK_PROCESS_CPUTIME_ID);
    bench.delivery = alert_delivery_new(&delivery, config);
    uv_timer_init(&bench.loop, &bench.timer);
    bench.timer.data = &bench;
    uv_timer_start(&bench.timer, look, 10, 10);
    alert_delivery_wake(bench.delivery);
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    wall = now_s(CLOCK_MONOTONIC) - wall;
    processor = now_s(CLOCK_PROCESS_CPUTIME_ID) - processor;
    printf("%" PRIu64 " alerts in %.2f s: %.0f a second, %.0f %% of one core\n", bench.wanted, wall,
           (double)bench.wanted / wall, 100 * processor / wall);
    printf("resident: %ld kB with %d queued, %ld kB with all queued, %ld kB at the end\n",
           resident_before, ALERTS_AN_ENTRY, resident_queued, resident_kb());
    worker_free(bench.worker);
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    journal_close(bench.journal);
    alert_judge_free(judge);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0;
}
