// SPDX-License-Identifier: MIT
#include "feed/readsb_field.h"

#include <stdbool.h>

static const char *const names[READSB_FIELD_COUNT] = {
    [READSB_FIELD_NONE] = "",
    [READSB_HEX] = "hex",
    [READSB_TYPE] = "type",
    [READSB_FLIGHT] = "flight",
    [READSB_REGISTRATION] = "r",
    [READSB_TYPE_CODE] = "t",
    [READSB_SQUAWK] = "squawk",
    [READSB_ALT_BARO] = "alt_baro",
    [READSB_ALTITUDE] = "altitude",
    [READSB_LAT] = "lat",
    [READSB_LON] = "lon",
    [READSB_DB_FLAGS] = "dbFlags",
    [READSB_NOW] = "now",
    [READSB_ALT_GEOM] = "alt_geom",
    [READSB_GS] = "gs",
    [READSB_SPEED] = "speed",
    [READSB_TRACK] = "track",
    [READSB_TRUE_HEADING] = "true_heading",
    [READSB_CALC_TRACK] = "calc_track",
    [READSB_BARO_RATE] = "baro_rate",
    [READSB_GEOM_RATE] = "geom_rate",
    [READSB_VERT_RATE] = "vert_rate",
    [READSB_NIC] = "nic",
    [READSB_NUCP] = "nucp",
    [READSB_NAC_P] = "nac_p",
    [READSB_SIL] = "sil",
    [READSB_VERSION] = "version",
    [READSB_SEEN_POS] = "seen_pos",
    [READSB_SEEN] = "seen",
    [READSB_GPS_OK_BEFORE] = "gpsOkBefore",
    [READSB_MLAT] = "mlat",
    [READSB_TISB] = "tisb",
    [READSB_ICAO] = "icao",
    [READSB_POSTIME] = "postime",
    [READSB_AC] = "ac",
    [READSB_AIRCRAFT] = "aircraft",
    [READSB_MSG] = "msg",
    [READSB_TOTAL] = "total",
    [READSB_RESULT_COUNT] = "resultCount",
};

const char *readsb_field_name(enum readsb_field field)
{
    return names[field];
}

static bool fill_slots(struct readsb_keys *keys)
{
    memset(keys->slots, 0, sizeof keys->slots);
    for (unsigned field = READSB_FIELD_NONE + 1; field < READSB_FIELD_COUNT; field++) {
        size_t length = strlen(names[field]);
        uint64_t first_bytes = readsb_key_bytes(names[field], length, length);
        struct readsb_key_slot *slot = &keys->slots[readsb_key_slot_of(keys, first_bytes)];
        if (slot->length != 0)
            return false;
        *slot = (struct readsb_key_slot){
            .first_bytes = first_bytes, .length = (uint32_t)length, .field = field};
        if (length > 8)
            slot->last_bytes = readsb_key_bytes(names[field] + length - 8, 8, 8);
    }
    return true;
}

void readsb_keys_build(struct readsb_keys *keys)
{
    // Odd multiples of 2^64 / golden ratio, until no two keys share a slot.
    const uint64_t step = UINT64_C(0x9e3779b97f4a7c15);
    keys->multiplier = step;
    while (!fill_slots(keys))
        keys->multiplier += step * 2;
}
