// SPDX-License-Identifier: MIT
// `skywitness claims list`: each claim with its verdict, its sources, and how well it could have
// been seen.
#include "cli/command.h"

#include "cli/options.h"
#include "store/query.h"

static const struct output_column columns[] = {
    {"claim_id", "claim", OUTPUT_TEXT, 32},
    {"verdict", NULL, OUTPUT_TEXT, 0},
    {NULL, "verdict", OUTPUT_TEXT, 0}, // with a mark where it rests on made-up data
    {"likelihood", "likelihood", OUTPUT_TEXT, 0},
    {"confidence", "confidence", OUTPUT_TEXT, 0},
    {"synthetic", NULL, OUTPUT_BOOLEAN, 0},
    {"looked_percent", "looked %", OUTPUT_NUMBER, 0},
    {"covered_percent", "covered %", OUTPUT_NUMBER, 0},
    {"report_count", "reports", OUTPUT_NUMBER, 0},
    {"independent_reports", "sources", OUTPUT_NUMBER, 0},
    {"feed_groups", NULL, OUTPUT_NUMBER, 0},
    {"source_reliability", NULL, OUTPUT_TEXT, 0},
    {"information_credibility", NULL, OUTPUT_TEXT, 0},
    {"conflicting_reports", "conflicts", OUTPUT_NUMBER, 0},
    {"assessment_id", "assessment", OUTPUT_NUMBER, 0},
    {"number", NULL, OUTPUT_NUMBER, 0},
    {"assessed_at", NULL, OUTPUT_TIME, 0},
    {"statement", "statement", OUTPUT_TEXT, 60},
};

static const char list_sql[] =
    "SELECT s.claim_id, s.verdict, s.likelihood, s.confidence, coalesce(s.synthetic, false),"
    " CASE WHEN k.hours > 0 THEN 100.0 * (k.hours - k.hours_not_looked) / k.hours END,"
    " CASE WHEN k.hours > 0 THEN 100.0 * (k.hours_observed + k.hours_covered_not_seen) / k.hours "
    "END,"
    " cardinality(s.reports), s.independent_reports, s.feed_groups, s.source_reliability,"
    " s.information_credibility, (SELECT count(DISTINCT CASE WHEN x.first_claim = s.claim_id"
    "   THEN x.second_report ELSE x.first_report END) FROM skywitness.report_conflict x"
    "   WHERE s.claim_id IN (x.first_claim, x.second_claim)),"
    " s.assessment_id, s.number, s.assessed_at, s.statement"
    " FROM skywitness.claim_status s"
    " LEFT JOIN skywitness.assessment_clause k ON k.assessment_id = s.assessment_id"
    "   AND k.clause_id = s.weakest_clause"
    " WHERE $1::text IS NULL OR s.verdict = $1 ORDER BY s.claim_id";

static void write_integer(struct output *output, const struct query *query, size_t column)
{
    if (query_text(query, column) != NULL)
        output_integer(output, query_integer(query, column, 0));
    else
        output_unknown(output);
}

static void write_row(struct output *output, const struct query *query)
{
    char marked[64];
    const char *verdict = query_text(query, 1);
    bool synthetic = query_boolean(query, 4, false);
    snprintf(marked, sizeof marked, "%s%s", verdict != NULL ? verdict : "not assessed",
             synthetic ? " (synthetic data)" : "");
    output_text(output, query_text(query, 0));
    output_text(output, verdict);
    output_text(output, marked);
    output_text(output, query_text(query, 2));
    output_text(output, query_text(query, 3));
    output_boolean(output, synthetic);
    output_number(output, query_number(query, 5), 0);
    output_number(output, query_number(query, 6), 0);
    for (size_t column = 7; column <= 9; column++)
        write_integer(output, query, column);
    output_text(output, query_text(query, 10));
    output_text(output, query_text(query, 11));
    for (size_t column = 12; column <= 14; column++)
        write_integer(output, query, column);
    output_time(output, query_time(query, 15));
    output_text(output, query_text(query, 16));
    output_row_end(output);
}

static int list(struct cli *cli, struct query_connection *connection, const char *verdict)
{
    struct error error = {0};
    struct query *query;
    int result = query_start(connection, list_sql, &verdict, 1, &query, &error);
    if (result < 0)
        return cli_fail(cli, &error);
    struct output *output = cli_output(cli, columns, sizeof columns / sizeof *columns);
    while ((result = query_next(query, &error)) == 1)
        write_row(output, query);
    query_finish(query);
    if (result < 0) {
        output_end_failed(output);
        return cli_fail(cli, &error);
    }
    return cli_output_end(cli, output);
}

int command_claims_list(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const char *verdict = NULL;
    const struct option_row rows[] = {
        {"verdict", 0, OPTION_TEXT, &verdict, "VERDICT", "only claims with this verdict", 0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .notes = "looked and covered: hours in which we asked, and in which we could have seen an "
                 "aircraft\n"
                 "below 10,000 ft, at the place of the weakest clause. sources: independent roots "
                 "of the\n"
                 "reports. conflicts: reports that contradict this claim's. Likelihood is of what "
                 "is claimed,\n"
                 "confidence is in the judgement.",
    };
    struct query_connection *connection = NULL;
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    status = cli_connect(cli, &connection);
    if (status == EXIT_STATUS_GOOD)
        status = list(cli, connection, verdict);
    query_close(connection);
    return status;
}
