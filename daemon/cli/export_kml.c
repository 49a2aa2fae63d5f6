// SPDX-License-Identifier: MIT
// One Placemark with a gx:Track a sighting, for Google Earth and its kin: times, positions, and
// speed and pressure altitude beside them. Metres above the sea from the pressure altitude, else
// the geometric one.
#include "cli/export.h"

#include "base/geodesy.h"
#include "base/memory.h"
#include "feed/observation.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static void *begin(FILE *file)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<kml xmlns=\"http://www.opengis.net/kml/2.2\" "
          "xmlns:gx=\"http://www.google.com/kml/ext/2.2\">\n"
          "<Document>\n<name>skywitness sightings</name>\n"
          "<Style "
          "id=\"track\"><LineStyle><color>ff0055ff</color><width>3</width></LineStyle></Style>\n"
          "<Schema id=\"point\">\n"
          "<gx:SimpleArrayField name=\"altitude_baro_ft\" type=\"int\">"
          "<displayName>pressure altitude, ft</displayName></gx:SimpleArrayField>\n"
          "<gx:SimpleArrayField name=\"ground_speed_kt\" type=\"float\">"
          "<displayName>ground speed, kt</displayName></gx:SimpleArrayField>\n"
          "</Schema>\n",
          file);
    return file;
}

static void write_description(FILE *file, const struct sighting_row *sighting,
                              const char *attribution)
{
    char first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    fputs("<description>", file);
    fprintf(file, "%s, %s to %s, ", sighting->icao24, utc_format(sighting->first_seen, first),
            utc_format(sighting->last_seen, last));
    export_write_xml(file, sighting->state);
    if (sighting->origin != NULL) {
        fputs(", from ", file);
        export_write_xml(file, sighting->origin);
    }
    if (sighting->destination != NULL) {
        fputs(", to ", file);
        export_write_xml(file, sighting->destination);
    }
    fputs(". Positions: ", file);
    export_write_xml(file, attribution);
    fputs("</description>\n", file);
}

static void write_arrays(FILE *file, const struct track_row_array *points)
{
    fputs("<ExtendedData><SchemaData schemaUrl=\"#point\">\n"
          "<gx:SimpleArrayData name=\"altitude_baro_ft\">",
          file);
    array_foreach (points, point) {
        if (point->altitude_baro_ft != OBSERVATION_UNKNOWN)
            fprintf(file, "<gx:value>%" PRId64 "</gx:value>", point->altitude_baro_ft);
        else
            fputs("<gx:value/>", file);
    }
    fputs("</gx:SimpleArrayData>\n<gx:SimpleArrayData name=\"ground_speed_kt\">", file);
    array_foreach (points, point) {
        if (!isnan(point->ground_speed_kt))
            fprintf(file, "<gx:value>%.1f</gx:value>", point->ground_speed_kt);
        else
            fputs("<gx:value/>", file);
    }
    fputs("</gx:SimpleArrayData>\n</SchemaData></ExtendedData>\n", file);
}

static void write_sighting(void *state, const struct sighting_row *sighting,
                           const struct track_row_array *points, const char *attribution)
{
    FILE *file = state;
    char name[256], time[UTC_TEXT_SIZE];
    fprintf(file, "<Placemark id=\"sighting-%s\">\n<name>", sighting->id);
    export_write_xml(file, export_name(sighting, name, sizeof name));
    fputs("</name>\n", file);
    write_description(file, sighting, attribution);
    fputs("<styleUrl>#track</styleUrl>\n<gx:Track>\n<altitudeMode>absolute</altitudeMode>\n", file);
    array_foreach (points, point)
        fprintf(file, "<when>%s</when>\n", utc_format(point->observed_at, time));
    double altitude_m = 0; // gx:coord has no way to leave it out: the one before stands
    array_foreach (points, point) {
        double altitude_ft = track_row_altitude_ft(point);
        if (!isnan(altitude_ft))
            altitude_m = altitude_ft / GEODESY_FEET_PER_METRE;
        fprintf(file, "<gx:coord>%.6f %.6f %.1f</gx:coord>\n", point->longitude_deg,
                point->latitude_deg, altitude_m);
    }
    if (points->count > 0)
        write_arrays(file, points);
    fputs("</gx:Track>\n</Placemark>\n", file);
}

static void end(void *state)
{
    fputs("</Document>\n</kml>\n", state);
}

const struct track_export export_kml = {begin, write_sighting, end};
