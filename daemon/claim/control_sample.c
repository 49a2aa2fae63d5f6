// SPDX-License-Identifier: MIT
#include "claim/control_sample.h"

#include <float.h>
#include <math.h>

#define STIRLING_FROM 12.0
#define FRACTION_STEPS_MAX 500
#define BISECTION_STEPS 60 // halves [0, 1] to below a double's precision near 1

// The partial numerators of A&S 26.5.8.
static double fraction_term(int step, double a, double b, double x)
{
    int m = step / 2;
    if (step % 2 == 0)
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
}

static double away_from_zero(double value)
{
    return fabs(value) < DBL_MIN ? DBL_MIN : value;
}

// 1 / (1 + d1 / (1 + d2 / (1 + ...))), modified Lentz (Thompson and Barnett, 1986).
static double continued_fraction(double a, double b, double x)
{
    double value = 1, c = 1, d = 0;
    for (int step = 1; step <= FRACTION_STEPS_MAX; step++) {
        double term = fraction_term(step, a, b, x);
        d = 1 / away_from_zero(1 + term * d);
        c = away_from_zero(1 + term / c);
        value *= c * d;
        if (fabs(c * d - 1) < 1e-14)
            break;
    }
    return 1 / value;
}

// ln of the gamma function for x > 0 by Stirling's series (Abramowitz and Stegun 6.1.41) after
// stepping up to where five terms are exact to 1e-13. lgamma() would write to a global.
static double log_gamma(double x)
{
    double steps = 0;
    while (x < STIRLING_FROM) {
        steps += log(x);
        x += 1;
    }
    double square = 1 / (x * x);
    double series =
        (1.0 / 12 -
         square *
             (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square * (1.0 / 1188))))) /
        x;
    return (x - 0.5) * log(x) - x + 0.91893853320467274178 + series - steps; // ln(2 pi) / 2
}

double control_sample_beta(double a, double b, double x)
{
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    double front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x));
    // The fraction converges fast only on this side of the mean; the other by symmetry.
    if (x < (a + 1) / (a + b + 2))
        return front * continued_fraction(a, b, x) / a;
    return 1 - front * continued_fraction(b, a, 1 - x) / b;
}

double control_sample_detect_low(struct control_sample sample, double level)
{
    if (sample.known == 0 || sample.seen == 0 || sample.seen > sample.known)
        return 0;
    if (sample.seen == sample.known)
        return pow(level, 1.0 / sample.known);
    double low = 0, high = 1;
    for (int step = 0; step < BISECTION_STEPS; step++) {
        double middle = (low + high) / 2;
        // P(X >= k | n, p) = I_p(k, n - k + 1), which rises with p.
        double tail =
            control_sample_beta(sample.seen, (double)sample.known - sample.seen + 1, middle);
        if (tail < level)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct control_bound control_sample_bound(struct control_sample sample, double covered_share)
{
    struct control_bound bound = {.sample = sample};
    double level = CONTROL_SAMPLE_ALPHA / 2;
    bound.detect_low = control_sample_detect_low(sample, level);
    double share = covered_share < 0 ? 0 : covered_share > 1 ? 1 : covered_share;
    double detect = bound.detect_low * share;
    if (detect <= 0)
        return bound;
    double missed = detect >= 1 ? 0 : floor(log(level) / log1p(-detect));
    if (missed > CONTROL_SAMPLE_MISSED_MAX)
        return bound;
    bound.bounded = true;
    bound.missed_max = (uint32_t)missed;
    return bound;
}
