// SPDX-License-Identifier: MIT
// The trace scanner: whatever the bytes, it must not crash, and what it gives must keep its
// promises.
#include "feed/trace.h"

#include "base/memory.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const struct place places[] = {
    {.id = "OSLK", .reference = {35.4011, 35.9487}, .elevation_ft = 157},
    {.id = "pole", .reference = {89.9, 0}, .elevation_ft = PLACE_ELEVATION_UNKNOWN},
};

static void check(const struct trace *trace)
{
    if (trace->kept.count > trace->points || trace->begins_at == UTC_UNKNOWN)
        abort();
    for (size_t i = 0; i < trace->kept.count; i++) {
        const struct observation *seen = &trace->kept.items[i];
        bool is_rising = i == 0 || seen->observed_at > seen[-1].observed_at;
        if (!is_rising || !seen->has_position || !position_is_valid(seen->position) ||
            seen->watch_mask == 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct watch_list watch = {.entry_count = 1};
    watch.entries = memory_allocate_zeroed(1, sizeof *watch.entries);
    watch.entries[0].military = watch.entries[0].keep_raw = -1;
    *array_append(&watch.entries[0].hexes) = memory_copy_string("*");
    watch_list_compile(&watch);
    const struct feed_interest interest = {
        .watch = &watch, .places = places, .place_count = 2, .radius_nm = 25, .low_ft = 10000};
    struct trace_reader *reader = trace_reader_new(&interest);
    // Twice: the second time by the keys it has learnt.
    for (int i = 0; i < 2; i++) {
        struct trace trace;
        if (trace_reader_read(reader, (const char *)bytes, length, &trace, NULL) == 0) {
            check(&trace);
            trace_done(&trace);
        }
    }
    trace_reader_free(reader);
    watch_list_done(&watch);
    return 0;
}
