// SPDX-License-Identifier: MIT
#include "feed/observation.h"

#include <stddef.h>
#include <string.h>

static const char *const names[POSITION_SOURCE_COUNT] = {
    [POSITION_SOURCE_UNKNOWN] = "unknown",
    [POSITION_SOURCE_ADSB_ICAO] = "adsb_icao",
    [POSITION_SOURCE_ADSB_ICAO_NT] = "adsb_icao_nt",
    [POSITION_SOURCE_ADSR_ICAO] = "adsr_icao",
    [POSITION_SOURCE_TISB_ICAO] = "tisb_icao",
    [POSITION_SOURCE_ADSC] = "adsc",
    [POSITION_SOURCE_MLAT] = "mlat",
    [POSITION_SOURCE_OTHER] = "other",
    [POSITION_SOURCE_MODE_S] = "mode_s",
    [POSITION_SOURCE_ADSB_OTHER] = "adsb_other",
    [POSITION_SOURCE_ADSR_OTHER] = "adsr_other",
    [POSITION_SOURCE_TISB_OTHER] = "tisb_other",
    [POSITION_SOURCE_TISB_TRACKFILE] = "tisb_trackfile",
    [POSITION_SOURCE_MODE_AC] = "mode_ac",
    [POSITION_SOURCE_ESTIMATED] = "estimated",
};

const char *position_source_name(enum position_source source)
{
    unsigned index = (unsigned)source;
    return names[index < POSITION_SOURCE_COUNT ? index : POSITION_SOURCE_UNKNOWN];
}

enum position_source position_source_from_name(const char *name, size_t length)
{
    for (unsigned i = 0; i < POSITION_SOURCE_COUNT; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return (enum position_source)i;
    return POSITION_SOURCE_UNKNOWN;
}
