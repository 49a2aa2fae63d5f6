// SPDX-License-Identifier: MIT
#include "track/track_fix.h"

#include "track/thresholds.h"

utc_us track_fix_lower_at(const struct track_fix *fix)
{
    return fix->observed_at > fix->at ? fix->at - CLOCK_AHEAD_SLACK_US : fix->at;
}
