// SPDX-License-Identifier: MIT
// A batch that is sent while it is being made. Its segment stays open until its entry is in the
// journal: PostgreSQL works on what it has, and nothing of it is there before the Sync that follows
// the cursor. The parts are kept, so that whatever goes wrong the shipment can be sent again as any
// other.
#include "store/writer_internal.h"

#include <assert.h>

// The shipment whose segment is open; NULL when the connection was lost meanwhile.
static struct shipment *open_shipment(const struct store_writer *writer)
{
    struct shipment *shipment = writer->first;
    return shipment != NULL && shipment->batch == NULL && !shipment->is_given_up ? shipment : NULL;
}

void writer_join_parts(struct shipment *shipment)
{
    array_foreach (&shipment->parts, part)
        store_batch_absorb(shipment->batch, *part);
    array_clear(&shipment->parts);
}

bool store_writer_begin_parts(struct store_writer *writer)
{
    if (writer->state != STORE_READY || writer->first != NULL)
        return false;
    writer_add_shipment(writer, NULL);
    return true;
}

// The partitions of a day are made in a segment of their own, for which it is too late once this
// one is open.
static bool has_its_days(struct shipment *shipment, const struct store_batch *batch)
{
    if (!shipment->in_flight)
        writer_ensure_days(shipment->writer, batch);
    return writer_knows_days(shipment->writer, batch);
}

static void send_into_segment(struct shipment *shipment, struct store_batch *batch)
{
    shipment->is_spoiled = shipment->is_spoiled || !has_its_days(shipment, batch);
    if (!shipment->in_flight)
        writer_begin_segment(shipment);
    if (!shipment->is_spoiled)
        writer_send_tables(shipment, batch);
}

void store_writer_send_part(struct store_writer *writer, struct store_batch *part)
{
    struct shipment *shipment = open_shipment(writer);
    if (shipment == NULL) {
        store_batch_free(part);
        return;
    }
    *array_append(&shipment->parts) = part;
    send_into_segment(shipment, part);
    session_flush(writer->session);
}

bool store_writer_finish_parts(struct store_writer *writer, struct store_batch *rest)
{
    struct shipment *shipment = open_shipment(writer);
    if (shipment == NULL) {
        store_batch_free(rest);
        return false;
    }
    assert(rest->first_sequence > 0);
    send_into_segment(shipment, rest);
    shipment->batch = rest;
    if (shipment->is_spoiled)
        writer_undo_segment(shipment);
    else
        writer_end_segment(shipment);
    writer_send_waiting(writer);
    return true;
}

void store_writer_give_up_parts(struct store_writer *writer)
{
    struct shipment *shipment = open_shipment(writer);
    if (shipment == NULL)
        return;
    shipment->is_given_up = shipment->is_spoiled = true;
    if (!shipment->in_flight)
        writer_drop_first(writer);
    else
        writer_undo_segment(shipment);
}
