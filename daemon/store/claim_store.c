// SPDX-License-Identifier: MIT
#include "store/claim_store.h"

#include "base/memory.h"
#include "claim/assessment_write.h"
#include "claim/kind.h"
#include "config/config.h"
#include "store/claim_events.h"
#include "store/claim_store_internal.h"
#include "store/sql_array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// PostgreSQL knows the time zones; each question is asked once.
static int zone_offset(void *data, const char *zone, utc_us at, int32_t *ret_offset_min)
{
    struct claim_store *store = data;
    array_foreach (&store->zones, known)
        if (known->at == at && strcmp(known->zone, zone) == 0) {
            *ret_offset_min = known->offset_min;
            return 0;
        }
    char moment[UTC_TEXT_SIZE];
    struct query *query;
    const char *parameters[] = {zone, utc_format(at, moment)};
    int result = query_first(store->connection,
                             "SELECT round(extract(epoch FROM ($2::timestamptz AT TIME ZONE $1)"
                             " - ($2::timestamptz AT TIME ZONE 'UTC')) / 60)",
                             parameters, 2, &query, NULL);
    if (result == 1) {
        struct zone_entry *entry = array_append(&store->zones);
        text_copy(entry->zone, sizeof entry->zone, zone);
        entry->at = at;
        entry->offset_min = (int32_t)query_integer(query, 0, 0);
        *ret_offset_min = entry->offset_min;
    }
    query_finish(query);
    return result == 1 ? 0 : -ENOENT;
}

static bool knows_report(void *data, const char *id)
{
    struct claim_store *store = data;
    struct query *query;
    bool known =
        query_first(store->connection, "SELECT 1 FROM skywitness.report WHERE report_id = $1", &id,
                    1, &query, NULL) == 1;
    query_finish(query);
    return known;
}

static void add_feed(struct claim_store *store, const char *id, const char *shares,
                     const char *licence)
{
    static const char mark[] = "synthetic";
    if (store->feeds.count >= FACT_FEEDS_MAX)
        return;
    array_foreach (&store->feeds, known)
        if (strcmp(known->id, id) == 0)
            return;
    struct known_feed *feed = array_append(&store->feeds);
    text_copy(feed->id, sizeof feed->id, id);
    text_copy(feed->shares_receivers_with, sizeof feed->shares_receivers_with,
              shares != NULL ? shares : "");
    // Made-up data says so in its feed's name or licence.
    feed->synthetic = strncmp(id, mark, strlen(mark)) == 0 ||
                      (licence != NULL && strncmp(licence, mark, strlen(mark)) == 0);
}

static int read_feeds(struct claim_store *store, struct error *error)
{
    struct query *query;
    const struct config *config = store->config;
    for (size_t i = 0; config != NULL && i < config->feed_count; i++)
        add_feed(store, config->feeds[i].id, config->feeds[i].shares_receivers_with,
                 config->feeds[i].licence);
    for (size_t i = 0; config != NULL && i < config->history_count; i++)
        add_feed(store, config->histories[i].feed, config->histories[i].shares_receivers_with,
                 config->histories[i].licence);
    int result =
        query_start(store->connection, "SELECT feed FROM skywitness.feed_health ORDER BY feed",
                    NULL, 0, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1)
        add_feed(store, query_text(query, 0), NULL, NULL);
    query_finish(query);
    return result;
}

int claim_store_new(struct query_connection *connection, const struct config *config,
                    struct claim_store **ret_store, struct error *error)
{
    struct claim_store *store = memory_allocate_zeroed(1, sizeof *store);
    store->connection = connection;
    store->config = config;
    store->vocabulary = (struct claim_vocabulary){
        .zone_offset = zone_offset,
        .zone_data = store,
        .knows_report = knows_report,
        .report_data = store,
    };
    if (config != NULL) {
        store->vocabulary.places = config->places;
        store->vocabulary.place_count = config->place_count;
        for (size_t i = 0; i < config->watch.airframe_count; i++)
            if (config->watch.airframes[i].type_code[0] != '\0')
                *array_append(&store->designators) = config->watch.airframes[i].type_code;
        store->vocabulary.designators = store->designators.items;
        store->vocabulary.designator_count = store->designators.count;
    }
    int result = read_feeds(store, error);
    if (result < 0) {
        claim_store_free(store);
        return result;
    }
    *ret_store = store;
    return 0;
}

void claim_store_free(struct claim_store *store)
{
    if (store == NULL)
        return;
    array_free(&store->zones);
    array_free(&store->designators);
    array_free(&store->feeds);
    free(store);
}

const struct claim_vocabulary *claim_store_vocabulary(struct claim_store *store)
{
    return &store->vocabulary;
}

static bool add_airframe(const char *word, bool is_hex, struct claim_word_array *hexes)
{
    char hex[8];
    if (!is_hex && !watch_address_of_registration(word, hex))
        return false;
    text_copy(array_append(hexes)->text, CLAIM_WORD_SIZE, is_hex ? word : hex);
    return true;
}

void claim_named_airframes(const struct clause *clause, struct claim_word_array *ret_hexes)
{
    bool is_hex = clause->aircraft.hexes.count > 0;
    const struct claim_word_array *words =
        is_hex ? &clause->aircraft.hexes : &clause->aircraft.registrations;
    array_foreach (words, word)
        if (!add_airframe(word->text, is_hex, ret_hexes)) {
            array_clear(ret_hexes);
            return;
        }
}

static void add_place(struct claim_place_array *places, const char *id)
{
    array_foreach (places, place)
        if (strcmp(place->id, id) == 0)
            return;
    text_copy(array_append(places)->id, PLACE_ID_SIZE, id);
}

void claim_places_concerned(const struct claim_store *store, const struct clause *clause,
                            struct claim_place_array *ret_places)
{
    const struct config *config = store->config;
    array_foreach (&clause->places, id) {
        const struct place *place = config != NULL ? config_place(config, id->id) : NULL;
        add_place(ret_places, id->id);
        for (size_t i = 0; place != NULL && i < PLACE_ALIASES_MAX; i++)
            if (place->aliases[i][0] != '\0')
                add_place(ret_places, place->aliases[i]);
        for (size_t i = 0;
             place != NULL && place->kind != PLACE_AIRFIELD && i < config->place_count; i++) {
            const struct place *field = &config->places[i];
            if (field->kind == PLACE_AIRFIELD && place_contains(place, field->reference, 0))
                add_place(ret_places, field->id);
        }
    }
}

static int read_problem(const char *id, struct claim_errors *errors, struct error *error)
{
    return error_set(error, -EBADMSG, "%s can no longer be read: %s", id,
                     errors->lines.bytes != NULL ? errors->lines.bytes : "");
}

struct document_array ARRAY_OF(char *);

// The answer is read whole before it is interpreted: interpreting asks questions of its own.
static int read_documents(struct claim_store *store, const char *sql, const char *const *parameters,
                          size_t parameter_count, struct document_array *ret_documents,
                          struct error *error)
{
    struct query *query;
    int result = query_start(store->connection, sql, parameters, parameter_count, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1)
        *array_append(ret_documents) = memory_copy_string(query_text(query, 0));
    query_finish(query);
    return result;
}

static void free_documents(struct document_array *documents)
{
    array_foreach (documents, document)
        free(*document);
    array_free(documents);
}

static int load_reports(struct claim_store *store, struct claim_library *library,
                        struct claim_errors *errors, struct error *error)
{
    struct document_array documents = {0};
    int result =
        read_documents(store, "SELECT document FROM skywitness_store.report ORDER BY report_id",
                       NULL, 0, &documents, error);
    for (size_t i = 0; i < documents.count && result == 0; i++) {
        struct report report;
        result = claim_read_one_report(documents.items[i], &store->vocabulary, &report, errors);
        if (result == 0)
            *array_append(&library->reports) = report;
        else
            result = read_problem("a stored report", errors, error);
    }
    free_documents(&documents);
    return result;
}

static int load_claims(struct claim_store *store, const char *ids, struct claim_library *library,
                       struct claim_errors *errors, struct error *error)
{
    struct document_array documents = {0};
    int result =
        read_documents(store,
                       "SELECT document FROM skywitness_store.claim WHERE is_current"
                       " AND ($1::text[] IS NULL OR claim_id = ANY ($1::text[])) ORDER BY claim_id",
                       &ids, 1, &documents, error);
    for (size_t i = 0; i < documents.count && result == 0; i++) {
        struct claim claim;
        result = claim_read_one(documents.items[i], &store->vocabulary, &claim, errors);
        if (result == 0)
            *array_append(&library->claims) = claim;
        else
            result = read_problem("a stored claim", errors, error);
    }
    free_documents(&documents);
    return result;
}

int claim_store_load(struct claim_store *store, const struct claim_id_array *ids,
                     struct claim_library *library, struct error *error)
{
    struct text wanted = {0};
    struct claim_errors errors;
    size_t before = library->claims.count;
    claim_errors_init(&errors);
    if (ids != NULL) {
        sql_array_begin(&wanted);
        array_foreach (ids, id)
            sql_array_add(&wanted, id->text);
        sql_array_end(&wanted);
    }
    int result = library->reports.count == 0 ? load_reports(store, library, &errors, error) : 0;
    if (result == 0)
        result = load_claims(store, wanted.bytes, library, &errors, error);
    if (result == 0 && ids != NULL && library->claims.count - before < ids->count)
        array_foreach (ids, id)
            if (claim_library_claim(library, id->text) == NULL)
                result = error_set(error, -ENOENT, "there is no claim \"%s\"", id->text);
    claim_errors_done(&errors);
    text_done(&wanted);
    return result;
}

void claim_assessed_done(struct claim_assessed *assessed)
{
    assessment_done(&assessed->assessment);
    free(assessed->document);
    *assessed = (struct claim_assessed){0};
}

int claim_store_assess(struct claim_store *store, const struct claim *claim,
                       const struct claim_library *library, utc_us as_of, bool as_known_then,
                       bool record, struct claim_assessed *ret_assessed, struct error *error)
{
    struct claim_facts facts = {0};
    struct claim_assessed assessed = {.assessment_id = -1};
    struct alert_event_array overdue = {0};
    int result = claim_store_facts(store, claim, as_of, as_known_then, &facts, error);
    if (result == 0) {
        struct text json;
        text_init(&json, ASSESSMENT_JSON_MAX);
        claim_assess(claim, library, &facts, &assessed.assessment);
        assessment_write_json(claim, &assessed.assessment, &facts, &json);
        if (json.failed)
            result =
                error_set(error, -E2BIG, "the assessment of %s is larger than 16 MiB", claim->id);
        assessed.document = json.bytes;
    }
    if (result == 0 && record)
        result = claim_events_find_overdue(store, claim, library, &facts, &assessed.assessment,
                                           &overdue, error);
    if (result == 0 && record)
        result = claim_record(store, claim, &facts, &overdue, &assessed, error);
    array_free(&overdue);
    claim_facts_done(&facts);
    if (result < 0) {
        claim_assessed_done(&assessed);
        return result;
    }
    *ret_assessed = assessed;
    return 0;
}

static int collect_ids(struct claim_store *store, const char *sql, const char *const *parameters,
                       size_t parameter_count, struct claim_id_array *ret_ids, struct error *error)
{
    struct query *query;
    int result = query_start(store->connection, sql, parameters, parameter_count, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1)
        text_copy(array_append(ret_ids)->text, CLAIM_ID_SIZE, query_text(query, 0));
    query_finish(query);
    return result;
}

int claim_store_touched(struct claim_store *store, const char *place, const char *icao24,
                        utc_us from, utc_us to, struct claim_id_array *ret_ids, struct error *error)
{
    char from_text[UTC_TEXT_SIZE], to_text[UTC_TEXT_SIZE], airframe[16] = "@";
    text_copy(airframe + 1, sizeof airframe - 1, icao24);
    const char *parameters[] = {place, airframe, utc_format(from, from_text),
                                utc_format(to, to_text)};
    return collect_ids(
        store,
        "SELECT DISTINCT claim_id FROM skywitness_store.claim_reach WHERE place IN ($1, $2)"
        " AND reach_to >= $3::timestamptz AND reach_from <= $4::timestamptz ORDER BY claim_id",
        parameters, 4, ret_ids, error);
}

static const char due_sql[] =
    "SELECT c.claim_id FROM skywitness.claim_status c"
    " WHERE c.checked_at IS NULL OR c.assessed_version IS DISTINCT FROM c.version"
    " OR EXISTS (SELECT FROM skywitness_store.clause k WHERE k.claim_id = c.claim_id"
    "   AND k.version = c.version"
    "   AND c.checked_at < $1::timestamptz - interval '1 hour' AND k.window_from <= $1::timestamptz"
    "   AND k.window_to + interval '24 hours' >= c.checked_at)"
    " UNION SELECT r.claim_id FROM skywitness_store.claim_reach r"
    " JOIN skywitness_store.claim_check k USING (claim_id)"
    " JOIN skywitness.visit_history v ON r.place IN (v.place, '@' || v.icao24)"
    " WHERE v.recorded_at >= (SELECT min(checked_at) - interval '30 seconds'"
    "   FROM skywitness_store.claim_check)"
    "   AND v.recorded_at >= k.checked_at - interval '30 seconds'" // a row shows up when its batch
                                                                   // commits
    "   AND r.reach_to >= coalesce(v.arrived_after, v.departed_after, v.anchored_at)"
    "   AND r.reach_from <= coalesce(v.departed_before, v.arrived_before, v.anchored_at)"
    " UNION SELECT r.claim_id FROM skywitness_store.claim_reach r"
    " JOIN skywitness_store.claim_check k USING (claim_id)"
    " JOIN skywitness_store.coverage_hour h ON h.place = r.place"
    "   AND h.hour >= r.reach_from - interval '1 hour'"
    "   AND h.hour < r.reach_to"
    " WHERE h.computed_at >= (SELECT min(checked_at) - interval '30 seconds'"
    "   FROM skywitness_store.claim_check)"
    "   AND h.computed_at >= k.checked_at - interval '30 seconds'"
    " ORDER BY 1";

int claim_store_due(struct claim_store *store, utc_us now, struct claim_id_array *ret_ids,
                    struct error *error)
{
    char now_text[UTC_TEXT_SIZE];
    const char *parameters[] = {utc_format(now, now_text)};
    return collect_ids(store, due_sql, parameters, 1, ret_ids, error);
}
