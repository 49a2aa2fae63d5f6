// SPDX-License-Identifier: MIT
#include "config/provider.h"

#include <string.h>

// re-api documents 1,000 items a list and a request line of about 8,000 characters (feeds.md 1.4).
// What stands before it (nginx's default is 8 KiB for the line) needs room for the method and the
// protocol.
#define LIST_MAX 1000
#define REQUEST_TARGET_MAX 7500
// ADSBexchange asks to POST for more than ten addresses.
#define ADSBEXCHANGE_LIST_MAX 10

// adsb.lol and airplanes.live have re-api behind the same paths, but for the squawks'.
#define RE_API_PATHS(squawks_target)                                                               \
    {                                                                                              \
        [PROVIDER_TYPES] = {"/v2/type/{types}", LIST_MAX},                                         \
        [PROVIDER_HEXES] = {"/v2/hex/{hexes}", LIST_MAX},                                          \
        [PROVIDER_CALLSIGNS] = {"/v2/callsign/{callsigns}", LIST_MAX},                             \
        [PROVIDER_REGISTRATIONS] = {"/v2/reg/{registrations}", LIST_MAX},                          \
        [PROVIDER_SQUAWKS] = {squawks_target, 1}, [PROVIDER_MILITARY] = {"/v2/mil", 0},            \
        [PROVIDER_AREA] = {"/v2/point/{latitude}/{longitude}/{radius_nm}", 0},                     \
    }

// Keep sorted by preference: messages list them in this order.
static const struct provider providers[] = {
    {
        .id = "adsb.lol",
        .kind = "readsb",
        .url = "https://api.adsb.lol",
        .licence = "ODbL 1.0",
        .attribution = "Data from adsb.lol, ODbL 1.0",
        .paths = RE_API_PATHS("/v2/sqk/{squawks}"),
        .list_separator = ",",
        .request_target_max = REQUEST_TARGET_MAX,
        .area_radius_max_nm = 250,
        // "Dynamic, load based"; 7 requests in 40 s were refused, rounds 10 s apart were not.
        .max_requests_per_s = 1,
        .interval_min_s = 10,
        .interval_default_s = 10,
        // A connection that was kept got 4 of 12 polls refused, a new one each time 0 of 13.
        .reuse_connections = false,
    },
    {
        .id = "adsb.fi",
        .kind = "readsb",
        .url = "https://opendata.adsb.fi/api",
        .licence = "personal, non-commercial use",
        .attribution = "adsb.fi, https://adsb.fi",
        .paths =
            {
                [PROVIDER_HEXES] = {"/v2/icao/{hexes}", LIST_MAX},
                [PROVIDER_CALLSIGNS] = {"/v2/callsign/{callsigns}", 1},
                [PROVIDER_REGISTRATIONS] = {"/v2/registration/{registrations}", 1},
                [PROVIDER_SQUAWKS] = {"/v2/sqk/{squawks}", 1},
                [PROVIDER_MILITARY] = {"/v2/mil", 0},
                [PROVIDER_AREA] = {"/v2/lat/{latitude}/lon/{longitude}/dist/{radius_nm}", 0},
            },
        .list_separator = ",",
        .request_target_max = REQUEST_TARGET_MAX,
        .area_radius_max_nm = 250,
        .max_requests_per_s = 1,
        .interval_min_s = 10,
        .interval_default_s = 15,
        .reuse_connections = true,
    },
    {
        .id = "airplanes.live",
        .kind = "readsb",
        .url = "https://api.airplanes.live",
        .licence = "non-commercial use",
        .attribution = "airplanes.live",
        .paths = RE_API_PATHS("/v2/squawk/{squawks}"),
        .list_separator = ",",
        .request_target_max = REQUEST_TARGET_MAX,
        .area_radius_max_nm = 250,
        .max_requests_per_s = 1,
        .interval_min_s = 10,
        .interval_default_s = 15,
        .reuse_connections = true,
    },
    {
        .id = "adsbexchange",
        .kind = "readsb",
        .url = "https://gateway.adsbexchange.com/api/aircraft/v2",
        .licence = "commercial terms, no redistribution",
        .attribution = "ADS-B Exchange",
        .paths =
            {
                // The comma at the end forces a collection: one address alone gets a bare object.
                [PROVIDER_HEXES] = {"/hex/{hexes},", ADSBEXCHANGE_LIST_MAX},
                [PROVIDER_CALLSIGNS] = {"/callsign/{callsigns}", 1},
                [PROVIDER_REGISTRATIONS] = {"/registration/{registrations}", 1},
                [PROVIDER_SQUAWKS] = {"/sqk/{squawks}", 1},
                [PROVIDER_MILITARY] = {"/mil", 0},
                [PROVIDER_AREA] = {"/lat/{latitude}/lon/{longitude}/dist/{radius_nm}", 0},
                [PROVIDER_EVERYTHING] = {"/all", 0},
            },
        .list_separator = ",",
        .request_target_max = 2000,
        .area_radius_max_nm = 250,
        .max_requests_per_s = 1,
        .interval_min_s = 5,
        .interval_default_s = 10,
        .token_header = "x-api-key",
        .token_required = true,
        .reuse_connections = true,
    },
    {
        .id = "adsbexchange-rapidapi",
        .kind = "readsb",
        .url = "https://adsbexchange-com1.p.rapidapi.com",
        .licence = "commercial terms, no redistribution",
        .attribution = "ADS-B Exchange",
        .paths =
            {
                [PROVIDER_HEXES] = {"/v2/hex/{hexes}/", 1},
                [PROVIDER_CALLSIGNS] = {"/v2/callsign/{callsigns}/", 1},
                [PROVIDER_REGISTRATIONS] = {"/v2/registration/{registrations}/", 1},
                [PROVIDER_SQUAWKS] = {"/v2/sqk/{squawks}/", 1},
                [PROVIDER_MILITARY] = {"/v2/mil/", 0},
                [PROVIDER_AREA] = {"/v2/lat/{latitude}/lon/{longitude}/dist/{radius_nm}/", 0},
            },
        .list_separator = ",",
        .request_target_max = 2000,
        .area_radius_max_nm = 250,
        .max_requests_per_s = 1,
        .max_requests_per_day = 320, // of about 10,000 a month
        .interval_min_s = 60,
        .interval_default_s = 300,
        .token_header = "X-RapidAPI-Key",
        .host_header = "X-RapidAPI-Host",
        .token_required = true,
        .shares_receivers_with = "adsbexchange",
        .reuse_connections = true,
    },
    {
        .id = "readsb-api", // a readsb of one's own with --net-api-port
        .kind = "readsb",
        .licence = "own receivers",
        .paths =
            {
                [PROVIDER_TYPES] = {"/?find_type={types}&jv2", LIST_MAX},
                [PROVIDER_HEXES] = {"/?find_hex={hexes}&jv2", LIST_MAX},
                [PROVIDER_CALLSIGNS] = {"/?find_callsign={callsigns}&jv2", LIST_MAX},
                [PROVIDER_REGISTRATIONS] = {"/?find_reg={registrations}&jv2", LIST_MAX},
                [PROVIDER_SQUAWKS] = {"/?all&filter_squawk={squawks}&jv2", 1},
                [PROVIDER_MILITARY] = {"/?all&filter_mil&jv2", 0},
                [PROVIDER_AREA] = {"/?circle={latitude},{longitude},{radius_nm}&jv2", 0},
                [PROVIDER_EVERYTHING] = {"/?all&jv2", 0},
            },
        .list_separator = ",",
        .request_target_max = REQUEST_TARGET_MAX,
        .area_radius_max_nm = 10000, // re-api itself sets none; half of the Earth's girth covers it
        .max_requests_per_s = 10,
        .interval_min_s = 1,
        .interval_default_s = 5,
        .reuse_connections = true,
    },
    {
        .id = "local", // readsb, tar1090 or dump1090: the folder that holds aircraft.json, or the
                       // file
        .kind = "readsb",
        .licence = "own receiver",
        .paths =
            {
                [PROVIDER_EVERYTHING] = {"/aircraft.json", 0},
            },
        .list_separator = ",",
        .request_target_max = REQUEST_TARGET_MAX,
        .max_requests_per_s = 10,
        .interval_min_s = 1, // readsb writes the file once a second
        .interval_default_s = 5,
        .reuse_connections = true,
    },
};

const struct provider *provider_find(const char *id)
{
    for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++)
        if (strcmp(providers[i].id, id) == 0)
            return &providers[i];
    return NULL;
}

const struct provider *provider_table(size_t *ret_count)
{
    *ret_count = sizeof providers / sizeof providers[0];
    return providers;
}

const char *provider_target(const struct provider *provider, enum provider_query query,
                            const char *url)
{
    static const char file_ending[] = ".json";
    size_t length = strlen(url), ending = sizeof file_ending - 1;
    if (query == PROVIDER_EVERYTHING && length > ending &&
        strcmp(url + length - ending, file_ending) == 0)
        return "";
    return provider->paths[query].target;
}
