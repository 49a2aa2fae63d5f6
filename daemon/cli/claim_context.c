// SPDX-License-Identifier: MIT
#include "cli/claim_context.h"

#include "cli/options.h"
#include "config/config.h"
#include "store/claim_coverage.h"

#include <errno.h>
#include <string.h>

int claim_context_open(struct cli *cli, struct claim_context *context)
{
    struct error error = {0};
    *context = (struct claim_context){.cli = cli};
    int status = cli_config(cli, &context->config);
    if (status == EXIT_STATUS_GOOD)
        status = cli_connect(cli, &context->connection);
    if (status == EXIT_STATUS_GOOD &&
        claim_store_new(context->connection, context->config, &context->store, &error) < 0)
        status = cli_fail(cli, &error);
    return status;
}

void claim_context_close(struct claim_context *context)
{
    claim_library_done(&context->library);
    claim_store_free(context->store);
    query_close(context->connection);
}

int claim_context_ids(const struct claim_context *context, const struct command *command, int count,
                      char **words, struct claim_id_array *ret_ids)
{
    for (int i = 0; i < count; i++) {
        if (strlen(words[i]) >= CLAIM_ID_SIZE)
            return options_usage(context->cli, command, "\"%.100s\" is no claim's id", words[i]);
        text_copy(array_append(ret_ids)->text, CLAIM_ID_SIZE, words[i]);
    }
    return EXIT_STATUS_GOOD;
}

int claim_context_refresh_coverage(struct claim_context *context)
{
    size_t changed = 0;
    struct error error = {0};
    int result = claim_coverage_refresh_claims(
        context->connection, &context->library, context->config->places,
        context->config->place_count, context->cli->now, &changed, &error);
    return result < 0 ? cli_fail(context->cli, &error) : EXIT_STATUS_GOOD;
}

static const struct output_column columns[] = {
    {"claim_id", "claim", OUTPUT_TEXT, 0},
    {"verdict", "verdict", OUTPUT_TEXT, 0},
    {"previous_verdict", "before", OUTPUT_TEXT, 0},
    {"likelihood", "likelihood", OUTPUT_TEXT, 0},
    {"confidence", "confidence", OUTPUT_TEXT, 0},
    {"synthetic", "made up", OUTPUT_BOOLEAN, 0},
    {"assessment_id", "assessment", OUTPUT_NUMBER, 0},
    {"number", "number", OUTPUT_NUMBER, 0},
    {"is_new", "new", OUTPUT_BOOLEAN, 0},
};

static void write_row(struct output *output, const struct claim *claim,
                      const struct claim_assessed *assessed)
{
    const struct assessment *assessment = &assessed->assessment;
    output_text(output, claim->id);
    output_text(output, verdict_name(assessment->verdict));
    output_text(output, assessed->previous_verdict[0] != '\0' ? assessed->previous_verdict : NULL);
    output_text(output, likelihood_name(assessment->likelihood));
    output_text(output, confidence_name(assessment->confidence));
    output_boolean(output, assessment->synthetic);
    if (assessed->assessment_id >= 0) {
        output_integer(output, assessed->assessment_id);
        output_integer(output, assessed->number);
    } else {
        output_unknown(output);
        output_unknown(output);
    }
    output_boolean(output, assessed->is_new);
    output_row_end(output);
}

int claim_context_assess(struct claim_context *context, const struct claim_id_array *ids,
                         utc_us as_of, bool as_known_then, bool record)
{
    struct error error = {0};
    struct output *output = cli_output(context->cli, columns, sizeof columns / sizeof *columns);
    int result = 0;
    for (size_t i = 0; i < ids->count && result == 0; i++) {
        struct claim_assessed assessed;
        const struct claim *claim = claim_library_claim(&context->library, ids->items[i].text);
        if (claim == NULL)
            continue;
        result = claim_store_assess(context->store, claim, &context->library, as_of, as_known_then,
                                    record, &assessed, &error);
        if (result < 0)
            break;
        write_row(output, claim, &assessed);
        claim_assessed_done(&assessed);
    }
    if (result < 0) {
        output_end_failed(output);
        return cli_fail(context->cli, &error);
    }
    return cli_output_end(context->cli, output);
}
