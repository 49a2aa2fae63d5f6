// SPDX-License-Identifier: MIT
#include "track/lookup.h"

#include "track/state.h"

const struct sighting *tracker_sighting(const struct tracker *tracker, const char *icao24,
                                        uint32_t emitter)
{
    const struct aircraft *aircraft = aircraft_table_find(tracker->table, icao24);
    if (aircraft == NULL || emitter >= EMITTERS_MAX || aircraft->tracks[emitter] == NULL ||
        !aircraft->tracks[emitter]->begun)
        return NULL;
    return &aircraft->tracks[emitter]->sighting;
}
