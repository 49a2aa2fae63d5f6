// SPDX-License-Identifier: MIT
// What rested on points that are past their time stands (docs/decisions.md): a derivation from what
// is left would take back what it cannot see any more. It may add where nothing was known.
#include "store/derive_internal.h"
#include "store/query.h"

// clang-format off
static const char any_sql[] =
    "SELECT skywitness_store.rests_on_dropped($1::timestamptz, $2::timestamptz)";

#define SIGHTING_RESTS(s) "skywitness_store.rests_on_dropped(" s ".opened_at, " s ".last_seen)"
#define VISIT_FROM(v) "coalesce(" v ".arrived_after, " v ".anchored_at)"
#define VISIT_TO(v) "coalesce(" v ".departed_before, " v ".arrived_before, " v ".anchored_at)"
#define VISIT_RESTS(v) "skywitness_store.rests_on_dropped(" v ".anchored_at, greatest(" v ".anchored_at, " VISIT_TO(v) "))"

static const char *const spare_sql[] = {
    "CREATE TEMP TABLE derived_spared (what text, id uuid) ON COMMIT DROP",
    // What is stored, and what would stand beside it and say the same of fewer points.
    "INSERT INTO derived_spared SELECT 'sighting', s.sighting_id FROM skywitness_store.sighting s"
    " WHERE s.icao24 = $1 AND s.state <> 'open' AND " SIGHTING_RESTS("s"),
    "INSERT INTO derived_spared SELECT 'sighting', d.sighting_id FROM derived_sighting d"
    " WHERE d.icao24 = $1 AND EXISTS (SELECT FROM skywitness_store.sighting s WHERE s.icao24 = $1 AND s.emitter = d.emitter"
    "   AND s.state NOT IN ('open', 'superseded') AND s.sighting_id <> d.sighting_id"
    "   AND s.first_seen <= d.last_seen AND s.last_seen >= d.first_seen AND " SIGHTING_RESTS("s") ")",
    // A stay whose arrival stands may still get the departure that was not known.
    "INSERT INTO derived_spared SELECT 'visit', v.visit_id FROM skywitness_store.visit v"
    " WHERE v.icao24 = $1 AND " VISIT_RESTS("v") " AND NOT EXISTS (SELECT FROM derived_visit d"
    "   WHERE d.visit_id = v.visit_id AND v.departed_before IS NULL AND d.departed_before IS NOT NULL"
    "   AND v.state <> 'superseded' AND d.state <> 'superseded'"
    "   AND d.arrived_after IS NOT DISTINCT FROM v.arrived_after"
    "   AND d.arrived_before IS NOT DISTINCT FROM v.arrived_before"
    "   AND NOT skywitness_store.rests_on_dropped(coalesce(d.departed_after, d.departed_before), d.departed_before))",
    "INSERT INTO derived_spared SELECT 'visit', d.visit_id FROM derived_visit d WHERE d.icao24 = $1"
    " AND NOT EXISTS (SELECT FROM skywitness_store.visit v WHERE v.icao24 = $1 AND v.visit_id = d.visit_id)"
    " AND (EXISTS (SELECT FROM skywitness_store.visit v WHERE v.icao24 = $1 AND v.emitter = d.emitter"
    "     AND v.place = d.place AND v.state <> 'superseded' AND " VISIT_FROM("v") " <= " VISIT_TO("d")
    "     AND " VISIT_TO("v") " >= " VISIT_FROM("d") " AND " VISIT_RESTS("v") ")"
    "   OR EXISTS (SELECT FROM derived_spared x WHERE x.what = 'sighting' AND x.id IN (d.sighting_in, d.sighting_out)"
    "     AND NOT EXISTS (SELECT FROM skywitness_store.sighting s WHERE s.icao24 = $1 AND s.sighting_id = x.id)))",
    "DELETE FROM derived_change c USING derived_spared x WHERE $1 <> '' AND x.what = c.what AND x.id = c.id",
    "DELETE FROM derived_sighting d USING derived_spared x WHERE d.icao24 = $1 AND x.what = 'sighting'"
    "   AND x.id = d.sighting_id",
    "DELETE FROM derived_visit d USING derived_spared x WHERE d.icao24 = $1 AND x.what = 'visit' AND x.id = d.visit_id",
};
// clang-format on

static int any_dropped(struct derivation *derivation, bool *ret_any, struct error *error)
{
    char first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    const char *const parameters[] = {utc_format(derivation->span.first_at, first),
                                      utc_format(derivation->span.judged_to, last)};
    struct query *query;
    int ret = query_first(derivation->connection, any_sql, parameters, 2, &query, error);
    *ret_any = ret == 1 && query_boolean(query, 0, true);
    query_finish(query);
    return ret < 0 ? ret : 0;
}

int derive_spare_dropped(struct derivation *derivation, struct error *error)
{
    bool any = false;
    int ret = any_dropped(derivation, &any, error);
    // The statements of a transaction see one another; the first takes no parameter.
    for (size_t i = 0; i < sizeof spare_sql / sizeof *spare_sql && any && ret == 0; i++)
        ret =
            query_execute(derivation->connection, spare_sql[i], &derivation->icao24, i > 0, error);
    return ret;
}
