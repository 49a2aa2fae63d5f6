// SPDX-License-Identifier: MIT
#include "cli/export.h"

#include <string.h>

static const struct track_export *const exports[OUTPUT_FORMAT_COUNT] = {
    [OUTPUT_GEOJSON] = &export_geojson,
    [OUTPUT_KML] = &export_kml,
    [OUTPUT_GPX] = &export_gpx,
    [OUTPUT_READSB] = &export_readsb,
};

const struct track_export *export_find(enum output_format format)
{
    return format < OUTPUT_FORMAT_COUNT ? exports[format] : NULL;
}

const char *export_name(const struct sighting_row *sighting, char *buffer, size_t size)
{
    char day[UTC_TEXT_SIZE];
    const char *callsigns = sighting->callsigns != NULL ? sighting->callsigns : "";
    size_t first_length = strcspn(callsigns, (char[]){OUTPUT_LIST_SEPARATOR, '\0'});
    snprintf(buffer, size, "%s%s%s%s%.*s, %s",
             sighting->registration != NULL ? sighting->registration : sighting->icao24,
             sighting->type_code != NULL ? " " : "",
             sighting->type_code != NULL ? sighting->type_code : "", first_length > 0 ? " " : "",
             (int)first_length, callsigns, utc_format_day(sighting->first_seen, day));
    return buffer;
}

void export_write_xml(FILE *file, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char character = (unsigned char)*text;
        if (character == '&')
            fputs("&amp;", file);
        else if (character == '<')
            fputs("&lt;", file);
        else if (character == '>')
            fputs("&gt;", file);
        else if (character == '"')
            fputs("&quot;", file);
        else if (character == OUTPUT_LIST_SEPARATOR)
            putc(' ', file);
        else if (character >= 0x20 || character == '\n' || character == '\t')
            putc(character, file);
    }
}
