// SPDX-License-Identifier: MIT
#include "store/stored_point.h"

#include "base/text.h"
#include "store/query.h"

#include <math.h>
#include <string.h>

// Any age above the tracker's STALE_AFTER_S is stale.
#define STALE_SECONDS 3600.0F
#define GPS_OK_BEFORE_US 1 // any moment before the point
#define VERSION_OF_SIL0 2 // of the only transponders that are asked to vouch (track/plausibility.c)

static void copy_cell(char *destination, size_t size, const struct query *query, size_t column)
{
    const char *cell = query_text(query, column);
    text_copy(destination, size, cell != NULL ? cell : "");
}

static uint64_t mask_of_ids(const struct watch_list *watch, const char *ids)
{
    uint64_t mask = 0;
    while (ids != NULL && *ids != '\0') {
        size_t length = strcspn(ids, " ");
        for (size_t i = 0; i < watch->entry_count; i++)
            if (strlen(watch->entries[i].id) == length &&
                memcmp(watch->entries[i].id, ids, length) == 0)
                mask |= UINT64_C(1) << i;
        ids += length + (ids[length] == ' ');
    }
    return mask;
}

static int32_t whole(const struct query *query, size_t column)
{
    return (int32_t)query_integer(query, column, OBSERVATION_UNKNOWN);
}

static int8_t small(const struct query *query, size_t column)
{
    return (int8_t)query_integer(query, column, OBSERVATION_SMALL_UNKNOWN);
}

static void read_doubts(struct observation *seen, uint32_t flags)
{
    seen->adsb_version = flags & TRACK_POINT_SIL0 ? VERSION_OF_SIL0 : OBSERVATION_SMALL_UNKNOWN;
    seen->gps_ok_before =
        flags & TRACK_POINT_GPS_LOST ? seen->observed_at - GPS_OK_BEFORE_US : UTC_UNKNOWN;
    seen->seen_position_s = flags & TRACK_POINT_STALE ? STALE_SECONDS : NAN;
}

static void read_words(const struct query *query, struct observation *seen)
{
    copy_cell(seen->icao24, sizeof seen->icao24, query, STORED_ICAO24);
    copy_cell(seen->squawk, sizeof seen->squawk, query, STORED_SQUAWK);
    copy_cell(seen->registration, sizeof seen->registration, query, STORED_REGISTRATION);
    copy_cell(seen->type_code, sizeof seen->type_code, query, STORED_TYPE_CODE);
    copy_cell(seen->callsign, sizeof seen->callsign, query, STORED_CALLSIGN);
}

struct track_point stored_point_read(const struct query *query, const struct watch_list *watch)
{
    struct track_point point = {
        .seen =
            {
                .observed_at = query_integer(query, STORED_OBSERVED_AT, UTC_UNKNOWN),
                .has_position = true,
                .position = {query_number(query, STORED_LATITUDE),
                             query_number(query, STORED_LONGITUDE)},
                .altitude_baro_ft = whole(query, STORED_ALTITUDE_BARO),
                .altitude_geom_ft = whole(query, STORED_ALTITUDE_GEOM),
                .on_ground = query_boolean(query, STORED_ON_GROUND, false),
                .ground_speed_kt = (float)query_number(query, STORED_GROUND_SPEED),
                .track_deg = (float)query_number(query, STORED_TRACK),
                .vertical_rate_fpm = whole(query, STORED_VERTICAL_RATE),
                .nic = small(query, STORED_NIC),
                .nac_p = small(query, STORED_NAC_P),
                .sil = small(query, STORED_SIL),
                .position_source =
                    (enum position_source)query_integer(query, STORED_POSITION_SOURCE, 0),
                .military = query_boolean(query, STORED_MILITARY, false),
                .watch_mask = mask_of_ids(watch, query_text(query, STORED_WATCH_IDS)),
            },
        .received_at = query_integer(query, STORED_RECEIVED_AT, UTC_UNKNOWN),
    };
    copy_cell(point.feed, sizeof point.feed, query, STORED_FEED);
    read_words(query, &point.seen);
    read_doubts(&point.seen, (uint32_t)query_integer(query, STORED_FLAGS, 0));
    return point;
}
