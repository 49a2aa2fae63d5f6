// SPDX-License-Identifier: MIT
// When an answer came, by a wall clock that somebody may set. The monotonic clock tells that it was
// set; which of the two times is right the feed's own time decides, since one of three that are
// hours apart is the odd one out. Pure: the clocks are the caller's.
#pragma once

#include "base/utc.h"

#include <stdbool.h>

// A clock that is only corrected moves by less between two answers: ntpd and chrony step from 0.128
// s and 1 s on, and slew below that. Longer steps are looked at.
#define RECEIPT_STEP (2 * UTC_SECOND)

struct receipt_clock {
    bool is_set;
    utc_us offset;  // wall clock less monotonic clock at the last answer that was taken
    utc_us last_at; // the time given to that answer; UTC_UNKNOWN for none
};

void receipt_clock_init(struct receipt_clock *clock);

// What an earlier process gave its last answer: without a monotonic clock over both, a wall clock
// behind it has been set back.
void receipt_clock_restore(struct receipt_clock *clock, utc_us last_at);

// Two times for one moment. Equal unless the wall clock was set.
struct receipt_times {
    utc_us wall;   // what the wall clock says
    utc_us steady; // what it would say if nobody had set it since the last answer that was taken
};

// `monotonic` is any clock that nobody sets, in microseconds; 0 where there is none (a recording),
// then the wall clock is believed.
struct receipt_times receipt_clock_read(const struct receipt_clock *clock, utc_us wall,
                                        utc_us monotonic);
bool receipt_times_differ(const struct receipt_times *times);

// The one that is nearer to the feed's own time; the wall clock's where the feed tells none
// (UTC_UNKNOWN).
utc_us receipt_times_choose(const struct receipt_times *times, utc_us feed_now);

// The chosen time, made to rise: the tracker wants strictly rising times, and two answers may end
// in the same microsecond. A time that lies further back than a step is left: the clock was set
// back with good reason.
utc_us receipt_clock_rising(const struct receipt_clock *clock, utc_us chosen);

// The answer was good and has got that time.
void receipt_clock_take(struct receipt_clock *clock, utc_us taken, utc_us monotonic);
