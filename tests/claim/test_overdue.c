// SPDX-License-Identifier: MIT
// Predictions that went by. All flights are synthetic.
#include "claim/overdue.h"
#include "maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ARRIVALS                                                                                   \
    "{\"id\": \"two\", \"kind\": \"arrivals\", \"aircraft\": {\"types\": [\"A124\"]}, \"place\": " \
    "\"OSLK\", \"verb\": \"arrived\", \"window\": {\"from\": \"2025-10-24T00:00Z\", \"to\": "      \
    "\"2025-10-30T00:00Z\"}, \"count\": 2}"
#define REPORTED_BEFORE "2025-10-23T12:00Z"

struct trial {
    struct claim_library library;
    struct claim_facts facts;
    struct overdue_clause_array overdue;
};

static void begin(struct trial *trial, const char *clause, const char *as_of)
{
    *trial = (struct trial){.library = maker_claim(clause), .facts = maker_facts(as_of)};
}

static size_t look(struct trial *trial, const char *reported_at)
{
    struct assessment assessment;
    const struct claim *claim = &trial->library.claims.items[0];
    array_clear(&trial->overdue);
    claim_assess(claim, &trial->library, &trial->facts, &assessment);
    claim_find_overdue(claim, &assessment, &trial->facts, at(reported_at), &trial->overdue);
    assessment_done(&assessment);
    return trial->overdue.count;
}

static void end(struct trial *trial)
{
    array_free(&trial->overdue);
    claim_facts_done(&trial->facts);
    claim_library_done(&trial->library);
}

static void waits_for_the_window_and_the_settling(void **state)
{
    (void)state;
    static const struct {
        const char *as_of;
        size_t count;
    } moments[] = {
        {"2025-10-25T00:00Z", 0},    // it is open
        {"2025-10-30T23:59:59Z", 0}, // it has ended, and late data may come
        {"2025-10-31T00:00Z", 1},
        {"2026-10-31T00:00Z", 1},
    };
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        struct trial trial;
        begin(&trial, ARRIVALS, moments[i].as_of);
        assert_int_equal(look(&trial, REPORTED_BEFORE), moments[i].count);
        if (moments[i].count > 0) {
            assert_int_equal(trial.overdue.items[0].clause, 0);
            assert_true(trial.overdue.items[0].overdue_at == at("2025-10-31T00:00Z"));
            assert_true(trial.overdue.items[0].window.to == at("2025-10-30T00:00Z"));
        }
        end(&trial);
    }
}

static void needs_a_prediction(void **state)
{
    (void)state;
    struct trial trial;
    begin(&trial, ARRIVALS, "2025-11-15T00:00Z");
    assert_int_equal(look(&trial, "2025-10-26T23:59Z"), 1); // more than half of it lay ahead
    assert_int_equal(look(&trial, "2025-10-27T00:00Z"), 0);
    assert_int_equal(look(&trial, "2025-10-31T00:00Z"), 0); // it told of the past
    end(&trial);
}

static void what_was_seen_is_not_overdue(void **state)
{
    (void)state;
    struct trial trial;
    begin(&trial, ARRIVALS, "2025-11-15T00:00Z");
    maker_hours(&trial.facts, "OSLK", "2025-10-24T00:00Z", "2025-10-30T00:00Z",
                COVERAGE_COVERED_NOT_SEEN);
    maker_visit(&trial.facts, "one", "OSLK", "2025-10-24T10:00Z", "2025-10-24T10:10Z");
    assert_int_equal(look(&trial, REPORTED_BEFORE), 1); // one of two, and we could have seen both
    maker_visit(&trial.facts, "two", "OSLK", "2025-10-26T10:00Z", "2025-10-26T10:10Z");
    assert_int_equal(look(&trial, REPORTED_BEFORE), 0);
    end(&trial);
}

static void says_whether_it_could_be_seen(void **state)
{
    (void)state;
    static const struct {
        unsigned percent;
        const char *words;
    } shares[] = {
        {100, "We could have seen it (144 hours"},
        {50, "We could have seen it for part of the time only (144 hours"},
        {0, "We could not have seen it (144 hours"},
    };
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        struct trial trial;
        begin(&trial, ARRIVALS, "2025-11-15T00:00Z");
        maker_hours_share(&trial.facts, "OSLK", "2025-10-24T00:00Z", "2025-10-30T00:00Z",
                          shares[i].percent, COVERAGE_COVERED_NOT_SEEN, COVERAGE_LOOKED_NO_COVER);
        assert_int_equal(look(&trial, REPORTED_BEFORE), 1);
        const char *words = trial.overdue.items[0].coverage;
        if (strncmp(words, shares[i].words, strlen(shares[i].words)) != 0)
            fail_msg("%s", words);
        end(&trial);
    }
}

// Every three days since the first of October: the next one is due three days after the last.
static void a_series_misses_its_next(void **state)
{
    (void)state;
    static const char series[] =
        "{\"id\": \"series\", \"kind\": \"regular\", \"aircraft\": {\"types\": [\"A124\"]}, "
        "\"place\": "
        "\"OSLK\", \"verb\": \"arrived\", \"since\": \"2025-10-01\", \"every_days\": 3}";
    static const char *const visits[][2] = {{"2025-10-02T10:00Z", "2025-10-02T10:10Z"},
                                            {"2025-10-05T10:00Z", "2025-10-05T10:10Z"},
                                            {"2025-10-08T10:00Z", "2025-10-08T10:10Z"}};
    static const struct {
        const char *as_of;
        size_t count;
    } moments[] = {{"2025-10-12T10:00Z", 0}, {"2025-10-12T10:10Z", 1}};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        struct trial trial;
        begin(&trial, series, moments[i].as_of);
        maker_hours(&trial.facts, "OSLK", "2025-09-01T00:00Z", "2025-10-20T00:00Z",
                    COVERAGE_COVERED_NOT_SEEN);
        for (size_t j = 0; j < sizeof visits / sizeof *visits; j++)
            maker_visit(&trial.facts, visits[j][0], "OSLK", visits[j][0], visits[j][1]);
        assert_int_equal(look(&trial, "2025-10-09T00:00Z"), moments[i].count);
        if (moments[i].count > 0) {
            assert_true(trial.overdue.items[0].window.from == at("2025-10-08T10:10Z"));
            assert_true(trial.overdue.items[0].window.to == at("2025-10-11T10:10Z"));
            assert_non_null(strstr(trial.overdue.items[0].coverage, "(73 hours"));
        }
        end(&trial);
    }
}

static void silence_is_never_overdue(void **state)
{
    (void)state;
    struct trial trial;
    begin(&trial,
          "{\"id\": \"pause\", \"kind\": \"hiatus\", \"aircraft\": {\"types\": [\"A124\"]}, "
          "\"place\": "
          "\"OSLK\", \"verb\": \"arrived\", \"until\": \"2025-10-24\", \"lasting\": {\"min_days\": "
          "5, "
          "\"max_days\": 6}}",
          "2025-12-15T00:00Z");
    assert_int_equal(look(&trial, "2025-09-01T00:00Z"), 0);
    end(&trial);
}

static void is_dated_by_its_earliest_report(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(ARRIVALS);
    struct claim *claim = &library.claims.items[0];
    utc_us imported = at("2025-12-01T00:00Z");
    array_free(&claim->reports);
    array_foreach (&library.reports, report)
        report_done(report);
    array_clear(&library.reports);
    assert_true(claim_reported_at(claim, &library, imported) == imported);
    static const char *const published[][2] = {
        {"none", ""}, {"late", "2025-10-30"}, {"day", "2025-10-26"}, {"time", "2025-10-26T08:00Z"}};
    static const char *const expected[] = {"2025-12-01T00:00Z", "2025-10-31T00:00Z",
                                           "2025-10-27T00:00Z", "2025-10-26T08:00Z"};
    for (size_t i = 0; i < 4; i++) {
        struct report *report = array_append(&library.reports);
        memset(report, 0, sizeof *report);
        strcpy(report->id, published[i][0]);
        strcpy(report->published_text, published[i][1]);
        report->published = published[i][1][0] != '\0' ? at(published[i][1]) : UTC_UNKNOWN;
        strcpy(array_append(&claim->reports)->text, published[i][0]);
        assert_true(claim_reported_at(claim, &library, imported) == at(expected[i]));
    }
    claim_library_done(&library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_the_window_and_the_settling),
        cmocka_unit_test(needs_a_prediction),
        cmocka_unit_test(what_was_seen_is_not_overdue),
        cmocka_unit_test(says_whether_it_could_be_seen),
        cmocka_unit_test(a_series_misses_its_next),
        cmocka_unit_test(silence_is_never_overdue),
        cmocka_unit_test(is_dated_by_its_earliest_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
