// SPDX-License-Identifier: MIT
// The numbers behind verdicts, against values computed elsewhere (each with its source).
#include "claim/control_sample.h"
#include "claim/likelihood.h"
#include "claim/provenance.h"
#include "claim/regularity.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define assert_near(value, expected, tolerance)                                                    \
    do {                                                                                           \
        if (!(fabs((value) - (expected)) <= (tolerance)))                                          \
            fail_msg("%.12g is not within %g of %.12g", (double)(value), (double)(tolerance),      \
                     (double)(expected));                                                          \
    } while (0)

// P(X >= k) for X binomial(n, p) by adding up terms: slow and plain, an oracle for the beta
// function.
static double tail_by_terms(unsigned k, unsigned n, double p)
{
    double sum = 0;
    for (unsigned i = k; i <= n; i++) {
        double term = 1;
        for (unsigned j = 1; j <= i; j++)
            term *= (double)(n - i + j) / j * p;
        sum += term * pow(1 - p, n - i);
    }
    return sum;
}

static void beta_is_the_binomial_tail(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 60; n += 7)
        for (unsigned k = 1; k <= n; k++)
            for (double p = 0.02; p < 1; p += 0.12)
                assert_near(control_sample_beta(k, n - k + 1, p), tail_by_terms(k, n, p), 1e-10);
    assert_near(control_sample_beta(2, 3, 0), 0, 0);
    assert_near(control_sample_beta(2, 3, 1), 1, 0);
}

// Closed forms for k = n and k = 1; the other by bisection of the exact tail in rational
// arithmetic.
static void clopper_pearson_lower_bounds(void **state)
{
    (void)state;
    static const struct {
        struct control_sample sample;
        double level, expected;
    } cases[] = {
        {{10, 10}, 0.025, 0.6915028921812}, // 0.025^(1/10), closed form
        {{10, 5}, 0.025, 0.1870860284474},  // the tail's bisection
        {{20, 1}, 0.025, 0.0012650894979},  // 1 - 0.975^(1/20), closed form
        {{0, 0}, 0.025, 0},
        {{10, 0}, 0.025, 0},
        {{3, 4}, 0.025, 0}, // more seen than known: no sample
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(control_sample_detect_low(cases[i].sample, cases[i].level), cases[i].expected,
                    1e-9);
    // By definition: at the bound the tail is the level.
    double low = control_sample_detect_low((struct control_sample){59, 47}, 0.025);
    assert_near(tail_by_terms(47, 59, low), 0.025, 1e-9);
}

static void bound_on_missed_arrivals(void **state)
{
    (void)state;
    // 10 of 10: p >= 0.6915; (1 - p)^3 = 0.0294 >= 0.025 > (1 - p)^4.
    struct control_bound bound = control_sample_bound((struct control_sample){10, 10}, 1);
    assert_true(bound.bounded);
    assert_int_equal(bound.missed_max, 3);
    // The smallest perfect sample that excludes one missed arrival: 1 - 0.025^(1/n) < 0.025 first
    // at n = 146.
    assert_int_equal(control_sample_bound((struct control_sample){145, 145}, 1).missed_max, 1);
    assert_int_equal(control_sample_bound((struct control_sample){146, 146}, 1).missed_max, 0);
    // Half of the hours covered halves the chance to see one: 1 - 0.3458; ln 0.025 / ln 0.6542
    // = 8.69.
    assert_int_equal(control_sample_bound((struct control_sample){10, 10}, 0.5).missed_max, 8);
    assert_false(control_sample_bound((struct control_sample){10, 10}, 0).bounded);
    assert_false(control_sample_bound((struct control_sample){0, 0}, 1).bounded);
    assert_false(control_sample_bound((struct control_sample){10, 0}, 1).bounded);
}

#define PASS(minute, minutes, from_ft, to_ft, low_ft)                                              \
    {                                                                                              \
        (minute) * UTC_MINUTE, ((minute) + (minutes)) * UTC_MINUTE, (from_ft), (to_ft), (low_ft)   \
    }
#define DOWN(minute) PASS(minute, 8, 8000, 2500, 2500)
#define UP(minute) PASS(minute, 8, 2500, 8000, 2500)

static void stays_that_departures_prove(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct control_pass passes[4];
        size_t count;
        const char *stays; // a letter each: s(een), u(nseen)
    } cases[] = {
        {"came and went", {DOWN(0), UP(90)}, 2, "s"},
        {"only heard to go", {UP(90)}, 1, "u"},
        {"still there", {DOWN(0)}, 1, ""},
        {"twice, the second time unheard", {DOWN(0), UP(90), UP(600)}, 3, "su"},
        {"came twice before it went: one stay", {DOWN(0), DOWN(30), UP(90)}, 3, "s"},
        {"over the hour's end",
         {PASS(0, 4, 8000, 5500, 5500), PASS(5, 4, 5000, 2500, 2500), UP(90)},
         3,
         "s"},
        {"a pass closer than the gap is the same one", {DOWN(0), UP(18)}, 2, ""},
        {"just beyond it", {DOWN(0), UP(19)}, 2, "s"},
        {"on the ground in one pass", {PASS(0, 40, 6000, 6000, 499)}, 1, "s"},
        {"not that low", {PASS(0, 40, 6000, 6000, 500)}, 1, ""},
        {"flown over", {PASS(0, 8, 8000, 7900, 7900)}, 1, ""},
        {"a climb that began too high", {PASS(0, 8, 5000, 9000, 5000)}, 1, ""},
        {"and just below", {PASS(0, 8, 4999, 9000, 4999)}, 1, "u"},
        {"not enough of a climb", {PASS(0, 8, 2500, 3499, 2500)}, 1, ""},
        {"just enough", {PASS(0, 8, 2500, 3500, 2500)}, 1, "u"},
        {"a descent that ended too high", {PASS(0, 8, 9000, 5000, 5000), UP(90)}, 2, "u"},
        {"nothing", {{0}}, 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct control_stay stays[4];
        char letters[5] = "";
        size_t count = control_stays(cases[i].passes, cases[i].count, stays);
        for (size_t j = 0; j < count; j++)
            letters[j] = stays[j].is_seen ? 's' : 'u';
        if (strcmp(letters, cases[i].stays) != 0)
            fail_msg("%s: \"%s\"", cases[i].what, letters);
    }
}

static void likelihood_bands(void **state)
{
    (void)state;
    static const struct {
        double probability;
        enum likelihood band;
    } cases[] = {
        {0.0, LIKELIHOOD_ALMOST_NO_CHANCE},
        {0.05, LIKELIHOOD_ALMOST_NO_CHANCE},
        {0.0501, LIKELIHOOD_VERY_UNLIKELY},
        {0.20, LIKELIHOOD_VERY_UNLIKELY},
        {0.2001, LIKELIHOOD_UNLIKELY},
        {0.45, LIKELIHOOD_UNLIKELY},
        {0.4501, LIKELIHOOD_ROUGHLY_EVEN},
        {0.5499, LIKELIHOOD_ROUGHLY_EVEN},
        {0.55, LIKELIHOOD_LIKELY},
        {0.7999, LIKELIHOOD_LIKELY},
        {0.80, LIKELIHOOD_VERY_LIKELY},
        {0.9499, LIKELIHOOD_VERY_LIKELY},
        {0.95, LIKELIHOOD_ALMOST_CERTAIN},
        {1.0, LIKELIHOOD_ALMOST_CERTAIN},
        {NAN, LIKELIHOOD_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(likelihood_of_probability(cases[i].probability), cases[i].band);
}

static void rates_are_compared_exactly(void **state)
{
    (void)state;
    // Nothing in 200 days, then 4 in 20: all four in a share of 1/11: (1/11)^4.
    struct regularity_test test = regularity_compare((struct regularity_spans){0, 200, 4, 20});
    assert_near(test.more_by_chance, pow(1.0 / 11, 4), 1e-12);
    assert_near(test.fewer_by_chance, 1, 1e-12);
    assert_int_equal(test.sample, 4);
    assert_true(test.small_sample);
    // 12 in 180 days, then none in 180: (1/2)^12.
    test = regularity_compare((struct regularity_spans){12, 180, 0, 180});
    assert_near(test.fewer_by_chance, pow(0.5, 12), 1e-12);
    assert_near(test.more_by_chance, 1, 1e-12);
    assert_false(test.small_sample);
    assert_true(regularity_compare((struct regularity_spans){9, 10, 0, 10}).small_sample);
    assert_false(regularity_compare((struct regularity_spans){9, 10, 1, 10}).small_sample);
    // No record, no test.
    assert_true(isnan(regularity_compare((struct regularity_spans){0, 10, 0, 10}).more_by_chance));
    assert_true(isnan(regularity_compare((struct regularity_spans){1, 0, 3, 10}).more_by_chance));
}

static void articles_lead_back_to_their_roots(void **state)
{
    (void)state;
    // 0-4 five articles, 5 the agency they retell, 6 another agency, 7 and 8 cite one another, 9
    // cites 5 and 6.
    static const struct provenance_edge edges[] = {{0, 5}, {1, 5}, {2, 5}, {3, 2}, {4, 3},
                                                   {7, 8}, {8, 7}, {9, 5}, {9, 6}, {0, 99}};
    const size_t count = sizeof edges / sizeof *edges;
    uint32_t roots[10];
    assert_int_equal(provenance_roots(10, edges, count, (uint32_t[]){0, 1, 2, 3, 4}, 5, roots, 10),
                     1);
    assert_int_equal(roots[0], 5);
    assert_int_equal(provenance_roots(10, edges, count, (uint32_t[]){4, 6}, 2, roots, 10), 2);
    assert_int_equal(provenance_roots(10, edges, count, (uint32_t[]){9}, 1, roots, 10), 2);
    assert_int_equal(provenance_roots(10, edges, count, (uint32_t[]){7, 8}, 2, roots, 10), 1);
    assert_int_equal(roots[0], 7);
    assert_int_equal(provenance_roots(10, edges, count, NULL, 0, roots, 10), 0);
    assert_int_equal(provenance_roots(10, edges, count, (uint32_t[]){6, 5}, 2, roots, 1),
                     2); // capacity
}

static void feeds_that_share_receivers_are_one(void **state)
{
    (void)state;
    static const struct provenance_edge edges[] = {{1, 0}, {3, 2}};
    assert_int_equal(provenance_groups(5, edges, 2, (uint32_t[]){0, 1}, 2), 1);
    assert_int_equal(provenance_groups(5, edges, 2, (uint32_t[]){0, 1, 2}, 3), 2);
    assert_int_equal(provenance_groups(5, edges, 2, (uint32_t[]){1, 2, 3, 4}, 4), 3);
    assert_int_equal(provenance_groups(5, edges, 2, NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beta_is_the_binomial_tail),
        cmocka_unit_test(clopper_pearson_lower_bounds),
        cmocka_unit_test(bound_on_missed_arrivals),
        cmocka_unit_test(stays_that_departures_prove),
        cmocka_unit_test(likelihood_bands),
        cmocka_unit_test(rates_are_compared_exactly),
        cmocka_unit_test(articles_lead_back_to_their_roots),
        cmocka_unit_test(feeds_that_share_receivers_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
