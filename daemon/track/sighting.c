// SPDX-License-Identifier: MIT
#include "track/sighting.h"

const char *sighting_state_name(enum sighting_state state)
{
    switch (state) {
    case SIGHTING_OPEN:
        return "open";
    case SIGHTING_LANDED:
        return "landed";
    case SIGHTING_LOST_LOW:
        return "lost_low";
    case SIGHTING_LOST_HIGH:
        return "lost_high";
    case SIGHTING_SUPERSEDED:
        return "superseded";
    }
    return "unknown";
}
