// SPDX-License-Identifier: MIT
// Could we have seen it? Four states of an hour at a place (methods.md 3e), and their shares over a
// window.
#pragma once

#include "base/text.h"
#include "base/utc.h"
#include "claim/facts.h"
#include "claim/window.h"
#include "claim/words.h"

#include <stdbool.h>
#include <stdint.h>

// "feed polled OK in >= 90 % of that hour" (methods.md 3e).
#define COVERAGE_POLLED_SHARE 0.90
// "N other aircraft heard below 10,000 ft within 25 nm": two, so that one stray or spoofed position
// does not make cover [inference: methods.md 3e leaves N open].
#define COVERAGE_OTHERS_NEEDED 2
#define COVERAGE_LOW_FT 10000   // methods.md 3e
#define COVERAGE_RADIUS_NM 25.0 // methods.md 3e
// "or in >= 50 % of the same weekday-hours of the last 28 d": four hours, of which two (methods.md
// 3e).
#define COVERAGE_PAST_WEEKS 4
#define COVERAGE_PAST_SHARE 0.50
// From this share of a window's hours on, silence is "not observed" and not "unverifiable". The
// share that methods.md 3e asks of the polls of one hour, applied to the hours of a window
// [inference].
#define COVERAGE_WINDOW_SHARE 0.90

struct coverage_inputs {
    uint32_t polls_due; // of the feed that looked best in that hour
    uint32_t polls_ok;
    uint32_t others_low; // other aircraft heard low near the place: the most in one answer
    bool observed;       // a watched aircraft was seen at the place in that hour
    uint32_t
        past_hours_heard; // of the same weekday-hours of the last 28 days: with enough others low
};

#define COVERAGE_FIELDS_MAX 256 // airfields of one region

enum coverage_state coverage_of_hour(const struct coverage_inputs *inputs);

struct coverage_tally {
    uint32_t hours; // of the window up to the moment of the judgement
    uint32_t by_state[COVERAGE_STATE_COUNT];
    uint32_t synthetic; // hours of which some answers are made up
    uint32_t unwatched; // of the hours not looked: somebody looked, but not for these aircraft
};

// Hours in which an aircraft would have been seen: observed and covered_not_seen.
uint32_t coverage_covered_hours(const struct coverage_tally *tally);
uint32_t coverage_uncovered_hours(const struct coverage_tally *tally);
double coverage_covered_share(const struct coverage_tally *tally); // 0 for no hours
double coverage_looked_share(const struct coverage_tally *tally);

// Counts the hours that overlap the window, none after `facts->as_of`. `facts` must be sorted. For
// a region an hour is as good as at the worst covered of its airfields (the first
// COVERAGE_FIELDS_MAX of them), unless the region has rows of its own.
struct coverage_tally coverage_tally_window(const struct claim_facts *facts, const char *place,
                                            const struct claim_window *window);

// "147 hours: 9 observed, 120 covered and not seen, 10 looked without cover, 8 not looked; looked
// 95 % of hours, could have seen below 10,000 ft in 88 %".
void coverage_describe(const struct coverage_tally *tally, struct text *text);
