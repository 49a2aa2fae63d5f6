// SPDX-License-Identifier: MIT
// Every threshold of the track stage, with its source. "methods 3b" is docs/methods.md's section of that number;
// [inference] marks a value of our own, to be tuned only against the scenarios.
#pragma once

#include "base/utc.h"

// ---- Order and duplicates ------------------------------------------------------------------------------

// The same fix repeated in successive polls of one feed (feeds trap 5: "position time +- 0.5 s").
#define DUPLICATE_WITHIN_US (UTC_SECOND / 2)
// How many fixes of each feed are remembered, to recognise one that comes again [inference].
#define DUPLICATE_MEMORY 6

// ---- Flags of one point --------------------------------------------------------------------------------

// readsb marks a trace point stale when no position came for 15 s (feeds 2.3).
#define STALE_AFTER_S 15.0F
// readsb's no-GPS state: NACp <= 2 is 4 nm or worse (methods 3c).
#define NACP_LOW_MAX 2
// A "ground" flag above 80 kt, or with the geometric altitude over 300 ft above the field, is not ground
// (adsbtrack's state machine, methods 3b).
#define GROUND_SPEED_MAX_KT 80.0F
#define GROUND_ABOVE_FIELD_MAX_FT 300
// How far from a field its elevation still says something about a "ground" flag [inference].
#define GROUND_FIELD_WITHIN_NM 5.4

// ---- Speed check (readsb track.c speed_check, methods 3c) ----------------------------------------------

#define SPEED_CHECK_AIR_KT 900.0        // where no speed is known
#define SPEED_CHECK_SURFACE_KT 120.0
#define SPEED_CHECK_CAP_KT 2000.0
#define SPEED_CHECK_FACTOR 1.3
#define SPEED_CHECK_GAIN_KT_PER_S 3.0   // a speed may have grown so much for each second not heard
#define SPEED_CHECK_MLAT_FACTOR 1.4
#define SPEED_CHECK_MLAT_KT 50.0
#define SPEED_CHECK_MLAT_M 250.0
#define SPEED_CHECK_AIR_M 30.0
#define SPEED_CHECK_SURFACE_M 10.0
// No check against a reference older than that.
#define SPEED_CHECK_REFERENCE_MAX_US (60 * UTC_MINUTE)
// readsb checks at its own clock (0.2 s). Our times went through a feed's answer: its "now" is the time of a
// cache renewed each second, and two feeds' clocks differ by more [inference].
#define SPEED_CHECK_SAME_FEED_S 1.2
#define SPEED_CHECK_OTHER_FEED_S 3.0

// A position that does not move although the speed says it did [inference]: for at least so long, ...
#define FROZEN_AFTER_US (10 * UTC_SECOND)
#define FROZEN_SPEED_MIN_KT 50.0F // ... at this speed or more (readsb's no-GPS state asks the same, methods 3c)
#define FROZEN_MOVED_MAX_NM 0.005 // 9 m: a fix repeated, with room for rounding

// Points inside a spoof cluster that appear high above it without an inbound track [inference: a departure
// cannot have climbed so far within the cluster; "appears above the airfield", methods 3c].
#define SPOOF_APPEARS_ABOVE_FT 10000

// ---- Several emitters on one address (GFW gpsdio-segment, methods 3a) -----------------------------------

#define EMITTERS_MAX 3
#define EMITTER_CHAIN_POINTS 3      // so many implausible points that agree make a track of their own,
#define EMITTER_INTERLEAVED_MIN 2   // if the first track went on meanwhile [inference]
#define EMITTER_CHAIN_GAP_MAX_US (10 * UTC_MINUTE)

// ---- Splitting into sightings (methods 3a, Adopt) -------------------------------------------------------

#define SPLIT_LOW_FT 10000              // above the nearest field
#define SPLIT_LOW_GAP_US (10 * UTC_MINUTE)
#define STITCH_MAX_US (10 * UTC_HOUR)   // private-jets' limit
// adsbtrack's stitch: gap <= max(90 min, 0.4 of the endurance), distance < 300 kt * gap * 1.2, step < 3,000 ft.
#define STITCH_GAP_US (90 * UTC_MINUTE)
#define STITCH_ENDURANCE_SHARE 0.4
// Its 300 kt suits light aircraft; a jet's own last speed stands in for it where that is higher.
#define STITCH_SPEED_KT 300.0
#define STITCH_SPEED_FACTOR 1.2
#define STITCH_STEP_FT 3000
// Beyond 90 minutes the aircraft must have come on by at least this mean speed, else the gap may hide a stop
// [inference: lost and found again at the same place in cruise].
#define STITCH_PROGRESS_KT 150.0
// Its veto: gap > 900 s, starts below 8,000 ft and climbs more than 2,000 ft is a fresh departure.
#define STITCH_VETO_GAP_US (900 * UTC_SECOND)
#define STITCH_VETO_BELOW_FT 8000
#define STITCH_VETO_CLIMB_FT 2000
// How long after the gap the climb may take to show [inference].
#define STITCH_VETO_WITHIN_US (15 * UTC_MINUTE)
// Elevation of the nearest field counts within this distance, else 0 [inference].
#define SPLIT_FIELD_WITHIN_NM 50.0

// A feed's answer may be that late without its points changing what was closed [inference: feeds were seen
// 90 s late, and clocks 3 minutes off].
#define LATENESS_ALLOWANCE_US (3 * UTC_MINUTE)
// A point more than this older than what a sighting began with belongs to no sighting we still know.
#define LATE_JOIN_US SPLIT_LOW_GAP_US

// ---- On the ground (methods 3b) --------------------------------------------------------------------------

#define GROUND_REPORTS_MIN 3                 // "three consistent ground reports or 30 s"
#define GROUND_TIME_MIN_US (30 * UTC_SECOND)
// Less than that on the ground is a touch-and-go (readsb mark_legs: at least one minute on ground).
#define GROUND_STOP_MIN_US UTC_MINUTE
// So long on the ground closes the sighting although the signal goes on [inference: the gap rule's 10 minutes].
#define GROUND_STAY_US (10 * UTC_MINUTE)
#define ON_FIELD_NM 1.08 // 2 km (methods 3b, "on-field")

// An aircraft of which nothing was received for so long is forgotten. Longer than the feeds' and archives'
// lateness, and longer than a stop that is still one visit [inference].
#define FORGET_AFTER_US (30 * UTC_DAY)

// ---- Vertical speed --------------------------------------------------------------------------------------

// Above that it climbs, below its negative it descends (traffic's take-off rule: 257 ft/min, methods 3b).
#define CLIMBING_FPM 257
