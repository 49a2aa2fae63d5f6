// SPDX-License-Identifier: MIT
// "Resumed" and "regular", tested against the record before (methods.md 5.5). Arrivals are taken as
// a Poisson process; two rates are compared by the conditional test: given N arrivals in both spans
// together, those in the second are binomial with the share of the second span's length (J.
// Przyborowski, H. Wilenski, Biometrika 31, 1940). Exact for small samples, and the sample's size
// is always said beside it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Fewer arrivals than this, and the text carries a small-sample warning: ten is where the relative
// standard error of a Poisson rate, 1/sqrt(N), falls to about a third [inference].
#define REGULARITY_SMALL_SAMPLE 10
// A change counts as shown below this probability of coming about by chance: the customary 5 %.
#define REGULARITY_SIGNIFICANT 0.05
// Fewer than three gaps between visits are no pattern: one can fit any interval, two any trend
// [inference].
#define REGULARITY_GAPS_NEEDED 3

struct regularity_spans {
    uint32_t before_count; // visits before
    double before_days;    // days of record before
    uint32_t after_count;
    double after_days;
};

struct regularity_test {
    double rate_before_per_day; // NAN without a record
    double rate_after_per_day;
    double more_by_chance;  // P(that many or more after | equal rates); NAN when it cannot be told
    double fewer_by_chance; // P(that few or fewer after | equal rates)
    uint32_t sample;        // visits in both spans
    bool small_sample;
};

struct regularity_test regularity_compare(struct regularity_spans spans);
