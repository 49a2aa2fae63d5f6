// SPDX-License-Identifier: MIT
// `skywitness places import`: from OurAirports' airports.csv and runways.csv to a file of places.
#pragma once

#include "base/error.h"
#include "config/place_read.h"

#include <stdbool.h>
#include <stddef.h>

// Which airports are taken. Empty lists and NULL take all; what is given must all fit.
struct place_import_filter {
    const char *const *countries; // ISO 3166-1 alpha-2
    size_t country_count;
    const char *const *idents; // OurAirports' ident, ICAO or GPS code
    size_t ident_count;
    const char *const *types; // "large_airport", ...; none: large, medium and small airports
    size_t type_count;
    struct position centre; // used when radius_nm > 0
    double radius_nm;
    int32_t runway_minimum_ft; // > 0: with a runway of at least this length
    bool with_closed;          // closed airports and runways too
};

struct place_import_counts {
    size_t airports_read;
    size_t airports_unusable; // no usable ident or position
    size_t runways_read;
    size_t runways_taken;
};

// Reads both files (the second may be NULL) and gives the airports that fit, sorted by id, with
// their runways. Returns 0, -EBADMSG for what is not OurAirports' format, -E2BIG for more than
// CONFIG_PLACES_MAX, or the errno of a file that cannot be opened.
int place_import_read(const char *airports_path, const char *runways_path,
                      const struct place_import_filter *filter, struct place_array *ret_places,
                      struct place_import_counts *ret_counts, struct error *error);

// The file of places as text (airfields only), one place a line and its runways below it. `remark`
// is NULL or one line that is put on top as a comment. Latches `failed` beyond the text's limit.
void place_write(const struct place_array *places, const char *remark, struct text *text);

// place_write to a file that is replaced as a whole or not at all. "-" is standard output.
int place_write_file(const struct place_array *places, const char *remark, const char *path,
                     struct error *error);
