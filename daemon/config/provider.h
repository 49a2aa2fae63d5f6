// SPDX-License-Identifier: MIT
// What is known of the public providers of the readsb family (feeds.md 1.4, 1.5 and 6): their
// paths, limits, licence and attribution. A feed names one by "provider"; its own keys override the
// preset's.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum provider_query {
    PROVIDER_TYPES,         // {types}
    PROVIDER_HEXES,         // {hexes}
    PROVIDER_CALLSIGNS,     // {callsigns}: exact ones, no patterns
    PROVIDER_REGISTRATIONS, // {registrations}: exact ones, no patterns
    PROVIDER_SQUAWKS,       // {squawks}
    PROVIDER_MILITARY,      // all that the provider's database calls military
    PROVIDER_AREA,          // {latitude}, {longitude}, {radius_nm}; the radius a whole number
    PROVIDER_EVERYTHING,    // every aircraft the provider hears
    PROVIDER_QUERY_COUNT,
};

struct provider_path {
    const char *target; // path and query behind the base address; NULL: cannot be asked
    size_t list_max;    // items in its list; 0 for a query without a list
};

struct provider {
    const char *id;
    const char *kind; // of the decoder
    const char *url;  // base address without a trailing slash; NULL: the feed must give one
    const char *licence;
    const char *attribution; // to be shown with the data; NULL where nothing is asked for
    struct provider_path paths[PROVIDER_QUERY_COUNT];
    const char *list_separator;
    size_t request_target_max; // characters of path and query together, the base's path included
    double area_radius_max_nm; // 0 without area queries
    double max_requests_per_s; // the most its host allows; a feed may ask for less, never for more
    unsigned max_requests_per_day; // 0: no limit that we know of
    double interval_min_s;         // between two rounds
    double interval_default_s;
    const char *token_header;          // NULL: takes no token
    const char *host_header;           // a header that must repeat the host's name, or NULL
    const char *shares_receivers_with; // another provider's id, or NULL
    bool token_required;
    bool reuse_connections;
};

// NULL for an unknown id.
const struct provider *provider_find(const char *id);

// All presets in order, for messages and tests.
const struct provider *provider_table(size_t *ret_count);

// The target of a query at this base address, or NULL where it cannot be asked. It differs from the
// table's for a whole list only: an address that names a .json file is asked for as it stands
// (target "").
const char *provider_target(const struct provider *provider, enum provider_query query,
                            const char *url);
