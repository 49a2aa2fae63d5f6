// SPDX-License-Identifier: MIT
#include "maker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define AIRFIELD(code, zone, lat, lon)                                                             \
    {                                                                                              \
        .id = code, .name = code, .time_zone = zone, .kind = PLACE_AIRFIELD, .reference = {        \
            lat,                                                                                   \
            lon                                                                                    \
        }                                                                                          \
    }
#define CIRCLE(code, zone, lat, lon, nm)                                                           \
    {                                                                                              \
        .id = code, .name = code, .time_zone = zone, .kind = PLACE_CIRCLE,                         \
        .reference = {lat, lon}, .radius_nm = nm                                                   \
    }

static const struct place places[] = {
    AIRFIELD("OSLK", "Asia/Damascus", 35.4011, 35.9487),
    AIRFIELD("OSKL", "Asia/Damascus", 37.0206, 41.1914),
    AIRFIELD("UUMU", "Europe/Moscow", 55.8783, 38.0617),
    AIRFIELD("UUWW", "Europe/Moscow", 55.5915, 37.2615),
    AIRFIELD("HLLB", "Africa/Tripoli", 32.0968, 20.2695),
    AIRFIELD("VIDP", "Asia/Kolkata", 28.5665, 77.1031),
    AIRFIELD("XTST", "Test/Changing", 48.0, 11.0),
    {.id = "HLTQ",
     .name = "Tobruk",
     .time_zone = "Africa/Tripoli",
     .aliases = {"HLGN"},
     .kind = PLACE_AIRFIELD,
     .reference = {31.861, 23.907}},
    CIRCLE("libya", "Africa/Tripoli", 29.0, 19.0, 420),
    CIRCLE("moscow-region", "Europe/Moscow", 55.75, 37.6, 80),
    CIRCLE("latakia-province", "Asia/Damascus", 35.55, 35.95, 30),
    CIRCLE("nowhere", "", 0.0, 0.0, 10),
};

utc_us at(const char *text)
{
    utc_us time = 0;
    if (utc_parse(text, &time) < 0)
        fail_msg("not a time: %s", text);
    return time;
}

const struct place *maker_places(size_t *ret_count)
{
    *ret_count = sizeof places / sizeof *places;
    return places;
}

static int zone_offset(void *data, const char *zone, utc_us moment, int32_t *ret_offset_min)
{
    (void)data;
    static const struct {
        const char *zone;
        int32_t offset_min;
    } zones[] = {{"Asia/Damascus", 180},
                 {"Europe/Moscow", 180},
                 {"Africa/Tripoli", 120},
                 {"Asia/Kolkata", 330}};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strcmp(zones[i].zone, zone) == 0) {
            *ret_offset_min = zones[i].offset_min;
            return 0;
        }
    if (strcmp(zone, "Test/Changing") != 0)
        return -ENOENT;
    *ret_offset_min = moment < at("2025-03-30T01:00Z") ? 60 : 120;
    return 0;
}

struct claim_vocabulary maker_vocabulary(void)
{
    return (struct claim_vocabulary){
        .places = places,
        .place_count = sizeof places / sizeof *places,
        .zone_offset = zone_offset,
    };
}

struct claim_library maker_claim(const char *clauses_json)
{
    struct claim_vocabulary vocabulary = maker_vocabulary();
    struct claim_library library = {0};
    struct claim_errors errors;
    struct text json;
    claim_errors_init(&errors);
    text_init(&json, 1 << 20);
    text_append_format(&json,
                       "{\"reports\": [{\"id\": \"r\", \"publisher\": \"p\"}],"
                       " \"claims\": [{\"id\": \"c\", \"statement\": \"s\", \"reports\": [\"r\"],"
                       " \"clauses\": [%s]}]}",
                       clauses_json);
    cJSON *root = cJSON_Parse(json.bytes);
    if (root == NULL)
        fail_msg("not JSON: %s", json.bytes);
    if (claim_read_file(root, "test", &vocabulary, &library, &errors) < 0)
        fail_msg("%s", errors.lines.bytes);
    cJSON_Delete(root);
    text_done(&json);
    claim_errors_done(&errors);
    return library;
}

static void add_feed(struct claim_facts *facts, const char *id, const char *shares, bool synthetic)
{
    struct known_feed *feed = array_append(&facts->feeds);
    text_copy(feed->id, sizeof feed->id, id);
    text_copy(feed->shares_receivers_with, sizeof feed->shares_receivers_with, shares);
    feed->synthetic = synthetic;
}

struct claim_facts maker_facts(const char *as_of)
{
    struct claim_facts facts = {.as_of = at(as_of)};
    facts.places = maker_places(&facts.place_count);
    add_feed(&facts, "adsb.lol", "", false);
    add_feed(&facts, "adsb.fi", "", false);
    add_feed(&facts, "theairtraffic", "adsb.lol", false);
    add_feed(&facts, "made-up", "", true);
    return facts;
}

void maker_aircraft(struct known_visit *visit, const char *icao24, const char *registration,
                    const char *type_code)
{
    text_copy(visit->icao24, sizeof visit->icao24, icao24);
    text_copy(visit->registration, sizeof visit->registration, registration);
    text_copy(visit->type_code, sizeof visit->type_code, type_code);
}

struct known_visit *maker_visit(struct claim_facts *facts, const char *id, const char *place,
                                const char *arrived_after, const char *arrived_before)
{
    struct known_visit *visit = array_append(&facts->visits);
    text_copy(visit->visit_id, sizeof visit->visit_id, id);
    text_copy(visit->place, sizeof visit->place, place);
    maker_aircraft(visit, "154076", "RA-82038", "A124");
    visit->life = (struct fact_life){UTC_UNKNOWN, UTC_UNKNOWN};
    visit->grade = EVIDENCE_A3;
    visit->arrived_after = at(arrived_after);
    visit->arrived_before = at(arrived_before);
    visit->departed_after = visit->arrived_before + 3 * UTC_HOUR;
    visit->departed_before = visit->departed_after + 20 * UTC_MINUTE;
    visit->feeds = FEED_ADSB_LOL;
    return visit;
}

struct known_presence *maker_presence(struct claim_facts *facts, const char *id, const char *region,
                                      const char *entered, const char *left)
{
    struct known_presence *presence = array_append(&facts->presences);
    text_copy(presence->sighting_id, sizeof presence->sighting_id, id);
    text_copy(presence->region, sizeof presence->region, region);
    text_copy(presence->icao24, sizeof presence->icao24, "1551df");
    text_copy(presence->registration, sizeof presence->registration, "RA-86495");
    text_copy(presence->type_code, sizeof presence->type_code, "IL62");
    presence->life = (struct fact_life){UTC_UNKNOWN, UTC_UNKNOWN};
    presence->entered_at = at(entered);
    presence->left_at = at(left);
    presence->feeds = FEED_ADSB_LOL;
    return presence;
}

void maker_hours_share(struct claim_facts *facts, const char *place, const char *from,
                       const char *to, unsigned percent, enum coverage_state state,
                       enum coverage_state otherwise)
{
    unsigned count = 0;
    for (utc_us hour = at(from); hour < at(to); hour += UTC_HOUR, count++) {
        struct known_hour *row = array_append(&facts->hours);
        text_copy(row->place, sizeof row->place, place);
        row->hour = hour;
        row->state = count % 100 < percent ? state : otherwise;
    }
}

void maker_hours(struct claim_facts *facts, const char *place, const char *from, const char *to,
                 enum coverage_state state)
{
    maker_hours_share(facts, place, from, to, 100, state, state);
}

struct finding maker_judge(const struct claim_library *library, struct claim_facts *facts)
{
    struct finding finding = {0};
    claim_facts_sort(facts);
    clause_judge(&library->claims.items[0].clauses.items[0], facts, &finding);
    return finding;
}

void assert_verdict(const struct claim_library *library, struct claim_facts *facts,
                    const char *verdict)
{
    struct finding finding = maker_judge(library, facts);
    assert_string_equal(verdict_name(finding.verdict), verdict);
    assert_non_null(finding.would_change);
    assert_true(finding.reasons.count > 0);
    finding_done(&finding);
}
