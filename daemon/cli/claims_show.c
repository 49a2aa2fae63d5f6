// SPDX-License-Identifier: MIT
// `skywitness claims show` and `skywitness explain assessment`: everything a verdict rests on, so
// that a reader can check every number by hand.
#include "cli/command.h"

#include "base/text.h"
#include "claim/likelihood.h"
#include "cli/options.h"
#include "store/query.h"

#include <errno.h>
#include <string.h>

// One assessment of one claim: the newest, or the one asked for.
struct shown {
    struct cli *cli;
    struct query_connection *connection;
    char claim_id[96];
    char assessment_id[24]; // empty when there is none yet
};

typedef void write_row(struct shown *shown, const struct query *query);

static int each(struct shown *shown, const char *sql, const char *parameter, write_row *write,
                struct error *error)
{
    struct query *query;
    int result = query_start(shown->connection, sql, &parameter, 1, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1)
        write(shown, query);
    query_finish(query);
    return result;
}

static const char *or_nothing(const char *text)
{
    return text != NULL ? text : "";
}

static enum likelihood likelihood_named(const char *name)
{
    for (int i = 0; name != NULL && i < LIKELIHOOD_COUNT; i++)
        if (strcmp(likelihood_name((enum likelihood)i), name) == 0)
            return (enum likelihood)i;
    return LIKELIHOOD_NONE;
}

static const char claim_sql[] =
    "SELECT c.claim_id, c.statement, c.note, c.version, a.verdict, a.assessment_id, a.number,"
    "   a.assessed_at,"
    " a.as_of, a.synthetic, a.likelihood, a.confidence, a.report_count, a.independent_reports, "
    "a.feed_groups,"
    " a.source_reliability, a.information_credibility, a.weakest_clause, a.previous_verdict, "
    "a.version,"
    " (SELECT max(number) FROM skywitness.assessment n WHERE n.claim_id = a.claim_id)"
    " FROM skywitness.claim c LEFT JOIN skywitness.assessment a ON a.assessment_id = $1::bigint"
    " WHERE c.claim_id = $2 AND c.version = coalesce(a.version, c.version)"
    " AND (a.assessment_id IS NOT NULL OR c.is_current)";

static void write_verdict(struct shown *shown, const struct query *query)
{
    FILE *out = shown->cli->out;
    enum verdict verdict = VERDICT_COUNT;
    const char *name = query_text(query, 4);
    if (name == NULL || !verdict_from_name(name, &verdict)) {
        fputs("Verdict: not assessed yet (skywitness claims assess)\n", out);
        return;
    }
    char assessed[UTC_TEXT_SIZE], as_of[UTC_TEXT_SIZE];
    fprintf(out, "Verdict: %s. %s\n", name, verdict_meaning(verdict));
    if (query_boolean(query, 9, false))
        fputs("  RESTS ON SYNTHETIC DATA: an example, not a finding.\n", out);
    fprintf(out, "  Likelihood of what is claimed: %s\n",
            likelihood_words(likelihood_named(query_text(query, 10))));
    fprintf(out, "  Confidence in the judgement: %s\n", or_nothing(query_text(query, 11)));
    fprintf(out, "  Decided by the clause: %s\n", or_nothing(query_text(query, 17)));
    fprintf(out, "  Assessment %s, number %s of %s, made %s, as of %s%s%s\n",
            or_nothing(query_text(query, 5)), or_nothing(query_text(query, 6)),
            or_nothing(query_text(query, 20)), utc_format(query_time(query, 7), assessed),
            utc_format(query_time(query, 8), as_of),
            query_text(query, 18) != NULL ? "; before it: " : "",
            or_nothing(query_text(query, 18)));
    char source = or_nothing(query_text(query, 15))[0],
         information = or_nothing(query_text(query, 16))[0];
    fprintf(out,
            "\nSources: %s reports, %s independent; evidence from %s independent groups of feeds\n"
            "  Admiralty code %c%c: source %s, information %s\n",
            or_nothing(query_text(query, 12)), or_nothing(query_text(query, 13)),
            or_nothing(query_text(query, 14)), source, information,
            or_nothing(admiralty_source_words(source)),
            or_nothing(admiralty_information_words(information)));
}

static void write_claim(struct shown *shown, const struct query *query)
{
    FILE *out = shown->cli->out;
    fprintf(out, "Claim %s, version %s\n%s\n", or_nothing(query_text(query, 0)),
            or_nothing(query_text(query, 3)), or_nothing(query_text(query, 1)));
    if (query_text(query, 2) != NULL)
        fprintf(out, "Note: %s\n", query_text(query, 2));
    fputs("\n", out);
    write_verdict(shown, query);
}

static int show_claim(struct shown *shown, struct error *error)
{
    const char *parameters[] = {shown->assessment_id[0] != '\0' ? shown->assessment_id : NULL,
                                shown->claim_id};
    struct query *query;
    int result = query_start(shown->connection, claim_sql, parameters, 2, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1)
        write_claim(shown, query);
    query_finish(query);
    return result;
}

// The reports and all that they lead back to, each once.
static const char reports_sql[] =
    "WITH RECURSIVE cited (id, depth, path) AS ("
    "   SELECT r.id, 0, ARRAY[r.position::text, r.id] FROM skywitness.claim c,"
    "     unnest(c.reports) WITH ORDINALITY AS r (id, position) WHERE c.claim_id = $1"
    "     AND c.is_current"
    "   UNION ALL SELECT d.id, cited.depth + 1, cited.path || d.id FROM cited"
    "     JOIN skywitness.report r ON r.report_id = cited.id, unnest(r.derived_from) AS d (id)"
    "     WHERE cited.depth < 8 AND NOT d.id = ANY (cited.path)),"
    " once AS (SELECT DISTINCT ON (id) id, depth, path FROM cited ORDER BY id, depth)"
    " SELECT r.report_id, r.publisher, r.title, r.published, r.url, array_to_string(r.derived_from,"
    "   ', '),"
    "   r.source_reliability, r.notes, o.depth FROM once o JOIN skywitness.report r"
    "   ON r.report_id = o.id"
    " ORDER BY o.depth, o.path";

static void write_report(struct shown *shown, const struct query *query)
{
    FILE *out = shown->cli->out;
    const char *derived = or_nothing(query_text(query, 5));
    fprintf(out, "  %s %s: %s", query_integer(query, 8, 0) > 0 ? "behind it" : "-",
            query_text(query, 0), or_nothing(query_text(query, 1)));
    if (query_text(query, 2) != NULL)
        fprintf(out, ", \"%s\"", query_text(query, 2));
    if (query_text(query, 3) != NULL)
        fprintf(out, ", %s", query_text(query, 3));
    fprintf(out, ", source %s", or_nothing(query_text(query, 6)));
    if (query_text(query, 4) != NULL)
        fprintf(out, ", %s", query_text(query, 4));
    if (derived[0] != '\0')
        fprintf(out, "; retells %s", derived);
    fputs("\n", out);
    if (query_text(query, 7) != NULL)
        fprintf(out, "      %s\n", query_text(query, 7));
}

static const char conflicts_sql[] =
    "SELECT DISTINCT x.kind, CASE WHEN x.first_claim = $1 THEN x.second_claim ELSE x.first_claim"
    "   END,"
    " CASE WHEN x.first_claim = $1 THEN x.second_statement ELSE x.first_statement END,"
    " CASE WHEN x.first_claim = $1 THEN x.second_report ELSE x.first_report END"
    " FROM skywitness.report_conflict x WHERE $1 IN (x.first_claim, x.second_claim) ORDER BY 2, 4";

static void write_conflict(struct shown *shown, const struct query *query)
{
    fprintf(shown->cli->out, "\nContradicted by another report (%s): %s in the claim %s: %s\n",
            query_text(query, 0), query_text(query, 3), query_text(query, 1), query_text(query, 2));
}

// clang-format off
static const char clauses_sql[] =
    "SELECT k.clause_id, c.kind, c.needed, k.verdict, k.likelihood, k.confidence, k.arithmetic,"
    "   k.would_change,"
    " (SELECT string_agg('    - ' || (r->>'rule') || ': ' || (r->>'value')"
    "     || coalesce(' (threshold: ' || (r->>'threshold') || ')', ''), E'\\n' ORDER BY n)"
    "   FROM jsonb_array_elements(k.reasons) WITH ORDINALITY AS e (r, n)),"
    " (SELECT string_agg('    - ' || e.kind || ' ' || coalesce(e.visit_id, e.sighting_id) || ', '"
    "     || e.role || ': ' || coalesce(e.registration, e.icao24)"
    "     || coalesce(' ' || e.type_code, '')"
    "     || coalesce(' at ' || e.place, '') || coalesce(', ' || e.grade, '') || ', '"
    "     || coalesce(to_char(e.not_before, 'YYYY-MM-DD\"T\"HH24:MI\"Z\"'), 'unknown') || ' to '"
    "     || coalesce(to_char(e.not_after, 'YYYY-MM-DD\"T\"HH24:MI\"Z\"'), 'unknown') || ', from '"
    "     || coalesce(nullif(array_to_string(e.feeds, ', '), ''), 'no feed named')"
    "     || CASE WHEN e.synthetic THEN ' (SYNTHETIC)' ELSE '' END, E'\\n' ORDER BY e.position)"
    "   FROM skywitness.evidence e WHERE e.assessment_id = k.assessment_id"
    "     AND e.clause_id = k.clause_id),"
    " c.note, array_to_string(c.places, ' -> ')"
    " FROM skywitness.assessment_clause k JOIN skywitness.assessment a USING (assessment_id)"
    " JOIN skywitness.clause c ON c.claim_id = a.claim_id AND c.version = a.version"
    "   AND c.clause_id = k.clause_id"
    " WHERE k.assessment_id = $1::bigint ORDER BY k.position";
// clang-format on

static void write_clause(struct shown *shown, const struct query *query)
{
    FILE *out = shown->cli->out;
    fprintf(out, "\nClause %s (%s%s%s%s): %s\n", query_text(query, 0), query_text(query, 1),
            or_nothing(query_text(query, 11))[0] != '\0' ? ", " : "",
            or_nothing(query_text(query, 11)),
            query_boolean(query, 2, true) ? "" : ", not needed by the claim", query_text(query, 3));
    if (query_text(query, 10) != NULL)
        fprintf(out, "  Note: %s\n", query_text(query, 10));
    fprintf(out, "  Likelihood: %s. Confidence: %s.\n",
            likelihood_words(likelihood_named(query_text(query, 4))),
            or_nothing(query_text(query, 5)));
    fprintf(out, "  %s\n", or_nothing(query_text(query, 6)));
    fprintf(out, "  Reasons:\n%s\n", or_nothing(query_text(query, 8)));
    if (query_text(query, 9) != NULL)
        fprintf(out, "  Evidence:\n%s\n", query_text(query, 9));
    fprintf(out, "  What would change this: %s\n", or_nothing(query_text(query, 7)));
}

static const char json_sql[] =
    "SELECT jsonb_pretty(jsonb_build_object('claim', c.document, 'version', c.version,"
    " 'assessment', (SELECT a.document || jsonb_build_object('assessment_id', a.assessment_id,"
    "   'number', a.number,"
    "   'as_of', a.as_of, 'assessed_at', a.assessed_at, 'previous_verdict', a.previous_verdict)"
    "   FROM skywitness.assessment a WHERE a.assessment_id = $1::bigint),"
    " 'reports', (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.report_id), '[]')"
    "   FROM skywitness.report r"
    "   WHERE r.report_id = ANY (c.reports)),"
    " 'conflicts', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM skywitness.report_conflict x"
    "   WHERE c.claim_id IN (x.first_claim, x.second_claim))))"
    " FROM skywitness.claim c LEFT JOIN skywitness.assessment a ON a.assessment_id = $1::bigint"
    " WHERE c.claim_id = $2 AND c.version = coalesce(a.version, c.version)"
    " AND (a.assessment_id IS NOT NULL OR c.is_current)";

static int show_json(struct shown *shown, struct error *error)
{
    const char *parameters[] = {shown->assessment_id[0] != '\0' ? shown->assessment_id : NULL,
                                shown->claim_id};
    struct query *query;
    int result = query_start(shown->connection, json_sql, parameters, 2, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1)
        fprintf(shown->cli->out, "%s\n", query_text(query, 0));
    query_finish(query);
    return result;
}

static int show(struct shown *shown, struct error *error)
{
    if (shown->cli->format == OUTPUT_JSON)
        return show_json(shown, error);
    int result = show_claim(shown, error);
    if (result == 0)
        result = each(shown, reports_sql, shown->claim_id, write_report, error);
    if (result == 0)
        result = each(shown, conflicts_sql, shown->claim_id, write_conflict, error);
    if (result == 0 && shown->assessment_id[0] != '\0')
        result = each(shown, clauses_sql, shown->assessment_id, write_clause, error);
    return result;
}

static void take_ids(struct shown *shown, const struct query *query)
{
    text_copy(shown->claim_id, sizeof shown->claim_id, query_text(query, 0));
    text_copy(shown->assessment_id, sizeof shown->assessment_id, or_nothing(query_text(query, 1)));
}

// Finds what `word` names by one of the questions below, then shows it.
static int run(struct cli *cli, const char *sql, const char *word, const char *what)
{
    struct shown shown = {.cli = cli};
    struct error error = {0};
    if (cli->format == OUTPUT_CSV) {
        cli_say(cli, "--format csv: this is text or json");
        return EXIT_STATUS_USAGE;
    }
    int status = cli_connect(cli, &shown.connection);
    if (status != EXIT_STATUS_GOOD)
        return status;
    int result = each(&shown, sql, word, take_ids, &error);
    if (result == 0 && shown.claim_id[0] == '\0') {
        cli_say(cli, "there is no %s \"%s\"", what, word);
        status = EXIT_STATUS_WANTING;
    } else if (result == 0) {
        result = show(&shown, &error);
    }
    if (result < 0)
        status = cli_fail(cli, &error);
    query_close(shown.connection);
    return status == EXIT_STATUS_GOOD ? cli_flush(cli) : status;
}

static int parse_one(struct cli *cli, const struct command *command, int argc, char **argv,
                     int *ret_status)
{
    const struct option_table options = {.arguments_min = 1, .arguments_max = 1};
    int count;
    return options_parse(cli, command, &options, argc, argv, &count, ret_status);
}

int command_claims_show(struct cli *cli, const struct command *command, int argc, char **argv)
{
    int status;
    if (!parse_one(cli, command, argc, argv, &status))
        return status;
    return run(cli,
               "SELECT claim_id, assessment_id FROM skywitness.claim_status WHERE claim_id = $1",
               argv[0], "claim");
}

int command_explain_assessment(struct cli *cli, const struct command *command, int argc,
                               char **argv)
{
    int status;
    if (!parse_one(cli, command, argc, argv, &status))
        return status;
    if (strspn(argv[0], "0123456789") != strlen(argv[0]) || strlen(argv[0]) > 18)
        return options_usage(cli, command, "expected an assessment's number, got \"%.40s\"",
                             argv[0]);
    return run(cli,
               "SELECT claim_id, assessment_id FROM skywitness.assessment"
               "   WHERE assessment_id = $1::bigint",
               argv[0], "assessment");
}
