// SPDX-License-Identifier: MIT
#include "config/polygon.h"

#include "base/place.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ring ARRAY_OF(struct position);

static bool read_position(struct reader *reader, const cJSON *json, void *target)
{
    struct ring *ring = target;
    const cJSON *longitude = cJSON_GetArrayItem(json, 0), *latitude = cJSON_GetArrayItem(json, 1);
    if (cJSON_IsArray(json) && cJSON_GetArraySize(json) == 2 && cJSON_IsNumber(longitude) &&
        cJSON_IsNumber(latitude)) {
        struct position position = {latitude->valuedouble, longitude->valuedouble};
        if (position_is_valid(position)) {
            *array_append(ring) = position;
            return true;
        }
    }
    reader_problem(reader, "expected [longitude, latitude] in degrees");
    return false;
}

static double turn(struct position a, struct position b, struct position c)
{
    return (b.longitude_deg - a.longitude_deg) * (c.latitude_deg - a.latitude_deg) -
           (b.latitude_deg - a.latitude_deg) * (c.longitude_deg - a.longitude_deg);
}

static bool segments_cross(struct position a, struct position b, struct position c,
                           struct position d)
{
    return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

// `count` sides; ring[count] repeats ring[0].
static bool crosses_itself(const struct position *ring, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 2; j < count; j++)
            if (segments_cross(ring[i], ring[i + 1], ring[j], ring[j + 1]))
                return true;
    return false;
}

// `count` counts the last position, which repeats the first.
static const char *ring_fault(const struct position *ring, size_t count)
{
    const struct position *first = &ring[0], *last = &ring[count - 1];
    if (first->latitude_deg != last->latitude_deg || first->longitude_deg != last->longitude_deg)
        return "a ring that ends where it begins";
    for (size_t i = 1; i < count; i++)
        if (fabs(ring[i].longitude_deg - ring[i - 1].longitude_deg) > 180)
            return "a ring that does not cross the antimeridian";
    double area = 0;
    for (size_t i = 1; i + 1 < count; i++)
        area += turn(ring[0], ring[i], ring[i + 1]);
    if (area == 0)
        return "a ring with an area";
    return crosses_itself(ring, count - 1) ? "a ring that does not cross itself" : NULL;
}

static bool read_ring(struct reader *reader, const cJSON *json, void *target)
{
    struct ring *ring = target;
    if (!reader_list(reader, json, 4, PLACE_POLYGON_POINTS_MAX + 1, read_position, ring))
        return false;
    const char *fault = ring_fault(ring->items, ring->count);
    if (fault != NULL)
        reader_problem(reader, "expected %s", fault);
    return fault == NULL;
}

static bool read_rings(struct reader *reader, const cJSON *json, void *target)
{
    return reader_list(reader, json, 1, 1, read_ring, target);
}

static bool read_geometry_type(struct reader *reader, const cJSON *json, void *target)
{
    (void)target;
    const char *type = cJSON_GetStringValue(json);
    if (type != NULL && strcmp(type, "Polygon") == 0)
        return true;
    reader_expected(reader, "\"Polygon\"", json);
    return false;
}

static const struct field geometry_fields[] = {
    {"type", FIELD_CUSTOM, 0, true, .read = read_geometry_type},
    {"coordinates", FIELD_CUSTOM, 0, true, .read = read_rings},
};

bool polygon_read(struct reader *reader, const cJSON *json, struct position **ret_ring,
                  size_t *ret_count)
{
    struct ring ring = {0};
    if (!reader_object(reader, json, geometry_fields, FIELD_COUNT(geometry_fields), &ring)) {
        array_free(&ring);
        return false;
    }
    *ret_ring = ring.items;
    *ret_count = ring.count - 1;
    return true;
}

struct position polygon_middle(const struct position *ring, size_t count)
{
    double area = 0, latitude = 0, longitude = 0;
    for (size_t i = 0; i < count; i++) {
        const struct position *from = &ring[i], *to = &ring[(i + 1) % count];
        double cross =
            from->longitude_deg * to->latitude_deg - to->longitude_deg * from->latitude_deg;
        area += cross;
        latitude += (from->latitude_deg + to->latitude_deg) * cross;
        longitude += (from->longitude_deg + to->longitude_deg) * cross;
    }
    return (struct position){latitude / (3 * area), longitude / (3 * area)};
}
