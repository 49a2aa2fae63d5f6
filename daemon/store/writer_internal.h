// SPDX-License-Identifier: MIT
// What the writer's files share: writer.c has its public side and its state, writer_setup.c gets a
// new connection ready, writer_shipment.c sends batches and deals with those that fail,
// writer_parts.c sends a batch while it is being made.
#pragma once

#include "store/batch.h"
#include "store/repair.h"
#include "store/schema.h"
#include "store/session.h"
#include "store/sqlstate.h"
#include "store/writer.h"

// A batch on its way. Results come in the order of sending.
struct shipment {
    struct shipment *next;
    struct store_writer *writer;
    struct store_batch *batch; // owned; NULL while it is being made
    struct shipment_parts ARRAY_OF(struct store_batch *) parts; // of it, sent by themselves; owned
    struct shipment_tables ARRAY_OF(enum table) tables;         // of each statement of its segment
    bool in_flight;
    bool was_tried;   // its data failed once although its partitions were there
    bool is_spoiled;  // what was sent of its parts is undone; then all of it is sent at once ...
    bool is_given_up; // ... or nothing
};

struct store_writer {
    struct session *session;
    struct store_writer_events events;
    char journal_id[DIGEST_UUID_TEXT_SIZE];
    uint8_t journal_uuid[DIGEST_UUID_SIZE];
    enum store_state state;
    struct shipment *first; // oldest first
    size_t shipment_count;
    struct repair *repair;        // of the first shipment
    unsigned old_rows_expected;   // so many more shipments may hold rows that are there already
    struct batch_days known_days; // whose partitions exist
    enum schema_state schema;     // while getting ready
    int64_t cursor;               // likewise
    struct error refusal;         // why the operator is needed; code 0 for none
    void (*on_closed)(void *data);
    void *closed_data;
};

// Makes the partitions of today and the days ahead.
#define WRITER_PARTITIONS_AHEAD_SQL                                                                \
    "SELECT skywitness_store.ensure_partitions((now() AT TIME ZONE 'UTC')::date, "                 \
    "(now() AT TIME ZONE 'UTC')::date + 14)"

void writer_set_state(struct store_writer *writer, enum store_state state,
                      const struct error *error);
// Gives the connection up because the operator has to do something.
void writer_refuse(struct store_writer *writer, const struct error *error);
void writer_refuse_result(struct store_writer *writer, const char *doing,
                          const struct segment_result *result);
// Gives the connection up: over a new one everything after the database's cursor is submitted
// again.
void writer_start_over(struct store_writer *writer, const struct segment_result *result);

// A session's on_open; `data` is the writer.
void writer_set_up(void *data);

// What a shipment's segment is made of. Each table that is sent is noted in its `tables`.
void writer_begin_segment(struct shipment *shipment);
void writer_send_tables(struct shipment *shipment, struct store_batch *batch);
void writer_end_segment(struct shipment *shipment);
// The same, but nothing of the segment is stored.
void writer_undo_segment(struct shipment *shipment);

// Makes the partitions that the batch needs, or tells whether they are known to exist.
void writer_ensure_days(struct store_writer *writer, const struct store_batch *batch);
bool writer_knows_days(const struct store_writer *writer, const struct store_batch *batch);

struct shipment *writer_add_shipment(struct store_writer *writer, struct store_batch *batch);
// The parts become the batch's own rows.
void writer_join_parts(struct shipment *shipment);

// Sends the shipments that wait, as far as nothing before them is in doubt.
void writer_send_waiting(struct store_writer *writer);
void writer_drop_first(struct store_writer *writer);
