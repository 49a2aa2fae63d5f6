// SPDX-License-Identifier: MIT
// Each rule of each clause kind with the smallest case on both sides of its threshold. All flights
// are synthetic.
#include "claim/elsewhere.h"
#include "claim/tally.h"
#include "maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define AS_OF "2025-11-15"
// 24 to 29 October by UTC and Damascus: from 2025-10-23T21:00Z, 147 hours.
#define WINDOW "\"window\": {\"from\": \"2025-10-24\", \"to\": \"2025-10-29\"}"
#define WINDOW_FROM "2025-10-23T21:00Z"
#define WINDOW_TO "2025-10-30T00:00Z"
#define ARRIVALS(count, verb)                                                                      \
    "{\"id\": \"x\", \"kind\": \"arrivals\", \"aircraft\": {\"types\": [\"A124\"]}, \"place\": "   \
    "\"OSLK\", "                                                                                   \
    "\"verb\": \"" verb "\", " WINDOW ", \"count\": " count "}"

static void add_arrivals(struct claim_facts *facts, unsigned count, enum evidence_grade grade)
{
    static const char *const times[][2] = {{"2025-10-24T10:00Z", "2025-10-24T10:10Z"},
                                           {"2025-10-26T10:00Z", "2025-10-26T10:10Z"},
                                           {"2025-10-29T10:00Z", "2025-10-29T10:10Z"},
                                           {"2025-10-29T20:00Z", "2025-10-29T20:10Z"}};
    for (unsigned i = 0; i < count; i++) {
        char id[24];
        snprintf(id, sizeof id, "visit-%u", i);
        maker_visit(facts, id, "OSLK", times[i][0], times[i][1])->grade = grade;
    }
}

// Judges `claim` with so many A124 arrivals of a grade at OSLK and so many covered hours of the
// window's 147.
static void check_arrivals(const char *claim, unsigned count, enum evidence_grade grade,
                           unsigned covered_hours, const char *verdict)
{
    struct claim_library library = maker_claim(claim);
    struct claim_facts facts = maker_facts(AS_OF);
    add_arrivals(&facts, count, grade);
    maker_hours(&facts, "OSLK", WINDOW_FROM, WINDOW_TO, COVERAGE_LOOKED_NO_COVER);
    assert_int_equal(facts.hours.count, 147);
    for (unsigned i = 0; i < covered_hours; i++)
        facts.hours.items[i].state = COVERAGE_COVERED_NOT_SEEN;
    assert_verdict(&library, &facts, verdict);
    claim_facts_done(&facts);
    claim_library_done(&library);
}

static void arrivals_by_number(void **state)
{
    (void)state;
    check_arrivals(ARRIVALS("3", "arrived"), 3, EVIDENCE_A3, 0, "corroborated");
    check_arrivals(ARRIVALS("3", "arrived"), 4, EVIDENCE_A3, 0,
                   "partly"); // more than an exact count
    check_arrivals(ARRIVALS("{\"min\": 3}", "arrived"), 4, EVIDENCE_A3, 0, "corroborated");
    check_arrivals(ARRIVALS("{\"min\": 2, \"max\": 3}", "arrived"), 3, EVIDENCE_A3, 0,
                   "corroborated");
    check_arrivals(ARRIVALS("{\"max\": 3}", "arrived"), 4, EVIDENCE_A3, 0, "partly");
    // One missing: an uncovered hour could hold it, or none is left.
    check_arrivals(ARRIVALS("3", "arrived"), 2, EVIDENCE_A3, 146, "consistent");
    check_arrivals(ARRIVALS("3", "arrived"), 2, EVIDENCE_A3, 147, "partly");
    // Two missing need two hours.
    check_arrivals(ARRIVALS("3", "arrived"), 1, EVIDENCE_A3, 145, "consistent");
    check_arrivals(ARRIVALS("3", "arrived"), 1, EVIDENCE_A3, 146, "partly");
    // None: nine tenths of 147 hours are 132.3.
    check_arrivals(ARRIVALS("3", "arrived"), 0, EVIDENCE_A3, 133, "not_observed");
    check_arrivals(ARRIVALS("3", "arrived"), 0, EVIDENCE_A3, 132, "unverifiable");
    check_arrivals(ARRIVALS("3", "arrived"), 0, EVIDENCE_A3, 147,
                   "not_observed"); // never contradicted
}

// Hours in which others were watched are not looked at for a clause; for another one they are.
static void the_unwatched_are_not_looked_for(void **state)
{
    (void)state;
    for (uint64_t bits = 0; bits <= 3; bits++) {
        struct claim_library library = maker_claim(ARRIVALS("3", "arrived"));
        struct claim_facts facts = maker_facts(AS_OF);
        struct text words;
        text_init(&words, 4096);
        maker_hours(&facts, "OSLK", WINDOW_FROM, WINDOW_TO, COVERAGE_COVERED_NOT_SEEN);
        for (unsigned i = 0; i < 15; i++)
            facts.hours.items[i].unwatched = bits;
        struct finding finding = maker_judge(&library, &facts);
        bool is_unwatched = (bits & 1) != 0;
        assert_string_equal(verdict_name(finding.verdict),
                            is_unwatched ? "unverifiable" : "not_observed");
        assert_int_equal(finding.coverage.unwatched, is_unwatched ? 15 : 0);
        assert_int_equal(finding.coverage.by_state[COVERAGE_NOT_LOOKED], is_unwatched ? 15 : 0);
        coverage_describe(&finding.coverage, &words);
        assert_int_equal(strstr(words.bytes, "but not these aircraft") != NULL, is_unwatched);
        text_done(&words);
        finding_done(&finding);
        claim_facts_done(&facts);
        claim_library_done(&library);
    }
}

static void verbs_need_their_grade(void **state)
{
    (void)state;
    check_arrivals(ARRIVALS("3", "landed"), 3, EVIDENCE_A3, 147, "corroborated");
    check_arrivals(ARRIVALS("3", "landed"), 3, EVIDENCE_A2, 147, "consistent");
    check_arrivals(ARRIVALS("3", "arrived"), 3, EVIDENCE_A2, 147, "corroborated");
    check_arrivals(ARRIVALS("3", "arrived"), 3, EVIDENCE_A1, 147, "consistent");
    check_arrivals(ARRIVALS("3", "flew_to"), 3, EVIDENCE_A2, 147, "corroborated");
    check_arrivals(ARRIVALS("3", "headed_to"), 3, EVIDENCE_A1, 147, "corroborated");
    check_arrivals(ARRIVALS("3", "headed_to"), 3, EVIDENCE_A0, 147, "consistent");
}

static void only_the_claimed_aircraft_count(void **state)
{
    (void)state;
    static const struct {
        const char *selector, *verdict;
    } cases[] = {
        {"{\"types\": [\"A124\"]}", "corroborated"},
        {"{\"types\": [\"IL62\"]}", "not_observed"},
        {"{\"types\": [\"IL62\", \"A124\"]}", "corroborated"},
        {"{\"types\": [\"A124\"], \"registrations\": [\"RA-*\"]}", "corroborated"},
        {"{\"types\": [\"A124\"], \"registrations\": [\"UR-*\"]}", "not_observed"},
        {"{\"types\": [\"A124\"], \"registrations\": [\"UR-*\", \"RA-8203?\"]}", "corroborated"},
        {"{\"hexes\": [\"154076\"]}", "corroborated"},
        {"{\"hexes\": [\"154077\"]}", "not_observed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char claim[400];
        snprintf(
            claim, sizeof claim,
            "{\"id\": \"x\", \"kind\": \"arrivals\", \"aircraft\": %s, \"place\": \"OSLK\", " WINDOW
            ", \"count\": 3}",
            cases[i].selector);
        check_arrivals(claim, 3, EVIDENCE_A3, 147, cases[i].verdict);
    }
}

static void a_bracket_over_the_edge_is_uncertain(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(ARRIVALS("1", "arrived"));
    struct claim_facts facts = maker_facts(AS_OF);
    maker_hours(&facts, "OSLK", WINDOW_FROM, WINDOW_TO, COVERAGE_COVERED_NOT_SEEN);
    struct known_visit *visit =
        maker_visit(&facts, "v", "OSLK", "2025-10-29T23:50Z", "2025-10-29T23:59:59Z");
    assert_verdict(&library, &facts, "corroborated");
    visit->arrived_before = at("2025-10-30T00:00Z");
    assert_verdict(&library, &facts, "consistent");
    visit->arrived_after = at("2025-10-30T00:00Z");
    visit->arrived_before = at("2025-10-30T00:10Z");
    assert_verdict(&library, &facts, "not_observed");
    visit->place[3] = 'X'; // another field
    visit->arrived_after = at("2025-10-24T00:00Z");
    assert_verdict(&library, &facts, "not_observed");
    claim_facts_done(&facts);
    claim_library_done(&library);
}

static void an_open_window_is_pending(void **state)
{
    (void)state;
    struct claim_library exact = maker_claim(ARRIVALS("1", "arrived"));
    struct claim_library least = maker_claim(ARRIVALS("{\"min\": 1}", "arrived"));
    struct claim_facts facts =
        maker_facts("2025-10-30T23:59:59Z"); // the window ends at 2025-10-30, and a day
    assert_verdict(&exact, &facts, "pending");
    facts.as_of = at("2025-10-31T00:00Z");
    assert_verdict(&exact, &facts, "unverifiable");
    add_arrivals(&facts, 1, EVIDENCE_A3);
    facts.as_of = at("2025-10-30T23:59:59Z");
    assert_verdict(&exact, &facts, "pending");      // another may come
    assert_verdict(&least, &facts, "corroborated"); // cannot be undone by time
    facts.as_of = at("2025-10-31T00:00Z");
    assert_verdict(&exact, &facts, "corroborated");
    claim_facts_done(&facts);
    claim_library_done(&exact);
    claim_library_done(&least);
}

static void only_what_was_known_counts(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(ARRIVALS("1", "arrived"));
    struct claim_facts facts = maker_facts("2025-11-05");
    add_arrivals(&facts, 1, EVIDENCE_A3);
    facts.visits.items[0].life = (struct fact_life){at("2025-11-05"), at("2025-11-09")};
    assert_verdict(&library, &facts, "corroborated");
    facts.as_of = at("2025-11-04T23:59:59Z");
    assert_verdict(&library, &facts, "unverifiable"); // not yet recorded
    facts.as_of = at("2025-11-08T23:59:59Z");
    assert_verdict(&library, &facts, "corroborated");
    facts.as_of = at("2025-11-09");
    assert_verdict(&library, &facts, "unverifiable"); // superseded
    claim_facts_done(&facts);
    claim_library_done(&library);
}

#define NAMED_ARRIVAL                                                                              \
    "{\"id\": \"x\", \"kind\": \"arrivals\", \"aircraft\": {\"registrations\": [\"RA-82038\"]}, "  \
    "\"place\": \"OSLK\", \"count\": 1, "                                                          \
    "\"window\": {\"from\": \"2025-10-24T10:00Z\", \"to\": \"2025-10-24T14:00Z\"}}"

static void add_fix(struct claim_facts *facts, const char *moment, double latitude,
                    double longitude)
{
    struct known_fix *fix = array_append(&facts->fixes);
    text_copy(fix->sighting_id, sizeof fix->sighting_id, moment);
    text_copy(fix->icao24, sizeof fix->icao24, "154076");
    text_copy(fix->registration, sizeof fix->registration, "RA-82038");
    fix->life = (struct fact_life){UTC_UNKNOWN, UTC_UNKNOWN};
    fix->at = at(moment);
    fix->position = (struct position){latitude, longitude};
}

// UUMU is 1,232 nm from OSLK: 2 h 03 min at 600 kt.
static void elsewhere_for_the_whole_window(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(NAMED_ARRIVAL);
    struct claim_library by_type = maker_claim(ARRIVALS("1", "arrived"));
    struct claim_facts facts = maker_facts(AS_OF);
    add_fix(&facts, "2025-10-24T09:00Z", 55.88, 38.06);
    add_fix(&facts, "2025-10-24T13:00Z", 55.88, 38.06);
    add_fix(&facts, "2025-10-24T15:00Z", 55.88, 38.06);
    assert_verdict(&library, &facts,
                   "contradicted"); // 4 h at most between two fixes, 4 h 06 min needed
    facts.fixes.items[1].at = at("2025-10-24T13:10Z");
    assert_verdict(&library, &facts, "unverifiable"); // 4 h 10 min would do
    facts.fixes.items[1].at = at("2025-10-24T13:00Z");
    assert_verdict(&by_type, &facts, "unverifiable"); // there are other An-124s
    facts.fixes.items[1].position = (struct position){35.4, 35.9};
    assert_verdict(&library, &facts, "unverifiable"); // near the place itself
    claim_facts_done(&facts);
    claim_library_done(&library);
    claim_library_done(&by_type);
}

static void elsewhere_by_a_stay_on_the_ground(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(NAMED_ARRIVAL);
    struct claim_facts facts = maker_facts(AS_OF);
    struct known_visit *visit =
        maker_visit(&facts, "v", "UUMU", "2025-10-24T11:00Z", "2025-10-24T11:30Z");
    visit->departed_after = at("2025-10-24T12:30Z");
    assert_verdict(&library, &facts,
                   "contradicted"); // there 11:30 to 12:30, 2 h 03 min from OSLK both ways
    visit->departed_after = at("2025-10-24T11:50Z");
    visit->departed_before = at("2025-10-24T12:20Z");
    assert_verdict(&library, &facts, "unverifiable"); // could leave at 11:50 and be there at 13:53
    visit->departed_after = at("2025-10-24T12:30Z");
    visit->grade = EVIDENCE_A1;
    assert_verdict(&library, &facts, "unverifiable"); // A1 does not say where it was
    claim_facts_done(&facts);
    claim_library_done(&library);
}

static void departures_need_an_end(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(
        "{\"id\": \"x\", \"kind\": \"departures\", \"aircraft\": {\"types\": [\"A124\"]}, "
        "\"place\": \"OSLK\", " WINDOW ", \"count\": 1}");
    struct claim_facts facts = maker_facts(AS_OF);
    struct known_visit *visit =
        maker_visit(&facts, "v", "OSLK", "2025-10-20T10:00Z", "2025-10-20T10:10Z");
    visit->departed_after = at("2025-10-23T21:00Z");
    visit->departed_before = at("2025-10-23T22:00Z");
    assert_verdict(&library, &facts, "corroborated");
    visit->departed_after = at("2025-10-23T20:59:59Z");
    assert_verdict(&library, &facts, "consistent"); // may have left before
    visit->departed_after = visit->departed_before = UTC_UNKNOWN;
    assert_verdict(&library, &facts, "unverifiable"); // may still be there
    claim_facts_done(&facts);
    claim_library_done(&library);
}

#define LAST(day)                                                                                  \
    "{\"id\": \"x\", \"kind\": \"last_arrival\", \"aircraft\": {\"types\": [\"A124\"]}, "          \
    "\"place\": \"OSLK\", "                                                                        \
    "\"verb\": \"arrived\", " WINDOW ", \"on\": \"" day "\"}"
#define FIRST(day)                                                                                 \
    "{\"id\": \"x\", \"kind\": \"first_arrival\", \"aircraft\": {\"types\": [\"A124\"]}, "         \
    "\"place\": \"OSLK\", "                                                                        \
    "\"verb\": \"arrived\", " WINDOW ", \"on\": \"" day "\"}"

static void last_and_first_arrivals(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        unsigned arrivals; // on the 24th, 26th, 29th, 29th
        unsigned covered;  // of 147 hours, from the start
        const char *verdict;
    } cases[] = {
        {LAST("2025-10-29"), 3, 0, "corroborated"}, // nothing of the window after it
        {LAST("2025-10-29"), 2, 147, "partly"},     // seen on the 26th; the day covered, and none
        {LAST("2025-10-29"), 2, 100, "unverifiable"},  {LAST("2025-10-29"), 0, 147, "not_observed"},
        {LAST("2025-10-29"), 0, 100, "unverifiable"},  {LAST("2025-10-26"), 2, 147, "corroborated"},
        {LAST("2025-10-26"), 2, 0, "consistent"},     // later hours were not covered
        {LAST("2025-10-26"), 3, 147, "contradicted"}, // one on the 29th
        {LAST("2025-10-26"), 3, 0, "contradicted"},    {FIRST("2025-10-24"), 3, 0, "corroborated"},
        {FIRST("2025-10-26"), 1, 147, "contradicted"}, // one on the 24th
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_arrivals(cases[i].claim, cases[i].arrivals, EVIDENCE_A3, cases[i].covered,
                       cases[i].verdict);
}

#define ROUTE                                                                                      \
    "{\"id\": \"x\", \"kind\": \"route\", \"aircraft\": {\"types\": [\"IL62\"]}, "                 \
    "\"places\": [\"libya\", \"OSLK\", \"moscow-region\"], \"verb\": \"flew_to\", "                \
    "\"window\": {\"from\": \"2025-10-26\", \"to\": \"2025-10-26\"}}"

static struct known_visit *add_il62(struct claim_facts *facts, const char *id, const char *place,
                                    const char *after, const char *before)
{
    struct known_visit *visit = maker_visit(facts, id, place, after, before);
    maker_aircraft(visit, "1551df", "RA-86495", "IL62");
    return visit;
}

static void routes_in_order_by_one_airframe(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(ROUTE);
    struct claim_facts facts = maker_facts(AS_OF);
    maker_presence(&facts, "s1", "libya", "2025-10-26T05:00Z", "2025-10-26T06:00Z");
    struct known_presence *moscow =
        maker_presence(&facts, "s2", "moscow-region", "2025-10-26T16:00Z", "2025-10-26T16:30Z");
    assert_verdict(&library, &facts, "consistent"); // Latakia not covered
    maker_hours(&facts, "OSLK", "2025-10-25T20:00Z", "2025-10-27T02:00Z",
                COVERAGE_COVERED_NOT_SEEN);
    assert_verdict(&library, &facts, "partly"); // covered, and not seen
    struct known_visit *visit =
        add_il62(&facts, "v", "OSLK", "2025-10-26T08:00Z", "2025-10-26T08:20Z");
    assert_verdict(&library, &facts, "corroborated");
    visit->grade = EVIDENCE_A1;
    assert_verdict(&library, &facts, "consistent"); // weak evidence of the middle
    visit->grade = EVIDENCE_A2;
    assert_verdict(&library, &facts, "corroborated");
    text_copy(moscow->icao24, sizeof moscow->icao24, "1551e0");
    assert_verdict(&library, &facts, "consistent"); // another airframe; Moscow region not covered
    text_copy(moscow->icao24, sizeof moscow->icao24, "1551df");
    moscow->entered_at = at("2025-10-26T03:00Z");
    moscow->left_at = at("2025-10-26T03:30Z");
    assert_verdict(&library, &facts, "partly"); // all three, in another order
    claim_facts_done(&facts);
    claim_library_done(&library);
}

static void a_visit_to_a_field_counts_for_its_region(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(ROUTE);
    struct claim_facts facts = maker_facts(AS_OF);
    add_il62(&facts, "v1", "HLLB", "2025-10-26T01:00Z", "2025-10-26T01:20Z");
    add_il62(&facts, "v2", "OSLK", "2025-10-26T08:00Z", "2025-10-26T08:20Z");
    struct known_visit *last =
        add_il62(&facts, "v3", "UUMU", "2025-10-26T15:00Z", "2025-10-26T15:20Z");
    assert_verdict(&library, &facts, "corroborated");
    last->arrived_after = at("2025-10-26T23:50Z");
    last->arrived_before = at("2025-10-27T00:10Z"); // certainly there only after the window
    last->departed_after = at("2025-10-27T03:10Z");
    last->departed_before = at("2025-10-27T03:30Z");
    assert_verdict(&library, &facts, "consistent");
    // A stop that began before the window and went on into it was at the place in the window.
    last->arrived_before = at("2025-10-26T23:59:59Z");
    assert_verdict(&library, &facts, "corroborated");
    claim_facts_done(&facts);
    claim_library_done(&library);
}

// Seen only when it came up again: it was there at some moment of the bracket of its departure.
static void an_emergence_counts_when_its_bracket_is_inside(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(
        "{\"id\": \"x\", \"kind\": \"presence\", \"aircraft\": {\"types\": [\"IL62\"]}, "
        "\"place\": \"HLLB\", "
        "\"window\": {\"from\": \"2025-10-26T06:00Z\", \"to\": \"2025-10-26T08:00Z\"}}");
    struct claim_facts facts = maker_facts(AS_OF);
    struct known_visit *visit =
        add_il62(&facts, "v", "HLLB", "2025-10-26T06:00Z", "2025-10-26T07:00Z");
    visit->arrived_after = UTC_UNKNOWN;
    visit->grade = EVIDENCE_A2;
    visit->departed_after = at("2025-10-26T06:00Z");
    visit->departed_before = at("2025-10-26T07:00Z");
    assert_verdict(&library, &facts, "corroborated");
    visit->departed_after = at("2025-10-26T05:59:59Z");
    assert_verdict(&library, &facts, "consistent"); // may have left before the window
    visit->departed_after = UTC_UNKNOWN;
    assert_verdict(&library, &facts, "consistent");
    claim_facts_done(&facts);
    claim_library_done(&library);
}

static void distinct_airframes_are_counted_once(void **state)
{
    (void)state;
    struct claim_library library =
        maker_claim("{\"id\": \"x\", \"kind\": \"distinct_aircraft\", \"aircraft\": "
                    "{\"registrations\": [\"RA-*\"]}, "
                    "\"place\": \"latakia-province\", " WINDOW ", \"count\": 2}");
    struct claim_facts facts = maker_facts(AS_OF);
    maker_hours(&facts, "OSLK", WINDOW_FROM, WINDOW_TO, COVERAGE_COVERED_NOT_SEEN);
    assert_verdict(&library, &facts, "not_observed");
    add_arrivals(&facts, 3, EVIDENCE_A3); // one airframe three times
    assert_verdict(&library, &facts, "partly");
    facts.hours.items[5].state = COVERAGE_NOT_LOOKED;
    assert_verdict(&library, &facts, "consistent");
    maker_presence(&facts, "over", "latakia-province", "2025-10-26T07:50Z", "2025-10-26T07:58Z");
    assert_verdict(&library, &facts, "consistent"); // flying over is not coming to
    add_il62(&facts, "il62", "OSLK", "2025-10-26T08:00Z", "2025-10-26T08:20Z");
    assert_verdict(&library, &facts, "corroborated");
    claim_facts_done(&facts);
    claim_library_done(&library);
}

static void presence_needs_a_point_in_the_window(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(
        "{\"id\": \"x\", \"kind\": \"presence\", \"aircraft\": {\"types\": [\"IL62\"]}, "
        "\"place\": \"libya\", "
        "\"window\": {\"from\": \"2025-10-26T06:00Z\", \"to\": \"2025-10-26T07:00Z\"}}");
    struct claim_facts facts = maker_facts(AS_OF);
    struct known_presence *presence =
        maker_presence(&facts, "s", "libya", "2025-10-26T05:00Z", "2025-10-26T06:00Z");
    assert_verdict(&library, &facts, "corroborated");
    presence->left_at = at("2025-10-26T05:59:59Z");
    assert_verdict(&library, &facts, "unverifiable");
    presence->left_at = at("2025-10-26T07:00Z"); // on both sides, never seen in it
    assert_verdict(&library, &facts, "unverifiable");
    maker_hours(&facts, "libya", "2025-10-26T06:00Z", "2025-10-26T07:00Z",
                COVERAGE_COVERED_NOT_SEEN);
    assert_verdict(&library, &facts, "not_observed");
    claim_facts_done(&facts);
    claim_library_done(&library);
}

#define HIATUS                                                                                     \
    "{\"id\": \"x\", \"kind\": \"hiatus\", \"aircraft\": {\"types\": [\"A124\"]}, \"place\": "     \
    "\"OSLK\", "                                                                                   \
    "\"lasting\": {\"min_days\": 150, \"max_days\": 190}, \"until\": \"2025-10-24\"}"
// The pause begins 150 days before 2025-10-23T21:00Z.
#define PAUSE_FROM "2025-05-26T21:00Z"

static void set_control(struct claim_facts *facts, uint32_t known, uint32_t seen)
{
    array_clear(&facts->controls);
    struct known_control *control = array_append(&facts->controls);
    text_copy(control->place, sizeof control->place, "OSLK");
    control->sample = (struct control_sample){known, seen};
}

static void silence_supports_a_pause_only_where_covered(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(HIATUS);
    struct claim_facts facts = maker_facts(AS_OF);
    assert_verdict(&library, &facts, "unverifiable");
    maker_hours_share(&facts, "OSLK", PAUSE_FROM, WINDOW_FROM, 89, COVERAGE_COVERED_NOT_SEEN,
                      COVERAGE_LOOKED_NO_COVER);
    assert_verdict(&library, &facts, "unverifiable");
    array_clear(&facts.hours);
    maker_hours_share(&facts, "OSLK", PAUSE_FROM, WINDOW_FROM, 90, COVERAGE_COVERED_NOT_SEEN,
                      COVERAGE_LOOKED_NO_COVER);
    assert_verdict(&library, &facts, "consistent");
    claim_facts_done(&facts);
    claim_library_done(&library);
}

static void a_pause_is_corroborated_when_nothing_is_left_open(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(HIATUS);
    struct claim_facts facts = maker_facts(AS_OF);
    maker_hours(&facts, "OSLK", PAUSE_FROM, WINDOW_FROM, COVERAGE_COVERED_NOT_SEEN);
    set_control(&facts, 146, 146);                  // not one arrival can have been missed
    assert_verdict(&library, &facts, "consistent"); // but when it began was not seen
    struct known_visit *before =
        maker_visit(&facts, "v", "OSLK", "2025-05-20T10:00Z", "2025-05-20T10:10Z");
    assert_verdict(&library, &facts, "corroborated");
    set_control(&facts, 145, 145); // one can
    assert_verdict(&library, &facts, "consistent");
    set_control(&facts, 146, 146);
    before->arrived_after = at("2025-04-01T10:00Z");
    before->arrived_before = at("2025-04-01T10:10Z"); // longer ago than the longest pause claimed
    assert_verdict(&library, &facts, "consistent");
    claim_facts_done(&facts);
    claim_library_done(&library);
}

static void one_visit_in_the_pause_contradicts(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(HIATUS);
    struct claim_facts facts = maker_facts(AS_OF);
    struct known_visit *visit =
        maker_visit(&facts, "v", "OSLK", "2025-07-01T10:00Z", "2025-07-01T10:10Z");
    visit->grade = EVIDENCE_A2;
    assert_verdict(&library, &facts, "contradicted");
    visit->grade = EVIDENCE_A1;
    assert_verdict(&library, &facts,
                   "unverifiable"); // too weak to contradict, and nothing was covered
    visit->grade = EVIDENCE_A2;
    visit->arrived_after = at("2025-05-26T20:59:59Z"); // may be just before the pause
    visit->arrived_before = at("2025-05-26T21:30Z");
    assert_verdict(&library, &facts, "unverifiable");
    visit->arrived_after = at("2025-05-26T21:00Z");
    assert_verdict(&library, &facts, "contradicted");
    visit->arrived_after = at("2025-10-23T20:00Z");
    visit->arrived_before = at("2025-10-23T20:59:59Z");
    assert_verdict(&library, &facts, "contradicted");
    visit->arrived_before = at("2025-10-23T21:00Z"); // may be the day on which it ended
    assert_verdict(&library, &facts, "unverifiable");
    claim_facts_done(&facts);
    claim_library_done(&library);
}

#define REGULAR                                                                                    \
    "{\"id\": \"x\", \"kind\": \"regular\", \"aircraft\": {\"types\": [\"A124\"]}, \"place\": "    \
    "\"OSLK\", "                                                                                   \
    "\"since\": \"2025-10-24\", \"every_days\": 7}"

static void add_weekly(struct claim_facts *facts, unsigned visits, double every_days)
{
    for (unsigned i = 0; i < visits; i++) {
        char id[24];
        snprintf(id, sizeof id, "weekly-%u", i);
        struct known_visit *visit =
            maker_visit(facts, id, "OSLK", "2025-10-24T10:00Z", "2025-10-24T10:10Z");
        utc_us later = (utc_us)(i * every_days * (double)UTC_DAY);
        visit->arrived_after += later;
        visit->arrived_before += later;
        visit->departed_after += later;
        visit->departed_before += later;
    }
}

static void regular_flights(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(REGULAR);
    static const struct {
        const char *as_of;
        unsigned visits;
        double every_days;
        bool covered;
        const char *verdict;
    } cases[] = {
        {"2025-10-31T23:59Z", 1, 7, true, "pending"},      // no gap can be over yet
        {"2025-11-20T00:00Z", 4, 7, true, "corroborated"}, // 24, 31, 7, 14: three gaps
        {"2025-11-20T00:00Z", 3, 9, true, "partly"},       // 9 days apart and covered
        {"2025-11-20T00:00Z", 3, 9, false, "consistent"},  // an unseen one may lie between
        {"2025-11-14T00:00Z", 3, 7, true, "consistent"},   // two gaps: too few for a pattern
        {"2025-12-01T00:00Z", 4, 7, true, "partly"},       // none since the 14th
        {"2025-12-01T00:00Z", 0, 7, true, "not_observed"},
        {"2025-12-01T00:00Z", 0, 7, false, "unverifiable"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct claim_facts facts = maker_facts(cases[i].as_of);
        add_weekly(&facts, cases[i].visits, cases[i].every_days);
        // An open-ended claim's window goes far on; only the hours up to the moment count.
        maker_hours(&facts, "OSLK", "2025-10-23T00:00Z", "2025-12-02T00:00Z",
                    cases[i].covered ? COVERAGE_COVERED_NOT_SEEN : COVERAGE_LOOKED_NO_COVER);
        assert_verdict(&library, &facts, cases[i].verdict);
        claim_facts_done(&facts);
    }
    claim_library_done(&library);
}

static void untestable_says_why(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(
        "{\"id\": \"x\", \"kind\": \"untestable\", \"reason\": \"words, not flights\"}");
    struct claim_facts facts = maker_facts(AS_OF);
    struct finding finding = maker_judge(&library, &facts);
    assert_int_equal(finding.verdict, VERDICT_UNTESTABLE);
    assert_int_equal(finding.likelihood, LIKELIHOOD_NONE);
    assert_string_equal(finding.reasons.items[0].value, "words, not flights");
    finding_done(&finding);
    claim_facts_done(&facts);
    claim_library_done(&library);
}

static void likelihood_and_confidence_are_apart(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(ARRIVALS("1", "arrived"));
    static const struct {
        enum evidence_grade grade;
        uint64_t feeds;
        enum likelihood likelihood;
        enum confidence confidence;
        bool synthetic;
    } cases[] = {
        {EVIDENCE_A4, FEED_ADSB_LOL | FEED_ADSB_FI, LIKELIHOOD_ALMOST_CERTAIN, CONFIDENCE_HIGH,
         false},
        {EVIDENCE_A3, FEED_ADSB_LOL, LIKELIHOOD_ALMOST_CERTAIN, CONFIDENCE_MODERATE, false},
        // The same receivers twice are one source.
        {EVIDENCE_A3, FEED_ADSB_LOL | FEED_THEAIRTRAFFIC, LIKELIHOOD_ALMOST_CERTAIN,
         CONFIDENCE_MODERATE, false},
        {EVIDENCE_A2, FEED_ADSB_LOL | FEED_ADSB_FI, LIKELIHOOD_VERY_LIKELY, CONFIDENCE_MODERATE,
         false},
        {EVIDENCE_A2, FEED_MADE_UP, LIKELIHOOD_VERY_LIKELY, CONFIDENCE_LOW, true},
        {EVIDENCE_A1, FEED_ADSB_LOL, LIKELIHOOD_ROUGHLY_EVEN, CONFIDENCE_LOW, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct claim_facts facts = maker_facts(AS_OF);
        add_arrivals(&facts, 1, cases[i].grade);
        facts.visits.items[0].feeds = cases[i].feeds;
        struct finding finding = maker_judge(&library, &facts);
        assert_int_equal(finding.likelihood, cases[i].likelihood);
        assert_int_equal(finding.confidence, cases[i].confidence);
        assert_int_equal(finding_is_synthetic(&finding), cases[i].synthetic);
        finding_done(&finding);
        claim_facts_done(&facts);
    }
    claim_library_done(&library);
}

// Half of what is claimed makes it likely; less leaves it even.
static void likelihood_of_a_part(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(ARRIVALS("4", "arrived"));
    for (unsigned seen = 1; seen <= 3; seen++) {
        struct claim_facts facts = maker_facts(AS_OF);
        add_arrivals(&facts, seen, EVIDENCE_A3);
        struct finding finding = maker_judge(&library, &facts);
        assert_int_equal(finding.verdict, VERDICT_CONSISTENT);
        assert_int_equal(finding.likelihood,
                         seen >= 2 ? LIKELIHOOD_LIKELY : LIKELIHOOD_ROUGHLY_EVEN);
        finding_done(&finding);
        claim_facts_done(&facts);
    }
    claim_library_done(&library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrivals_by_number),
        cmocka_unit_test(the_unwatched_are_not_looked_for),
        cmocka_unit_test(verbs_need_their_grade),
        cmocka_unit_test(only_the_claimed_aircraft_count),
        cmocka_unit_test(a_bracket_over_the_edge_is_uncertain),
        cmocka_unit_test(an_open_window_is_pending),
        cmocka_unit_test(only_what_was_known_counts),
        cmocka_unit_test(elsewhere_for_the_whole_window),
        cmocka_unit_test(elsewhere_by_a_stay_on_the_ground),
        cmocka_unit_test(departures_need_an_end),
        cmocka_unit_test(last_and_first_arrivals),
        cmocka_unit_test(routes_in_order_by_one_airframe),
        cmocka_unit_test(a_visit_to_a_field_counts_for_its_region),
        cmocka_unit_test(an_emergence_counts_when_its_bracket_is_inside),
        cmocka_unit_test(distinct_airframes_are_counted_once),
        cmocka_unit_test(presence_needs_a_point_in_the_window),
        cmocka_unit_test(silence_supports_a_pause_only_where_covered),
        cmocka_unit_test(a_pause_is_corroborated_when_nothing_is_left_open),
        cmocka_unit_test(one_visit_in_the_pause_contradicts),
        cmocka_unit_test(regular_flights),
        cmocka_unit_test(untestable_says_why),
        cmocka_unit_test(likelihood_and_confidence_are_apart),
        cmocka_unit_test(likelihood_of_a_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
