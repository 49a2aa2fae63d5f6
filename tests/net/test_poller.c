// SPDX-License-Identifier: MIT
// The poller against a server that says slow down, in real time with short intervals.
#include "feed/poller.h"

#include "base/memory.h"
#include "base/text.h"
#include "build_config.h"
#include "config/config.h"
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct config *config_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The feeds of a configuration whose watch list needs no place.
static struct config *config_of(const char *format, ...)
{
    char path[] = "/tmp/skywitness-poller-XXXXXX", feeds[4096];
    struct config_problems problems;
    struct config *config = NULL;
    FILE *file = fdopen(mkstemp(path), "w");
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(feeds, sizeof feeds, format, arguments);
    va_end(arguments);
    fprintf(file,
            "{\"database\": \"postgresql:///x\", \"state_directory\": \"/tmp\", \"contact\": "
            "\"ops@example.org\","
            " \"watch\": [{\"id\": \"a\", \"hexes\": [\"15405a\"], \"keep_raw\": false},"
            " {\"id\": \"b\", \"callsigns\": [\"RFF1\", \"RFF2\"]}], \"feeds\": [%s]}",
            feeds);
    fclose(file);
    config_problems_init(&problems);
    int result = config_load(path, &config, &problems);
    unlink(path);
    if (result != 0)
        fail_msg("%s", problems.lines.bytes);
    config_problems_done(&problems);
    return config;
}

#define ANSWERS_MAX 64

// What the poller said, and how its answers are judged.
struct shell {
    struct bench bench;
    struct poller *poller;
    int answers;
    struct {
        long status;
        char feed[33];
        char request[128];
        char *body;
        enum http_outcome outcome;
        uint64_t at_ms;
    } answered[ANSWERS_MAX];
    int states;
    struct poller_feed_state state;
    char state_host[128];
    int healthy, unhealthy;
    char reason[256];
    enum poll_judgement judgement;
    bool judge_later; // by hand
    uint64_t ticket;
};

static void on_answer(void *data, uint64_t ticket, struct poll_answer *answer)
{
    struct shell *shell = data;

    if (shell->answers < ANSWERS_MAX) {
        __typeof__(&shell->answered[0]) row = &shell->answered[shell->answers];
        row->status = answer->response->status;
        row->outcome = answer->response->outcome;
        text_copy(row->feed, sizeof row->feed, answer->feed->id);
        text_copy(row->request, sizeof row->request, answer->request);
        row->body = TAKE(answer->response->body);
        row->at_ms = uv_now(&shell->bench.loop);
    }
    shell->answers++;
    shell->ticket = ticket;
    if (!shell->judge_later)
        poller_judge(shell->poller, ticket, shell->judgement,
                     shell->judgement == POLL_GOOD ? NULL : "HTML in place of JSON");
}

static void on_state(void *data, const char *host, const struct poller_feed_state *state)
{
    struct shell *shell = data;

    shell->states++;
    shell->state = *state;
    text_copy(shell->state_host, sizeof shell->state_host, host);
}

static void on_health(void *data, const struct config_feed *feed, bool healthy, const char *reason)
{
    struct shell *shell = data;

    (void)feed;
    if (healthy)
        shell->healthy++;
    else
        shell->unhealthy++;
    text_copy(shell->reason, sizeof shell->reason, reason);
}

static void shell_open(struct shell *shell, const struct config *config)
{
    const struct poller_events events = {
        .on_answer = on_answer, .on_state = on_state, .on_health = on_health, .data = shell};

    memset(shell, 0, sizeof *shell);
    bench_open(&shell->bench);
    shell->poller = poller_new(&shell->bench.loop, shell->bench.client, config, &events, 1);
}

static void count_close(void *data)
{
    (*(int *)data)++;
}

static void shell_close(struct shell *shell)
{
    int closed = 0, before = shell->answers;

    poller_close(shell->poller, count_close, &closed);
    assert_true(run_until(&shell->bench.loop, &closed, 1, 1000));
    bench_close(&shell->bench);
    assert_int_equal(shell->answers, before);
    for (int i = 0; i < shell->answers && i < ANSWERS_MAX; i++)
        free(shell->answered[i].body);
}

static void wait_ms(struct shell *shell, unsigned milliseconds)
{
    int never = 0;

    run_until(&shell->bench.loop, &never, 1, milliseconds);
}

struct request_log {
    unsigned overlap, connections, requests;
    struct {
        double start_s, end_s;
        char path[192];
    } rows[512];
    unsigned count;
};

static struct request_log *read_log(struct bench *bench)
{
    static struct request_log log;
    char url[64], *line = NULL, *rest = NULL;
    struct http_request request = {.url = url,
                                   .allow_plain_http = true,
                                   .allow_private_addresses = true,
                                   .fresh_connection = true};

    snprintf(url, sizeof url, "http://127.0.0.1:%u/_stats", server.port);
    struct outcome got = fetch(bench->client, &bench->loop, &request);
    memset(&log, 0, sizeof log);
    line = strtok_r(got.response.body, "\n", &rest);
    assert_int_equal(sscanf(line, "overlap %u connections %u requests %u", &log.overlap,
                            &log.connections, &log.requests),
                     3);
    while ((line = strtok_r(NULL, "\n", &rest)) != NULL && log.count < 512) {
        if (sscanf(line, "%lf %lf %191s", &log.rows[log.count].start_s, &log.rows[log.count].end_s,
                   log.rows[log.count].path) == 3)
            log.count++;
    }
    outcome_done(&got);
    return &log;
}

#define LOCAL_FEED(id)                                                                             \
    "{\"id\": \"" id "\", \"provider\": \"local\", \"url\": \"http://127.0.0.1:%u/%s\", "

// Three feeds of one host, one of them with a request of several parts: nothing overlaps, distances
// hold.
static void test_requests_of_a_host_never_overlap(void **state)
{
    struct config *config =
        config_of(LOCAL_FEED("one") "\"interval_s\": 1, \"max_requests_per_s\": 10}, " LOCAL_FEED(
                      "two") "\"interval_s\": 1, \"max_requests_per_s\": 20},"
                             "{\"id\": \"three\", \"provider\": \"adsb.lol\", \"url\": "
                             "\"http://127.0.0.1:%u/%s\","
                             " \"interval_s\": 1, \"max_requests_per_s\": 20}",
                  server.port, "dribble/n1", server.port, "ok/n2", server.port, "ok/n3");
    struct shell shell;

    (void)state;
    shell_open(&shell, config);
    poller_start(shell.poller);
    assert_int_equal(shell.answers, 0);
    wait_ms(&shell, 5000);
    struct request_log *log = read_log(&shell.bench);
    unsigned seen[4] = {0};
    unsigned close_pairs = 0;
    double last_start_s = 0;
    for (unsigned i = 0; i < log->count; i++) {
        for (unsigned n = 1; n <= 3; n++) {
            char mark[8];
            snprintf(mark, sizeof mark, "/n%u/", n);
            seen[n] += strstr(log->rows[i].path, mark) != NULL;
        }
        if (strstr(log->rows[i].path, "/n") == NULL)
            continue;
        // The strictest of the three: ten a second.
        close_pairs += last_start_s > 0 && log->rows[i].start_s - last_start_s < 0.09;
        last_start_s = log->rows[i].start_s;
    }
    print_message("%u %u %u requests, worst overlap %u\n", seen[1], seen[2], seen[3], log->overlap);
    assert_int_equal(log->overlap, 1);
    // Where the server got its turn late, the next request seems too close. Without the limit the
    // two parts of the third feed follow each other at once every time.
    assert_true(close_pairs <= 2);
    assert_true(seen[1] >= 3 && seen[1] <= 7);
    assert_true(seen[2] >= 3 && seen[2] <= 7);
    assert_true(seen[3] >= 6 && seen[3] <= 14); // addresses and callsigns
    assert_int_equal(shell.states, 0);
    assert_int_equal(shell.healthy + shell.unhealthy, 0);
    shell_close(&shell);
    config_free(config);
}

static void test_what_is_sent(void **state)
{
    char token_path[] = "/tmp/skywitness-token-XXXXXX";
    int descriptor = mkstemp(token_path);
    struct shell shell;

    (void)state;
    assert_int_equal(write(descriptor, "s3cret\n", 7), 7);
    close(descriptor);
    struct config *config =
        config_of("{\"id\": \"x\", \"provider\": \"adsbexchange\", \"url\": "
                  "\"http://127.0.0.1:%u/echo\", \"token\": "
                  "{\"file\": \"%s\"}, \"interval_s\": 60, \"max_requests_per_s\": 20}",
                  server.port, token_path);
    shell_open(&shell, config);
    poller_start(shell.poller);
    assert_true(run_until(&shell.bench.loop, &shell.answers, 1, 5000));
    assert_string_equal(shell.answered[0].request, "/hex/15405a,");
    assert_non_null(strstr(shell.answered[0].body, "GET /echo/hex/15405a, HTTP/1.1\r\n"));
    assert_non_null(strstr(shell.answered[0].body, "\r\nx-api-key: s3cret\r\n"));
    assert_non_null(strstr(shell.answered[0].body, "\r\nUser-Agent: skywitness/" SKYWITNESS_VERSION
                                                   " (+ops@example.org)\r\n"));
    assert_non_null(strstr(shell.answered[0].body, "\r\nAccept-Encoding: gzip\r\n"));
    struct poller_status row;
    assert_int_equal(poller_status(shell.poller, &row, 1), 1);
    assert_null(strstr(row.last_error, "s3cret"));
    shell_close(&shell);

    // A token that cannot be read: not asked at all, and said once.
    unlink(token_path);
    shell_open(&shell, config);
    poller_start(shell.poller);
    wait_ms(&shell, 1000);
    assert_int_equal(shell.answers, 0);
    assert_int_equal(shell.unhealthy, 1);
    assert_non_null(strstr(shell.reason, "token"));
    poller_reload(shell.poller, config);
    assert_int_equal(shell.unhealthy, 1);
    // It is read again at a reload.
    FILE *file = fopen(token_path, "w");
    fputs("s3cret\n", file);
    fclose(file);
    poller_reload(shell.poller, config);
    assert_true(run_until(&shell.bench.loop, &shell.answers, 1, 5000));
    unlink(token_path);
    shell_close(&shell);
    config_free(config);
}

// 429, 503, 420, 403 with HTML and a good answer: waits of 2, 4, 8 s (within the jitter), then
// none.
static void test_back_off_grows_and_resets(void **state)
{
    struct config *config =
        config_of(LOCAL_FEED("slow") "\"interval_s\": 1, \"max_requests_per_s\": 20}", server.port,
                  "sequence/429,503,420,ok");
    struct shell shell;

    (void)state;
    shell_open(&shell, config);
    poller_start(shell.poller);
    assert_true(run_until(&shell.bench.loop, &shell.answers, 1, 3000));
    assert_int_equal(shell.answered[0].status, 429);
    assert_int_equal(shell.states, 1);
    assert_int_equal(shell.state.failures, 1);
    assert_int_equal(shell.unhealthy, 1);
    assert_string_equal(shell.reason, "HTTP status 429");
    assert_true(run_until(&shell.bench.loop, &shell.answers, 5, 25000));
    for (int i = 1; i < 4; i++) {
        double waited_s = (double)(shell.answered[i].at_ms - shell.answered[i - 1].at_ms) / 1000;
        double expected_s = 1 << i;
        print_message("status %ld after %.2f s\n", shell.answered[i].status, waited_s);
        assert_true(waited_s > expected_s * 0.79);
        assert_true(waited_s < expected_s * 1.21 + 1);
    }
    assert_int_equal(shell.answered[3].status, 200);
    assert_true(shell.answered[4].at_ms - shell.answered[3].at_ms < 2000);
    assert_int_equal(shell.state.failures, 0);
    assert_int_equal(shell.healthy, 1);
    assert_int_equal(shell.unhealthy, 1);
    shell_close(&shell);
    config_free(config);
}

static void test_html_judged_bad_slows_down(void **state)
{
    struct config *config =
        config_of(LOCAL_FEED("fake") "\"interval_s\": 1, \"max_requests_per_s\": 20}", server.port,
                  "html/fake");
    struct shell shell;
    struct poller_status row;

    (void)state;
    shell_open(&shell, config);
    shell.judgement = POLL_BAD_ANSWER;
    poller_start(shell.poller);
    assert_true(run_until(&shell.bench.loop, &shell.answers, 3, 15000));
    assert_int_equal(shell.answered[0].status, 200);
    assert_true(shell.answered[1].at_ms - shell.answered[0].at_ms > 1500);
    assert_true(shell.answered[2].at_ms - shell.answered[1].at_ms > 3100);
    assert_int_equal(shell.unhealthy, 1); // said once
    assert_int_equal(poller_status(shell.poller, &row, 1), 1);
    assert_string_equal(row.last_error, "HTML in place of JSON");
    assert_string_equal(row.feed, "fake");
    assert_int_equal(row.last_status, 200);
    assert_int_equal(row.failures_in_a_row, 3);
    assert_int_equal(row.requests, 3);
    shell_close(&shell);
    config_free(config);
}

static void test_the_next_request_waits_for_the_judgement(void **state)
{
    struct config *config =
        config_of(LOCAL_FEED("late") "\"interval_s\": 1, \"max_requests_per_s\": 20}", server.port,
                  "ok/late");
    struct shell shell;

    (void)state;
    shell_open(&shell, config);
    shell.judge_later = true;
    poller_start(shell.poller);
    assert_true(run_until(&shell.bench.loop, &shell.answers, 1, 3000));
    wait_ms(&shell, 2500);
    assert_int_equal(shell.answers, 1);
    uint64_t ticket = shell.ticket;
    poller_judge(shell.poller, ticket + 1000, POLL_GOOD, NULL); // nobody's
    wait_ms(&shell, 300);
    assert_int_equal(shell.answers, 1);
    poller_judge(shell.poller, ticket, POLL_GOOD, NULL);
    poller_judge(shell.poller, ticket, POLL_BAD_ANSWER, "twice"); // has no effect
    assert_true(run_until(&shell.bench.loop, &shell.answers, 2, 1000));
    assert_int_equal(shell.unhealthy, 0);
    shell_close(&shell);
    config_free(config);
}

static utc_us now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (utc_us)now.tv_sec * UTC_SECOND + now.tv_nsec / 1000;
}

static void test_not_before_holds_over_a_restart(void **state)
{
    struct config *config =
        config_of(LOCAL_FEED("again") "\"interval_s\": 1, \"max_requests_per_s\": 20}", server.port,
                  "sequence/429:3,ok/again");
    struct shell shell;

    (void)state;
    shell_open(&shell, config);
    poller_start(shell.poller);
    assert_true(run_until(&shell.bench.loop, &shell.states, 1, 3000));
    struct poller_feed_state remembered = shell.state;
    char host[128];
    text_copy(host, sizeof host, shell.state_host);
    assert_true(remembered.not_before > now_us() + 2500000);
    shell_close(&shell);

    shell_open(&shell, config);
    poller_restore(shell.poller, "another.example.org", &remembered); // of no feed
    poller_restore(shell.poller, host, &remembered);
    poller_start(shell.poller);
    assert_true(run_until(&shell.bench.loop, &shell.answers, 1, 10000));
    assert_true(now_us() >= remembered.not_before);
    assert_true(now_us() < remembered.not_before + 2 * UTC_SECOND);
    assert_int_equal(shell.answered[0].status, 200);
    assert_int_equal(shell.state.failures, 0);
    shell_close(&shell);
    config_free(config);
}

static void test_a_budget_ends(void **state)
{
    struct config *config =
        config_of(LOCAL_FEED("poor") "\"interval_s\": 1, \"max_requests_per_s\": 20, "
                                     "\"max_requests_per_day\": 1000}",
                  server.port, "ok/poor");
    struct shell shell;
    struct poller_status row;
    struct poller_feed_state used = {.not_before = UTC_UNKNOWN, .budget_used = 999};
    char host[64];

    (void)state;
    if (utc_day_start(now_us() + 20 * UTC_SECOND) != utc_day_start(now_us())) {
        print_message(
            "skipped: the UTC day, and the budget with it, begins anew within this test\n");
        skip();
    }
    snprintf(host, sizeof host, "127.0.0.1:%u", server.port);
    used.budget_day = utc_day_start(now_us());
    shell_open(&shell, config);
    poller_restore(shell.poller, host, &used);
    assert_int_equal(poller_status(shell.poller, &row, 1), 1);
    assert_int_equal(row.budget_left, 1);
    poller_start(shell.poller);
    assert_true(run_until(&shell.bench.loop, &shell.answers, 1, 3000));
    assert_int_equal(shell.states, 1); // exhausted: at once
    assert_int_equal(shell.state.budget_used, 1000);
    wait_ms(&shell, 2500);
    assert_int_equal(shell.answers, 1);
    shell_close(&shell);

    // Otherwise not at every request, but at the end.
    used.budget_used = 0;
    shell_open(&shell, config);
    poller_restore(shell.poller, host, &used);
    poller_start(shell.poller);
    assert_true(run_until(&shell.bench.loop, &shell.answers, 1, 3000));
    int before = shell.states;
    poller_close(shell.poller, NULL, NULL);
    assert_true(before + shell.states >= 1);
    assert_int_equal(shell.state.budget_used, 1);
    bench_close(&shell.bench);
    for (int i = 0; i < shell.answers; i++)
        free(shell.answered[i].body);
    config_free(config);
}

static void test_hold(void **state)
{
    struct config *config =
        config_of(LOCAL_FEED("held") "\"interval_s\": 1, \"max_requests_per_s\": 20}", server.port,
                  "ok/held");
    struct shell shell;

    (void)state;
    shell_open(&shell, config);
    poller_hold(shell.poller, true);
    poller_start(shell.poller);
    wait_ms(&shell, 1500);
    assert_int_equal(shell.answers, 0);
    poller_hold(shell.poller, false);
    assert_true(run_until(&shell.bench.loop, &shell.answers, 1, 1000));
    poller_hold(shell.poller, true);
    wait_ms(&shell, 1800);
    assert_true(shell.answers <= 1);
    shell_close(&shell);
    config_free(config);
}

static void test_reload(void **state)
{
    struct config *first =
        config_of(LOCAL_FEED("kept") "\"interval_s\": 1, \"max_requests_per_s\": 20}," LOCAL_FEED(
                      "gone") "\"interval_s\": 1, \"max_requests_per_s\": 20}",
                  server.port, "ok/kept", server.port, "hang/gone");
    struct config *second =
        config_of(LOCAL_FEED("new") "\"interval_s\": 1, \"max_requests_per_s\": 20}," LOCAL_FEED(
                      "kept") "\"interval_s\": 1, \"max_requests_per_s\": 20}",
                  server.port, "ok/new", server.port, "ok/kept");
    struct shell shell;
    struct poller_status rows[4];

    (void)state;
    shell_open(&shell, first);
    poller_start(shell.poller);
    wait_ms(&shell, 2500); // by now the hanging feed has the host for itself
    int before = shell.answers;
    assert_int_equal(poller_status(shell.poller, rows, 4), 2);
    assert_string_equal(rows[0].feed, "kept");
    uint64_t kept_requests = rows[0].requests;
    poller_reload(shell.poller, second);
    config_free(first); // borrowed no longer
    assert_true(run_until(&shell.bench.loop, &shell.answers, before + 4, 6000));
    assert_int_equal(poller_status(shell.poller, rows, 4), 2);
    assert_int_equal(poller_status(shell.poller, rows, 1), 2);
    poller_status(shell.poller, rows, 4);
    size_t kept = strcmp(rows[0].feed, "kept") == 0 ? 0 : 1;
    assert_string_equal(rows[kept].feed, "kept");
    assert_true(rows[kept].requests > kept_requests);
    assert_string_equal(rows[1 - kept].feed, "new");
    for (int i = before; i < shell.answers && i < ANSWERS_MAX; i++)
        assert_string_not_equal(shell.answered[i].feed, "gone");
    // To no feed at all, with a judgement outstanding.
    shell.judge_later = true;
    int now = shell.answers;
    assert_true(run_until(&shell.bench.loop, &shell.answers, now + 1, 3000));
    struct config *none = config_of("%s", "");
    poller_reload(shell.poller, none);
    config_free(second);
    assert_int_equal(poller_status(shell.poller, rows, 4), 0);
    poller_judge(shell.poller, shell.ticket, POLL_GOOD, NULL);
    shell_close(&shell);
    config_free(none);
}

static void test_a_server_that_is_not_there(void **state)
{
    struct config *config =
        config_of("{\"id\": \"nobody\", \"provider\": \"local\", \"url\": "
                  "\"http://127.0.0.1:1\", \"interval_s\": 1, \"max_requests_per_s\": 20}");
    struct shell shell;
    struct poller_status row;

    (void)state;
    shell_open(&shell, config);
    poller_start(shell.poller);
    assert_true(run_until(&shell.bench.loop, &shell.answers, 2, 10000));
    assert_int_equal(shell.answered[0].outcome, HTTP_UNREACHABLE);
    assert_int_equal(shell.unhealthy, 1);
    assert_true(shell.reason[0] != '\0');
    poller_status(shell.poller, &row, 1);
    assert_int_equal(row.last_status, 0);
    assert_true(row.last_answered_at == UTC_UNKNOWN);
    assert_true(row.not_before > now_us());
    shell_close(&shell);
    config_free(config);
}

static void test_connections_are_fresh_unless_kept(void **state)
{
    static const struct {
        const char *reuse;
        unsigned least, most;
    } ROWS[] = {{"false", 3, 5}, {"true", 1, 1}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct config *config = config_of(
            LOCAL_FEED(
                "c") "\"interval_s\": 1, \"max_requests_per_s\": 20, \"reuse_connections\": %s}",
            server.port, "ok/connections", ROWS[i].reuse);
        struct shell shell;
        shell_open(&shell, config);
        unsigned before = read_log(&shell.bench)->connections;
        poller_start(shell.poller);
        assert_true(run_until(&shell.bench.loop, &shell.answers, 3, 8000));
        assert_in_range(read_log(&shell.bench)->connections - before, ROWS[i].least, ROWS[i].most);
        shell_close(&shell);
        config_free(config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_of_a_host_never_overlap),
        cmocka_unit_test(test_what_is_sent),
        cmocka_unit_test(test_back_off_grows_and_resets),
        cmocka_unit_test(test_html_judged_bad_slows_down),
        cmocka_unit_test(test_the_next_request_waits_for_the_judgement),
        cmocka_unit_test(test_not_before_holds_over_a_restart),
        cmocka_unit_test(test_a_budget_ends),
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_a_server_that_is_not_there),
        cmocka_unit_test(test_connections_are_fresh_unless_kept),
    };

    return cmocka_run_group_tests(tests, set_up_fault_server, tear_down_server);
}
