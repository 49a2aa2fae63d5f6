// SPDX-License-Identifier: MIT
// Track points as rows of binary COPY (PostgreSQL's manual, COPY, "Binary Format"), and sending
// them. Blocking.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "track/point.h"

struct pg_conn; // libpq's PGconn

// Appends one row in the order of skywitness_store.track_point's columns. The point came from an
// archive, which does not tell when it was received (sql/008-history.sql).
void copy_row_point(struct byte_writer *writer, const struct track_point *point, const char *feed);

// Rows that stand one after another.
struct copy_rows {
    const uint8_t *bytes; // borrowed
    size_t length;
};

// Runs `sql`, a COPY ... FROM STDIN (FORMAT binary), with these rows. Errors: -EEXIST for a row
// that is there already (a key that must be unique), -ENOTCONN, -EIO.
int copy_rows_send(struct pg_conn *connection, const char *sql, const struct copy_rows *runs,
                   size_t count, struct error *error);
