// SPDX-License-Identifier: MIT
// The story of October 2025 as a synthetic reconstruction: every row below is made up to fit (or
// not to fit) what the reports say, and every expected verdict was written by hand.
#include "claim/assessment_write.h"
#include "claim/claimreview.h"
#include "shipped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#define AS_OF "2025-11-05"
#define RECORD_FROM "2025-04-01"
#define RECORD_TO "2025-11-05"

enum coverage { FULL, TYPICAL, NONE, COVERAGES };

enum variant {
    AS_REPORTED,    // all three arrivals, the Il-62M's day, and the visit before the pause
    TWO_ARRIVALS,   // the second of the three is missing
    VISIT_IN_PAUSE, // one more, in July
    NOTHING,        // no visit at all
    CLAIM_SAYS_TWO, // as reported, but the report had said two
    VARIANTS,
};

struct story {
    struct shipped shipped;
    struct claim_facts facts;
};

// Full: every hour covered. Typical: looked in 94 % of the hours, could have seen in 31 %. None: no
// poll at all.
static void cover(struct claim_facts *facts, const char *place, enum coverage coverage)
{
    if (coverage == NONE)
        return;
    size_t first = facts->hours.count;
    maker_hours(facts, place, RECORD_FROM, RECORD_TO, COVERAGE_COVERED_NOT_SEEN);
    for (size_t i = first; coverage == TYPICAL && i < facts->hours.count; i++) {
        unsigned step = (unsigned)(i - first) * 37 % 100; // spread evenly over day and night
        facts->hours.items[i].state = step < 31   ? COVERAGE_COVERED_NOT_SEEN
                                      : step < 94 ? COVERAGE_LOOKED_NO_COVER
                                                  : COVERAGE_NOT_LOOKED;
    }
}

static void add_il62_day(struct claim_facts *facts)
{
    maker_presence(facts, "il62-libya", "libya", "2025-10-26T05:10Z", "2025-10-26T06:40Z");
    struct known_visit *visit =
        maker_visit(facts, "il62-oslk", "OSLK", "2025-10-26T09:00Z", "2025-10-26T09:20Z");
    maker_aircraft(visit, "1551df", "RA-86495", "IL62");
    visit = maker_visit(facts, "il62-uumu", "UUMU", "2025-10-26T16:10Z", "2025-10-26T16:30Z");
    maker_aircraft(visit, "1551df", "RA-86495", "IL62");
    visit->grade = EVIDENCE_A2;
}

static void add_visits(struct claim_facts *facts, enum variant variant)
{
    if (variant == NOTHING)
        return;
    struct known_visit *visit =
        maker_visit(facts, "before", "OSLK", "2025-04-28T08:00Z", "2025-04-28T08:30Z");
    maker_aircraft(visit, "152a8d", "RA-76429", "IL76");
    maker_visit(facts, "first", "OSLK", "2025-10-24T10:40Z", "2025-10-24T10:55Z");
    if (variant != TWO_ARRIVALS)
        maker_visit(facts, "second", "OSLK", "2025-10-26T12:10Z", "2025-10-26T12:30Z");
    maker_visit(facts, "third", "OSLK", "2025-10-29T09:05Z", "2025-10-29T09:20Z");
    add_il62_day(facts);
    if (variant == VISIT_IN_PAUSE) {
        visit =
            maker_visit(facts, "in-the-pause", "OSLK", "2025-07-15T20:00Z", "2025-07-15T20:40Z");
        maker_aircraft(visit, "152a8d", "RA-76429", "IL76");
        visit->grade = EVIDENCE_A2;
    }
}

static void tell(struct story *story, enum variant variant, enum coverage coverage)
{
    shipped_read(&story->shipped);
    story->facts = shipped_facts(&story->shipped, AS_OF);
    add_visits(&story->facts, variant);
    cover(&story->facts, "OSLK", coverage);
    cover(&story->facts, "libya", coverage);
    cover(&story->facts, "moscow-region", coverage);
    struct known_control *control = array_append(&story->facts.controls);
    text_copy(control->place, sizeof control->place, "OSLK");
    control->sample = (struct control_sample){200, coverage == FULL ? 200 : 60};
    if (variant == CLAIM_SAYS_TWO)
        array_foreach (&story->shipped.library.claims, claim)
            if (strcmp(claim->id, "an124-three-arrivals") == 0)
                claim->clauses.items[0].count_min = claim->clauses.items[0].count_max = 2;
}

static void done(struct story *story)
{
    claim_facts_done(&story->facts);
    shipped_done(&story->shipped);
}

static struct assessment assess(struct story *story, const char *id)
{
    struct assessment assessment;
    const struct claim *claim = claim_library_claim(&story->shipped.library, id);
    assert_non_null(claim);
    claim_assess(claim, &story->shipped.library, &story->facts, &assessment);
    return assessment;
}

static const struct {
    const char *claim;
    const char *verdicts[VARIANTS][COVERAGES]; // full, typical, none
} expected[] = {
    {"an124-three-arrivals",
     {[AS_REPORTED] = {"corroborated", "corroborated", "corroborated"},
      [TWO_ARRIVALS] = {"partly", "consistent", "consistent"},
      [VISIT_IN_PAUSE] = {"corroborated", "corroborated", "corroborated"},
      [NOTHING] = {"not_observed", "unverifiable", "unverifiable"},
      [CLAIM_SAYS_TWO] = {"partly", "partly", "partly"}}},
    {"il62-libya-latakia-moscow",
     {[AS_REPORTED] = {"corroborated", "corroborated", "corroborated"},
      [TWO_ARRIVALS] = {"corroborated", "corroborated", "corroborated"},
      [VISIT_IN_PAUSE] = {"corroborated", "corroborated", "corroborated"},
      [NOTHING] = {"not_observed", "unverifiable", "unverifiable"},
      [CLAIM_SAYS_TWO] = {"corroborated", "corroborated", "corroborated"}}},
    {"both-types-landed",
     {[AS_REPORTED] = {"corroborated", "corroborated", "corroborated"},
      [TWO_ARRIVALS] = {"corroborated", "corroborated", "corroborated"},
      [VISIT_IN_PAUSE] = {"corroborated", "corroborated", "corroborated"},
      [NOTHING] = {"not_observed", "unverifiable", "unverifiable"},
      [CLAIM_SAYS_TWO] = {"corroborated", "corroborated", "corroborated"}}},
    {"two-russian-aircraft",
     {[AS_REPORTED] = {"corroborated", "corroborated", "corroborated"},
      [TWO_ARRIVALS] = {"corroborated", "corroborated", "corroborated"},
      [VISIT_IN_PAUSE] = {"corroborated", "corroborated", "corroborated"},
      [NOTHING] = {"not_observed", "unverifiable", "unverifiable"},
      [CLAIM_SAYS_TWO] = {"corroborated", "corroborated", "corroborated"}}},
    {"flights-resumed-after-six-months",
     {[AS_REPORTED] = {"corroborated", "unverifiable", "unverifiable"},
      [TWO_ARRIVALS] = {"corroborated", "unverifiable", "unverifiable"},
      [VISIT_IN_PAUSE] = {"contradicted", "contradicted", "contradicted"},
      [NOTHING] = {"not_observed", "unverifiable", "unverifiable"},
      [CLAIM_SAYS_TWO] = {"corroborated", "unverifiable", "unverifiable"}}},
    {"regular-flights-resumed", // eleven days after the 24th no fortnight is over
     {[AS_REPORTED] = {"pending", "pending", "pending"},
      [TWO_ARRIVALS] = {"pending", "pending", "pending"},
      [VISIT_IN_PAUSE] = {"pending", "pending", "pending"},
      [NOTHING] = {"pending", "pending", "pending"},
      [CLAIM_SAYS_TWO] = {"pending", "pending", "pending"}}},
    {"kremlin-linked-confirmation",
     {[AS_REPORTED] = {"untestable", "untestable", "untestable"},
      [TWO_ARRIVALS] = {"untestable", "untestable", "untestable"},
      [VISIT_IN_PAUSE] = {"untestable", "untestable", "untestable"},
      [NOTHING] = {"untestable", "untestable", "untestable"},
      [CLAIM_SAYS_TWO] = {"untestable", "untestable", "untestable"}}},
};

static void verdicts_written_by_hand(void **state)
{
    (void)state;
    for (int variant = 0; variant < VARIANTS; variant++)
        for (int coverage = 0; coverage < COVERAGES; coverage++) {
            struct story story;
            tell(&story, (enum variant)variant, (enum coverage)coverage);
            for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
                struct assessment assessment = assess(&story, expected[i].claim);
                const char *verdict = verdict_name(assessment.verdict);
                if (strcmp(verdict, expected[i].verdicts[variant][coverage]) != 0)
                    fail_msg("%s, variant %d, coverage %d: %s instead of %s", expected[i].claim,
                             variant, coverage, verdict, expected[i].verdicts[variant][coverage]);
                assessment_done(&assessment);
            }
            done(&story);
        }
}

static char *assessment_json(struct story *story, const char *id)
{
    struct text text;
    struct assessment assessment = assess(story, id);
    text_init(&text, ASSESSMENT_JSON_MAX);
    assessment_write_json(claim_library_claim(&story->shipped.library, id), &assessment,
                          &story->facts, &text);
    assessment_done(&assessment);
    return text.bytes;
}

// A fixed shuffle: the same on every machine.
static void shuffle(void *items, size_t count, size_t size, uint32_t seed)
{
    char held[1024], *bytes = items;
    assert_true(size <= sizeof held);
    for (size_t i = count; i > 1; i--) {
        seed = seed * 1664525u + 1013904223u;
        size_t other = seed % i;
        memcpy(held, bytes + (i - 1) * size, size);
        memmove(bytes + (i - 1) * size, bytes + other * size, size);
        memcpy(bytes + other * size, held, size);
    }
}

static void order_of_rows_does_not_matter(void **state)
{
    (void)state;
    struct story story;
    tell(&story, VISIT_IN_PAUSE, TYPICAL);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        AUTO_FREE char *before = assessment_json(&story, expected[i].claim);
        for (uint32_t seed = 1; seed <= 5; seed++) {
            struct claim_facts *facts = &story.facts;
            shuffle(facts->visits.items, facts->visits.count, sizeof *facts->visits.items, seed);
            shuffle(facts->presences.items, facts->presences.count, sizeof *facts->presences.items,
                    seed);
            shuffle(facts->hours.items, facts->hours.count, sizeof *facts->hours.items, seed);
            // A row that comes twice counts once.
            *array_append(&facts->visits) = facts->visits.items[seed % 3];
            AUTO_FREE char *after = assessment_json(&story, expected[i].claim);
            assert_string_equal(before, after);
        }
    }
    done(&story);
}

static void as_of_an_earlier_day(void **state)
{
    (void)state;
    struct story story;
    tell(&story, AS_REPORTED, FULL);
    array_foreach (&story.facts.visits, visit)
        if (strcmp(visit->visit_id, "second") == 0)
            visit->life.recorded_at = at("2025-11-03"); // came in late, by a backfill
    static const struct {
        const char *as_of, *verdict;
    } cases[] = {
        {"2025-10-28", "pending"}, // the window is open
        {"2025-11-02", "partly"},  // two of three, all hours covered
        {"2025-11-03", "corroborated"},
        {"2025-11-05", "corroborated"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        story.facts.as_of = at(cases[i].as_of);
        struct assessment assessment = assess(&story, "an124-three-arrivals");
        assert_string_equal(verdict_name(assessment.verdict), cases[i].verdict);
        assessment_done(&assessment);
    }
    done(&story);
}

static void made_up_data_is_labelled(void **state)
{
    (void)state;
    struct story story;
    tell(&story, AS_REPORTED, NONE);
    struct assessment assessment = assess(&story, "an124-three-arrivals");
    assert_false(assessment.synthetic);
    assessment_done(&assessment);
    array_foreach (&story.facts.visits, visit)
        if (strcmp(visit->visit_id, "first") == 0)
            visit->feeds = FEED_ADSB_LOL | FEED_MADE_UP;
    AUTO_FREE char *json = assessment_json(&story, "an124-three-arrivals");
    assert_non_null(strstr(json, "\"synthetic\":true"));
    done(&story);
}

// Every number that a reader may want to check stands in the assessment.
static void the_arithmetic_is_all_there(void **state)
{
    (void)state;
    struct story story;
    tell(&story, TWO_ARRIVALS, TYPICAL);
    AUTO_FREE char *json = assessment_json(&story, "an124-three-arrivals");
    cJSON *root = cJSON_Parse(json);
    assert_non_null(root);
    const cJSON *clause = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(root, "clauses"), 0);
    const cJSON *coverage = cJSON_GetObjectItemCaseSensitive(clause, "coverage");
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(clause, "counted")->valueint, 2);
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(coverage, "hours")->valueint, 147);
    int hours = 0;
    for (int i = 0; i < COVERAGE_STATE_COUNT; i++)
        hours +=
            cJSON_GetObjectItemCaseSensitive(coverage, coverage_state_name((enum coverage_state)i))
                ->valueint;
    assert_int_equal(hours, 147);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(clause, "evidence")), 2);
    const char *arithmetic = cJSON_GetObjectItemCaseSensitive(clause, "arithmetic")->valuestring;
    assert_non_null(strstr(arithmetic, "2 of A3"));
    assert_non_null(strstr(arithmetic, "exactly 3 claimed"));
    assert_non_null(strstr(arithmetic, "147 hours"));
    assert_non_null(strstr(arithmetic, "looked 9"));
    assert_true(strlen(cJSON_GetObjectItemCaseSensitive(clause, "would_change")->valuestring) > 20);
    cJSON_Delete(root);
    done(&story);
}

static void claimreview_names_all_articles(void **state)
{
    (void)state;
    struct story story;
    struct text text;
    tell(&story, NOTHING, NONE);
    const struct claim *claim =
        claim_library_claim(&story.shipped.library, "flights-resumed-after-six-months");
    struct claimreview review = {.claim = claim,
                                 .verdict = VERDICT_UNVERIFIABLE,
                                 .summary = "Not looked.",
                                 .date_reviewed = "2025-11-05",
                                 .author = "desk",
                                 .synthetic = true};
    text_init(&text, 1 << 20);
    claimreview_write(&review, &story.shipped.library, &text);
    cJSON *root = cJSON_Parse(text.bytes);
    assert_non_null(root);
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(root, "@type")->valuestring,
                        "ClaimReview");
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, "itemReviewed");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(item, "appearance")), 5);
    const cJSON *rating = cJSON_GetObjectItemCaseSensitive(root, "reviewRating");
    assert_null(cJSON_GetObjectItemCaseSensitive(rating, "ratingValue")); // silence is no rating
    assert_non_null(cJSON_GetObjectItemCaseSensitive(root, "disambiguatingDescription"));
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
        assert_null(strstr(claimreview_heading((enum verdict)verdict), "alse"));
    cJSON_Delete(root);
    text_done(&text);
    done(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_written_by_hand),
        cmocka_unit_test(order_of_rows_does_not_matter),
        cmocka_unit_test(as_of_an_earlier_day),
        cmocka_unit_test(made_up_data_is_labelled),
        cmocka_unit_test(the_arithmetic_is_all_there),
        cmocka_unit_test(claimreview_names_all_articles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
