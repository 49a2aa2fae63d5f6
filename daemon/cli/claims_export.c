// SPDX-License-Identifier: MIT
// `skywitness claims export`: reviews of claims as schema.org's ClaimReview, JSON-LD.
#include "cli/claim_context.h"

#include "base/memory.h"
#include "claim/claimreview.h"
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#define CLAIMS_MAX 100000
#define REVIEW_BYTES_MAX (1 << 20)

static const char newest_sql[] =
    "SELECT s.verdict, s.synthetic, s.assessed_at, k.arithmetic FROM skywitness.claim_status s"
    " JOIN skywitness.assessment_clause k ON k.assessment_id = s.assessment_id"
    "   AND k.clause_id = s.weakest_clause"
    " WHERE s.claim_id = $1";

static bool take_review(const struct query *query, struct claimreview *review, char **ret_summary,
                        char day[UTC_TEXT_SIZE])
{
    const char *verdict = query_text(query, 0), *arithmetic = query_text(query, 3);
    struct text summary;
    if (verdict == NULL || !verdict_from_name(verdict, &review->verdict))
        return false;
    text_init(&summary, REVIEW_BYTES_MAX);
    text_append_format(&summary, "%s %s", verdict_meaning(review->verdict),
                       arithmetic != NULL ? arithmetic : "");
    review->synthetic = query_boolean(query, 1, false);
    review->date_reviewed = utc_format_day(query_time(query, 2), day);
    review->summary = *ret_summary = summary.bytes;
    return true;
}

// Writes nothing for a claim that was never assessed.
static int write_one(struct claim_context *context, const struct claim *claim, const char *author,
                     bool *first, struct error *error)
{
    struct claimreview review = {.claim = claim, .author = author};
    char day[UTC_TEXT_SIZE];
    AUTO_FREE char *summary = NULL;
    const char *id = claim->id;
    struct query *query;
    int result = query_start(context->connection, newest_sql, &id, 1, &query, error);
    if (result < 0)
        return result;
    bool any = false;
    while ((result = query_next(query, error)) == 1)
        any = !any && take_review(query, &review, &summary, day);
    query_finish(query);
    if (result < 0 || !any)
        return result;
    struct text text;
    text_init(&text, REVIEW_BYTES_MAX);
    claimreview_write(&review, &context->library, &text);
    fprintf(context->cli->out, "%s%s", *first ? "" : ",\n", text.bytes);
    *first = false;
    text_done(&text);
    return 0;
}

static int write_all(struct claim_context *context, const struct claim_id_array *ids,
                     const char *author)
{
    struct error error = {0};
    bool first = true;
    if (claim_store_load(context->store, ids->count > 0 ? ids : NULL, &context->library, &error) <
        0)
        return cli_fail(context->cli, &error);
    fputs("[", context->cli->out);
    array_foreach (&context->library.claims, claim)
        if (write_one(context, claim, author, &first, &error) < 0)
            return cli_fail(context->cli, &error);
    fputs("]\n", context->cli->out);
    return cli_flush(context->cli);
}

int command_claims_export(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const char *format = "claimreview", *author = "skywitness";
    const struct option_row rows[] = {
        {"format", 0, OPTION_TEXT, &format, "FORMAT", "claimreview, the only one", 0, 0},
        {"author", 0, OPTION_TEXT, &author, "NAME", "who publishes the reviews", 0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .arguments_max = CLAIMS_MAX,
        .notes = "Without ID: all claims that were assessed. Only verdicts that tracks bear out "
                 "carry a number;\n"
                 "silence is no rating.",
    };
    struct claim_context context;
    struct claim_id_array ids = {0};
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    if (strcmp(format, "claimreview") != 0)
        return options_usage(cli, command, "--format %.40s: here it is claimreview", format);
    status = claim_context_open(cli, &context);
    if (status == EXIT_STATUS_GOOD)
        status = claim_context_ids(&context, command, count, argv, &ids);
    if (status == EXIT_STATUS_GOOD)
        status = write_all(&context, &ids, author);
    array_free(&ids);
    claim_context_close(&context);
    return status;
}
