// SPDX-License-Identifier: MIT
// Storing reports and claims: idempotent, all or nothing.
#include "base/memory.h"
#include "claim/conflict.h"
#include "claim/kind.h"
#include "config/config.h"
#include "store/claim_store_internal.h"
#include "store/sql_array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Runs a statement that gives one text, copied into `buffer`; empty when it gives no row.
static int ask(struct claim_store *store, const char *sql, const char *const *parameters,
               size_t count, char *buffer, size_t size, struct error *error)
{
    struct query *query;
    int result = query_start(store->connection, sql, parameters, count, &query, error);
    text_copy(buffer, size, "");
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1)
        text_copy(buffer, size, query_text(query, 0) != NULL ? query_text(query, 0) : "");
    query_finish(query);
    return result;
}

static char *ids_array(const struct claim_id_array *ids)
{
    struct text array;
    sql_array_begin(&array);
    array_foreach (ids, id)
        sql_array_add(&array, id->text);
    sql_array_end(&array);
    return array.bytes;
}

static int import_report(struct claim_store *store, const struct report *report,
                         struct claim_import_counts *counts, struct error *error)
{
    char outcome[16], published[UTC_TEXT_SIZE], reliability[2] = {report->source_reliability, '\0'};
    AUTO_FREE char *derived_from = ids_array(&report->derived_from);
    bool dated = report->published != UTC_UNKNOWN;
    const char *parameters[] = {
        report->id,
        report->publisher,
        report->title,
        dated ? report->published_text : NULL,
        dated ? utc_format(report->published, published) : NULL,
        report->url,
        derived_from,
        reliability,
        report->notes,
        report->document,
    };
    int result = ask(
        store,
        "WITH known AS (SELECT document FROM skywitness_store.report WHERE report_id = $1),"
        " stored AS (INSERT INTO skywitness_store.report (report_id, publisher, title, published,"
        "   published_at, url, derived_from, source_reliability, notes, document)"
        "   VALUES ($1, $2, $3, $4, $5::timestamptz, $6, $7::text[], $8, $9, $10)"
        "   ON CONFLICT (report_id) DO UPDATE SET publisher = excluded.publisher,"
        "   title = excluded.title, published = excluded.published,"
        "   published_at = excluded.published_at, url = excluded.url,"
        "   derived_from = excluded.derived_from,"
        "   source_reliability = excluded.source_reliability, notes = excluded.notes,"
        "   document = excluded.document, imported_at = now()"
        "   WHERE report.document <> excluded.document RETURNING 1)"
        " SELECT CASE WHEN NOT EXISTS (SELECT FROM known) THEN 'new'"
        "   WHEN EXISTS (SELECT FROM stored) THEN 'changed' ELSE 'same' END",
        parameters, sizeof parameters / sizeof *parameters, outcome, sizeof outcome, error);
    counts->reports_new += strcmp(outcome, "new") == 0;
    counts->reports_changed += strcmp(outcome, "changed") == 0;
    counts->reports_same += strcmp(outcome, "same") == 0;
    return result;
}

static const char *time_or_null(utc_us time, char buffer[UTC_TEXT_SIZE])
{
    return time == UTC_UNKNOWN ? NULL : utc_format(time, buffer);
}

static int import_clause(struct claim_store *store, const struct claim *claim, const char *version,
                         const struct clause *clause, struct error *error)
{
    char position[24], from[UTC_TEXT_SIZE], to[UTC_TEXT_SIZE], aircraft[400];
    struct text places;
    sql_array_begin(&places);
    array_foreach (&clause->places, place)
        sql_array_add(&places, place->id);
    sql_array_end(&places);
    snprintf(position, sizeof position, "%zu", (size_t)(clause - claim->clauses.items) + 1);
    bool counts = clause->kind->needs != 0;
    const char *parameters[] = {
        claim->id,
        version,
        position,
        clause->id,
        clause->kind->name,
        clause->needed ? "true" : "false",
        counts ? claim_verb_name(clause->verb) : NULL,
        counts ? aircraft_selector_describe(&clause->aircraft, aircraft, sizeof aircraft) : "",
        places.bytes,
        time_or_null(clause->window.from, from),
        time_or_null(clause->window.to, to),
        clause->note,
    };
    int result = query_execute(
        store->connection,
        "INSERT INTO skywitness_store.clause (claim_id, version, position, clause_id,"
        " kind, needed, verb, aircraft, places, window_from, window_to, note)"
        " VALUES ($1, $2::integer, $3::integer, $4, $5, $6::boolean, $7, $8, $9::text[],"
        " $10::timestamptz, $11::timestamptz, $12)",
        parameters, sizeof parameters / sizeof *parameters, error);
    text_done(&places);
    return result;
}

static int add_reach(struct claim_store *store, const char *claim_id, const char *place,
                     const struct claim_window *reach, struct error *error)
{
    char from[UTC_TEXT_SIZE], to[UTC_TEXT_SIZE];
    const char *parameters[] = {claim_id, place, utc_format(reach->from, from),
                                utc_format(reach->to, to)};
    return query_execute(
        store->connection,
        "INSERT INTO skywitness_store.claim_reach AS r (claim_id, place, reach_from, reach_to)"
        " VALUES ($1, $2, $3::timestamptz, $4::timestamptz)",
        parameters, 4, error);
}

struct reach {
    char place[PLACE_ID_SIZE];
    struct claim_window window;
};
struct reach_array ARRAY_OF(struct reach);

static void widen_reach(struct reach_array *reaches, const char *place,
                        const struct claim_window *window)
{
    array_foreach (reaches, reach)
        if (strcmp(reach->place, place) == 0) {
            if (window->from < reach->window.from)
                reach->window.from = window->from;
            if (window->to > reach->window.to)
                reach->window.to = window->to;
            return;
        }
    struct reach *reach = array_append(reaches);
    text_copy(reach->place, sizeof reach->place, place);
    reach->window = *window;
}

static void reach_of_clause(const struct claim_store *store, const struct clause *clause,
                            struct reach_array *reaches)
{
    struct claim_place_array places = {0};
    struct claim_word_array airframes = {0};
    struct claim_window window = clause_reach(clause);
    claim_places_concerned(store, clause, &places);
    claim_named_airframes(clause, &airframes);
    array_foreach (&places, place)
        widen_reach(reaches, place->id, &window);
    array_foreach (&airframes, airframe) {
        char name[CLAIM_WORD_SIZE + 1] = "@";
        text_copy(name + 1, sizeof name - 1, airframe->text);
        widen_reach(reaches, name, &window);
    }
    array_free(&places);
    array_free(&airframes);
}

static int import_reach(struct claim_store *store, const struct claim *claim, struct error *error)
{
    struct reach_array reaches = {0};
    const char *id = claim->id;
    array_foreach (&claim->clauses, clause)
        if (claim_window_is_set(&clause->window))
            reach_of_clause(store, clause, &reaches);
    int result = query_execute(store->connection,
                               "DELETE FROM skywitness_store.claim_reach WHERE claim_id = $1", &id,
                               1, error);
    for (size_t i = 0; i < reaches.count && result == 0; i++)
        result =
            add_reach(store, claim->id, reaches.items[i].place, &reaches.items[i].window, error);
    array_free(&reaches);
    return result;
}

// The version under which the claim is to be stored, empty when it stands already as it is. One
// that was never assessed is replaced.
static int choose_version(struct claim_store *store, const struct claim *claim, char version[24],
                          struct error *error)
{
    const char *parameters[] = {claim->id, claim->document};
    return ask(
        store,
        "SELECT CASE WHEN c.claim_id IS NULL THEN '1' WHEN c.document = $2 THEN NULL"
        " WHEN EXISTS (SELECT FROM skywitness_store.assessment a WHERE a.claim_id = c.claim_id"
        "   AND a.version = c.version) THEN (c.version + 1)::text ELSE c.version::text END"
        " FROM (VALUES (1)) AS one (x)"
        " LEFT JOIN skywitness_store.claim c ON c.claim_id = $1 AND c.is_current",
        parameters, 2, version, 24, error);
}

static int store_version(struct claim_store *store, const struct claim *claim, const char *version,
                         struct error *error)
{
    AUTO_FREE char *reports = ids_array(&claim->reports);
    const char *parameters[] = {
        claim->id, version,     claim->statement, claim->event[0] != '\0' ? claim->event : NULL,
        reports,   claim->note, claim->document};
    const char *keys[] = {claim->id, version};
    int result = query_execute(store->connection,
                               "UPDATE skywitness_store.claim SET is_current = false"
                               " WHERE claim_id = $1 AND is_current AND version <> $2::integer",
                               keys, 2, error);
    if (result == 0)
        result = query_execute(
            store->connection,
            "INSERT INTO skywitness_store.claim (claim_id, version, is_current, statement, event,"
            " reports, note, document)"
            " VALUES ($1, $2::integer, true, $3, $4, $5::text[], $6, $7)"
            " ON CONFLICT (claim_id, version) DO UPDATE SET statement = excluded.statement,"
            " event = excluded.event, reports = excluded.reports, note = excluded.note,"
            " document = excluded.document, imported_at = now()",
            parameters, sizeof parameters / sizeof *parameters, error);
    if (result == 0)
        result = query_execute(
            store->connection,
            "DELETE FROM skywitness_store.clause WHERE claim_id = $1 AND version = $2::integer",
            keys, 2, error);
    array_foreach (&claim->clauses, clause)
        if (result == 0)
            result = import_clause(store, claim, version, clause, error);
    return result;
}

static int import_claim(struct claim_store *store, const struct claim *claim,
                        struct claim_import_counts *counts, struct error *error)
{
    char version[24], known[8];
    const char *id = claim->id;
    int result = choose_version(store, claim, version, error);
    if (result == 0)
        result = ask(store, "SELECT 'yes' FROM skywitness_store.claim WHERE claim_id = $1 LIMIT 1",
                     &id, 1, known, sizeof known, error);
    if (result == 0 && version[0] != '\0')
        result = store_version(store, claim, version, error);
    if (result == 0) // places may have changed although the claim has not
        result = import_reach(store, claim, error);
    counts->claims_same += version[0] == '\0';
    counts->claims_changed += version[0] != '\0' && known[0] != '\0';
    counts->claims_new += version[0] != '\0' && known[0] == '\0';
    return result;
}

static int store_conflict(struct claim_store *store, const struct claim_conflict *conflict,
                          struct error *error)
{
    const char *parameters[] = {conflict->first->id, conflict->first_clause->id,
                                conflict->second->id, conflict->second_clause->id,
                                conflict_kind_name(conflict->kind)};
    return query_execute(
        store->connection,
        "INSERT INTO skywitness_store.claim_conflict (first_claim, first_clause, second_claim,"
        " second_clause, kind) VALUES ($1, $2, $3, $4, $5)",
        parameters, 5, error);
}

// Over all claims that name an event, not only those of this import.
static int import_conflicts(struct claim_store *store, struct error *error)
{
    struct claim_library all = {0};
    struct claim_conflict_array conflicts = {0};
    struct claim_id_array ids = {0};
    struct query *query;
    int result = query_start(
        store->connection,
        "SELECT claim_id FROM skywitness_store.claim WHERE is_current AND event IS NOT NULL", NULL,
        0, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1)
        text_copy(array_append(&ids)->text, CLAIM_ID_SIZE, query_text(query, 0));
    query_finish(query);
    if (result == 0)
        result = claim_store_load(store, &ids, &all, error);
    if (result == 0)
        result = query_execute(store->connection, "DELETE FROM skywitness_store.claim_conflict",
                               NULL, 0, error);
    if (result == 0)
        claim_conflicts_find(&all, &conflicts);
    for (size_t i = 0; i < conflicts.count && result == 0; i++)
        result = store_conflict(store, &conflicts.items[i], error);
    array_free(&conflicts);
    array_free(&ids);
    claim_library_done(&all);
    return result;
}

static int import_all(struct claim_store *store, const struct claim_library *library,
                      struct claim_import_counts *counts, struct error *error)
{
    // Two imports at once would both choose the same next version.
    int result = query_execute(store->connection,
                               "SELECT pg_advisory_xact_lock(hashtext('skywitness claims import'))",
                               NULL, 0, error);
    for (size_t i = 0; i < library->reports.count && result == 0; i++)
        result = import_report(store, &library->reports.items[i], counts, error);
    for (size_t i = 0; i < library->claims.count && result == 0; i++)
        result = import_claim(store, &library->claims.items[i], counts, error);
    return result == 0 ? import_conflicts(store, error) : result;
}

int claim_store_import(struct claim_store *store, const struct claim_library *library,
                       struct claim_import_counts *ret_counts, struct error *error)
{
    struct claim_import_counts counts = {0};
    int result = query_execute(store->connection, "BEGIN", NULL, 0, error);
    if (result < 0)
        return result;
    result = import_all(store, library, &counts, error);
    if (result < 0) {
        query_execute(store->connection, "ROLLBACK", NULL, 0, NULL);
        return result;
    }
    result = query_execute(store->connection, "COMMIT", NULL, 0, error);
    if (result == 0)
        *ret_counts = counts;
    return result;
}
