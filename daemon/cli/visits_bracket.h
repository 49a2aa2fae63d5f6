// SPDX-License-Identifier: MIT
// The time brackets of a visit as a table has them: short, in UTC, days only where they are needed.
#pragma once

#include "base/utc.h"

#define VISITS_BRACKET_SIZE 64

// "2025-10-26 11:31-11:42", "2025-10-26 23:50-00:20+1" over midnight, "2025-10-26..2025-11-07" for
// more than nine days, "by 2025-10-26 11:42" and "after 2025-10-26 11:31" with one bound only; at
// most 24 characters. NULL where nothing is known, else `buffer`.
const char *visits_arrival_bracket(utc_us after, utc_us before, char buffer[VISITS_BRACKET_SIZE]);

// The same beside an arrival that began on the day of `arrived`: "15:02-15:40", "15:02-00:20+1",
// "+1 02:10-03:00", "11-07..11-12" for anything longer; at most 14 characters.
const char *visits_departure_bracket(utc_us arrived, utc_us after, utc_us before,
                                     char buffer[VISITS_BRACKET_SIZE]);
