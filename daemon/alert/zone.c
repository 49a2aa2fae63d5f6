// SPDX-License-Identifier: MIT
#include "alert/zone.h"

#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ZONE_HEADER_BYTES 44
#define ZONE_TRANSITIONS_MAX 2000

struct zone_change {
    int64_t at_s;
    int32_t offset_s;
};

struct zone {
    char *name;
    int32_t first_offset_s; // before the first change
    struct zone_change *changes;
    size_t count;
};

static uint32_t big_32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int64_t big_64(const uint8_t *bytes)
{
    return (int64_t)((uint64_t)big_32(bytes) << 32 | big_32(bytes + 4));
}

// Counts of a header, in the order in which they stand (RFC 8536, 3.1).
struct zone_header {
    size_t utc_flags, standard_flags, leaps, transitions, types, characters;
};

static bool read_header(const uint8_t *bytes, size_t length, struct zone_header *ret_header)
{
    if (length < ZONE_HEADER_BYTES || memcmp(bytes, "TZif", 4) != 0 || bytes[4] < '2')
        return false;
    const uint8_t *counts = bytes + 20;
    *ret_header = (struct zone_header){
        big_32(counts),      big_32(counts + 4),  big_32(counts + 8),
        big_32(counts + 12), big_32(counts + 16), big_32(counts + 20),
    };
    return ret_header->utc_flags <= 256 && ret_header->standard_flags <= 256 &&
           ret_header->leaps <= 1000 && ret_header->transitions <= ZONE_TRANSITIONS_MAX &&
           ret_header->types >= 1 && ret_header->types <= 256 && ret_header->characters <= 4096;
}

static size_t block_bytes(const struct zone_header *header, size_t time_bytes)
{
    return header->transitions * (time_bytes + 1) + header->types * 6 + header->characters +
           header->leaps * (time_bytes + 4) + header->standard_flags + header->utc_flags;
}

static int bad(const char *name, struct error *error)
{
    return error_set(error, -EBADMSG, "time zone %s: not a TZif file of version 2", name);
}

int zone_parse(const char *name, const void *given, size_t length, struct zone **ret_zone,
               struct error *error)
{
    const uint8_t *bytes = given;
    struct zone_header header;
    if (length > ZONE_BYTES_MAX || !read_header(bytes, length, &header))
        return bad(name, error);
    // The first block has times of four bytes, for old readers; the second one counts.
    size_t second = ZONE_HEADER_BYTES + block_bytes(&header, 4);
    if (second > length || !read_header(bytes + second, length - second, &header))
        return bad(name, error);
    size_t start = second + ZONE_HEADER_BYTES;
    if (block_bytes(&header, 8) > length - start)
        return bad(name, error);
    const uint8_t *times = bytes + start, *indexes = times + header.transitions * 8;
    const uint8_t *types = indexes + header.transitions;
    struct zone *zone = memory_allocate_zeroed(1, sizeof *zone);
    zone->name = memory_copy_string(name);
    zone->first_offset_s = (int32_t)big_32(types);
    zone->changes = memory_allocate_zeroed(header.transitions + 1, sizeof *zone->changes);
    for (size_t i = 0; i < header.transitions && indexes[i] < header.types; i++)
        zone->changes[zone->count++] = (struct zone_change){
            .at_s = big_64(times + i * 8),
            .offset_s = (int32_t)big_32(types + (size_t)indexes[i] * 6),
        };
    *ret_zone = zone;
    return 0;
}

void zone_free(struct zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->name);
    free(zone->changes);
    free(zone);
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

int32_t zone_offset_s(const struct zone *zone, utc_us time)
{
    int64_t at_s = time / UTC_SECOND;
    size_t low = 0, high = zone->count; // the first change after it
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone->changes[middle].at_s <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? zone->changes[low - 1].offset_s : zone->first_offset_s;
}
