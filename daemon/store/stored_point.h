// SPDX-License-Identifier: MIT
// A track point as the database has it, made again into what a tracker takes: for deriving anew and
// for a journal that was lost.
#pragma once

#include "config/watch.h"
#include "track/point.h"

struct query;

// The first columns of a question for points, in the order of enum stored_point_column; `p` is
// track_point's name in it. Microseconds go as whole numbers: a text would have to be parsed. The
// others follow in their order: what a point does not carry comes from its sighting, or from the
// archive.
#define STORED_POINT_COLUMNS(p)                                                                    \
    p ".icao24, " p ".feed, (extract(epoch FROM " p ".observed_at) * 1000000)::bigint,"            \
      " (extract(epoch FROM " p ".received_at) * 1000000)::bigint, " p ".latitude, " p             \
      ".longitude, " p ".altitude_baro_ft, " p ".altitude_geom_ft, " p ".on_ground, " p            \
      ".ground_speed_kt, " p ".track_deg, " p ".vertical_rate_fpm, " p ".squawk, " p ".nic, " p    \
      ".nac_p, " p ".sil, " p ".position_source, " p ".flags"

enum stored_point_column {
    STORED_ICAO24,
    STORED_FEED,
    STORED_OBSERVED_AT,
    STORED_RECEIVED_AT,
    STORED_LATITUDE,
    STORED_LONGITUDE,
    STORED_ALTITUDE_BARO,
    STORED_ALTITUDE_GEOM,
    STORED_ON_GROUND,
    STORED_GROUND_SPEED,
    STORED_TRACK,
    STORED_VERTICAL_RATE,
    STORED_SQUAWK,
    STORED_NIC,
    STORED_NAC_P,
    STORED_SIL,
    STORED_POSITION_SOURCE,
    STORED_FLAGS,
    // From here on of the question's own making.
    STORED_REGISTRATION,
    STORED_TYPE_CODE,
    STORED_CALLSIGN,
    STORED_WATCH_IDS, // separated by blanks
    STORED_MILITARY,
    STORED_COLUMN_COUNT,
};

// The row that query_next gave. Of what is not stored (version of the transponder, when GPS was
// last good, age of the position) the flags keep all that the tracker made of it, and it makes the
// same flags of what is returned here. `flags` and `emitter` are left 0, as the tracker finds them
// again. The ids of watch entries that are gone are left out.
struct track_point stored_point_read(const struct query *query, const struct watch_list *watch);
