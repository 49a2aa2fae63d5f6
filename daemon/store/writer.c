// SPDX-License-Identifier: MIT
#include "store/writer.h"

#include "base/memory.h"
#include "store/batch.h"
#include "store/repair.h"
#include "store/schema.h"
#include "store/session.h"
#include "store/sqlstate.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Two batches: one that PostgreSQL works on, and one on its way. libpq queues whatever it is given, so this
// window is also what bounds its memory.
#define WINDOW_BATCHES 2
#define WINDOW_BYTES ((size_t)8 << 20)
#define WINDOW_ROWS 20000
// After a refusal look again now and then: the operator may have migrated meanwhile.
#define REFUSED_RETRY_MS 30000

#define PARTITION_DAYS_AHEAD "14"

// A statement of a batch takes well under a second; one that takes a minute is waiting for something. Commits
// must be on disk before they are acknowledged, whatever the server's default: the journal forgets them.
static const char session_options[] =
    "-c statement_timeout=60s -c lock_timeout=20s -c timezone=UTC -c synchronous_commit=on";

static const char ahead_sql[] =
    "SELECT skywitness_store.ensure_partitions((now() AT TIME ZONE 'UTC')::date, "
    "(now() AT TIME ZONE 'UTC')::date + " PARTITION_DAYS_AHEAD ")";
static const char day_sql[] = "SELECT skywitness_store.ensure_partitions($1::date, $1::date)";
static const char new_cursor_sql[] = "INSERT INTO skywitness_store.journal_cursor (journal_id, sequence) "
                                     "VALUES ($1::uuid, 0) ON CONFLICT DO NOTHING";
static const char read_cursor_sql[] =
    "SELECT sequence FROM skywitness_store.journal_cursor WHERE journal_id = $1::uuid";
static const char move_cursor_sql[] =
    "SELECT skywitness_store.move_cursor($1::uuid, $2::bigint, $3::bigint)";
static const char undo_sql[] = "SELECT skywitness_store.undo()";

// A batch on its way. Results come in the order of sending.
struct shipment {
    struct shipment *next;
    struct store_writer *writer;
    struct store_batch *batch; // owned
    struct shipment_tables ARRAY_OF(enum table) tables; // of each statement of its segment
    bool in_flight;
    bool was_tried; // its data failed once although its partitions were there
};

struct store_writer {
    struct session *session;
    struct store_writer_events events;
    char journal_id[37];
    uint8_t journal_uuid[DIGEST_UUID_SIZE];
    enum store_state state;
    struct shipment *first; // at most WINDOW_BATCHES, oldest first
    size_t shipment_count;
    struct repair *repair; // of the first shipment
    struct batch_days known_days; // whose partitions exist
    // While connecting:
    enum schema_state schema;
    int64_t cursor;
    struct error refusal; // why the schema or a statement was refused; code 0 for none
    void (*on_closed)(void *data);
    void *closed_data;
};

static void send_shipment(struct shipment *shipment);
static void try_next(struct store_writer *writer);

// --- state ----------------------------------------------------------------------------------------

static void set_state(struct store_writer *writer, enum store_state state, const struct error *error)
{
    writer->state = state;
    if (writer->events.on_state != NULL)
        writer->events.on_state(writer->events.data, state, error);
}

static void drop_first(struct store_writer *writer)
{
    struct shipment *shipment = writer->first;
    writer->first = shipment->next;
    writer->shipment_count--;
    store_batch_free(shipment->batch);
    array_free(&shipment->tables);
    free(shipment);
}

static void drop_all(struct store_writer *writer)
{
    repair_free(writer->repair);
    writer->repair = NULL;
    while (writer->first != NULL)
        drop_first(writer);
}

// Gives the connection up because the operator has to do something.
static void refuse(struct store_writer *writer, const struct error *error)
{
    writer->refusal = *error;
    session_abandon(writer->session, REFUSED_RETRY_MS, error);
}

static void refuse_result(struct store_writer *writer, const char *doing,
                          const struct segment_result *result)
{
    struct error error;
    error_set(&error, -EPROTO, "%s: %s (SQLSTATE %s)", doing, result->message, result->sqlstate);
    refuse(writer, &error);
}

// Over a new connection everything after the database's cursor is submitted again.
static void start_over(struct store_writer *writer, const struct segment_result *result)
{
    struct error error;
    error_set(&error, -EAGAIN, "%s (SQLSTATE %s)", result->message, result->sqlstate);
    session_abandon(writer->session, 0, &error);
}

static void on_lost(void *data, const struct error *error)
{
    struct store_writer *writer = data;
    bool is_refused = writer->refusal.code != 0;
    drop_all(writer);
    array_clear(&writer->known_days);
    struct error told = is_refused ? writer->refusal : *error;
    writer->refusal.code = 0;
    set_state(writer, is_refused ? STORE_REFUSED : STORE_AWAY, &told);
}

// --- getting ready: schema, statements, partitions ahead, cursor ----------------------------------

// After the preparation of each table's statement:
enum setup_statement {
    SETUP_PARTITIONS_AHEAD,
    SETUP_NEW_CURSOR,
    SETUP_READ_CURSOR,
};

static void on_setup_rows(void *data, int statement, const PGresult *rows)
{
    struct store_writer *writer = data;
    if (statement == TABLE_COUNT + SETUP_READ_CURSOR && PQntuples(rows) == 1)
        writer->cursor = strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
}

static void on_setup_done(void *data, const struct segment_result *result)
{
    struct store_writer *writer = data;
    if (result->failed_statement == SEGMENT_STATEMENT_NONE) {
        set_state(writer, STORE_READY, NULL);
        // The state's listener may have closed us.
        if (writer->state == STORE_READY && writer->on_closed == NULL)
            writer->events.on_ready(writer->events.data, writer->cursor);
    } else if (sqlstate_policy(result->sqlstate) == SQLSTATE_RETRY) {
        start_over(writer, result);
    } else {
        refuse_result(writer, "preparing to write", result);
    }
}

static void set_up(struct store_writer *writer)
{
    const struct segment_events events = {
        .on_rows = on_setup_rows, .on_done = on_setup_done, .data = writer};
    const char *values[] = {writer->journal_id};
    session_begin(writer->session, &events);
    for (enum table table = 0; table < TABLE_COUNT; table++) {
        struct text sql;
        text_init(&sql, 8192);
        table_statement(table, &sql);
        assert(!sql.failed);
        session_prepare(writer->session, table_description(table)->name, sql.bytes);
        text_done(&sql);
    }
    session_query(writer->session, ahead_sql, 0, NULL);
    session_query(writer->session, new_cursor_sql, 1, values);
    session_query(writer->session, read_cursor_sql, 1, values);
    session_end(writer->session);
}

static void on_schema_rows(void *data, int statement, const PGresult *rows)
{
    (void)statement;
    struct store_writer *writer = data;
    int version;
    struct error error = {0};
    writer->schema =
        schema_judge(rows, schema_migrations, schema_migration_count, &version, &error);
    if (writer->schema != SCHEMA_CURRENT)
        refuse(writer, &error);
}

static void on_schema_done(void *data, const struct segment_result *result)
{
    struct store_writer *writer = data;
    if (result->failed_statement == SEGMENT_STATEMENT_NONE) {
        if (writer->schema == SCHEMA_CURRENT)
            set_up(writer);
        return;
    }
    struct error error;
    if (sqlstate_policy(result->sqlstate) != SQLSTATE_REFUSE) {
        start_over(writer, result);
    } else if (strcmp(result->sqlstate, "42501") == 0) {
        refuse_result(writer, "this role may not use the schema", result);
    } else {
        error_set(&error, -EPROTO, "the database has no schema: run `skywitness db migrate`");
        refuse(writer, &error);
    }
}

static void on_open(void *data)
{
    struct store_writer *writer = data;
    const struct segment_events events = {
        .on_rows = on_schema_rows, .on_done = on_schema_done, .data = writer};
    session_begin(writer->session, &events);
    session_query(writer->session, SCHEMA_VERSIONS_SQL, 0, NULL);
    session_end(writer->session);
}

// --- partitions -----------------------------------------------------------------------------------

static bool is_known_day(const struct store_writer *writer, utc_us day)
{
    array_foreach(&writer->known_days, known)
        if (*known == day)
            return true;
    return false;
}

static void on_days_done(void *data, const struct segment_result *result)
{
    struct store_writer *writer = data;
    if (result->failed_statement == SEGMENT_STATEMENT_NONE)
        return;
    // A day that is refused leaves its rows without a partition: they are found by their own failure.
    if (sqlstate_policy(result->sqlstate) == SQLSTATE_RETRY)
        start_over(writer, result);
    else if (sqlstate_policy(result->sqlstate) == SQLSTATE_REFUSE)
        refuse_result(writer, "making partitions", result);
}

static void ensure(struct store_writer *writer, const char *sql, int count, const char *day)
{
    const struct segment_events events = {.on_done = on_days_done, .data = writer};
    session_begin(writer->session, &events);
    session_query(writer->session, sql, count, &day);
    session_end(writer->session);
}

// Segments of their own, so that their locks do not last as long as the batch, and a day that is refused
// does not take others with it.
static void ensure_days(struct store_writer *writer, const struct store_batch *batch)
{
    bool is_new_day = false;
    array_foreach(&batch->days, day) {
        char buffer[UTC_TEXT_SIZE];
        if (is_known_day(writer, *day))
            continue;
        *array_append(&writer->known_days) = *day;
        ensure(writer, day_sql, 1, utc_format_day(*day, buffer));
        is_new_day = true;
    }
    if (is_new_day)
        ensure(writer, ahead_sql, 0, NULL);
}

// --- sending --------------------------------------------------------------------------------------

static void send_rows(struct store_writer *writer, struct table_rows *rows)
{
    const char *values[TABLE_COLUMNS_MAX];
    int lengths[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < rows->description->column_count; i++) {
        column_finish(&rows->columns[i]);
        values[i] = (const char *)rows->columns[i].bytes;
        lengths[i] = (int)rows->columns[i].length;
    }
    session_execute(writer->session, rows->description->name, (int)rows->description->column_count,
                    values, lengths);
}

static void send_table(struct shipment *shipment, enum table table)
{
    struct table_rows *rows = &shipment->batch->tables[table];
    size_t most = rows->description->rows_max;
    for (size_t from = 0; from < rows->count; from += most) {
        *array_append(&shipment->tables) = table;
        if (rows->count <= most) {
            send_rows(shipment->writer, rows);
            return;
        }
        size_t to = rows->count - from > most ? from + most : rows->count;
        struct table_rows slice;
        table_rows_slice(rows, from, to, &slice);
        send_rows(shipment->writer, &slice);
        table_rows_done(&slice);
    }
}

static void on_shipment_done(void *data, const struct segment_result *result);

static void send_shipment(struct shipment *shipment)
{
    struct store_writer *writer = shipment->writer;
    struct store_batch *batch = shipment->batch;
    const struct segment_events events = {.on_done = on_shipment_done, .data = shipment};
    char expected[24], wanted[24];
    snprintf(expected, sizeof expected, "%lld", (long long)batch->first_sequence - 1);
    snprintf(wanted, sizeof wanted, "%lld", (long long)batch->last_sequence);
    const char *values[] = {writer->journal_id, expected, wanted};
    ensure_days(writer, batch);
    shipment->in_flight = true;
    array_clear(&shipment->tables);
    session_begin(writer->session, &events);
    for (enum table table = 0; table < TABLE_COUNT; table++)
        send_table(shipment, table);
    session_query(writer->session, move_cursor_sql, 3, values);
    session_end(writer->session);
}

// Sends what waits, as far as nothing before it is in doubt.
static void send_waiting(struct store_writer *writer)
{
    if (writer->repair != NULL || writer->state != STORE_READY)
        return;
    for (struct shipment *shipment = writer->first; shipment != NULL; shipment = shipment->next)
        if (!shipment->in_flight)
            send_shipment(shipment);
}

// --- a batch that failed --------------------------------------------------------------------------

static void on_probe_done(void *data, const struct segment_result *result)
{
    struct store_writer *writer = data;
    bool is_undone = result->failed_statement == 1 && strcmp(result->sqlstate, SQLSTATE_UNDONE) == 0;
    if (is_undone)
        repair_passed(writer->repair);
    else if (sqlstate_policy(result->sqlstate) == SQLSTATE_DATA)
        repair_failed(writer->repair, result->sqlstate, result->message);
    else if (sqlstate_policy(result->sqlstate) == SQLSTATE_RETRY)
        start_over(writer, result);
    else
        refuse_result(writer, "looking for the row that cannot be stored", result);
    if (is_undone || sqlstate_policy(result->sqlstate) == SQLSTATE_DATA)
        try_next(writer);
}

static void end_repair(struct store_writer *writer)
{
    struct repair *repair = writer->repair;
    struct error error;
    size_t found = repair_apply(repair, writer->journal_uuid);
    if (found == 0 && repair_table(repair) == TABLE_FINISHED) {
        // Their sightings were not there when they were tried alone. The rows matter more than the paths.
        repair_apply_to_all(repair, writer->journal_uuid);
    } else if (found == 0) {
        error_set(&error, -EPROTO, "rows for %s fail together, but none of them alone",
                  table_description(repair_table(repair))->name);
        refuse(writer, &error);
        return;
    }
    writer->repair = NULL;
    repair_free(repair);
    send_waiting(writer);
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
    send_rows(writer, &slice);
    session_query(writer->session, undo_sql, 0, NULL);
    session_end(writer->session);
    table_rows_done(&slice);
}

static void handle_bad_data(struct shipment *shipment, const struct segment_result *result)
{
    struct store_writer *writer = shipment->writer;
    size_t statement = (size_t)result->failed_statement;
    if (statement >= shipment->tables.count) {
        start_over(writer, result);
    } else if (shipment->tables.items[statement] == TABLE_QUARANTINE) {
        refuse_result(writer, "quarantining", result);
    } else if (!shipment->was_tried) {
        // A partition may have been retired since we knew it.
        shipment->was_tried = true;
        array_clear(&writer->known_days);
        send_waiting(writer);
    } else {
        writer->repair = repair_new(shipment->batch, shipment->tables.items[statement],
                                    result->sqlstate, result->message);
        try_next(writer);
    }
}

static void on_shipment_done(void *data, const struct segment_result *result)
{
    struct shipment *shipment = data;
    struct store_writer *writer = shipment->writer;
    shipment->in_flight = false;
    if (result->failed_statement == SEGMENT_STATEMENT_NONE) {
        assert(shipment == writer->first); // the cursor sees to it
        int64_t sequence = shipment->batch->last_sequence;
        drop_first(writer);
        session_proved(writer->session);
        send_waiting(writer);
        writer->events.on_stored(writer->events.data, sequence);
        return;
    }
    // One behind a failed batch fails by its cursor; it is sent again after that one.
    if (shipment != writer->first || writer->repair != NULL)
        return;
    switch (sqlstate_policy(result->sqlstate)) {
    case SQLSTATE_RETRY:
        start_over(writer, result);
        break;
    case SQLSTATE_DATA:
        handle_bad_data(shipment, result);
        break;
    case SQLSTATE_REFUSE:
        refuse_result(writer, "writing", result);
        break;
    }
}

// --- the public side ------------------------------------------------------------------------------

static void read_uuid(const char *text, uint8_t ret_uuid[DIGEST_UUID_SIZE])
{
    size_t digits = 0;
    memset(ret_uuid, 0, DIGEST_UUID_SIZE);
    for (; *text != '\0' && digits < 2 * DIGEST_UUID_SIZE; text++) {
        char digit[2] = {*text, '\0'};
        if (*text == '-')
            continue;
        ret_uuid[digits / 2] = (uint8_t)(ret_uuid[digits / 2] << 4 | strtoul(digit, NULL, 16));
        digits++;
    }
}

struct store_writer *store_writer_new(uv_loop_t *loop, const struct store_writer_settings *settings,
                                      const struct store_writer_events *events)
{
    struct store_writer *writer = memory_allocate_zeroed(1, sizeof *writer);
    writer->events = *events;
    writer->state = STORE_CONNECTING;
    text_copy(writer->journal_id, sizeof writer->journal_id, settings->journal_id);
    read_uuid(writer->journal_id, writer->journal_uuid);
    const struct connection_settings connection = {
        .database = settings->database,
        .password = settings->password,
        .application = "skywitnessd",
        .options = session_options,
    };
    const struct session_events session = {.on_open = on_open, .on_lost = on_lost, .data = writer};
    writer->session = session_new(loop, &connection, &session);
    return writer;
}

void store_writer_start(struct store_writer *writer)
{
    session_start(writer->session);
}

size_t store_writer_room(const struct store_writer *writer)
{
    size_t bytes = 0;
    for (const struct shipment *shipment = writer->first; shipment != NULL; shipment = shipment->next)
        bytes += store_batch_bytes(shipment->batch);
    bool has_room = writer->state == STORE_READY && writer->shipment_count < WINDOW_BATCHES &&
                    bytes < WINDOW_BYTES;
    return has_room ? WINDOW_ROWS : 0;
}

void store_writer_submit(struct store_writer *writer, struct store_batch *batch)
{
    assert(batch->first_sequence > 0);
    struct shipment *shipment = memory_allocate_zeroed(1, sizeof *shipment);
    shipment->writer = writer;
    shipment->batch = batch;
    struct shipment **end = &writer->first;
    while (*end != NULL)
        end = &(*end)->next;
    *end = shipment;
    writer->shipment_count++;
    send_waiting(writer);
}

enum store_state store_writer_state(const struct store_writer *writer)
{
    return writer->state;
}

static void on_session_closed(void *data)
{
    struct store_writer *writer = data;
    void (*on_closed)(void *data_of_owner) = writer->on_closed;
    void *closed_data = writer->closed_data;
    array_free(&writer->known_days);
    free(writer);
    on_closed(closed_data);
}

void store_writer_close(struct store_writer *writer, void (*on_closed)(void *data), void *data)
{
    drop_all(writer);
    writer->state = STORE_AWAY;
    writer->on_closed = on_closed;
    writer->closed_data = data;
    session_close(writer->session, on_session_closed, writer);
}
