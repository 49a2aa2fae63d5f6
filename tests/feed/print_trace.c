// SPDX-License-Identifier: MIT
// Writes what the trace scanner makes of the plain JSON on standard input, everything watched, one
// line a point, for check_traces.py.
#include "base/memory.h"
#include "feed/trace.h"

#include <inttypes.h>
#include <stdio.h>

static char *read_all(size_t *ret_length)
{
    char *bytes = memory_allocate(TRACE_BYTES_MAX);
    *ret_length = fread(bytes, 1, TRACE_BYTES_MAX, stdin);
    return bytes;
}

static void print_number(double value)
{
    if (isnan(value))
        printf(" -");
    else
        printf(" %.9g", value);
}

static void print_whole(int32_t value, int32_t unknown)
{
    if (value == unknown)
        printf(" -");
    else
        printf(" %" PRId32, value);
}

static void print_point(const struct observation *seen)
{
    printf("%" PRId64 " %.6f %.6f", seen->observed_at, seen->position.latitude_deg,
           seen->position.longitude_deg);
    print_whole(seen->altitude_baro_ft, OBSERVATION_UNKNOWN);
    print_whole(seen->altitude_geom_ft, OBSERVATION_UNKNOWN);
    print_number((double)seen->ground_speed_kt);
    print_number((double)seen->track_deg);
    print_whole(seen->vertical_rate_fpm, OBSERVATION_UNKNOWN);
    print_whole(seen->nic, OBSERVATION_SMALL_UNKNOWN);
    printf(" %d %s %s %s\n", seen->on_ground, position_source_name(seen->position_source),
           seen->callsign[0] != '\0' ? seen->callsign : "-",
           seen->squawk[0] != '\0' ? seen->squawk : "-");
}

int main(void)
{
    size_t length;
    AUTO_FREE char *body = read_all(&length);
    struct watch_list watch = {.entry_count = 1};
    watch.entries = memory_allocate_zeroed(1, sizeof *watch.entries);
    watch.entries[0].military = watch.entries[0].keep_raw = -1;
    *array_append(&watch.entries[0].hexes) = memory_copy_string("*");
    watch_list_compile(&watch);
    const struct feed_interest interest = {.watch = &watch};
    struct trace_reader *reader = trace_reader_new(&interest);
    struct trace trace;
    struct error error = {0};
    int ret = trace_reader_read(reader, body, length, &trace, &error);
    if (ret < 0) {
        fprintf(stderr, "%s\n", error.message);
    } else {
        printf("%s %" PRIu32 " %" PRIu32 " %" PRIu32 "\n", trace.icao24, trace.points,
               trace.repeated, trace.refused);
        array_foreach (&trace.kept, seen)
            print_point(seen);
        trace_done(&trace);
    }
    trace_reader_free(reader);
    watch_list_done(&watch);
    return ret < 0;
}
