// SPDX-License-Identifier: MIT
// How well silence speaks: from a control sample of arrivals that are known to have happened (other
// traffic at the same field) and how many of them were seen, a lower bound on the chance to see an
// arrival, and from that an upper bound on the arrivals that may have been missed while none was
// seen (methods.md 3e and 5.4).
//
// With n known arrivals of which k were seen:
//   p_low   the one-sided Clopper-Pearson lower bound at level alpha/2: the p at which P(X >= k |
//   n, p) =
//           alpha/2 (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934). For k = n it is
//           (alpha/2)^(1/n), the form from which the "rule of three" follows (J. A. Hanley, A.
//           Lippman-Hand, JAMA 249, 1983).
//   missed  the greatest M with (1 - p_low)^M >= alpha/2: had more than M arrivals happened, seeing
//   none of
//           them would have been rarer than alpha/2.
// By Bonferroni's inequality both hold together with confidence 1 - alpha.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// The customary 95 % of both sources above.
#define CONTROL_SAMPLE_ALPHA 0.05
// Above this the bound says nothing a reader could use; it is reported as "no useful bound"
// [inference].
#define CONTROL_SAMPLE_MISSED_MAX 1000000

struct control_sample {
    uint32_t known; // arrivals that are known to have happened
    uint32_t seen;  // of these
};

struct control_bound {
    struct control_sample sample;
    double detect_low; // p_low; 0 when the sample says nothing
    bool bounded;      // whether `missed_max` means anything
    uint32_t missed_max;
};

// The regularized incomplete beta function I_x(a, b), by Lentz's evaluation of the continued
// fraction 26.5.8 of Abramowitz and Stegun. For a, b > 0 and x in [0, 1].
double control_sample_beta(double a, double b, double x);

// Clopper-Pearson's lower bound at a one-sided level in (0, 1). 0 for an empty or impossible
// sample.
double control_sample_detect_low(struct control_sample sample, double level);

// The bound for a span of which `covered_share` in [0, 1] was covered. The chance to see an arrival
// is taken as p_low * covered_share: arrivals are assumed to fall into covered and uncovered hours
// alike.
struct control_bound control_sample_bound(struct control_sample sample, double covered_share);
