// SPDX-License-Identifier: MIT
// `skywitness claims assess`: judges claims now, or by what was known at a moment.
#include "cli/claim_context.h"

#include "cli/options.h"

#define CLAIMS_MAX 100000

// All claims, so that coverage can be brought up to date: hours that grew make claims due too.
static int refresh(struct claim_context *context)
{
    struct error error = {0};
    if (claim_store_load(context->store, NULL, &context->library, &error) < 0)
        return cli_fail(context->cli, &error);
    return claim_context_refresh_coverage(context);
}

static int choose_due(struct claim_context *context, struct claim_id_array *ids)
{
    struct error error = {0};
    int status = refresh(context);
    if (status == EXIT_STATUS_GOOD &&
        claim_store_due(context->store, context->cli->now, ids, &error) < 0)
        status = cli_fail(context->cli, &error);
    return status;
}

static int choose_all(struct claim_context *context, bool past, struct claim_id_array *ids)
{
    struct error error = {0};
    int status = EXIT_STATUS_GOOD;
    if (!past)
        status = refresh(context);
    else if (claim_store_load(context->store, NULL, &context->library, &error) < 0)
        status = cli_fail(context->cli, &error);
    array_foreach (&context->library.claims, claim)
        text_copy(array_append(ids)->text, CLAIM_ID_SIZE, claim->id);
    return status;
}

static int choose_named(struct claim_context *context, const struct command *command, int count,
                        char **words, bool past, struct claim_id_array *ids)
{
    struct error error = {0};
    int status = claim_context_ids(context, command, count, words, ids);
    if (status == EXIT_STATUS_GOOD &&
        claim_store_load(context->store, ids, &context->library, &error) < 0)
        status = cli_fail(context->cli, &error);
    return status == EXIT_STATUS_GOOD && !past ? claim_context_refresh_coverage(context) : status;
}

int command_claims_assess(struct cli *cli, const struct command *command, int argc, char **argv)
{
    utc_us as_of = UTC_UNKNOWN;
    bool due = false;
    const struct option_row rows[] = {
        {"as-of", 0, OPTION_TIME, &as_of, "TIME", "by what was known then; shown, not recorded", 0,
         0},
        {"due", 0, OPTION_FLAG, &due, NULL, "only the claims that something has happened to since",
         0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .arguments_max = CLAIMS_MAX,
        .notes = "Without ID: all claims. A verdict that changed is a new numbered assessment; the "
                 "old ones\n"
                 "stay. Assessing again without anything new changes nothing.",
    };
    struct claim_context context;
    struct claim_id_array ids = {0};
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    bool past = as_of != UTC_UNKNOWN;
    if (due && (past || count > 0))
        return options_usage(cli, command, "--due goes with neither ID nor --as-of");
    status = claim_context_open(cli, &context);
    if (status == EXIT_STATUS_GOOD)
        status = due          ? choose_due(&context, &ids)
                 : count == 0 ? choose_all(&context, past, &ids)
                              : choose_named(&context, command, count, argv, past, &ids);
    if (status == EXIT_STATUS_GOOD)
        status = claim_context_assess(&context, &ids, past ? as_of : cli->now, past, !past);
    array_free(&ids);
    claim_context_close(&context);
    return status;
}
