// SPDX-License-Identifier: MIT
// skywitness backfill SOURCE: past days from a configured history source, over HTTP.
#include "base/text.h"
#include "cli/backfill_order.h"
#include "cli/backfill_run.h"
#include "cli/command.h"
#include "cli/options.h"
#include "config/config.h"
#include "history/fetched.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// Beyond this many missing days only their number is said.
#define MISSING_SAID_MAX 100

struct fetching {
    struct backfill_run run;
    const struct config_history *config;
    struct history_source *source;
    struct history_items items;
    struct history_missing_days missing;
    uint64_t flawed;
    // The engine asks for streams on a thread of its own.
    atomic_size_t next;   // item to be fetched
    atomic_size_t absent; // traces that are not there
};

// --- planning -------------------------------------------------------------------------------------

static int plan(struct fetching *fetching, const struct backfill_order *order)
{
    struct error error = {0};
    array_foreach (&order->spans, span) {
        const struct history_order wanted = {span->first_day, span->last_day, &order->aircraft};
        int ret = history_source_plan(fetching->source, &wanted, &fetching->items,
                                      &fetching->missing, &error);
        if (ret < 0)
            return cli_fail(fetching->run.cli, &error);
    }
    return EXIT_STATUS_GOOD;
}

static void say_missing(const struct fetching *fetching)
{
    const struct cli *cli = fetching->run.cli;
    char day[UTC_TEXT_SIZE];
    for (size_t i = 0; i < fetching->missing.count && i < MISSING_SAID_MAX; i++)
        cli_say(cli, "%s: missing: %s", utc_format_day(fetching->missing.items[i].day, day),
                fetching->missing.items[i].words);
    if (fetching->missing.count > MISSING_SAID_MAX)
        cli_say(cli, "%zu days are missing", fetching->missing.count);
}

static void say_flaws(struct fetching *fetching)
{
    char day[UTC_TEXT_SIZE];
    array_foreach (&fetching->items, item) {
        if (item->flaw[0] == '\0')
            continue;
        fetching->flawed++;
        cli_say(fetching->run.cli, "%s: %s: %s", utc_format_day(item->day, day), item->name,
                item->flaw);
    }
}

static int drop_known(struct fetching *fetching, bool again)
{
    struct error error = {0};
    size_t dropped = 0;
    if (!again &&
        history_fetched_drop(fetching->run.connection, fetching->config->feed,
                             fetching->run.watch_ids.bytes, &fetching->items, &dropped, &error) < 0)
        return cli_fail(fetching->run.cli, &error);
    const char *what = fetching->source->kind->asks_aircraft ? "aircraft-days" : "days";
    cli_say(fetching->run.cli, "%s: %zu %s to fetch, %zu read before", fetching->config->id,
            fetching->items.count, what, dropped);
    if (fetching->source->kind->asks_aircraft && fetching->items.count > 0) {
        char span[32];
        double seconds = (double)fetching->items.count / fetching->config->max_requests_per_s;
        cli_say(fetching->run.cli, "at %g requests a second that takes at least %s",
                fetching->config->max_requests_per_s,
                progress_format_span(seconds, span, sizeof span));
    }
    say_flaws(fetching);
    return EXIT_STATUS_GOOD;
}

// --- fetching -------------------------------------------------------------------------------------

static int next_stream(void *data, struct history_stream **ret_stream, enum archive_kind *ret_kind,
                       struct error *error)
{
    struct fetching *fetching = data;
    while (fetching->next < fetching->items.count) {
        const struct history_item *item = &fetching->items.items[fetching->next++];
        char day[UTC_TEXT_SIZE];
        int ret = history_source_fetch(fetching->source, item, ret_stream, error);
        *ret_kind = item->kind;
        if (ret == 0)
            return 1;
        if (ret != -ENOENT || item->kind != ARCHIVE_KIND_TRACE)
            return error_prefix(error, "%s", utc_format_day(item->day, day));
        fetching->absent++; // not seen that day, or expired: it says nothing
    }
    return 0;
}

static void stop(void *data)
{
    struct fetching *fetching = data;
    history_source_stop(fetching->source);
}

static void say_trouble(struct fetching *fetching)
{
    char words[500];
    if (download_client_trouble(fetching->source->client, words, sizeof words))
        progress_say(&fetching->run.progress, words);
}

static void show(void *data, const struct backfill_report *report, const char *at)
{
    struct fetching *fetching = data;
    const struct history_source *source = fetching->source;
    char what[64], day[UTC_TEXT_SIZE], detail[64];
    size_t number = fetching->next;
    (void)at;
    say_trouble(fetching);
    if (number == 0)
        return;
    uint64_t fetched = source->fetched_bytes, begun = source->stream_began,
             total = source->stream_total;
    uint64_t items_left = fetching->items.count - number;
    bool asks_aircraft = source->kind->asks_aircraft;
    snprintf(what, sizeof what, "%s (%zu of %zu)",
             utc_format_day(fetching->items.items[number - 1].day, day), number,
             fetching->items.count);
    snprintf(detail, sizeof detail, "%" PRIu64 " files", report->files);
    struct progress_state state = {.what = what, .detail = detail, .is_bytes = !asks_aircraft};
    if (asks_aircraft) {
        state.done = state.done_in_all = number;
        state.total = fetching->items.count;
        state.left_in_all = items_left;
    } else {
        // The days to come are taken to be as large as this one.
        state.done = fetched - begun;
        state.done_in_all = fetched;
        state.total = total;
        state.left_in_all =
            total >= state.done && total > 0 ? total - state.done + items_left * total : UINT64_MAX;
    }
    progress_show(&fetching->run.progress, &state);
}

static void say_bad(void *data, const char *words)
{
    struct fetching *fetching = data;
    progress_say(&fetching->run.progress, words);
}

static void remember_whole(void *data, const char *name)
{
    struct fetching *fetching = data;
    struct error error = {0};
    array_foreach (&fetching->items, item) {
        if (strcmp(item->name, name) != 0 || item->kind != ARCHIVE_KIND_TAR)
            continue;
        if (history_fetched_add(fetching->run.connection, fetching->config->feed,
                                fetching->run.watch_id, item->name, item->day, &error) < 0)
            progress_say(&fetching->run.progress, error.message);
        return;
    }
}

static void say_partial(void *data, const char *name)
{
    struct fetching *fetching = data;
    char words[HISTORY_STREAM_NAME_SIZE + 120];
    snprintf(words, sizeof words,
             "%.255s: its day does not count as listened to: most of its files are of another",
             name);
    progress_say(&fetching->run.progress, words);
}

// What was read before a source stopped answering is derived nevertheless.
static int fetch(struct fetching *fetching)
{
    const struct cli *cli = fetching->run.cli;
    struct error error = {0};
    const struct backfill_streams streams = {fetching, next_stream, stop};
    int ret = backfill_streams(fetching->run.backfill, &streams, &error);
    progress_end(&fetching->run.progress);
    if (fetching->absent > 0)
        cli_say(cli, "%zu traces are not there: not seen on that day, or expired",
                fetching->absent);
    int failed = ret < 0 ? cli_fail(cli, &error) : EXIT_STATUS_GOOD;
    if (ret < 0 && ret != -ECANCELED)
        return failed;
    int status = backfill_run_finish(&fetching->run, fetching->missing.count + fetching->flawed);
    return failed != EXIT_STATUS_GOOD ? failed : status;
}

// --- the command ----------------------------------------------------------------------------------

struct source_options {
    const char *source;
    struct backfill_wish wish;
    struct backfill_manner manner;
};

static int carry_out(struct fetching *fetching, const struct source_options *options,
                     const struct backfill_order *order)
{
    const struct backfill_listener listener = {fetching, say_bad, remember_whole, say_partial,
                                               show};
    const struct watch_list *watch = order->has_watch ? &order->watch : NULL;
    int status = plan(fetching, order);
    if (status == EXIT_STATUS_GOOD)
        status = backfill_run_watch(&fetching->run, watch);
    if (status == EXIT_STATUS_GOOD)
        status = drop_known(fetching, options->manner.again);
    if (status != EXIT_STATUS_GOOD)
        return status;
    say_missing(fetching);
    status = backfill_run_prepare(&fetching->run, fetching->config->feed, watch, &options->manner,
                                  &listener);
    return status == EXIT_STATUS_GOOD ? fetch(fetching) : status;
}

static int refuse_source(const struct cli *cli, const struct config *config, const char *id)
{
    const char *ids[CONFIG_HISTORIES_MAX + 1] = {"traces"};
    size_t count = 1;
    struct text known;
    text_init(&known, (CONFIG_HISTORIES_MAX + 1) * PLACE_ID_SIZE * 2);
    for (size_t i = 0; i < config->history_count; i++) {
        ids[count++] = config->histories[i].id;
        text_append_format(&known, ", %s", config->histories[i].id);
    }
    const char *nearest = options_nearest(id, ids, count);
    cli_say(cli, "there is no history source \"%.40s\" in %s%s%s%s; there are traces%s", id,
            config->path, nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
            nearest != NULL ? "?" : "", known.length > 0 ? known.bytes : "");
    text_done(&known);
    return EXIT_STATUS_USAGE;
}

static int with_source(struct fetching *fetching, struct source_options *options)
{
    struct cli *cli = fetching->run.cli;
    const struct config *config = fetching->run.config;
    struct backfill_order order = {0};
    struct error error = {0};
    fetching->config = config_history_find(config, options->source);
    if (fetching->config == NULL)
        return refuse_source(cli, config, options->source);
    if (history_source_new(fetching->config, config->contact, &fetching->source, &error) < 0)
        return cli_fail(cli, &error);
    options->wish.needs_aircraft = fetching->source->kind->asks_aircraft;
    int status = backfill_order_make(cli, config, fetching->run.connection, &options->wish, &order);
    if (status == EXIT_STATUS_GOOD)
        status = carry_out(fetching, options, &order);
    backfill_order_done(&order);
    return status;
}

static int start(struct cli *cli, struct source_options *options)
{
    struct fetching fetching = {.missing = {0}};
    signal(SIGPIPE, SIG_IGN); // net/download.h
    int status = backfill_run_open(&fetching.run, cli);
    if (status == EXIT_STATUS_GOOD)
        status = with_source(&fetching, options);
    history_source_free(fetching.source);
    history_items_done(&fetching.items);
    array_free(&fetching.missing);
    backfill_run_close(&fetching.run);
    return status;
}

static int check_wish(const struct cli *cli, const struct command *command,
                      struct backfill_wish *wish)
{
    bool has_from = wish->from != UTC_UNKNOWN, has_to = wish->to != UTC_UNKNOWN;
    if (wish->claim == NULL && !(has_from && has_to))
        return options_usage(cli, command, "say which days: --from DAY --to DAY, or --claim ID");
    if (wish->claim == NULL && wish->record)
        return options_usage(cli, command, "--record goes with --claim");
    wish->from = has_from ? utc_day_start(wish->from) : UTC_UNKNOWN;
    wish->to = has_to ? utc_day_start(wish->to) : UTC_UNKNOWN;
    if (has_from && has_to && wish->from > wish->to)
        return options_usage(cli, command, "--to lies before --from");
    return EXIT_STATUS_GOOD;
}

int command_backfill_source(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct source_options options = {.wish = {.from = UTC_UNKNOWN, .to = UTC_UNKNOWN}};
    struct backfill_wish *wish = &options.wish;
    int64_t jobs = 0;
    const struct option_row rows[] = {
        {"from", 0, OPTION_TIME, &wish->from, "DAY", "the first day to fetch, by UTC", 0, 0},
        {"to", 0, OPTION_TIME, &wish->to, "DAY", "the last day to fetch", 0, 0},
        {"claim", 0, OPTION_TEXT, &wish->claim, "ID", "take days and aircraft from this claim", 0,
         0},
        {"record", 0, OPTION_FLAG, &wish->record, NULL,
         "with --claim: also the year before, where a clause is compared with it", 0, 0},
        {"hex", 0, OPTION_TEXT, &wish->hexes, "HEX,...",
         "for a source that is asked for one aircraft at a time", 0, 0},
        {"again", 0, OPTION_FLAG, &options.manner.again, NULL,
         "fetch what was read before, for claims about other places", 0, 0},
        {"jobs", 0, OPTION_COUNT, &jobs, "N", "threads that scan (as many as there are cores)", 1,
         BACKFILL_JOBS_MAX},
    };
    const struct option_table table = {
        OPTION_ROWS(rows),
        .arguments_min = 1,
        .arguments_max = 1,
        .notes =
            "SOURCE is the id of one of the configuration's \"history\"; `skywitness backfill\n"
            "traces` reads archives from disk. Archives are read as they come; nothing is stored\n"
            "on disk but what is kept. Run again it fetches the days that were not read whole,\n"
            "each from its beginning. Days that are missing are named and make the exit status 1.",
    };
    int count = 0, status = EXIT_STATUS_GOOD;
    if (!options_parse(cli, command, &table, argc, argv, &count, &status))
        return status;
    options.source = argv[0];
    options.manner.jobs = (unsigned)jobs;
    status = check_wish(cli, command, wish);
    return status == EXIT_STATUS_GOOD ? start(cli, &options) : status;
}
