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

#include "base/utc.h"

#include <stdbool.h>
#include <stddef.h>
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

// --- a sample from an archive ---------------------------------------------------------------------
//
// Who is heard to climb out of a field had come there before, whether or not anybody heard that:
// departures of other traffic are the known arrivals, and those whose way in was heard too are the
// seen ones. It is the two-sample form of counting (Lincoln 1930, Petersen 1896), and it has that
// method's limit: where the way in and the way out are missed together, by one dead receiver,
// nothing is known of either, so the chance comes out too good. The sample is of aircraft that
// transmit.

// One aircraft heard low near a field, without a pause in between. Heights are above the field.
struct control_pass {
    utc_us first_at, last_at;
    int32_t first_ft, last_ft, lowest_ft;
};

// A pause as long as that is another pass: in it an aircraft may land or leave unheard (methods.md
// 3a: "below 10,000 ft and gap > 10 min").
#define CONTROL_PASS_GAP (10 * UTC_MINUTE)
// "descending < 5,000 ft within 25 nm", and the same for an emergence (methods.md 3b, A3).
#define CONTROL_LOW_FT 5000
// So much lower at the end than at the beginning is a descent; half of a circuit's height must not
// be [inference: circuits are flown at 1,000 to 1,500 ft].
#define CONTROL_CHANGE_FT 1000
// Heard down to that and up again it was on the ground ("to < 500 ft AFE", methods.md 3b, A4).
#define CONTROL_GROUND_FT 500

// One stay that a departure proves.
struct control_stay {
    utc_us left_at; // when it was first heard on its way out
    bool is_seen;   // its arrival was heard: since the departure before it, or since the first pass
};

// The stays that the passes of one aircraft at one field prove. Passes are in order of time; those
// closer than the gap are one. `ret_stays` has room for `count`; returns how many there are.
size_t control_stays(const struct control_pass *passes, size_t count,
                     struct control_stay *ret_stays);
