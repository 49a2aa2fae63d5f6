// SPDX-License-Identifier: MIT
// The decoder of the readsb family against its oracle: both must agree on every input.
#include "feed/readsb_oracle.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

// All inputs are received at this time; the seeds' "now" is 1761465600.
#define RECEIVED_AT (1761465600 * UTC_SECOND)
#define LENGTH_MOST 60000 // the oracle knows no limit on an object's size

static const struct place places[] = {
    {.id = "OSLK", .reference = {35.4011, 35.9487}, .elevation_ft = 157},
    {.id = "dateline", .reference = {-16.5, 179.9}, .elevation_ft = PLACE_ELEVATION_UNKNOWN},
    {.id = "pole", .reference = {89.9, 0}, .elevation_ft = 9000},
};

static void add_pattern(struct watch_pattern_array *patterns, const char *pattern)
{
    *array_append(patterns) = memory_copy_string(pattern);
}

// One list watches everything, the other by every kind of key.
static struct watch_list make_list(bool everything)
{
    struct watch_list list = {.entry_count = everything ? 1 : 4};
    list.entries = memory_allocate_zeroed(list.entry_count, sizeof *list.entries);
    for (size_t i = 0; i < list.entry_count; i++)
        list.entries[i].military = list.entries[i].keep_raw = -1;
    if (everything) {
        add_pattern(&list.entries[0].hexes, "*");
    } else {
        add_pattern(&list.entries[0].types, "A124");
        add_pattern(&list.entries[1].registrations, "RA-*");
        add_pattern(&list.entries[2].callsigns, "RFF*");
        list.entries[3].within = &places[0];
        list.entries[3].military = 1;
    }
    watch_list_compile(&list);
    return list;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length > LENGTH_MOST)
        return 0;
    for (int everything = 0; everything < 2; everything++) {
        struct watch_list watch = make_list(everything);
        struct feed_interest interest = {
            .watch = &watch, .places = places, .place_count = 3, .radius_nm = 25, .low_ft = 10000};
        char *difference =
            readsb_oracle_differs((const char *)bytes, length, RECEIVED_AT, &interest);
        watch_list_done(&watch);
        if (difference != NULL) {
            fprintf(stderr, "%s\n", difference);
            abort();
        }
    }
    return 0;
}
