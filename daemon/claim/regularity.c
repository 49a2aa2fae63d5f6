// SPDX-License-Identifier: MIT
#include "claim/regularity.h"

#include "claim/control_sample.h"

#include <math.h>

// P(X >= k) for X binomial(n, p).
static double at_least(uint32_t k, uint32_t n, double p)
{
    if (k == 0)
        return 1;
    return control_sample_beta(k, (double)n - k + 1, p);
}

struct regularity_test regularity_compare(struct regularity_spans spans)
{
    struct regularity_test test = {
        .rate_before_per_day = spans.before_days > 0 ? spans.before_count / spans.before_days : NAN,
        .rate_after_per_day = spans.after_days > 0 ? spans.after_count / spans.after_days : NAN,
        .more_by_chance = NAN,
        .fewer_by_chance = NAN,
        .sample = spans.before_count + spans.after_count,
    };
    test.small_sample = test.sample < REGULARITY_SMALL_SAMPLE;
    if (test.sample == 0 || !(spans.before_days > 0) || !(spans.after_days > 0))
        return test;
    double share = spans.after_days / (spans.before_days + spans.after_days);
    test.more_by_chance = at_least(spans.after_count, test.sample, share);
    test.fewer_by_chance = spans.after_count == test.sample
                               ? 1
                               : 1 - at_least(spans.after_count + 1, test.sample, share);
    return test;
}
