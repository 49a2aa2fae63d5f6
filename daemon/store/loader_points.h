// SPDX-License-Identifier: MIT
// The points of one transaction of the loader (store/loader.h). Private to it.
#pragma once

#include "base/array.h"
#include "base/bytes.h"
#include "base/error.h"
#include "track/point.h"

#include <stdbool.h>
#include <stdint.h>

struct query_connection; // store/query.h

// One file's points: of one aircraft, in order of time.
struct loader_run {
    char icao24[ICAO24_SIZE];
    utc_us since, until;
    size_t begin, end; // of its rows' bytes
    uint64_t rows;
    bool is_staged; // something of this aircraft and time is there already
};
struct loader_run_array ARRAY_OF(struct loader_run);

struct loader_points {
    const char *feed; // borrowed
    struct byte_writer rows;
    struct loader_run_array runs;
    bool is_new_file; // since the last point
    uint64_t count;
    utc_us first_at, last_at; // of all
};

void loader_points_init(struct loader_points *points, const char *feed);
void loader_points_done(struct loader_points *points);
void loader_points_clear(struct loader_points *points); // keeps the memory

void loader_points_begin_file(struct loader_points *points);
void loader_points_add(struct loader_points *points, const struct track_point *point);

// Makes the partitions that they need. Outside of a transaction: the lock it takes is held to the
// end of one.
int loader_points_prepare(const struct loader_points *points, struct query_connection *connection,
                          struct error *error);

// Stores them within the transaction that is open, and adds to *stored how many were new. Where
// nothing is of an aircraft's time yet they are copied right into the table; the others go by way
// of a staging table, which takes twice the time. -EEXIST when another session stored one of them
// in the meantime: everything is to be staged then, in another transaction.
int loader_points_store(struct loader_points *points, struct query_connection *connection,
                        bool stage_all, uint64_t *stored, struct error *error);
