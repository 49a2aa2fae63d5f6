// SPDX-License-Identifier: MIT
#include "store/writer_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char day_sql[] = "SELECT skywitness_store.ensure_partitions($1::date, $1::date)";
static const char move_cursor_sql[] =
    "SELECT skywitness_store.move_cursor($1::uuid, $2::bigint, $3::bigint)";
static const char undo_sql[] = "SELECT skywitness_store.undo()";

// Where one row is there already, a recording replayed again for one, so are the next.
#define OLD_ROWS_EXPECTED_SHIPMENTS 100
#define SQLSTATE_UNIQUE_VIOLATION "23505"

static void try_next(struct store_writer *writer);

// --- partitions -----------------------------------------------------------------------------------

static bool is_known_day(const struct store_writer *writer, utc_us day)
{
    array_foreach (&writer->known_days, known)
        if (*known == day)
            return true;
    return false;
}

static void on_days_done(void *data, const struct segment_result *result)
{
    struct store_writer *writer = data;
    if (result->failed_statement == SEGMENT_STATEMENT_NONE)
        return;
    // A day that is refused leaves its rows without a partition: they are found by their own
    // failure.
    if (sqlstate_policy(result->sqlstate) == SQLSTATE_RETRY)
        writer_start_over(writer, result);
    else if (sqlstate_policy(result->sqlstate) == SQLSTATE_REFUSE)
        writer_refuse_result(writer, "making partitions", result);
}

static void ensure(struct store_writer *writer, const char *sql, int count, const char *day)
{
    const struct segment_events events = {.on_done = on_days_done, .data = writer};
    session_begin(writer->session, &events);
    session_query(writer->session, sql, count, &day);
    session_end(writer->session);
}

// Segments of their own, so that their locks do not last as long as the batch, and a day that is
// refused does not take others with it.
void writer_ensure_days(struct store_writer *writer, const struct store_batch *batch)
{
    bool is_new_day = false;
    array_foreach (&batch->days, day) {
        char buffer[UTC_TEXT_SIZE];
        if (is_known_day(writer, *day))
            continue;
        *array_append(&writer->known_days) = *day;
        ensure(writer, day_sql, 1, utc_format_day(*day, buffer));
        is_new_day = true;
    }
    if (is_new_day)
        ensure(writer, WRITER_PARTITIONS_AHEAD_SQL, 0, NULL);
}

bool writer_knows_days(const struct store_writer *writer, const struct store_batch *batch)
{
    array_foreach (&batch->days, day)
        if (!is_known_day(writer, *day))
            return false;
    return true;
}

// --- sending --------------------------------------------------------------------------------------

static void send_rows(struct store_writer *writer, struct table_rows *rows, bool expects_new)
{
    const char *new_rows_name = rows->description->new_rows_name;
    const char *values[TABLE_COLUMNS_MAX];
    int lengths[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < rows->description->column_count; i++) {
        column_finish(&rows->columns[i]);
        values[i] = (const char *)rows->columns[i].bytes;
        lengths[i] = (int)rows->columns[i].length;
    }
    session_execute(writer->session,
                    expects_new && new_rows_name != NULL ? new_rows_name : rows->description->name,
                    (int)rows->description->column_count, values, lengths);
}

static void send_table(struct shipment *shipment, struct store_batch *batch, enum table table,
                       bool expects_new)
{
    struct table_rows *rows = &batch->tables[table];
    size_t most = rows->description->rows_max;
    for (size_t from = 0; from < rows->count; from += most) {
        *array_append(&shipment->tables) = table;
        if (rows->count <= most) {
            send_rows(shipment->writer, rows, expects_new);
            return;
        }
        size_t to = rows->count - from > most ? from + most : rows->count;
        struct table_rows slice;
        table_rows_slice(rows, from, to, &slice);
        send_rows(shipment->writer, &slice, expects_new);
        table_rows_done(&slice);
    }
}

static void on_shipment_done(void *data, const struct segment_result *result);

void writer_begin_segment(struct shipment *shipment)
{
    const struct segment_events events = {.on_done = on_shipment_done, .data = shipment};
    shipment->in_flight = true;
    array_clear(&shipment->tables);
    session_begin(shipment->writer->session, &events);
}

void writer_send_tables(struct shipment *shipment, struct store_batch *batch)
{
    bool expects_new = !shipment->was_tried && shipment->writer->old_rows_expected == 0;
    for (enum table table = 0; table < TABLE_COUNT; table++)
        send_table(shipment, batch, table, expects_new);
}

void writer_end_segment(struct shipment *shipment)
{
    struct store_writer *writer = shipment->writer;
    char expected[24], wanted[24];
    snprintf(expected, sizeof expected, "%lld", (long long)shipment->batch->first_sequence - 1);
    snprintf(wanted, sizeof wanted, "%lld", (long long)shipment->batch->last_sequence);
    const char *values[] = {writer->journal_id, expected, wanted};
    session_query(writer->session, move_cursor_sql, 3, values);
    session_end(writer->session);
}

void writer_undo_segment(struct shipment *shipment)
{
    session_query(shipment->writer->session, undo_sql, 0, NULL);
    session_end(shipment->writer->session);
}

static void send_shipment(struct shipment *shipment)
{
    writer_ensure_days(shipment->writer, shipment->batch);
    writer_begin_segment(shipment);
    writer_send_tables(shipment, shipment->batch);
    writer_end_segment(shipment);
}

void writer_send_waiting(struct store_writer *writer)
{
    if (writer->repair != NULL || writer->state != STORE_READY)
        return;
    for (struct shipment *shipment = writer->first; shipment != NULL; shipment = shipment->next) {
        if (shipment->batch == NULL)
            return; // its segment is open
        if (!shipment->in_flight)
            send_shipment(shipment);
    }
}

// --- a batch that failed --------------------------------------------------------------------------

static void on_probe_done(void *data, const struct segment_result *result)
{
    struct store_writer *writer = data;
    bool is_undone =
        result->failed_statement == 1 && strcmp(result->sqlstate, SQLSTATE_UNDONE) == 0;
    if (is_undone)
        repair_passed(writer->repair);
    else if (sqlstate_policy(result->sqlstate) == SQLSTATE_DATA)
        repair_failed(writer->repair, result->sqlstate, result->message);
    else if (sqlstate_policy(result->sqlstate) == SQLSTATE_RETRY)
        writer_start_over(writer, result);
    else
        writer_refuse_result(writer, "looking for the row that cannot be stored", result);
    if (is_undone || sqlstate_policy(result->sqlstate) == SQLSTATE_DATA)
        try_next(writer);
}

static void end_repair(struct store_writer *writer)
{
    struct repair *repair = writer->repair;
    struct error error;
    size_t found = repair_apply(repair, writer->journal_uuid);
    if (found == 0 && repair_table(repair) == TABLE_FINISHED) {
        // Their sightings were not there when they were tried alone. The rows matter more than the
        // paths.
        repair_apply_to_all(repair, writer->journal_uuid);
    } else if (found == 0) {
        error_set(&error, -EPROTO, "rows for %s fail together, but none of them alone",
                  table_description(repair_table(repair))->name);
        writer_refuse(writer, &error);
        return;
    }
    writer->repair = NULL;
    repair_free(repair);
    writer_send_waiting(writer);
}

// Tries some of the rows by themselves and undoes them: they are stored all at once or not at all.
static void try_next(struct store_writer *writer)
{
    size_t from, to;
    if (!repair_next(writer->repair, &from, &to)) {
        end_repair(writer);
        return;
    }
    const struct segment_events events = {.on_done = on_probe_done, .data = writer};
    struct table_rows slice;
    table_rows_slice(&writer->first->batch->tables[repair_table(writer->repair)], from, to, &slice);
    session_begin(writer->session, &events);
    send_rows(writer, &slice, false);
    session_query(writer->session, undo_sql, 0, NULL);
    session_end(writer->session);
    table_rows_done(&slice);
}

static void handle_bad_data(struct shipment *shipment, const struct segment_result *result)
{
    struct store_writer *writer = shipment->writer;
    size_t statement = (size_t)result->failed_statement;
    writer_join_parts(shipment);
    if (statement >= shipment->tables.count) {
        writer_start_over(writer, result);
    } else if (shipment->tables.items[statement] == TABLE_QUARANTINE) {
        writer_refuse_result(writer, "quarantining", result);
    } else if (!shipment->was_tried) {
        // A partition may have been retired since we knew it, or a row is there already.
        shipment->was_tried = true;
        if (strcmp(result->sqlstate, SQLSTATE_UNIQUE_VIOLATION) == 0)
            writer->old_rows_expected = OLD_ROWS_EXPECTED_SHIPMENTS;
        array_clear(&writer->known_days);
        writer_send_waiting(writer);
    } else {
        writer->repair = repair_new(shipment->batch, shipment->tables.items[statement],
                                    result->sqlstate, result->message);
        try_next(writer);
    }
}

static void note_stored(struct shipment *shipment)
{
    static const struct segment_result overtaken = {
        .sqlstate = "SW001", .message = "another connection stored the batch before this one"};
    struct store_writer *writer = shipment->writer;
    if (shipment != writer->first) {
        // The one before it found a row there already, and yet the cursor was moved over it: by a
        // connection of ours, or of a process before us, that was given up and lived on for a
        // moment.
        writer_start_over(writer, &overtaken);
        return;
    }
    int64_t sequence = shipment->batch->last_sequence;
    writer_drop_first(writer);
    if (writer->old_rows_expected > 0)
        writer->old_rows_expected--;
    session_proved(writer->session);
    writer_send_waiting(writer);
    writer->events.on_stored(writer->events.data, sequence);
}

// Undone on purpose: what was sent of a batch in parts.
static void note_undone(struct shipment *shipment)
{
    struct store_writer *writer = shipment->writer;
    assert(shipment == writer->first); // it began alone
    shipment->is_spoiled = false;
    if (shipment->is_given_up)
        writer_drop_first(writer);
    else
        writer_join_parts(shipment);
    writer_send_waiting(writer);
}

static void on_shipment_done(void *data, const struct segment_result *result)
{
    struct shipment *shipment = data;
    struct store_writer *writer = shipment->writer;
    shipment->in_flight = false;
    if (shipment->is_spoiled) {
        note_undone(shipment);
        return;
    }
    if (result->failed_statement == SEGMENT_STATEMENT_NONE) {
        note_stored(shipment);
        return;
    }
    // One behind a failed batch fails by its cursor; it is sent again after that one.
    if (shipment != writer->first || writer->repair != NULL)
        return;
    switch (sqlstate_policy(result->sqlstate)) {
    case SQLSTATE_RETRY:
        writer_start_over(writer, result);
        break;
    case SQLSTATE_DATA:
        handle_bad_data(shipment, result);
        break;
    case SQLSTATE_REFUSE:
        writer_refuse_result(writer, "writing", result);
        break;
    }
}
