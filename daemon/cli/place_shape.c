// SPDX-License-Identifier: MIT
#include "cli/place_shape.h"

#include "base/array.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/options.h"
#include "config/config.h"
#include "store/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SHAPE_BYTES_MAX (1 << 20)

struct name_array ARRAY_OF(const char *);

static void append_polygon(struct text *text, const struct place *place)
{
    text_append(text, "POLYGON((");
    for (size_t i = 0; i < place->polygon_count; i++)
        text_append_format(text, "%.7f %.7f, ", place->polygon[i].longitude_deg,
                           place->polygon[i].latitude_deg);
    // The ring is closed whether or not the configuration's was: a point twice does no harm.
    text_append_format(text, "%.7f %.7f))", place->polygon[0].longitude_deg,
                       place->polygon[0].latitude_deg);
}

static void shape_of(const struct place *place, double airfield_radius_nm,
                     struct place_shape *ret_shape)
{
    struct text ids, shape;
    text_init(&ids, SHAPE_BYTES_MAX);
    text_init(&shape, SHAPE_BYTES_MAX);
    text_append(&ids, place->id);
    for (size_t i = 0; i < PLACE_ALIASES_MAX; i++)
        if (place->aliases[i][0] != '\0')
            text_append_format(&ids, ",%s", place->aliases[i]);
    if (place->kind == PLACE_POLYGON && place->polygon_count > 0)
        append_polygon(&shape, place);
    else
        text_append_format(&shape, "POINT(%.7f %.7f)", place->reference.longitude_deg,
                           place->reference.latitude_deg);
    ret_shape->ids = ids.bytes;
    ret_shape->well_known_text = shape.bytes;
    ret_shape->distance_nm = place->kind == PLACE_AIRFIELD ? airfield_radius_nm
                             : place->kind == PLACE_CIRCLE ? place->radius_nm
                                                           : 0.0;
}

static int find_stored(struct query_connection *connection, const char *id,
                       double airfield_radius_nm, struct place_shape *ret_shape,
                       struct error *error)
{
    struct query *query;
    // Regions are stored as areas, circles too.
    int result = query_first(connection,
                             "SELECT place, public.ST_AsText(geography), kind = 'airfield'"
                             " FROM skywitness.place WHERE place = $1",
                             &id, 1, &query, error);
    if (result == 1) {
        ret_shape->ids = memory_copy_string(query_text(query, 0));
        ret_shape->well_known_text = memory_copy_string(query_text(query, 1));
        ret_shape->distance_nm = query_boolean(query, 2, false) ? airfield_radius_nm : 0.0;
    }
    query_finish(query);
    return result;
}

static int refuse(const struct config *config, const char *id, struct error *error)
{
    struct name_array names = {0};
    for (size_t i = 0; config != NULL && i < config->place_count; i++)
        *array_append(&names) = config->places[i].id;
    const char *nearest = options_nearest(id, names.items, names.count);
    array_free(&names);
    return error_set(error, -EINVAL, "--place %s: no such place%s%s%s", id,
                     nearest != NULL ? "; did you mean " : "; `skywitness places list` lists them",
                     nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
}

int place_shape_find(struct query_connection *connection, const struct config *config,
                     const char *id, double airfield_radius_nm, struct place_shape *ret_shape,
                     struct error *error)
{
    const struct place *place = config != NULL ? config_place(config, id) : NULL;
    *ret_shape = (struct place_shape){0};
    if (place != NULL) {
        shape_of(place, airfield_radius_nm, ret_shape);
        return 0;
    }
    int result = find_stored(connection, id, airfield_radius_nm, ret_shape, error);
    if (result == 0)
        return refuse(config, id, error);
    return result < 0 ? result : 0;
}

void place_shape_done(struct place_shape *shape)
{
    free(shape->ids);
    free(shape->well_known_text);
    *shape = (struct place_shape){0};
}
