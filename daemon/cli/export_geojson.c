// SPDX-License-Identifier: MIT
// A FeatureCollection, one Feature a sighting. Positions are longitude, latitude and, where known,
// metres: the pressure altitude, else the geometric one. `times` has a time for each position in
// the same nesting. A track over the antimeridian is cut there (RFC 7946, 3.1.9).
#include "cli/export.h"

#include "base/geodesy.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_BYTES_MAX (1 << 20)

struct geojson {
    FILE *file;
    bool any;
};

struct vertex {
    double longitude_deg, latitude_deg, altitude_m; // NAN altitude: unknown
    utc_us time;
    bool starts_part; // the first one on this side of the antimeridian
};
struct vertex_array ARRAY_OF(struct vertex);

static void *begin(FILE *file)
{
    struct geojson *geojson = memory_allocate_zeroed(1, sizeof *geojson);
    geojson->file = file;
    fputs("{\"type\": \"FeatureCollection\", \"features\": [", file);
    return geojson;
}

// Where the straight line between two vertices meets the antimeridian: the last one of this part
// and the first one of the next.
static void append_crossing(struct vertex_array *vertices, const struct vertex *from,
                            const struct vertex *to)
{
    double side = from->longitude_deg > 0 ? 180.0 : -180.0;
    double span = to->longitude_deg + (side > 0 ? 360.0 : -360.0) - from->longitude_deg;
    double share = span != 0 ? (side - from->longitude_deg) / span : 0;
    struct vertex edge = {
        .longitude_deg = side,
        .latitude_deg = from->latitude_deg + share * (to->latitude_deg - from->latitude_deg),
        .altitude_m = from->altitude_m + share * (to->altitude_m - from->altitude_m),
        .time = from->time + (utc_us)(share * (double)(to->time - from->time)),
    };
    *array_append(vertices) = edge;
    edge.longitude_deg = -side;
    edge.starts_part = true;
    *array_append(vertices) = edge;
}

static struct vertex_array vertices_of(const struct track_row_array *points, size_t *ret_parts)
{
    struct vertex_array vertices = {0};
    *ret_parts = points->count > 0;
    array_foreach (points, point) {
        struct vertex vertex = {point->longitude_deg, point->latitude_deg,
                                track_row_altitude_ft(point) / GEODESY_FEET_PER_METRE,
                                point->observed_at, false};
        if (vertices.count > 0) {
            struct vertex last = vertices.items[vertices.count - 1];
            if (fabs(vertex.longitude_deg - last.longitude_deg) > 180.0) {
                append_crossing(&vertices, &last, &vertex);
                ++*ret_parts;
            }
        }
        *array_append(&vertices) = vertex;
    }
    return vertices;
}

static void write_vertex(FILE *file, const struct vertex *vertex, bool time)
{
    char text[UTC_TEXT_SIZE];
    if (time)
        fprintf(file, "\"%s\"", utc_format(vertex->time, text));
    else if (isnan(vertex->altitude_m))
        fprintf(file, "[%.6f,%.6f]", vertex->longitude_deg, vertex->latitude_deg);
    else
        fprintf(file, "[%.6f,%.6f,%.1f]", vertex->longitude_deg, vertex->latitude_deg,
                vertex->altitude_m);
}

// One position, a list of them, or a list of such lists: as the geometry's type wants them.
static void write_vertices(FILE *file, const struct vertex_array *vertices, size_t parts, bool time)
{
    if (vertices->count == 1) {
        write_vertex(file, vertices->items, time);
        return;
    }
    fputs(parts > 1 ? "[[" : "[", file);
    array_foreach (vertices, vertex) {
        if (vertex->starts_part)
            fputs("],[", file);
        else if (vertex != vertices->items)
            putc(',', file);
        write_vertex(file, vertex, time);
    }
    fputs(parts > 1 ? "]]" : "]", file);
}

static void write_property(FILE *file, const char *name, const char *value)
{
    struct text text;
    text_init(&text, VALUE_BYTES_MAX);
    if (value != NULL)
        text_append_json_string(&text, value);
    fprintf(file, "\"%s\": %s, ", name, value != NULL ? text.bytes : "null");
    text_done(&text);
}

static void write_list(FILE *file, const char *name, const char *items)
{
    struct text text;
    text_init(&text, VALUE_BYTES_MAX);
    text_append(&text, "[");
    AUTO_FREE char *copy = memory_copy_string(items != NULL ? items : "");
    for (char *rest = copy, *item; (item = strsep(&rest, (char[]){OUTPUT_LIST_SEPARATOR, '\0'}));) {
        if (*item == '\0')
            continue;
        text_append(&text, text.length > 1 ? ", " : "");
        text_append_json_string(&text, item);
    }
    fprintf(file, "\"%s\": %s], ", name, text.bytes);
    text_done(&text);
}

static void write_properties(FILE *file, const struct sighting_row *sighting,
                             const char *attribution)
{
    char name[256], first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    write_property(file, "name", export_name(sighting, name, sizeof name));
    write_property(file, "icao24", sighting->icao24);
    write_property(file, "registration", sighting->registration);
    write_property(file, "type_code", sighting->type_code);
    write_list(file, "callsigns", sighting->callsigns);
    write_list(file, "watch_ids", sighting->watch_ids);
    write_property(file, "first_seen", utc_format(sighting->first_seen, first));
    write_property(file, "last_seen", utc_format(sighting->last_seen, last));
    write_property(file, "origin", sighting->origin);
    write_property(file, "destination", sighting->destination);
    write_property(file, "state", sighting->state);
    write_list(file, "feeds", sighting->feeds);
    write_property(file, "attribution", attribution);
}

static void write_sighting(void *state, const struct sighting_row *sighting,
                           const struct track_row_array *points, const char *attribution)
{
    struct geojson *geojson = state;
    FILE *file = geojson->file;
    size_t parts;
    struct vertex_array vertices = vertices_of(points, &parts);
    fprintf(file,
            "%s\n{\"type\": \"Feature\", \"id\": \"%s\", \"geometry\": ", geojson->any ? "," : "",
            sighting->id);
    if (vertices.count == 0) {
        fputs("null", file);
    } else {
        fprintf(file, "{\"type\": \"%s\", \"coordinates\": ",
                vertices.count == 1 ? "Point"
                : parts > 1         ? "MultiLineString"
                                    : "LineString");
        write_vertices(file, &vertices, parts, false);
        putc('}', file);
    }
    fputs(", \"properties\": {", file);
    write_properties(file, sighting, attribution);
    fputs("\"times\": ", file);
    if (vertices.count == 0)
        fputs("[]", file);
    else
        write_vertices(file, &vertices, parts, true);
    fputs("}}", file);
    geojson->any = true;
    array_free(&vertices);
}

static void end(void *state)
{
    struct geojson *geojson = state;
    fputs("\n]}\n", geojson->file);
    free(geojson);
}

const struct track_export export_geojson = {begin, write_sighting, end};
