// SPDX-License-Identifier: MIT
#include "feed/planner_area.h"

#include "base/text.h"
#include "config/watch.h"
#include "feed/planner_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Centres are written with four decimals (6 m) and distances are the sphere's: what a place's
// circle is made wider by so that nothing at its rim is lost.
#define MARGIN 1.006 // base/geodesy.h: error under 0.6 %
#define TARGET_MAX 512

struct circle circle_of_place(const struct place *place)
{
    struct circle circle = {.centre = place->reference};

    text_copy(circle.name, sizeof circle.name, place->id);
    if (place->kind == PLACE_AIRFIELD)
        circle.radius_nm = WATCH_AIRFIELD_RADIUS_NM;
    else if (place->kind == PLACE_CIRCLE)
        circle.radius_nm = place->radius_nm;
    for (size_t i = 0; i < place->polygon_count; i++)
        circle.radius_nm =
            fmax(circle.radius_nm, geodesy_distance_nm(place->reference, place->polygon[i]));
    circle.radius_nm *= MARGIN;
    return circle;
}

static bool holds(const struct circle *outer, const struct circle *inner)
{
    return geodesy_distance_nm(outer->centre, inner->centre) + inner->radius_nm <= outer->radius_nm;
}

static void drop_held(struct circle_array *circles)
{
    size_t kept = 0;

    for (size_t i = 0; i < circles->count; i++) {
        bool held = false;
        for (size_t j = 0; j < circles->count && !held; j++) {
            bool same = j != i && holds(&circles->items[j], &circles->items[i]) &&
                        holds(&circles->items[i], &circles->items[j]);
            // Of two that hold each other the first stays.
            held = j != i && holds(&circles->items[j], &circles->items[i]) && (!same || j < i);
        }
        if (!held)
            circles->items[kept++] = circles->items[i];
    }
    circles->count = kept;
}

// The smallest circle around two of which neither holds the other.
static struct circle around(const struct circle *first, const struct circle *second)
{
    double distance_nm = geodesy_distance_nm(first->centre, second->centre);
    struct circle both = {.radius_nm = (distance_nm + first->radius_nm + second->radius_nm) / 2};

    both.centre =
        geodesy_destination(first->centre, geodesy_bearing_deg(first->centre, second->centre),
                            both.radius_nm - first->radius_nm);
    snprintf(both.name, sizeof both.name, "%.98s,%.98s", first->name, second->name);
    return both;
}

// Joins the first pair that fits. False when none does.
static bool join_two(struct circle_array *circles, double radius_max_nm)
{
    for (size_t i = 0; i < circles->count; i++) {
        for (size_t j = i + 1; j < circles->count; j++) {
            if (circles->items[i].configured || circles->items[j].configured)
                continue;
            struct circle both = around(&circles->items[i], &circles->items[j]);
            if (ceil(both.radius_nm) > radius_max_nm)
                continue;
            circles->items[i] = both;
            circles->items[j] = circles->items[--circles->count];
            return true;
        }
    }
    return false;
}

void circles_settle(struct circle_array *circles, double radius_max_nm)
{
    do
        drop_held(circles);
    while (join_two(circles, radius_max_nm));
}

struct placeholder {
    const char *name;
    const char *value;
};

static char *fill_in(const char *template, const struct placeholder *placeholders)
{
    struct text target;

    text_init(&target, TARGET_MAX);
    while (*template != '\0') {
        const struct placeholder *one = placeholders;
        while (one->name != NULL && strncmp(template, one->name, strlen(one->name)) != 0)
            one++;
        if (one->name != NULL) {
            text_append(&target, one->value);
            template += strlen(one->name);
        } else {
            text_append_bytes(&target, template ++, 1);
        }
    }
    return target.bytes;
}

bool circles_request(const struct provider *provider, const char *url,
                     const struct circle_array *circles, struct planned_request_array *requests)
{
    const char *template = provider_target(provider, PROVIDER_AREA, url);

    if (template == NULL)
        return circles->count == 0;
    array_foreach (circles, circle) {
        char latitude[32], longitude[32], radius[32], purpose[PLANNER_AREA_NAME_SIZE + 64];
        double radius_nm = fmin(ceil(circle->radius_nm), floor(provider->area_radius_max_nm));
        const struct placeholder placeholders[] = {{"{latitude}", latitude},
                                                   {"{longitude}", longitude},
                                                   {"{radius_nm}", radius},
                                                   {NULL, NULL}};
        snprintf(latitude, sizeof latitude, "%.4f", circle->centre.latitude_deg);
        snprintf(longitude, sizeof longitude, "%.4f", circle->centre.longitude_deg);
        snprintf(radius, sizeof radius, "%.0f", radius_nm);
        snprintf(purpose, sizeof purpose, "area %s %s nm", circle->name, radius);
        planner_append(requests, fill_in(template, placeholders), memory_copy_string(purpose));
    }
    return true;
}
