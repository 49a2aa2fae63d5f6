// SPDX-License-Identifier: MIT
// readsb's trace_full JSON, which tar1090 and every reader of its archives take: one object an
// aircraft and one object a line, so that a single aircraft's output is a trace file as it stands.
// Each sighting starts a leg. Sightings must come ordered by aircraft, then by time.
#include "cli/export.h"

#include "base/memory.h"
#include "base/text.h"
#include "feed/observation.h"
#include "track/point.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_BYTES_MAX 4096

// Bits of a trace element's flags (readsb, README-json.md).
#define TRACE_STALE 1
#define TRACE_NEW_LEG 2
#define TRACE_ALTITUDE_GEOMETRIC 8

struct readsb {
    FILE *file;
    char icao24[16]; // of the open object; empty when none is open
    utc_us start;    // its "timestamp"
    bool any_point;
};

static void *begin(FILE *file)
{
    struct readsb *readsb = memory_allocate_zeroed(1, sizeof *readsb);
    readsb->file = file;
    return readsb;
}

static void close_object(struct readsb *readsb)
{
    if (readsb->icao24[0] != '\0')
        fputs("]}\n", readsb->file);
    readsb->icao24[0] = '\0';
}

static void write_member(FILE *file, const char *name, const char *value)
{
    struct text text;
    if (value == NULL)
        return;
    text_init(&text, VALUE_BYTES_MAX);
    text_append_json_string(&text, value);
    fprintf(file, "\"%s\":%s,", name, text.bytes);
    text_done(&text);
}

static void open_object(struct readsb *readsb, const struct sighting_row *sighting, utc_us start)
{
    text_copy(readsb->icao24, sizeof readsb->icao24, sighting->icao24);
    readsb->start = start;
    readsb->any_point = false;
    putc('{', readsb->file);
    write_member(readsb->file, "icao", sighting->icao24);
    write_member(readsb->file, "r", sighting->registration);
    write_member(readsb->file, "t", sighting->type_code);
    if (sighting->registration == NULL && sighting->type_code == NULL)
        fputs("\"noRegData\":true,", readsb->file);
    fprintf(readsb->file, "\"timestamp\":%.3f,\"trace\":[", utc_to_seconds(start));
}

static void write_number(FILE *file, double number)
{
    if (isnan(number))
        fputs("null,", file);
    else
        fprintf(file, "%.1f,", number);
}

static void write_whole(FILE *file, int64_t number)
{
    if (number == OBSERVATION_UNKNOWN)
        fputs("null,", file);
    else
        fprintf(file, "%" PRId64 ",", number);
}

static void write_altitude(FILE *file, const struct track_row *point)
{
    if (point->on_ground)
        fputs("\"ground\",", file);
    else if (point->altitude_baro_ft != OBSERVATION_UNKNOWN)
        write_whole(file, point->altitude_baro_ft);
    else
        write_whole(file, point->altitude_geom_ft);
}

static int trace_flags(const struct track_row *point, bool starts_leg)
{
    bool geometric = !point->on_ground && point->altitude_baro_ft == OBSERVATION_UNKNOWN &&
                     point->altitude_geom_ft != OBSERVATION_UNKNOWN;
    return (point->flags & TRACK_POINT_STALE ? TRACE_STALE : 0) | (starts_leg ? TRACE_NEW_LEG : 0) |
           (geometric ? TRACE_ALTITUDE_GEOMETRIC : 0);
}

static bool details_differ(const struct track_row *first, const struct track_row *second)
{
    return strcmp(first->squawk, second->squawk) != 0 || first->nic != second->nic ||
           first->nac_p != second->nac_p || first->sil != second->sil;
}

// The ninth element: what the aircraft said beside its position. Given where it changes, as its
// readers carry it on.
static void write_details(FILE *file, const struct track_row *point, const char *callsign)
{
    fprintf(file, "{\"type\":\"%s\"", point->source);
    if (callsign[0] != '\0')
        fprintf(file, ",\"flight\":\"%s\"", callsign);
    if (point->squawk[0] != '\0')
        fprintf(file, ",\"squawk\":\"%s\"", point->squawk);
    if (point->nic >= 0)
        fprintf(file, ",\"nic\":%" PRId64, point->nic);
    if (point->nac_p >= 0)
        fprintf(file, ",\"nac_p\":%" PRId64, point->nac_p);
    if (point->sil >= 0)
        fprintf(file, ",\"sil\":%" PRId64, point->sil);
    fputs("},", file);
}

static void write_point(struct readsb *readsb, const struct track_row *point,
                        const struct track_row *before, const char *callsign)
{
    FILE *file = readsb->file;
    fprintf(file, "%s[%.2f,%.6f,%.6f,", readsb->any_point ? "," : "",
            utc_to_seconds(point->observed_at - readsb->start), point->latitude_deg,
            point->longitude_deg);
    write_altitude(file, point);
    write_number(file, point->ground_speed_kt);
    write_number(file, point->track_deg);
    fprintf(file, "%d,", trace_flags(point, before == NULL));
    write_whole(file, point->vertical_rate_fpm);
    if (before == NULL || details_differ(before, point))
        write_details(file, point, callsign);
    else
        fputs("null,", file);
    fprintf(file, "\"%s\",", point->source);
    write_whole(file, point->altitude_geom_ft);
    fputs("null,null,null]", file); // geometric rate, IAS and roll are not kept
    readsb->any_point = true;
}

// A sighting's callsign is known for the whole of it only when it had one.
static void only_callsign(const struct sighting_row *sighting, char ret_callsign[16])
{
    const char *callsigns = sighting->callsigns != NULL ? sighting->callsigns : "";
    ret_callsign[0] = '\0';
    if (strchr(callsigns, OUTPUT_LIST_SEPARATOR) == NULL && strpbrk(callsigns, "\"\\") == NULL &&
        strlen(callsigns) < 16)
        text_copy(ret_callsign, 16, callsigns);
}

static void write_sighting(void *state, const struct sighting_row *sighting,
                           const struct track_row_array *points, const char *attribution)
{
    (void)attribution; // the format has no place for it
    struct readsb *readsb = state;
    char callsign[16];
    only_callsign(sighting, callsign);
    if (points->count == 0)
        return;
    if (strcmp(readsb->icao24, sighting->icao24) != 0) {
        close_object(readsb);
        open_object(readsb, sighting, points->items[0].observed_at);
    }
    const struct track_row *before = NULL;
    array_foreach (points, point) {
        write_point(readsb, point, before, callsign);
        before = point;
    }
}

static void end(void *state)
{
    struct readsb *readsb = state;
    close_object(readsb);
    free(readsb);
}

const struct track_export export_readsb = {begin, write_sighting, end};
