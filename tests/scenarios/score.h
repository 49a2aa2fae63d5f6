// SPDX-License-Identifier: MIT
// Visits as found against visits as they were.
#pragma once

#include "follow.h"
#include "world.h"

#include <stdio.h>

struct score {
    size_t scenarios;
    size_t true_visits;              // in all, whatever the evidence
    size_t expected;                 // true visits whose evidence must lead to A2 or above
    size_t found;                    // of those
    size_t missed;                   // of those
    size_t found_beyond;             // true visits found at A2 or above although that was not asked
    size_t false_visits;             // at A2 or above where the aircraft was not
    size_t field_right, field_wrong; // of visits at A2 or above near a true one in time
    size_t brackets, brackets_wrong; // ends of found visits that hold or do not hold the truth
    size_t grades_too_high, grades_too_low;
};

// Adds one scenario's outcome; writes what is wrong to `complaints`, if not NULL, with the
// scenario's name.
void score_add(struct score *score, const struct world *world, const struct followed *followed,
               const char *name, FILE *complaints);
