// SPDX-License-Identifier: MIT
#include "track/field.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

// Cells of half a degree: a look-up of 5 nm touches four cells at most away from the poles.
#define CELLS_PER_DEGREE 2
#define ROWS (180 * CELLS_PER_DEGREE)
#define COLUMNS (360 * CELLS_PER_DEGREE)
#define NM_PER_DEGREE 60.04 // of latitude, on the sphere of base/geodesy.h
// A runway's end may lie so far from the reference point at the largest airfields.
#define FIELD_EXTENT_NM 3.0

struct field_index {
    const struct place **fields; // airfields ordered by cell
    size_t field_count;
    uint32_t *cell_start; // ROWS * COLUMNS + 1 offsets into fields
    const struct place **clusters;
    size_t cluster_count;
};

static int clamped(double value, int high)
{
    if (!(value > 0))
        return 0;
    return value >= high ? high - 1 : (int)value;
}

static int row_of(double latitude_deg)
{
    return clamped((latitude_deg + 90.0) * CELLS_PER_DEGREE, ROWS);
}

static int column_of(double longitude_deg)
{
    return clamped((longitude_deg + 180.0) * CELLS_PER_DEGREE, COLUMNS);
}

static size_t cell_of(struct position position)
{
    return (size_t)row_of(position.latitude_deg) * COLUMNS +
           (size_t)column_of(position.longitude_deg);
}

static bool is_usable_field(const struct place *place)
{
    return place->kind == PLACE_AIRFIELD && position_is_valid(place->reference);
}

// A counting sort by cell keeps the places' own order within a cell.
static void fill_cells(struct field_index *index, const struct place *places, size_t place_count)
{
    for (size_t i = 0; i < place_count; i++)
        if (is_usable_field(&places[i])) {
            index->cell_start[cell_of(places[i].reference) + 1]++;
            index->field_count++;
        }
    for (size_t cell = 0; cell < (size_t)ROWS * COLUMNS; cell++)
        index->cell_start[cell + 1] += index->cell_start[cell];
    if (index->field_count == 0)
        return;
    index->fields = memory_allocate_zeroed(index->field_count, sizeof index->fields[0]);
    AUTO_FREE uint32_t *filled = memory_allocate_zeroed((size_t)ROWS * COLUMNS, sizeof *filled);
    for (size_t i = 0; i < place_count; i++)
        if (is_usable_field(&places[i])) {
            size_t cell = cell_of(places[i].reference);
            index->fields[index->cell_start[cell] + filled[cell]++] = &places[i];
        }
}

struct field_index *field_index_new(const struct place *places, size_t place_count)
{
    struct field_index *index = memory_allocate_zeroed(1, sizeof *index);
    index->cell_start =
        memory_allocate_zeroed((size_t)ROWS * COLUMNS + 1, sizeof index->cell_start[0]);
    fill_cells(index, places, place_count);
    for (size_t i = 0; i < place_count; i++)
        if (places[i].spoof_radius_nm > 0)
            index->cluster_count++;
    index->clusters = memory_allocate_zeroed(index->cluster_count + 1, sizeof index->clusters[0]);
    size_t filled = 0;
    for (size_t i = 0; i < place_count; i++)
        if (places[i].spoof_radius_nm > 0)
            index->clusters[filled++] = &places[i];
    return index;
}

void field_index_free(struct field_index *index)
{
    if (index == NULL)
        return;
    free(index->fields);
    free(index->cell_start);
    free(index->clusters);
    free(index);
}

static double distance_to_runway_nm(const struct runway *runway, struct position position)
{
    struct position first = runway->ends[0].threshold, second = runway->ends[1].threshold;
    if (!position_is_valid(first) || !position_is_valid(second))
        return INFINITY;
    double to_first_nm = geodesy_distance_nm(first, position);
    double to_second_nm = geodesy_distance_nm(second, position);
    double length_nm = geodesy_distance_nm(first, second);
    double along_nm = geodesy_along_track_nm(position, first, second);
    if (along_nm <= 0 || along_nm >= length_nm)
        return fmin(to_first_nm, to_second_nm);
    return fabs(geodesy_cross_track_nm(position, first, second));
}

double field_distance_nm(const struct place *field, struct position position)
{
    double least_nm = geodesy_distance_nm(field->reference, position);
    // The runways matter only near by.
    if (least_nm > 10 * FIELD_EXTENT_NM)
        return least_nm;
    for (size_t i = 0; i < field->runway_count; i++)
        least_nm = fmin(least_nm, distance_to_runway_nm(&field->runways[i], position));
    return least_nm;
}

// A window of cells around a position.
struct window {
    int row_first, row_last;
    int column_first, column_count;
};

static struct window window_around(struct position position, double within_nm)
{
    double reach_deg = (within_nm + FIELD_EXTENT_NM) / NM_PER_DEGREE;
    double south_deg = position.latitude_deg - reach_deg,
           north_deg = position.latitude_deg + reach_deg;
    double widest_deg = fmax(fabs(south_deg), fabs(north_deg));
    struct window window = {.row_first = row_of(south_deg), .row_last = row_of(north_deg)};
    double cosine = widest_deg >= 89.0 ? 0 : cos(widest_deg * 3.14159265358979323846 / 180.0);
    double reach_longitude_deg = cosine > 0 ? reach_deg / cosine : 180.0;
    if (reach_longitude_deg >= 179.0) {
        window.column_count = COLUMNS;
        return window;
    }
    double west = floor((position.longitude_deg - reach_longitude_deg + 180.0) * CELLS_PER_DEGREE);
    double east = floor((position.longitude_deg + reach_longitude_deg + 180.0) * CELLS_PER_DEGREE);
    window.column_count = (int)(east - west) + 1;
    window.column_first = ((int)west % COLUMNS + COLUMNS) % COLUMNS;
    return window;
}

// Keeps `near` ordered by distance; among equals the one found first stays first.
static size_t insert_near(struct field_near *near, size_t count, size_t max, struct field_near one)
{
    size_t at = count;
    while (at > 0 && near[at - 1].distance_nm > one.distance_nm)
        at--;
    if (at >= max)
        return count;
    size_t kept = count < max ? count : max - 1;
    memmove(&near[at + 1], &near[at], (kept - at) * sizeof near[0]);
    near[at] = one;
    return kept + 1;
}

size_t field_all_near(const struct field_index *index, struct position position, double within_nm,
                      struct field_near *ret_near, size_t max)
{
    size_t count = 0;
    if (index->field_count == 0 || !position_is_valid(position))
        return 0;
    struct window window = window_around(position, within_nm);
    double latitude_limit_deg = (within_nm + FIELD_EXTENT_NM) / NM_PER_DEGREE;
    for (int row = window.row_first; row <= window.row_last; row++)
        for (int step = 0; step < window.column_count; step++) {
            size_t cell = (size_t)row * COLUMNS + (size_t)((window.column_first + step) % COLUMNS);
            for (uint32_t i = index->cell_start[cell]; i < index->cell_start[cell + 1]; i++) {
                const struct place *field = index->fields[i];
                if (fabs(field->reference.latitude_deg - position.latitude_deg) >
                    latitude_limit_deg)
                    continue;
                struct field_near one = {field, field_distance_nm(field, position)};
                if (one.distance_nm <= within_nm)
                    count = insert_near(ret_near, count, max, one);
            }
        }
    return count;
}

struct field_near field_nearest(const struct field_index *index, struct position position,
                                double within_nm)
{
    struct field_near nearest = {.field = NULL, .distance_nm = INFINITY};
    field_all_near(index, position, within_nm, &nearest, 1);
    return nearest;
}

const struct place *field_spoof_cluster(const struct field_index *index, struct position position)
{
    for (size_t i = 0; i < index->cluster_count; i++) {
        const struct place *cluster = index->clusters[i];
        if (fabs(cluster->reference.latitude_deg - position.latitude_deg) * NM_PER_DEGREE <=
                cluster->spoof_radius_nm + 1 &&
            geodesy_distance_nm(cluster->reference, position) <= cluster->spoof_radius_nm)
            return cluster;
    }
    return NULL;
}

const struct place *field_by_id(const struct field_index *index, const char *id)
{
    for (size_t i = 0; i < index->field_count; i++)
        if (place_is_named(index->fields[i], id))
            return index->fields[i];
    return NULL;
}

int32_t field_elevation_near_ft(const struct field_index *index, struct position position,
                                double within_nm)
{
    struct field_near near = field_nearest(index, position, within_nm);
    if (near.field == NULL || near.field->elevation_ft == PLACE_ELEVATION_UNKNOWN)
        return 0;
    return near.field->elevation_ft;
}
