// SPDX-License-Identifier: MIT
// Recording an assessment with its clauses and evidence, in one transaction.
#include "base/digest.h"
#include "claim/assessment_write.h"
#include "store/claim_events.h"
#include "store/claim_store_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ESSENCE_TEXT_SIZE (2 * DIGEST_SHA256_SIZE + 1)

static const char *essence_of(const struct claim *claim, const struct assessment *assessment,
                              char buffer[ESSENCE_TEXT_SIZE])
{
    struct text text;
    uint8_t digest[DIGEST_SHA256_SIZE];
    text_init(&text, ASSESSMENT_JSON_MAX);
    assessment_write_essence(claim, assessment, &text);
    digest_sha256(text.bytes, text.length, digest);
    text_done(&text);
    for (size_t i = 0; i < DIGEST_SHA256_SIZE; i++)
        snprintf(buffer + 2 * i, 3, "%02x", digest[i]);
    return buffer;
}

// The newest assessment of the claim. *ret_same tells whether its essence and version are these.
static int read_newest(struct claim_store *store, const char *claim_id, const char *essence,
                       struct claim_assessed *assessed, bool *ret_same, struct error *error)
{
    struct query *query;
    const char *parameters[] = {claim_id, essence};
    int result =
        query_start(store->connection,
                    "SELECT a.assessment_id, a.number, a.verdict, a.previous_verdict,"
                    " a.essence = decode($2, 'hex') AND a.version = c.version"
                    " FROM skywitness_store.assessment a"
                    " JOIN skywitness_store.claim c ON c.claim_id = a.claim_id AND c.is_current"
                    " WHERE a.claim_id = $1 ORDER BY a.number DESC LIMIT 1",
                    parameters, 2, &query, error);
    if (result < 0)
        return result;
    *ret_same = false;
    while ((result = query_next(query, error)) == 1) {
        *ret_same = query_boolean(query, 4, false);
        assessed->assessment_id = query_integer(query, 0, -1);
        assessed->number = (int32_t)query_integer(query, 1, 0);
        const char *previous = query_text(query, *ret_same ? 3 : 2);
        text_copy(assessed->previous_verdict, sizeof assessed->previous_verdict,
                  previous != NULL ? previous : "");
    }
    query_finish(query);
    return result;
}

static int mark_checked(struct claim_store *store, const char *claim_id, utc_us as_of,
                        struct error *error)
{
    char moment[UTC_TEXT_SIZE];
    const char *parameters[] = {claim_id, utc_format(as_of, moment)};
    return query_execute(store->connection,
                         "INSERT INTO skywitness_store.claim_check AS k (claim_id, checked_at)"
                         " VALUES ($1, $2::timestamptz) ON CONFLICT (claim_id) DO UPDATE"
                         " SET checked_at = excluded.checked_at",
                         parameters, 2, error);
}

// Clauses and evidence come out of the document: what is stored in columns and in it cannot differ.
static const char record_sql[] =
    "WITH newest AS (SELECT number, verdict FROM skywitness_store.assessment WHERE claim_id = $1"
    "   ORDER BY number DESC LIMIT 1),"
    " d AS (SELECT $2::jsonb AS j),"
    " a AS (INSERT INTO skywitness_store.assessment (claim_id, version, number, as_of, verdict,"
    "   previous_verdict,"
    "   likelihood, confidence, weakest_clause, synthetic, report_count, independent_reports, "
    "feed_groups,"
    "   source_reliability, information_credibility, document, essence)"
    "   SELECT c.claim_id, c.version, coalesce((SELECT number"
    "   FROM newest), 0) + 1, $3::timestamptz,"
    "   j->>'verdict', (SELECT verdict FROM newest), j->>'likelihood', j->>'confidence',"
    "   j->>'weakest_clause',"
    "   (j->>'synthetic')::boolean, (j->>'reports')::integer, (j->>'independent_reports')::integer,"
    "   (j->>'feed_groups')::integer, j->>'source_reliability', j->>'information_credibility', $2,"
    "   decode($4, 'hex')"
    "   FROM skywitness_store.claim c, d WHERE c.claim_id = $1 AND c.is_current"
    "   RETURNING assessment_id, number, previous_verdict),"
    " k AS (SELECT a.assessment_id, e.c, e.position FROM a, d,"
    "   jsonb_array_elements(j->'clauses') WITH ORDINALITY AS e (c, position)),"
    " clauses AS (INSERT INTO skywitness_store.assessment_clause (assessment_id, position,"
    "   clause_id, verdict,"
    "   likelihood, confidence, counted, weak, uncertain, hours, hours_observed, "
    "hours_covered_not_seen,"
    "   hours_looked_no_cover, hours_not_looked, hours_synthetic, control_known, control_seen,"
    "   missed_max, "
    "feed_groups, arithmetic,"
    "   would_change, reasons)"
    "   SELECT assessment_id, position, c->>'clause', c->>'verdict', c->>'likelihood',"
    "   c->>'confidence',"
    "   (c->>'counted')::integer, (c->>'weak')::integer, (c->>'uncertain')::integer,"
    "   (c->'coverage'->>'hours')::integer, (c->'coverage'->>'observed')::integer,"
    "   (c->'coverage'->>'covered_not_seen')::integer,"
    "   (c->'coverage'->>'looked_no_cover')::integer,"
    "   (c->'coverage'->>'not_looked')::integer, (c->'coverage'->>'synthetic')::integer,"
    "   (c->'bound'->>'known')::integer, (c->'bound'->>'seen')::integer,"
    "   (c->'bound'->>'missed_max')::integer, (c->>'feed_groups')::integer, c->>'arithmetic',"
    "   c->>'would_change', c->'reasons' FROM k),"
    " evidence AS (INSERT INTO skywitness_store.evidence (assessment_id, clause_id, position, kind,"
    "   role, visit_id,"
    "   sighting_id, icao24, registration, type_code, place, grade, not_before, not_after, feeds, "
    "synthetic)"
    "   SELECT assessment_id, c->>'clause', x.position, e->>'kind', e->>'role',"
    "   (e->>'visit_id')::uuid,"
    "   (e->>'sighting_id')::uuid, e->>'icao24', nullif(e->>'registration', ''), "
    "nullif(e->>'type_code', ''),"
    "   e->>'place', e->>'grade', (e->>'from')::timestamptz, (e->>'to')::timestamptz,"
    "   ARRAY(SELECT jsonb_array_elements_text(e->'feeds')), (e->>'synthetic')::boolean"
    "   FROM k, jsonb_array_elements(c->'evidence') WITH ORDINALITY AS x (e, position))"
    " SELECT assessment_id, number, previous_verdict FROM a";

static int insert(struct claim_store *store, const struct claim *claim, const char *essence,
                  struct claim_assessed *assessed, struct error *error)
{
    char as_of[UTC_TEXT_SIZE];
    struct query *query;
    const char *parameters[] = {claim->id, assessed->document,
                                utc_format(assessed->assessment.as_of, as_of), essence};
    int result = query_start(store->connection, record_sql, parameters, 4, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1) {
        assessed->assessment_id = query_integer(query, 0, -1);
        assessed->number = (int32_t)query_integer(query, 1, 0);
        assessed->is_new = true;
    }
    query_finish(query);
    if (result < 0)
        return result;
    if (!assessed->is_new)
        return error_set(error, -ENOENT, "the claim \"%s\" is not stored", claim->id);
    return 0;
}

static int record(struct claim_store *store, const struct claim *claim, const char *essence,
                  const struct claim_facts *facts, const struct alert_event_array *overdue,
                  struct claim_assessed *assessed, struct error *error)
{
    bool same;
    const char *id = claim->id;
    // Numbers of one claim follow one another without a gap, whoever assesses it.
    int result = query_execute(
        store->connection,
        "SELECT pg_advisory_xact_lock(hashtext('skywitness assessment'), hashtext($1))", &id, 1,
        error);
    if (result == 0)
        result = read_newest(store, claim->id, essence, assessed, &same, error);
    if (result == 0 && !same)
        result = insert(store, claim, essence, assessed, error);
    if (result == 0)
        result = claim_events_add(store, claim, facts, assessed, overdue, error);
    return result == 0 ? mark_checked(store, claim->id, assessed->assessment.as_of, error) : result;
}

int claim_record(struct claim_store *store, const struct claim *claim,
                 const struct claim_facts *facts, const struct alert_event_array *overdue,
                 struct claim_assessed *assessed, struct error *error)
{
    char essence[ESSENCE_TEXT_SIZE];
    bool same = false;
    essence_of(claim, &assessed->assessment, essence);
    // The common case, that nothing is new, needs no lock.
    int result = read_newest(store, claim->id, essence, assessed, &same, error);
    if (result < 0)
        return result;
    if (same && overdue->count == 0)
        return mark_checked(store, claim->id, assessed->assessment.as_of, error);
    result = query_execute(store->connection, "BEGIN", NULL, 0, error);
    if (result < 0)
        return result;
    result = record(store, claim, essence, facts, overdue, assessed, error);
    if (result < 0) {
        query_execute(store->connection, "ROLLBACK", NULL, 0, NULL);
        return result;
    }
    return query_execute(store->connection, "COMMIT", NULL, 0, error);
}
