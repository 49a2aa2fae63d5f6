// SPDX-License-Identifier: MIT
// `skywitness watch`: the watch list as the daemon understands it, and what it asks of each feed.
// Reads the configuration only; no database.
#include "cli/command.h"

#include "base/memory.h"
#include "base/text.h"
#include "cli/options.h"
#include "cli/watch_words.h"
#include "config/config.h"
#include "feed/planner.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CELL_BYTES_MAX (4 << 20)
#define ADDRESSES_MAX 200000 // both spellings of every five-digit registration, and known airframes

// One row for everything, so that JSON and CSV are one array and one table.
static const struct output_column row_columns[] = {
    {"kind", NULL, OUTPUT_TEXT, 0}, // "entry" or "request"
    {"watch_id", NULL, OUTPUT_TEXT, 0},      {"types", NULL, OUTPUT_LIST, 0},
    {"registrations", NULL, OUTPUT_LIST, 0}, {"hexes", NULL, OUTPUT_LIST, 0},
    {"callsigns", NULL, OUTPUT_LIST, 0},     {"squawks", NULL, OUTPUT_LIST, 0},
    {"within", NULL, OUTPUT_TEXT, 0},        {"military", NULL, OUTPUT_BOOLEAN, 0},
    {"addresses", NULL, OUTPUT_LIST, 0},     {"address_count", NULL, OUTPUT_NUMBER, 0},
    {"feed", NULL, OUTPUT_TEXT, 0},          {"interval_s", NULL, OUTPUT_NUMBER, 0},
    {"request", NULL, OUTPUT_TEXT, 0},       {"purpose", NULL, OUTPUT_TEXT, 0},
};

static const struct output_column entry_columns[] = {
    {"watch_id", "watch", OUTPUT_TEXT, 20},
    {"matches", "matches all of", OUTPUT_TEXT, 44},
    {"address_count", "addresses", OUTPUT_NUMBER, 0},
    {"addresses", "among them", OUTPUT_LIST, 22},
};

static const struct output_column request_columns[] = {
    {"feed", "feed", OUTPUT_TEXT, 20},
    {"interval_s", "every s", OUTPUT_NUMBER, 0},
    {"purpose", "asks for", OUTPUT_TEXT, 40},
    {"request", "request", OUTPUT_TEXT, 28},
};

// The columns of the table and of the row formats differ; what is written decides itself by this.
struct writer {
    struct output *rows; // NULL in table format
    struct output *entries;
    struct output *requests;
};

static char *join(const struct watch_pattern_array *patterns)
{
    struct text text;
    text_init(&text, CELL_BYTES_MAX);
    text_append(&text, "");
    for (size_t i = 0; i < patterns->count; i++)
        text_append_format(&text, "%s%s", i > 0 ? "\x1f" : "", patterns->items[i]);
    return text.bytes;
}

// Addresses as a list in which a run of neighbours is written "first-last".
static char *join_addresses(char (*addresses)[8], size_t count)
{
    struct text text;
    text_init(&text, CELL_BYTES_MAX);
    text_append(&text, "");
    for (size_t i = 0; i < count;) {
        size_t last = i;
        unsigned long first_number = strtoul(addresses[i], NULL, 16);
        while (last + 1 < count && addresses[i][0] != '~' &&
               strtoul(addresses[last + 1], NULL, 16) == first_number + (last + 1 - i))
            last++;
        text_append_format(&text, "%s%s", i > 0 ? "\x1f" : "", addresses[i]);
        if (last > i)
            text_append_format(&text, "-%s", addresses[last]);
        i = last + 1;
    }
    return text.bytes;
}

static void put_entry_row(struct output *rows, const struct watch_entry *entry,
                          const char *addresses, size_t address_count)
{
    const struct watch_pattern_array *const lists[] = {
        &entry->types, &entry->registrations, &entry->hexes, &entry->callsigns, &entry->squawks};
    output_text(rows, "entry");
    output_text(rows, entry->id);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        AUTO_FREE char *items = join(lists[i]);
        output_list(rows, items);
    }
    output_text(rows, entry->within != NULL ? entry->within->id : NULL);
    if (entry->military >= 0)
        output_boolean(rows, entry->military > 0);
    else
        output_unknown(rows);
    output_list(rows, addresses);
    output_integer(rows, (int64_t)address_count);
    output_row_end(rows);
}

static void write_entry(const struct writer *writer, const struct watch_list *list,
                        const struct watch_entry *entry)
{
    AUTO_FREE char(*addresses)[8] = memory_allocate_zeroed(ADDRESSES_MAX, sizeof *addresses);
    size_t count = watch_entry_addresses(list, entry, addresses, ADDRESSES_MAX);
    AUTO_FREE char *joined =
        join_addresses(addresses, count < ADDRESSES_MAX ? count : ADDRESSES_MAX);
    if (writer->rows != NULL) {
        put_entry_row(writer->rows, entry, joined, count);
        return;
    }
    AUTO_FREE char *words = watch_entry_in_words(entry);
    output_text(writer->entries, entry->id);
    output_text(writer->entries, words);
    output_integer(writer->entries, (int64_t)count);
    output_list(writer->entries, joined);
    output_row_end(writer->entries);
}

static void write_request(const struct writer *writer, const struct config_feed *feed,
                          const struct planned_request *request)
{
    struct output *output = writer->rows;
    if (output != NULL) {
        output_text(output, "request");
        for (size_t i = 1; i < 11; i++) // an entry's columns
            output_unknown(output);
        output_text(output, feed->id);
        output_number(output, feed->interval_s, 1);
        output_text(output, request->target);
        output_text(output, request->purpose);
    } else {
        output = writer->requests;
        output_text(output, feed->id);
        output_number(output, feed->interval_s, 0);
        output_text(output, request->purpose);
        output_text(output, request->target);
    }
    output_row_end(output);
}

static void write_feed(const struct cli *cli, const struct writer *writer,
                       const struct config *config, const struct config_feed *feed)
{
    struct planned_request_array requests = {0};
    struct error error = {0};
    if (!feed->enabled) {
        cli_say(cli, "feed %s is disabled", feed->id);
        return;
    }
    if (planner_plan(config, feed, &requests, &error) < 0)
        cli_say(cli, "warning: feed %s: %s", feed->id, error.message);
    array_foreach (&requests, request)
        write_request(writer, feed, request);
    planned_requests_done(&requests);
}

static void write_entries(const struct writer *writer, const struct config *config)
{
    for (size_t i = 0; i < config->watch.entry_count; i++)
        write_entry(writer, &config->watch, &config->watch.entries[i]);
}

static void write_requests(const struct cli *cli, const struct writer *writer,
                           const struct config *config, const char *only_feed)
{
    for (size_t i = 0; i < config->feed_count; i++)
        if (only_feed == NULL || strcmp(only_feed, config->feeds[i].id) == 0)
            write_feed(cli, writer, config, &config->feeds[i]);
}

static int write_tables(struct cli *cli, const struct config *config, const char *only_feed)
{
    struct writer writer = {0};
    writer.entries = cli_output(cli, entry_columns, sizeof entry_columns / sizeof *entry_columns);
    write_entries(&writer, config);
    int status = cli_output_end(cli, writer.entries);
    if (status != EXIT_STATUS_GOOD)
        return status;
    putc('\n', cli->out);
    writer.requests =
        cli_output(cli, request_columns, sizeof request_columns / sizeof *request_columns);
    write_requests(cli, &writer, config, only_feed);
    return cli_output_end(cli, writer.requests);
}

static int write_rows(struct cli *cli, const struct config *config, const char *only_feed)
{
    struct writer writer = {
        .rows = cli_output(cli, row_columns, sizeof row_columns / sizeof *row_columns)};
    write_entries(&writer, config);
    write_requests(cli, &writer, config, only_feed);
    return cli_output_end(cli, writer.rows);
}

static int refuse_feed(const struct cli *cli, const struct command *command,
                       const struct config *config, const char *id)
{
    const char *candidates[CONFIG_FEEDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < config->feed_count && count < CONFIG_FEEDS_MAX; i++)
        candidates[count++] = config->feeds[i].id;
    const char *nearest = options_nearest(id, candidates, count);
    return options_usage(cli, command, "--feed %s: the configuration has no such feed%s%s%s", id,
                         nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                         nearest != NULL ? "?" : "");
}

int command_watch(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const char *feed = NULL;
    const struct option_row rows[] = {
        {"feed", 0, OPTION_TEXT, &feed, "ID", "only the requests of this feed", 0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .notes =
            "An entry matches when all it names matches; entries are alternatives. Addresses are\n"
            "those asked for besides types and registrations: known airframes, and what the\n"
            "Russian rule gives for a registration pattern. A table cuts long cells; JSON and CSV\n"
            "have them whole, and tell entries from requests by their kind.",
    };
    const struct config *config;
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    status = cli_config(cli, &config);
    if (status != EXIT_STATUS_GOOD)
        return status;
    if (feed != NULL && config_feed_find(config, feed) == NULL)
        return refuse_feed(cli, command, config, feed);
    return cli->format == OUTPUT_TABLE ? write_tables(cli, config, feed)
                                       : write_rows(cli, config, feed);
}
