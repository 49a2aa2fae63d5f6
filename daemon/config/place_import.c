// SPDX-License-Identifier: MIT
#include "config/place_import.h"

#include "base/memory.h"
#include "config/csv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Columns of the two files, in the order of the enums below them.
static const char *const airport_columns[] = {
    "ident",         "type",         "name",        "latitude_deg",
    "longitude_deg", "elevation_ft", "iso_country", "gps_code",
};
enum { IDENT, TYPE, NAME, LATITUDE, LONGITUDE, ELEVATION, COUNTRY, GPS_CODE, AIRPORT_COLUMNS };

static const char *const runway_columns[] = {
    "airport_ident",   "length_ft",        "closed",          "le_ident",
    "le_latitude_deg", "le_longitude_deg", "le_elevation_ft", "he_ident",
    "he_latitude_deg", "he_longitude_deg", "he_elevation_ft",
};
enum { AIRPORT, LENGTH, CLOSED, ENDS, END_COLUMNS = 4, RUNWAY_COLUMNS = ENDS + 2 * END_COLUMNS };
enum { END_NAME, END_LATITUDE, END_LONGITUDE, END_ELEVATION };

static const char *const default_types[] = {"large_airport", "medium_airport", "small_airport"};

struct import {
    const struct place_import_filter *filter;
    struct place_array places;
    struct place_import_counts counts;
    struct csv_reader *reader;
    size_t columns[RUNWAY_COLUMNS];
};

static const char *field(const struct import *import, size_t which)
{
    return csv_reader_field(import->reader, import->columns[which]);
}

// NAN for an empty field or anything else that is no plain number.
static double number_of(const char *text)
{
    char *end;
    if (text[0] == '\0' || strspn(text, "0123456789.eE+-") != strlen(text))
        return NAN;
    double value = strtod(text, &end);
    return *end == '\0' && isfinite(value) ? value : NAN;
}

// A whole number of feet within bounds, or `unknown`.
static int32_t feet_of(const char *text, double min, double max, int32_t unknown)
{
    double value = number_of(text);
    return value >= min && value <= max ? (int32_t)lround(value) : unknown;
}

static bool is_listed(const char *const *list, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_ignoring_case(list[i], word))
            return true;
    return false;
}

static bool is_wanted_type(const struct place_import_filter *filter, const char *type)
{
    if (strcmp(type, "closed") == 0 || strcmp(type, "closed_airport") == 0)
        return filter->with_closed;
    if (filter->type_count > 0)
        return is_listed(filter->types, filter->type_count, type);
    return filter->ident_count > 0 || is_listed(default_types, FIELD_COUNT(default_types), type);
}

static bool is_wanted(const struct import *import, struct position position)
{
    const struct place_import_filter *filter = import->filter;
    if (!is_wanted_type(filter, field(import, TYPE)))
        return false;
    if (filter->country_count > 0 &&
        !is_listed(filter->countries, filter->country_count, field(import, COUNTRY)))
        return false;
    if (filter->ident_count > 0 &&
        !is_listed(filter->idents, filter->ident_count, field(import, IDENT)) &&
        !(field(import, GPS_CODE)[0] != '\0' &&
          is_listed(filter->idents, filter->ident_count, field(import, GPS_CODE))))
        return false;
    return !(filter->radius_nm > 0) ||
           geodesy_distance_nm(filter->centre, position) <= filter->radius_nm;
}

static bool is_id(const char *text)
{
    return text[0] != '\0' && strlen(text) < PLACE_ID_SIZE &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
               strlen(text);
}

// Cuts between characters, not within one; what is no UTF-8 or holds control characters gives way
// to the id.
static void copy_name(struct place *place, const char *name)
{
    text_copy_trimmed(place->name, sizeof place->name, name, strlen(name));
    size_t length = strlen(place->name);
    while (length > 0 && !text_is_utf8(place->name, length))
        place->name[--length] = '\0';
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)place->name[i] < 0x20 || place->name[i] == 0x7f)
            place->name[i] = ' ';
    if (length == 0)
        text_copy(place->name, sizeof place->name, place->id);
}

static int take_airport(struct import *import, struct error *error)
{
    struct position position = {number_of(field(import, LATITUDE)),
                                number_of(field(import, LONGITUDE))};
    import->counts.airports_read++;
    if (!is_id(field(import, IDENT)) || !position_is_valid(position)) {
        import->counts.airports_unusable++;
        return 0;
    }
    if (!is_wanted(import, position))
        return 0;
    if (import->places.count == CONFIG_PLACES_MAX)
        return error_set(error, -E2BIG,
                         "more than %d airports fit: name countries, types or a circle",
                         CONFIG_PLACES_MAX);
    struct place *place = array_append(&import->places);
    place->kind = PLACE_AIRFIELD;
    place->reference = position;
    place->elevation_ft = feet_of(field(import, ELEVATION), PLACE_ELEVATION_MIN_FT,
                                  PLACE_ELEVATION_MAX_FT, PLACE_ELEVATION_UNKNOWN);
    text_copy(place->id, sizeof place->id, field(import, IDENT));
    copy_name(place, field(import, NAME));
    const char *country = field(import, COUNTRY);
    if (strlen(country) == 2 && strspn(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2)
        text_copy(place->country, sizeof place->country, country);
    const char *code = field(import, GPS_CODE);
    if (is_id(code) && strcmp(code, place->id) != 0)
        text_copy(place->aliases[0], sizeof place->aliases[0], code);
    return 0;
}

static int compare_ids(const void *first, const void *second)
{
    const struct place *a = first, *b = second;
    return strcmp(a->id, b->id);
}

static struct place *find_place(const struct place_array *places, const char *id)
{
    struct place key = {.kind = PLACE_AIRFIELD};
    if (places->count == 0 || !text_copy(key.id, sizeof key.id, id))
        return NULL;
    return bsearch(&key, places->items, places->count, sizeof key, compare_ids);
}

static void read_end(const struct import *import, size_t first, struct runway_end *ret_end)
{
    *ret_end = (struct runway_end){.threshold = {NAN, NAN}};
    const char *name = field(import, first + END_NAME);
    if (strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
        strlen(name))
        text_copy(ret_end->name, sizeof ret_end->name, name);
    struct position position = {number_of(field(import, first + END_LATITUDE)),
                                number_of(field(import, first + END_LONGITUDE))};
    if (position_is_valid(position))
        ret_end->threshold = position;
    ret_end->elevation_ft = feet_of(field(import, first + END_ELEVATION), PLACE_ELEVATION_MIN_FT,
                                    PLACE_ELEVATION_MAX_FT, PLACE_ELEVATION_UNKNOWN);
}

static int take_runway(struct import *import, struct error *error)
{
    (void)error;
    import->counts.runways_read++;
    struct place *place = find_place(&import->places, field(import, AIRPORT));
    bool closed = strcmp(field(import, CLOSED), "1") == 0;
    if (place == NULL || place->runway_count == PLACE_RUNWAYS_MAX ||
        (closed && !import->filter->with_closed))
        return 0;
    struct runway runway = {.length_ft =
                                feet_of(field(import, LENGTH), 0, PLACE_RUNWAY_LENGTH_MAX_FT, 0)};
    read_end(import, ENDS, &runway.ends[0]);
    read_end(import, ENDS + END_COLUMNS, &runway.ends[1]);
    // A helipad ("H1") is no runway, and neither is a row without names.
    if (runway.ends[0].name[0] == '\0' || runway.ends[0].name[0] == 'H')
        return 0;
    place->runways[place->runway_count++] = runway;
    import->counts.runways_taken++;
    return 0;
}

static int read_rows(struct import *import, FILE *file, const char *path,
                     const char *const *columns, size_t column_count,
                     int (*take)(struct import *import, struct error *error), struct error *error)
{
    int result = csv_reader_new(file, path, &import->reader, error);
    for (size_t i = 0; result == 0 && i < column_count; i++)
        result = csv_reader_column(import->reader, columns[i], &import->columns[i], error);
    while (result == 0) {
        int found = csv_reader_next(import->reader, error);
        if (found <= 0) {
            result = found;
            break;
        }
        result = take(import, error);
    }
    csv_reader_free(import->reader);
    import->reader = NULL;
    return result;
}

static int read_csv(struct import *import, const char *path, const char *const *columns,
                    size_t column_count, int (*take)(struct import *import, struct error *error),
                    struct error *error)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        int code = -errno;
        return error_set(error, code, "%s: %s", path, strerror(-code));
    }
    int result = read_rows(import, file, path, columns, column_count, take, error);
    fclose(file);
    return result;
}

// Sorted, and an ident that stands twice is kept once.
static void sort_places(struct place_array *places)
{
    if (places->count < 2)
        return;
    qsort(places->items, places->count, sizeof *places->items, compare_ids);
    size_t kept = 1;
    for (size_t i = 1; i < places->count; i++)
        if (strcmp(places->items[i].id, places->items[kept - 1].id) != 0)
            places->items[kept++] = places->items[i];
    places->count = kept;
}

static int compare_aliases(const void *first, const void *second)
{
    struct place *const *a = first, *const *b = second;
    return strcmp((*a)->aliases[0], (*b)->aliases[0]);
}

// An alias that is another place's id, or that two places claim, names neither.
static void drop_shared_aliases(struct place_array *places)
{
    AUTO_FREE struct place **named = memory_allocate_zeroed(places->count, sizeof *named);
    size_t count = 0;
    array_foreach (places, place)
        if (place->aliases[0][0] != '\0')
            named[count++] = place;
    if (count > 1)
        qsort(named, count, sizeof *named, compare_aliases);
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && strcmp(named[i]->aliases[0], named[end]->aliases[0]) == 0)
            end++;
        bool shared = end - i > 1 || find_place(places, named[i]->aliases[0]) != NULL;
        for (; i < end && shared; i++)
            memset(named[i]->aliases[0], 0, PLACE_ID_SIZE);
        i = end;
    }
}

static void drop_short_runways(struct place_array *places, int32_t minimum_ft)
{
    size_t kept = 0;
    for (size_t i = 0; i < places->count; i++)
        if (place_longest_runway_ft(&places->items[i]) >= minimum_ft)
            places->items[kept++] = places->items[i];
    places->count = kept;
}

int place_import_read(const char *airports_path, const char *runways_path,
                      const struct place_import_filter *filter, struct place_array *ret_places,
                      struct place_import_counts *ret_counts, struct error *error)
{
    struct import import = {.filter = filter};
    int result =
        read_csv(&import, airports_path, airport_columns, AIRPORT_COLUMNS, take_airport, error);
    sort_places(&import.places);
    if (result == 0 && runways_path != NULL)
        result =
            read_csv(&import, runways_path, runway_columns, RUNWAY_COLUMNS, take_runway, error);
    if (result != 0) {
        place_array_done(&import.places);
        return result;
    }
    if (filter->runway_minimum_ft > 0)
        drop_short_runways(&import.places, filter->runway_minimum_ft);
    drop_shared_aliases(&import.places);
    *ret_places = import.places;
    *ret_counts = import.counts;
    return 0;
}
