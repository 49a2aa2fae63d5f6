// SPDX-License-Identifier: MIT
#include "track/state.h"

#include <string.h>

static bool is_same_sighting(const struct sighting *first, const struct sighting *second)
{
    return first->opened_at == second->opened_at && first->emitter == second->emitter &&
           strcmp(first->icao24, second->icao24) == 0;
}

void emission_add(struct track_step *step, struct track *track, bool path_changed)
{
    struct sighting_array *sightings = &step->effects->sightings;
    struct sighting *slot = NULL;
    // The newest state of each, once: an earlier one of this step is overwritten.
    if (track->effect_index < sightings->count &&
        is_same_sighting(&sightings->items[track->effect_index], &track->sighting))
        slot = &sightings->items[track->effect_index];
    bool path_changed_before = slot != NULL && slot->path_changed;
    if (slot == NULL) {
        slot = array_append(sightings);
        track->effect_index = sightings->count - 1;
    }
    *slot = track->sighting;
    slot->path_changed = path_changed || path_changed_before;
    track->changed = false;
}
