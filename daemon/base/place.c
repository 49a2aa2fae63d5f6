// SPDX-License-Identifier: MIT
#include "base/place.h"

#include <stdlib.h>
#include <string.h>

void place_done(struct place *place)
{
    free(place->polygon);
    place->polygon = NULL;
    place->polygon_count = 0;
}

bool place_contains(const struct place *place, struct position position, double airfield_radius_nm)
{
    switch (place->kind) {
    case PLACE_AIRFIELD:
        return geodesy_distance_nm(place->reference, position) <= airfield_radius_nm;
    case PLACE_CIRCLE:
        return geodesy_distance_nm(place->reference, position) <= place->radius_nm;
    case PLACE_POLYGON:
        return geodesy_in_polygon(position, place->polygon, place->polygon_count);
    }
    return false;
}

bool place_is_named(const struct place *place, const char *id)
{
    if (strcmp(place->id, id) == 0)
        return true;
    for (size_t i = 0; i < PLACE_ALIASES_MAX; i++)
        if (place->aliases[i][0] != '\0' && strcmp(place->aliases[i], id) == 0)
            return true;
    return false;
}

int32_t place_longest_runway_ft(const struct place *place)
{
    int32_t longest_ft = 0;
    for (size_t i = 0; i < place->runway_count; i++)
        if (place->runways[i].length_ft > longest_ft)
            longest_ft = place->runways[i].length_ft;
    return longest_ft;
}
