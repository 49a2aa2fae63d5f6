// SPDX-License-Identifier: MIT
// The daemon: options, wiring, life cycle. Everything that waits lives on one libuv loop.
#include "alert/control.h"
#include "alert/delivery.h"
#include "alert/feed_watch.h"
#include "base/log.h"
#include "build_config.h"
#include "feed/decoder.h"
#include "feed/poller.h"
#include "judging.h"
#include "net/endpoint.h"
#include "observe.h"
#include "ops/stall.h"
#include "pipeline.h"
#include "store/restore.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <systemd/sd-daemon.h>

// What SIGTERM leaves for webhooks, the journal and PostgreSQL together (design: "deliver what is due within
// 10 s"), and for the last two alone.
#define STOP_PATIENCE_MS 9000
#define STOP_STORE_PATIENCE_MIN_MS 2000
// How often it is looked whether a feed's trouble has lasted long enough to be alerted about.
#define FEED_WATCH_INTERVAL_MS 10000

struct options {
    const char *config_path;
    const char *record_path;
    bool check_config, verbose;
};

struct service {
    struct options options;
    uv_loop_t loop;
    struct config *config;
    struct http_client *http;
    struct poller *poller;
    struct pipeline *pipeline;
    struct alert_delivery *delivery;
    struct alert_control *control; // NULL when its socket could not be made
    uint64_t stop_ends_ms;
    struct stall_monitor *stalls;
    struct observer *observer; // NULL before the start and while stopping
    struct judging *judging;
    uv_signal_t terminate, interrupt, hang_up, user1;
    bool stopping, store_away, judging_bad_answer;
    struct feed_watch feed_watch;
    uv_timer_t feed_watch_timer;
    int exit_status;
};

// --- options and configuration --------------------------------------------------------------------

static void print_help(void)
{
    printf("Usage: skywitnessd [--config FILE] [--check-config] [--record FILE] [--verbose]\n"
           "\n"
           "Watches public flight-tracking feeds for flagged aircraft and keeps what it sees in\n"
           "PostgreSQL. Runs in the foreground; see skywitnessd(8).\n"
           "\n"
           "  -c, --config FILE   configuration (default: $SKYWITNESS_CONFIG, else\n"
           "                      %s/skywitness.json)\n"
           "      --check-config  read and check the configuration, then exit: 0 good, 78 bad\n"
           "      --record FILE   append every answer to FILE, for `skywitness replay`\n"
           "  -v, --verbose       say more\n"
           "      --version       print the version and exit\n"
           "  -h, --help          print this and exit\n",
           SKYWITNESS_CONFIGURATION_DIRECTORY);
}

static int read_options(int argc, char **argv, struct options *ret_options)
{
    enum { OPTION_CHECK = 256, OPTION_RECORD, OPTION_VERSION };
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"check-config", no_argument, NULL, OPTION_CHECK},
        {"record", required_argument, NULL, OPTION_RECORD},
        {"verbose", no_argument, NULL, 'v'},
        {"version", no_argument, NULL, OPTION_VERSION},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct options options = {.config_path = getenv("SKYWITNESS_CONFIG")};
    if (options.config_path == NULL || options.config_path[0] == '\0')
        options.config_path = SKYWITNESS_CONFIGURATION_DIRECTORY "/skywitness.json";
    int option;
    while ((option = getopt_long(argc, argv, "c:vh", table, NULL)) != -1) {
        switch (option) {
        case 'c':
            options.config_path = optarg;
            break;
        case OPTION_CHECK:
            options.check_config = true;
            break;
        case OPTION_RECORD:
            options.record_path = optarg;
            break;
        case 'v':
            options.verbose = true;
            break;
        case OPTION_VERSION:
            printf("skywitnessd %s\n", SKYWITNESS_VERSION);
            exit(EXIT_STATUS_GOOD);
        case 'h':
            print_help();
            exit(EXIT_STATUS_GOOD);
        default:
            return -EINVAL;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "skywitnessd: unexpected argument \"%s\"; see skywitnessd --help\n",
                argv[optind]);
        return -EINVAL;
    }
    *ret_options = options;
    return 0;
}

// Every problem on a line of its own.
static void report_problems(const struct config_problems *problems)
{
    const char *line = problems->lines.bytes != NULL ? problems->lines.bytes : "";
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        log_error("%.*s", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static struct config *load_config(const char *path)
{
    struct config *config = NULL;
    struct config_problems problems;
    config_problems_init(&problems);
    if (config_load(path, &config, &problems) < 0) {
        report_problems(&problems);
        config = NULL;
    }
    config_problems_done(&problems);
    return config;
}

// --- the feeds' side ------------------------------------------------------------------------------

struct waiting_answer {
    struct service *service;
    uint64_t ticket;
    char feed[FEED_ID_SIZE];
};

static void answer_judged(void *data, enum intake_verdict verdict, const char *reason)
{
    struct waiting_answer *waiting = data;
    // While stopping, the last answers are journalled after the poller has gone.
    waiting->service->judging_bad_answer = verdict == INTAKE_BAD_ANSWER;
    if (waiting->service->poller != NULL)
        poller_judge(waiting->service->poller, waiting->ticket,
                     verdict == INTAKE_BAD_ANSWER ? POLL_BAD_ANSWER : POLL_GOOD, reason);
    waiting->service->judging_bad_answer = false;
    if (waiting->service->observer != NULL)
        observer_judged(waiting->service->observer, waiting->feed, verdict);
    free(waiting);
}

static char *describe_failure(const struct http_response *response)
{
    char text[POLL_ERROR_SIZE];
    if (response->outcome != HTTP_ANSWERED)
        snprintf(text, sizeof text, "%s", response->reason != NULL ? response->reason : "no answer");
    else if (response->status != 200)
        snprintf(text, sizeof text, "HTTP status %ld", response->status);
    else
        return NULL;
    return memory_copy_string(text);
}

static void feed_answered(void *data, uint64_t ticket, struct poll_answer *answer)
{
    struct service *service = data;
    struct http_response *response = answer->response;
    if (service->observer != NULL)
        observer_polled(service->observer, answer->feed->id, response);
    struct pipeline_answer taken = {
        .kind = feed_decoder_find(answer->feed->kind)->kind,
        .recorded =
            {
                .feed = memory_copy_string(answer->feed->id),
                .request = memory_copy_string(answer->request),
                .failure = describe_failure(response),
                .body = TAKE(response->body),
                .body_length = response->body_length,
                .asked_at = response->asked_at,
                .answered_at = response->answered_at,
                .status = response->status,
            },
    };
    struct waiting_answer *waiting = memory_allocate(sizeof *waiting);
    *waiting = (struct waiting_answer){.service = service, .ticket = ticket};
    text_copy(waiting->feed, sizeof waiting->feed, answer->feed->id);
    pipeline_submit(service->pipeline, &taken, answer_judged, waiting);
}

static void feed_state_changed(void *data, const char *host, const struct poller_feed_state *state)
{
    struct service *service = data;
    const struct journal_feed_state remembered = {
        .not_before = state->not_before,
        .failures = state->failures,
        .budget_day = state->budget_day,
        .budget_used = state->budget_used,
    };
    pipeline_save_feed_state(service->pipeline, host, &remembered);
}

static utc_us current_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (utc_us)now.tv_sec * UTC_SECOND + now.tv_nsec / 1000;
}

static void note_feed_health(struct service *service, const char *feed, bool healthy,
                             const char *reason)
{
    struct alert_event event;
    utc_us now = current_time();
    if (!healthy)
        feed_watch_bad(&service->feed_watch, feed, service->judging_bad_answer, reason, now);
    else if (feed_watch_good(&service->feed_watch, feed, now, &event))
        pipeline_alert(service->pipeline, &event, now);
}

static void look_at_feeds(uv_timer_t *timer)
{
    struct service *service = timer->data;
    struct alert_event event;
    utc_us now = current_time();
    while (feed_watch_next(&service->feed_watch, now, &event))
        pipeline_alert(service->pipeline, &event, now);
}

static void feed_health_changed(void *data, const struct config_feed *feed, bool healthy,
                                const char *reason)
{
    note_feed_health(data, feed->id, healthy, reason);
    if (healthy)
        log_event(LOG_EVENT_FEED_RECOVERED, feed->id, "feed %s answers", feed->id);
    else
        log_event(LOG_EVENT_FEED_SILENT, feed->id,
                  "feed %s gives no usable answer: %s; asking less often until it does", feed->id,
                  reason);
}

static void restore_feed_states(struct service *service)
{
    for (size_t i = 0; i < service->config->feed_count; i++) {
        struct endpoint endpoint;
        struct journal_feed_state remembered;
        struct error error;
        if (endpoint_parse(service->config->feeds[i].url, &endpoint, &error) < 0 ||
            journal_load_feed_state(pipeline_journal(service->pipeline), endpoint.host,
                                    &remembered, &error) <= 0)
            continue;
        const struct poller_feed_state state = {
            .not_before = remembered.not_before,
            .failures = remembered.failures,
            .budget_day = remembered.budget_day,
            .budget_used = remembered.budget_used,
        };
        poller_restore(service->poller, endpoint.host, &state);
    }
}

// --- the store's side -----------------------------------------------------------------------------

static void stop(struct service *service, int exit_status);

static void store_state_changed(void *data, enum store_state state, const struct error *error)
{
    struct service *service = data;
    if (service->observer != NULL)
        observer_store_state(service->observer, state);
    switch (state) {
    case STORE_CONNECTING:
        break;
    case STORE_READY:
        log_event(LOG_EVENT_DATABASE_BACK, NULL, "PostgreSQL is connected");
        service->store_away = false;
        break;
    case STORE_AWAY:
        if (!service->store_away)
            log_event(LOG_EVENT_DATABASE_AWAY, NULL,
                      "PostgreSQL is away: %s; the journal keeps what comes until it is back",
                      error->message);
        service->store_away = true;
        break;
    case STORE_REFUSED:
        log_event(LOG_EVENT_DATABASE_REFUSED, NULL, "PostgreSQL cannot be used: %s", error->message);
        stop(service, EXIT_STATUS_BAD_CONFIGURATION);
        break;
    }
}

static void journal_full(void *data, bool full, const char *reason)
{
    struct service *service = data;
    if (full)
        log_event(LOG_EVENT_JOURNAL_FULL, NULL,
                  "%s; no feed is asked until there is room, and nothing accepted is lost", reason);
    else
        log_event(LOG_EVENT_JOURNAL_ROOM, NULL, "the journal has room again");
    if (service->observer != NULL)
        observer_journal_full(service->observer, full);
    if (service->poller != NULL)
        poller_hold(service->poller, full);
}

// --- alerts ---------------------------------------------------------------------------------------

static void alerts_queued(void *data)
{
    struct service *service = data;
    if (service->delivery != NULL)
        alert_delivery_wake(service->delivery);
}

static void lend_journal(void *context, void (*work)(struct journal *journal, void *data),
                         void (*done)(void *data), void *data)
{
    struct service *service = context;
    pipeline_with_journal(service->pipeline, work, done, data);
}

static void mirror_deliveries(void *context)
{
    struct service *service = context;
    pipeline_mirror_deliveries(service->pipeline);
}

static void alert_about(void *context, const struct alert_event *event, utc_us now)
{
    struct service *service = context;
    pipeline_alert(service->pipeline, event, now);
}

static void webhook_news(void *context, const char *webhook, enum alert_delivery_news news,
                         const char *reason)
{
    (void)context;
    switch (news) {
    case DELIVERY_NEWS_UNUSABLE:
        log_event(LOG_EVENT_WEBHOOK_UNUSABLE, webhook,
                  "webhook %s cannot be used, its alerts wait: %s", webhook, reason);
        break;
    case DELIVERY_NEWS_FAILING:
        log_event(LOG_EVENT_WEBHOOK_FAILING, webhook, "webhook %s takes no alerts: %s", webhook,
                  reason);
        break;
    case DELIVERY_NEWS_DISABLED:
        log_event(LOG_EVENT_WEBHOOK_DISABLED, webhook,
                  "webhook %s answered 410 and gets no more alerts until "
                  "`skywitness webhook enable %s`",
                  webhook, webhook);
        break;
    case DELIVERY_NEWS_RECOVERED:
        log_event(LOG_EVENT_WEBHOOK_RECOVERED, webhook, "webhook %s takes alerts again", webhook);
        break;
    }
}

static void start_alerts(struct service *service)
{
    const struct alert_delivery_settings settings = {
        .loop = &service->loop,
        .http = service->http,
        .with_journal = lend_journal,
        .mirror = mirror_deliveries,
        .alert = alert_about,
        .on_news = webhook_news,
        .context = service,
    };
    char path[512];
    struct error error;
    service->delivery = alert_delivery_new(&settings, service->config);
    snprintf(path, sizeof path, "%s/" CONTROL_SOCKET_NAME, service->config->state_directory);
    if (alert_control_open(&service->loop, path, service->delivery, &service->control, &error) < 0)
        log_warning("`skywitness webhook replay` and `enable` cannot reach this daemon: %s",
                    error.message);
    alert_delivery_wake(service->delivery);
    uv_timer_init(&service->loop, &service->feed_watch_timer);
    service->feed_watch_timer.data = service;
    uv_timer_start(&service->feed_watch_timer, look_at_feeds, FEED_WATCH_INTERVAL_MS,
                   FEED_WATCH_INTERVAL_MS);
}

// --- reload ---------------------------------------------------------------------------------------

// A configuration goes when the last of those that used it has let go of it.
struct old_config {
    struct config *config;
    unsigned users;
};

static void release_old_config(void *data)
{
    struct old_config *old = data;
    if (--old->users > 0)
        return;
    config_free(old->config);
    free(old);
}

static void reload(struct service *service)
{
    sd_notify(0, "RELOADING=1");
    struct config *config = load_config(service->options.config_path);
    if (config == NULL) {
        log_event(LOG_EVENT_CONFIGURATION_REFUSED, NULL,
                  "the new configuration is refused; the old one stays in force");
        sd_notify(0, "READY=1");
        return;
    }
    if (strcmp(config->database, service->config->database) != 0 ||
        strcmp(config->state_directory, service->config->state_directory) != 0)
        log_warning("a changed database or state_directory takes effect after a restart");
    struct old_config *old = memory_allocate_zeroed(1, sizeof *old);
    *old = (struct old_config){.config = service->config, .users = 2};
    service->config = config;
    poller_reload(service->poller, config);
    alert_delivery_set_config(service->delivery, config);
    observer_set_config(service->observer, config);
    pipeline_set_config(service->pipeline, config, release_old_config, old);
    judging_reload(service->judging, config, release_old_config, old);
    log_event(LOG_EVENT_CONFIGURATION_RELOADED, NULL,
              "configuration reloaded: %zu feeds, %zu watch entries", config->feed_count,
              config->watch.entry_count);
    sd_notify(0, "READY=1");
}

// --- stopping: stop asking, drop what is under way, send what is due, let the pipeline finish ---------

static void close_signals(struct service *service)
{
    uv_close((uv_handle_t *)&service->terminate, NULL);
    uv_close((uv_handle_t *)&service->interrupt, NULL);
    uv_close((uv_handle_t *)&service->hang_up, NULL);
    uv_close((uv_handle_t *)&service->user1, NULL);
}

static void pipeline_closed(void *data)
{
    struct service *service = data;
    service->pipeline = NULL;
    close_signals(service);
    stall_monitor_close(service->stalls);
    feed_watch_done(&service->feed_watch);
}

static uint64_t stop_patience_ms(const struct service *service, uint64_t minimum_ms)
{
    uint64_t now_ms = uv_now(&service->loop);
    uint64_t left_ms = service->stop_ends_ms > now_ms ? service->stop_ends_ms - now_ms : 0;
    return left_ms > minimum_ms ? left_ms : minimum_ms;
}

static void http_closed(void *data)
{
    struct service *service = data;
    pipeline_close(service->pipeline, stop_patience_ms(service, STOP_STORE_PATIENCE_MIN_MS),
                   pipeline_closed, service);
}

static void delivery_closed(void *data)
{
    struct service *service = data;
    service->delivery = NULL;
    http_client_close(service->http, http_closed, service);
}

static void control_closed(void *data)
{
    struct service *service = data;
    service->control = NULL;
    uint64_t left_ms = stop_patience_ms(service, STOP_STORE_PATIENCE_MIN_MS);
    alert_delivery_close(service->delivery, left_ms - STOP_STORE_PATIENCE_MIN_MS, delivery_closed,
                         service);
}

static void poller_closed(void *data)
{
    struct service *service = data;
    service->poller = NULL;
    if (service->control != NULL)
        alert_control_close(service->control, control_closed, service);
    else
        control_closed(service);
}

static void stop(struct service *service, int exit_status)
{
    if (service->stopping)
        return;
    service->stopping = true;
    service->exit_status = exit_status;
    sd_notify(0, "STOPPING=1");
    log_event(LOG_EVENT_STOPPING, NULL, "stopping");
    service->stop_ends_ms = uv_now(&service->loop) + STOP_PATIENCE_MS;
    uv_close((uv_handle_t *)&service->feed_watch_timer, NULL);
    observer_close(TAKE(service->observer));
    judging_close(TAKE(service->judging));
    poller_close(service->poller, poller_closed, service);
}

static void log_status(struct service *service)
{
    struct pipeline_counters counters = pipeline_counters(service->pipeline);
    log_notice("%" PRIu64 " answers (%" PRIu64 " bad), %" PRIu64
               " points, %zu aircraft, %zu open sightings; journal %" PRIu64 " entries, %" PRIu64
               " bytes; worst loop stall %.1f ms",
               counters.answers, counters.bad_answers, counters.points, counters.aircraft,
               counters.open_sightings, counters.journal.entries, counters.journal.bytes,
               (double)stall_monitor_worst_us(service->stalls) / 1000.0);
}

static void signal_received(uv_signal_t *handle, int number)
{
    struct service *service = handle->data;
    if (service->stopping)
        return;
    if (number == SIGHUP)
        reload(service);
    else if (number == SIGUSR1)
        log_status(service);
    else
        stop(service, EXIT_STATUS_GOOD);
}

static void watch_signal(struct service *service, uv_signal_t *handle, int number)
{
    uv_signal_init(&service->loop, handle);
    handle->data = service;
    uv_signal_start(handle, signal_received, number);
}

// --- starting -------------------------------------------------------------------------------------

static int make_state_directory(const char *path)
{
    if (mkdir(path, 0750) == 0 || errno == EEXIST)
        return 0;
    log_error("%s: cannot make the state directory: %s", path, strerror(errno));
    return -errno;
}

static int open_pipeline(struct service *service, const char *password)
{
    AUTO_FREE char *journal_path = NULL;
    if (asprintf(&journal_path, "%s/journal.sqlite", service->config->state_directory) < 0)
        abort();
    const struct pipeline_settings settings = {
        .config = service->config,
        .database = service->config->database,
        .database_password = password,
        .journal_path = journal_path,
        .durable = true,
        .record_path = service->options.record_path,
    };
    const struct pipeline_events events = {
        .on_full = journal_full,
        .on_store_state = store_state_changed,
        .on_alerts = alerts_queued,
        .data = service,
    };
    struct error error;
    bool fresh = false;
    if (pipeline_open(&service->loop, &settings, &events, &service->pipeline, &fresh, &error) < 0) {
        log_error("%s", error.message);
        return -1;
    }
    // The journal is new or lost: open sightings are known to PostgreSQL only.
    if (fresh && restore_from_database(service->config->database, password, &service->config->watch,
                                       UTC_UNKNOWN, pipeline_intake(service->pipeline), &error) < 0)
        log_warning("open sightings could not be read from PostgreSQL: %s", error.message);
    return 0;
}

static void start_polling(struct service *service, const char *password)
{
    const struct poller_events events = {
        .on_answer = feed_answered,
        .on_state = feed_state_changed,
        .on_health = feed_health_changed,
        .data = service,
    };
    service->http = http_client_new(&service->loop);
    service->poller =
        poller_new(&service->loop, service->http, service->config, &events, uv_hrtime());
    restore_feed_states(service);
    start_alerts(service);
    const struct observer_settings observed = {
        .loop = &service->loop,
        .config = service->config,
        .poller = service->poller,
        .pipeline = service->pipeline,
        .delivery = service->delivery,
        .stalls = service->stalls,
    };
    service->observer = observer_new(&observed);
    service->judging =
        judging_start(&service->loop, service->config, password, service->pipeline);
    pipeline_start(service->pipeline);
    poller_start(service->poller);
}

static int serve(struct service *service)
{
    AUTO_FREE char *password = NULL;
    struct error error;
    if (service->config->database_password.kind != CREDENTIAL_NONE &&
        credential_read(&service->config->database_password, &password, &error) < 0) {
        log_error("database password: %s", error.message);
        return EXIT_STATUS_BAD_CONFIGURATION;
    }
    if (make_state_directory(service->config->state_directory) < 0)
        return EXIT_STATUS_UNAVAILABLE;
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&service->loop);
    service->stalls = stall_monitor_new(&service->loop);
    if (open_pipeline(service, password) < 0)
        return EXIT_STATUS_UNAVAILABLE;
    watch_signal(service, &service->terminate, SIGTERM);
    watch_signal(service, &service->interrupt, SIGINT);
    watch_signal(service, &service->hang_up, SIGHUP);
    watch_signal(service, &service->user1, SIGUSR1);
    start_polling(service, password);
    log_event(LOG_EVENT_STARTED, NULL, "skywitnessd %s watches %zu feeds for %zu watch entries",
              SKYWITNESS_VERSION, service->config->feed_count, service->config->watch.entry_count);
    sd_notify(0, "READY=1");
    uv_run(&service->loop, UV_RUN_DEFAULT);
    if (password != NULL)
        explicit_bzero(password, strlen(password));
    // A handle left open would be a bug of ours; say so instead of hiding it.
    if (uv_loop_close(&service->loop) == UV_EBUSY) {
        log_error("the loop still had handles at the end; please report this");
        return EXIT_STATUS_SOFTWARE;
    }
    return service->exit_status;
}

int main(int argc, char **argv)
{
    struct service service = {0};
    if (read_options(argc, argv, &service.options) < 0)
        return EXIT_STATUS_USAGE;
    log_start(service.options.verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
    service.config = load_config(service.options.config_path);
    if (service.config == NULL)
        return EXIT_STATUS_BAD_CONFIGURATION;
    int exit_status = EXIT_STATUS_GOOD;
    if (service.options.check_config)
        printf("%s: good: %zu feeds, %zu watch entries, %zu places\n", service.options.config_path,
               service.config->feed_count, service.config->watch.entry_count,
               service.config->place_count);
    else
        exit_status = serve(&service);
    config_free(service.config);
    return exit_status;
}
