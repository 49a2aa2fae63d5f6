// SPDX-License-Identifier: MIT
// Sightings and the points behind them, as the database's views have them.
#pragma once

#include "base/array.h"
#include "base/error.h"
#include "base/utc.h"
#include "cli/row_filter.h"

#include <stdbool.h>
#include <stdint.h>

struct config;
struct query_connection;

// Methods 3: an airfield is "near" within this of its reference point.
#define SIGHTING_NEAR_AIRFIELD_NM 25.0

// One sighting; texts are owned, NULL where unknown. Lists as cli/output.h has them.
struct sighting_row {
    char *id, *icao24, *registration, *type_code, *callsigns, *watch_ids, *origin, *destination,
        *feeds, *state;
    utc_us first_seen, last_seen;
    int64_t point_count; // -1: not counted yet
    int64_t emitter;
    double last_latitude_deg, last_longitude_deg; // NAN: unknown
    int64_t last_altitude_ft;                     // OBSERVATION_UNKNOWN
};
struct sighting_row_array ARRAY_OF(struct sighting_row);

void sighting_row_done(struct sighting_row *row);

// One fix, one a moment even where several feeds reported it.
struct track_row {
    utc_us observed_at;
    double latitude_deg, longitude_deg;
    double ground_speed_kt, track_deg;          // NAN: unknown
    int64_t altitude_baro_ft, altitude_geom_ft; // OBSERVATION_UNKNOWN
    int64_t vertical_rate_fpm;
    int64_t nic, nac_p, sil; // -1: not said
    bool on_ground;
    uint32_t flags; // of enum track_point_flag
    char squawk[5];
    char source[16];
};
struct track_row_array ARRAY_OF(struct track_row);

// Calls `take` for each sighting in order of first_seen; the row is the query's and gone after the
// call. A sighting fits a place that is its origin or destination, a region that it passed through,
// and an airfield that it passed near to. `ids` is NULL or the ids that alone are meant, separated
// by commas. Without states all but superseded ones are given, or all of `ids`. Errors: of
// row_parameters_make and query_start.
int sighting_query_each(struct query_connection *connection, const struct config *config,
                        const struct row_filter *filter, const char *ids,
                        void (*take)(void *data, struct sighting_row *row), void *data,
                        struct error *error);

// The points of one sighting in order of time. Those that are flagged implausible only with
// `doubtful`. Appends to ret_points. -E2BIG beyond TRACK_ROWS_MAX.
#define TRACK_ROWS_MAX 2000000
int sighting_query_points(struct query_connection *connection, const struct sighting_row *sighting,
                          bool doubtful, struct track_row_array *ret_points, struct error *error);

// The altitude that is drawn, in feet: 0 on the ground without any other, else the pressure
// altitude, else the geometric one; NAN where neither is known.
double track_row_altitude_ft(const struct track_row *row);
