// SPDX-License-Identifier: MIT
#include "store/batch.h"

#include "base/digest.h"
#include "track/sighting.h"
#include "track/visit.h"

#include <math.h>
#include <string.h>

// A visit's reasons: VISIT_REASONS_MAX of some 150 bytes.
#define REASONS_BYTES_MAX 16384

static void add_sighting_id(struct column *column, const struct visit *visit, utc_us opened_at)
{
    if (opened_at == UTC_UNKNOWN) {
        column_add_null(column);
        return;
    }
    struct sighting key = {.opened_at = opened_at, .emitter = visit->emitter};
    memcpy(key.icao24, visit->icao24, sizeof key.icao24);
    uint8_t sighting_id[DIGEST_UUID_SIZE];
    sighting_uuid(&key, sighting_id);
    column_add_bytes(column, sighting_id, sizeof sighting_id);
}

static void append_number(struct text *text, const char *name, double value)
{
    if (isfinite(value))
        text_append_format(text, ", \"%s\": %.6g", name, value);
}

// [{"rule": "last_height", "met": true, "threshold": 5000, "value": 2418, "unit": "ft"}, ...]; what
// a rule does not have is left out.
static void append_reason(struct text *text, const struct visit_reason *reason)
{
    text_append_format(text, "{\"rule\": \"%s\", \"met\": %s", visit_rule_id(reason->rule),
                       reason->met ? "true" : "false");
    append_number(text, "threshold", reason->threshold);
    append_number(text, "value", reason->value);
    if (visit_rule_unit(reason->rule)[0] != '\0')
        text_append_format(text, ", \"unit\": \"%s\"", visit_rule_unit(reason->rule));
    if (reason->place[0] != '\0') {
        text_append(text, ", \"place\": ");
        text_append_json_string(text, reason->place);
        append_number(text, "distance_nm", reason->distance_nm);
    }
    text_append(text, "}");
}

static void add_reasons(struct column *column, const struct visit *visit)
{
    struct text reasons;
    text_init(&reasons, REASONS_BYTES_MAX);
    text_append(&reasons, "[");
    for (size_t i = 0; i < visit->reason_count; i++) {
        text_append(&reasons, i > 0 ? ", " : "");
        append_reason(&reasons, &visit->reasons[i]);
    }
    text_append(&reasons, "]");
    column_add_text(column, reasons.failed ? "[]" : reasons.bytes);
    text_done(&reasons);
}

static void add_row(struct store_batch *batch, enum table table, const struct visit *visit,
                    utc_us decided_at)
{
    struct table_rows *rows = &batch->tables[table];
    uint8_t visit_id[DIGEST_UUID_SIZE];
    size_t place = 0;
    visit_uuid(visit, visit_id);
    column_add_bytes(table_rows_next(rows, &place), visit_id, sizeof visit_id);
    column_add_time(table_rows_next(rows, &place), visit->anchored_at);
    column_add_time(table_rows_next(rows, &place), decided_at);
    column_add_time(table_rows_next(rows, &place), visit->arrived_after);
    column_add_time(table_rows_next(rows, &place), visit->arrived_before);
    column_add_time(table_rows_next(rows, &place), visit->departed_after);
    column_add_time(table_rows_next(rows, &place), visit->departed_before);
    add_sighting_id(table_rows_next(rows, &place), visit, visit->sighting_in);
    add_sighting_id(table_rows_next(rows, &place), visit, visit->sighting_out);
    column_add_double(table_rows_next(rows, &place), visit->position.latitude_deg);
    column_add_double(table_rows_next(rows, &place), visit->position.longitude_deg);
    column_add_small(table_rows_next(rows, &place), (int16_t)visit->emitter);
    column_add_integer(table_rows_next(rows, &place), VISIT_DETECTOR_VERSION);
    column_add_boolean(table_rows_next(rows, &place), visit->arrival_seen);
    column_add_boolean(table_rows_next(rows, &place), visit->departure_seen);
    column_add_text(table_rows_next(rows, &place), visit->icao24);
    column_add_text(table_rows_next(rows, &place), visit->place);
    column_add_text(table_rows_next(rows, &place), visit_state_name(visit->state));
    column_add_text(table_rows_next(rows, &place), visit_grade_name(visit->grade));
    column_add_text(table_rows_next(rows, &place), visit_verb_name(visit->grade));
    column_add_text_or_null(table_rows_next(rows, &place), visit->registration);
    column_add_text_or_null(table_rows_next(rows, &place), visit->type_code);
    column_add_text_or_null(table_rows_next(rows, &place), visit->callsign_in);
    column_add_text_or_null(table_rows_next(rows, &place), visit->callsign_out);
    batch_add_watch_ids(table_rows_next(rows, &place), batch->watch, visit->watch_mask);
    add_reasons(table_rows_next(rows, &place), visit);
}

void batch_add_visit(struct store_batch *batch, const struct visit *visit, utc_us decided_at)
{
    add_row(batch, TABLE_VISIT, visit, decided_at);
    add_row(batch, TABLE_VISIT_HISTORY, visit, decided_at);
}

void batch_add_conflict(struct store_batch *batch, const struct identity_conflict *conflict,
                        utc_us decided_at)
{
    struct table_rows *rows = &batch->tables[TABLE_IDENTITY_CONFLICT];
    size_t place = 0;
    column_add_time(table_rows_next(rows, &place), conflict->first_at);
    column_add_time(table_rows_next(rows, &place), conflict->second_at);
    column_add_time(table_rows_next(rows, &place), decided_at);
    column_add_double(table_rows_next(rows, &place), conflict->first.latitude_deg);
    column_add_double(table_rows_next(rows, &place), conflict->first.longitude_deg);
    column_add_double(table_rows_next(rows, &place), conflict->second.latitude_deg);
    column_add_double(table_rows_next(rows, &place), conflict->second.longitude_deg);
    column_add_double(table_rows_next(rows, &place), conflict->distance_nm);
    column_add_double(table_rows_next(rows, &place), conflict->speed_kt);
    column_add_double(table_rows_next(rows, &place), conflict->speed_limit_kt);
    column_add_small(table_rows_next(rows, &place), (int16_t)conflict->emitter);
    column_add_text(table_rows_next(rows, &place), conflict->icao24);
    column_add_text(table_rows_next(rows, &place), identity_conflict_kind_name(conflict->kind));
}
