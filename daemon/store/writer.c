// SPDX-License-Identifier: MIT
#include "store/writer_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// Two batches: one that PostgreSQL works on, and one on its way. libpq queues whatever it is given,
// so this window is also what bounds its memory.
#define WINDOW_BATCHES 2
#define WINDOW_BYTES ((size_t)8 << 20)
#define WINDOW_ROWS 20000
// After a refusal look again now and then: the operator may have migrated meanwhile.
#define REFUSED_RETRY_MS 30000

// Longer than the statements' own timeout: what it takes to notice a server that is stopped, not
// busy.
#define PATIENCE_MS 90000

// A statement of a batch takes well under a second; one that takes a minute is waiting for
// something. Commits must be on disk before they are acknowledged, whatever the server's default:
// the journal forgets them.
static const char session_options[] =
    "-c statement_timeout=60s -c lock_timeout=20s -c timezone=UTC -c synchronous_commit=on";

// --- state ----------------------------------------------------------------------------------------

void writer_set_state(struct store_writer *writer, enum store_state state,
                      const struct error *error)
{
    writer->state = state;
    if (writer->events.on_state != NULL)
        writer->events.on_state(writer->events.data, state, error);
}

struct shipment *writer_add_shipment(struct store_writer *writer, struct store_batch *batch)
{
    struct shipment *shipment = memory_allocate_zeroed(1, sizeof *shipment);
    shipment->writer = writer;
    shipment->batch = batch;
    struct shipment **end = &writer->first;
    while (*end != NULL)
        end = &(*end)->next;
    *end = shipment;
    writer->shipment_count++;
    return shipment;
}

void writer_drop_first(struct store_writer *writer)
{
    struct shipment *shipment = writer->first;
    writer->first = shipment->next;
    writer->shipment_count--;
    store_batch_free(shipment->batch);
    array_foreach (&shipment->parts, part)
        store_batch_free(*part);
    array_free(&shipment->parts);
    array_free(&shipment->tables);
    free(shipment);
}

static void drop_all(struct store_writer *writer)
{
    repair_free(writer->repair);
    writer->repair = NULL;
    while (writer->first != NULL)
        writer_drop_first(writer);
}

void writer_refuse(struct store_writer *writer, const struct error *error)
{
    writer->refusal = *error;
    session_abandon(writer->session, REFUSED_RETRY_MS, error);
}

void writer_refuse_result(struct store_writer *writer, const char *doing,
                          const struct segment_result *result)
{
    struct error error;
    error_set(&error, -EPROTO, "%s: %s (SQLSTATE %s)", doing, result->message, result->sqlstate);
    writer_refuse(writer, &error);
}

void writer_start_over(struct store_writer *writer, const struct segment_result *result)
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
    writer_set_state(writer, is_refused ? STORE_REFUSED : STORE_AWAY, &told);
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
        .patience_ms = PATIENCE_MS,
    };
    const struct session_events session = {
        .on_open = writer_set_up, .on_lost = on_lost, .data = writer};
    writer->session = session_new(loop, &connection, &session);
    return writer;
}

void store_writer_start(struct store_writer *writer)
{
    session_start(writer->session);
}

static size_t shipment_bytes(const struct shipment *shipment)
{
    size_t bytes = shipment->batch != NULL ? store_batch_bytes(shipment->batch) : 0;
    array_foreach (&shipment->parts, part)
        bytes += store_batch_bytes(*part);
    return bytes;
}

size_t store_writer_room(const struct store_writer *writer)
{
    size_t bytes = 0;
    for (const struct shipment *shipment = writer->first; shipment != NULL;
         shipment = shipment->next)
        bytes += shipment_bytes(shipment);
    bool has_room = writer->state == STORE_READY && writer->shipment_count < WINDOW_BATCHES &&
                    bytes < WINDOW_BYTES;
    return has_room ? WINDOW_ROWS : 0;
}

void store_writer_submit(struct store_writer *writer, struct store_batch *batch)
{
    assert(batch->first_sequence > 0);
    writer_add_shipment(writer, batch);
    writer_send_waiting(writer);
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
