// SPDX-License-Identifier: MIT
// GPX 1.1: one trk a sighting, a new trkseg after each gap. Elevation in metres from the pressure
// altitude, else the geometric one; left out where neither is known.
#include "cli/export.h"

#include "base/geodesy.h"
#include "build_config.h"

#include <math.h>

// A longer silence starts a new segment: GPX wants one span of continuous reception in each. The
// same gap that closes a sighting low down (methods 3a).
#define SEGMENT_GAP (10 * UTC_MINUTE)

static void *begin(FILE *file)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<gpx version=\"1.1\" creator=\"skywitness " SKYWITNESS_VERSION "\" "
          "xmlns=\"http://www.topografix.com/GPX/1/1\">\n"
          "<metadata><name>skywitness sightings</name></metadata>\n",
          file);
    return file;
}

static void write_element(FILE *file, const char *name, const char *text)
{
    fprintf(file, "<%s>", name);
    export_write_xml(file, text);
    fprintf(file, "</%s>\n", name);
}

static void write_point(FILE *file, const struct track_row *point)
{
    char time[UTC_TEXT_SIZE];
    double altitude_ft = track_row_altitude_ft(point);
    fprintf(file, "<trkpt lat=\"%.6f\" lon=\"%.6f\">", point->latitude_deg, point->longitude_deg);
    if (!isnan(altitude_ft))
        fprintf(file, "<ele>%.1f</ele>", altitude_ft / GEODESY_FEET_PER_METRE);
    fprintf(file, "<time>%s</time></trkpt>\n", utc_format(point->observed_at, time));
}

static void write_sighting(void *state, const struct sighting_row *sighting,
                           const struct track_row_array *points, const char *attribution)
{
    FILE *file = state;
    char name[256];
    fputs("<trk>\n", file);
    write_element(file, "name", export_name(sighting, name, sizeof name));
    write_element(file, "desc", sighting->id);
    write_element(file, "src", attribution);
    utc_us last = UTC_UNKNOWN;
    array_foreach (points, point) {
        if (last == UTC_UNKNOWN)
            fputs("<trkseg>\n", file);
        else if (point->observed_at - last > SEGMENT_GAP)
            fputs("</trkseg>\n<trkseg>\n", file);
        write_point(file, point);
        last = point->observed_at;
    }
    fputs(last == UTC_UNKNOWN ? "</trk>\n" : "</trkseg>\n</trk>\n", file);
}

static void end(void *state)
{
    fputs("</gpx>\n", state);
}

const struct track_export export_gpx = {begin, write_sighting, end};
