// SPDX-License-Identifier: MIT
// `skywitness claims import`: reports and claims from files, whole or not at all.
#include "cli/claim_context.h"

#include "base/memory.h"
#include "claim/read.h"
#include "cli/options.h"
#include "config/config.h"
#include "config/json_file.h"

#include <errno.h>
#include <string.h>

#define FILES_MAX 10000

static void read_file(struct claim_context *context, const char *path,
                      struct config_problems *problems, struct claim_errors *errors)
{
    cJSON *root = NULL;
    const struct claim_vocabulary *vocabulary = claim_store_vocabulary(context->store);
    if (json_file_read(path, path, &root, problems) == 0)
        claim_read_file(root, path, vocabulary, &context->library, errors);
    cJSON_Delete(root);
}

static void say_lines(const struct cli *cli, const struct text *lines)
{
    AUTO_FREE char *copy = memory_copy_string(lines->bytes != NULL ? lines->bytes : "");
    for (char *rest = copy, *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line != '\0')
            cli_say(cli, "%s", line);
}

// Reads all files before anything is stored: an error in one of them stores nothing.
static int read_files(struct claim_context *context, char **paths, size_t count)
{
    struct config_problems problems;
    struct claim_errors errors;
    config_problems_init(&problems);
    claim_errors_init(&errors);
    for (size_t i = 0; i < count; i++)
        read_file(context, paths[i], &problems, &errors);
    // A file that was refused leaves others that refer to it hanging: that would be noise.
    if (problems.count + errors.count == 0)
        claim_check_library(&context->library, claim_store_vocabulary(context->store), &errors);
    size_t wrong = problems.count + errors.count;
    if (wrong > 0) {
        say_lines(context->cli, &problems.lines);
        say_lines(context->cli, &errors.lines);
        cli_say(context->cli, "%zu error%s; nothing was imported", wrong, wrong == 1 ? "" : "s");
    }
    config_problems_done(&problems);
    claim_errors_done(&errors);
    return wrong > 0 ? EXIT_STATUS_BAD_DATA : EXIT_STATUS_GOOD;
}

static int read_configured(struct claim_context *context)
{
    const struct config *config = context->config;
    size_t count = config->report_file_count + config->claim_file_count;
    AUTO_FREE char **paths = memory_allocate_zeroed(count + 1, sizeof *paths);
    for (size_t i = 0; i < config->report_file_count; i++)
        paths[i] = config->report_files[i];
    for (size_t i = 0; i < config->claim_file_count; i++)
        paths[config->report_file_count + i] = config->claim_files[i];
    return read_files(context, paths, count);
}

static int store(struct claim_context *context)
{
    struct error error = {0};
    struct claim_import_counts counts;
    if (claim_store_import(context->store, &context->library, &counts, &error) < 0)
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
    array_foreach(&context->library.claims, claim)
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
        status = count > 0 ? read_files(&context, argv, (size_t)count) : read_configured(&context);
    if (status == EXIT_STATUS_GOOD)
        status = store(&context);
    if (status == EXIT_STATUS_GOOD)
        status = assess(&context);
    claim_context_close(&context);
    return status;
}
