// SPDX-License-Identifier: MIT
#include "store/place_store.h"

#include "base/text.h"
#include "store/query.h"

#include <errno.h>

// 20,000 places of some hundred bytes, and polygons.
#define PLACES_BYTES_MAX ((size_t)64 << 20)

// A circle becomes an area too; shapes come as well-known text.
static const char *const SAVE =
    "INSERT INTO skywitness_store.place AS p\n"
    "  (place, name, kind, country, time_zone, elevation_ft, radius_nm, geography)\n"
    "SELECT g.place, g.name, g.kind, g.country, g.time_zone, g.elevation_ft, g.radius_nm,\n"
    "  CASE WHEN g.kind = 'circle'\n"
    "       THEN public.ST_Buffer(public.ST_GeogFromText(g.shape), g.radius_nm * 1852)\n"
    "       ELSE public.ST_GeogFromText(g.shape) END\n"
    "FROM jsonb_to_recordset($1::jsonb) AS g (place text, name text, kind text, country text,\n"
    "  time_zone text, elevation_ft integer, radius_nm double precision, shape text)\n"
    "ON CONFLICT (place) DO UPDATE SET name = excluded.name, kind = excluded.kind,\n"
    "  country = excluded.country, time_zone = excluded.time_zone,\n"
    "  elevation_ft = excluded.elevation_ft, radius_nm = excluded.radius_nm,\n"
    "  geography = excluded.geography\n"
    "WHERE (p.name, p.kind, p.country, p.time_zone, p.elevation_ft, p.radius_nm,\n"
    "       public.ST_AsEWKB(p.geography::public.geometry))\n"
    "  IS DISTINCT FROM (excluded.name, excluded.kind, excluded.country, excluded.time_zone,\n"
    "       excluded.elevation_ft, excluded.radius_nm,\n"
    "       public.ST_AsEWKB(excluded.geography::public.geometry))";

static const char *const TAKE_AWAY =
    "DELETE FROM skywitness_store.place WHERE place NOT IN\n"
    "  (SELECT g.place FROM jsonb_to_recordset($1::jsonb) AS g (place text))";

static const char *kind_name(enum place_kind kind)
{
    static const char *const names[] = {
        [PLACE_AIRFIELD] = "airfield", [PLACE_CIRCLE] = "circle", [PLACE_POLYGON] = "polygon"};
    return names[kind];
}

static void append_text(struct text *json, const char *name, const char *value)
{
    if (value[0] == '\0')
        return;
    text_append_format(json, ", \"%s\": ", name);
    text_append_json_string(json, value);
}

// The ring may be open in the configuration; well-known text wants it closed.
static void append_shape(struct text *json, const struct place *place)
{
    const struct position *first = place->polygon;
    if (place->kind != PLACE_POLYGON) {
        text_append_format(json, ", \"shape\": \"POINT(%.9f %.9f)\"",
                           place->reference.longitude_deg, place->reference.latitude_deg);
        return;
    }
    text_append(json, ", \"shape\": \"POLYGON((");
    for (size_t i = 0; i < place->polygon_count; i++)
        text_append_format(json, "%.9f %.9f, ", place->polygon[i].longitude_deg,
                           place->polygon[i].latitude_deg);
    text_append_format(json, "%.9f %.9f))\"", first->longitude_deg, first->latitude_deg);
}

static void append_place(struct text *json, const struct place *place)
{
    text_append(json, "{\"place\": ");
    text_append_json_string(json, place->id);
    text_append_format(json, ", \"kind\": \"%s\"", kind_name(place->kind));
    // A name is required there; a region may have none.
    append_text(json, "name", place->name[0] != '\0' ? place->name : place->id);
    append_text(json, "country", place->country);
    append_text(json, "time_zone", place->time_zone);
    if (place->kind == PLACE_AIRFIELD && place->elevation_ft != PLACE_ELEVATION_UNKNOWN)
        text_append_format(json, ", \"elevation_ft\": %d", place->elevation_ft);
    if (place->kind == PLACE_CIRCLE)
        text_append_format(json, ", \"radius_nm\": %.6f", place->radius_nm);
    append_shape(json, place);
    text_append(json, "}");
}

int place_store_save(struct query_connection *connection, const struct place *places, size_t count,
                     struct error *error)
{
    struct text json;
    text_init(&json, PLACES_BYTES_MAX);
    text_append(&json, "[");
    for (size_t i = 0; i < count; i++) {
        text_append(&json, i > 0 ? ", " : "");
        append_place(&json, &places[i]);
    }
    text_append(&json, "]");
    int ret = 0;
    if (json.failed)
        ret = error_set(error, -E2BIG, "the places take more than %zu bytes", PLACES_BYTES_MAX);
    const char *const parameters[] = {json.bytes};
    if (ret == 0)
        ret = query_execute(connection, SAVE, parameters, 1, error);
    if (ret == 0)
        ret = query_execute(connection, TAKE_AWAY, parameters, 1, error);
    text_done(&json);
    return ret;
}
