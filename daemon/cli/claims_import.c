// SPDX-License-Identifier: MIT
// `skywitness claims import`: reports and claims from files, whole or not at all.
#include "cli/claim_context.h"

#include "base/memory.h"
#include "cli/options.h"
#include "config/config.h"
#include "store/claim_files.h"
#include "store/place_store.h"

#include <string.h>

#define FILES_MAX 10000
#define PROBLEM_BYTES_MAX (1 << 20)

static void say_lines(const struct cli *cli, const struct text *lines)
{
    AUTO_FREE char *copy = memory_copy_string(lines->bytes != NULL ? lines->bytes : "");
    for (char *rest = copy, *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line != '\0')
            cli_say(cli, "%s", line);
}

// Reads all files before anything is stored. Without files: those of the configuration.
static int read_files(struct claim_context *context, char **paths, size_t count)
{
    struct text problems;
    text_init(&problems, PROBLEM_BYTES_MAX);
    size_t wrong =
        count > 0 ? claim_files_read(context->store, paths, count, &context->library, &problems)
                  : claim_files_read_configured(context->store, context->config, &context->library,
                                                &problems);
    if (wrong > 0) {
        say_lines(context->cli, &problems);
        cli_say(context->cli, "%zu error%s; nothing was imported", wrong, wrong == 1 ? "" : "s");
    }
    text_done(&problems);
    return wrong > 0 ? EXIT_STATUS_BAD_DATA : EXIT_STATUS_GOOD;
}

static int store(struct claim_context *context)
{
    struct error error = {0};
    struct claim_import_counts counts;
    // Claims name places: analysts find them beside the claims.
    if (place_store_save(context->connection, context->config->places, context->config->place_count,
                         &error) < 0 ||
        claim_store_import(context->store, &context->library, &counts, &error) < 0)
        return cli_fail(context->cli, &error);
    cli_say(context->cli, "%zu reports (%zu new, %zu changed), %zu claims (%zu new, %zu changed)",
            counts.reports_new + counts.reports_changed + counts.reports_same, counts.reports_new,
            counts.reports_changed, counts.claims_new + counts.claims_changed + counts.claims_same,
            counts.claims_new, counts.claims_changed);
    return EXIT_STATUS_GOOD;
}

// Judges what was imported, with all stored reports behind it.
static int assess(struct claim_context *context)
{
    struct error error = {0};
    struct claim_id_array ids = {0};
    array_foreach (&context->library.claims, claim)
        text_copy(array_append(&ids)->text, CLAIM_ID_SIZE, claim->id);
    claim_library_done(&context->library);
    context->library = (struct claim_library){0};
    int status = EXIT_STATUS_GOOD;
    if (claim_store_load(context->store, &ids, &context->library, &error) < 0)
        status = cli_fail(context->cli, &error);
    if (status == EXIT_STATUS_GOOD)
        status = claim_context_refresh_coverage(context);
    if (status == EXIT_STATUS_GOOD)
        status = claim_context_assess(context, &ids, context->cli->now, false, true);
    array_free(&ids);
    return status;
}

int command_claims_import(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const struct option_table options = {
        .arguments_max = FILES_MAX,
        .notes = "Without FILE: the reports and claims that the configuration names. Doing it "
                 "again changes\n"
                 "nothing; a claim that was edited after it was assessed becomes a new version.",
    };
    struct claim_context context;
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    status = claim_context_open(cli, &context);
    if (status == EXIT_STATUS_GOOD)
        status = read_files(&context, argv, (size_t)count);
    if (status == EXIT_STATUS_GOOD)
        status = store(&context);
    if (status == EXIT_STATUS_GOOD)
        status = assess(&context);
    claim_context_close(&context);
    return status;
}
