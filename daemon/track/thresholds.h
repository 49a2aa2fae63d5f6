// SPDX-License-Identifier: MIT
// Every threshold of the track stage, with its source. "methods 3b" is docs/methods.md's section of
// that number; [inference] marks a value of our own, to be tuned only against the scenarios.
#pragma once

#include "base/utc.h"

// ---- Order and duplicates

// The same fix repeated in successive polls of one feed (feeds trap 5: "position time +- 0.5 s").
#define DUPLICATE_WITHIN_US (UTC_SECOND / 2)
// How many fixes of each feed are remembered, to recognise one that comes again [inference].
#define DUPLICATE_MEMORY 6

// ---- Flags of one point

// readsb marks a trace point stale when no position came for 15 s (feeds 2.3).
#define STALE_AFTER_S 15.0F
// readsb's no-GPS state: NACp <= 2 is 4 nm or worse (methods 3c).
#define NACP_LOW_MAX 2
// A "ground" flag above 80 kt, or with the geometric altitude over 300 ft above the field, is not
// ground (adsbtrack's state machine, methods 3b).
#define GROUND_SPEED_MAX_KT 80.0F
#define GROUND_ABOVE_FIELD_MAX_FT 300
// How far from a field its elevation still says something about a "ground" flag [inference].
#define GROUND_FIELD_WITHIN_NM 5.4

// ---- Speed check (readsb track.c speed_check, methods 3c)

#define SPEED_CHECK_AIR_KT 900.0 // where no speed is known
#define SPEED_CHECK_SURFACE_KT 120.0
#define SPEED_CHECK_CAP_KT 2000.0
#define SPEED_CHECK_FACTOR 1.3
#define SPEED_CHECK_GAIN_KT_PER_S 3.0 // a speed may have grown so much for each second not heard
#define SPEED_CHECK_MLAT_FACTOR 1.4
#define SPEED_CHECK_MLAT_KT 50.0
#define SPEED_CHECK_MLAT_M 250.0
#define SPEED_CHECK_AIR_M 30.0
#define SPEED_CHECK_SURFACE_M 10.0
// No check against a reference older than that.
#define SPEED_CHECK_REFERENCE_MAX_US (60 * UTC_MINUTE)
// readsb checks at its own clock (0.2 s). Our times went through a feed's answer: its "now" is the
// time of a cache renewed each second, and two feeds' clocks differ by more [inference].
#define SPEED_CHECK_SAME_FEED_S 1.2
#define SPEED_CHECK_OTHER_FEED_S 3.0

// A position that does not move although the speed says it did [inference]: for at least so long,
// ...
#define FROZEN_AFTER_US (10 * UTC_SECOND)
#define FROZEN_SPEED_MIN_KT                                                                        \
    50.0F // ... at this speed or more (readsb's no-GPS state asks the same, methods 3c)
#define FROZEN_MOVED_MAX_NM 0.005 // 9 m: a fix repeated, with room for rounding

// Points inside a spoof cluster that appear high above it without an inbound track [inference: a
// departure cannot have climbed so far within the cluster; "appears above the airfield", methods
// 3c].
#define SPOOF_APPEARS_ABOVE_FT 10000

// ---- Several emitters on one address (GFW gpsdio-segment, methods 3a)

#define EMITTERS_MAX 3
#define EMITTER_CHAIN_POINTS 3 // so many implausible points that agree make a track of their own,
#define EMITTER_INTERLEAVED_MIN 2 // if the first track went on meanwhile [inference]
#define EMITTER_CHAIN_GAP_MAX_US (10 * UTC_MINUTE)

// ---- Splitting into sightings (methods 3a, Adopt)

#define SPLIT_LOW_FT 10000 // above the nearest field
#define SPLIT_LOW_GAP_US (10 * UTC_MINUTE)
#define STITCH_MAX_US (10 * UTC_HOUR) // private-jets' limit
// adsbtrack's stitch: gap <= max(90 min, 0.4 of the endurance), distance < 300 kt * gap * 1.2, step
// < 3,000 ft.
#define STITCH_GAP_US (90 * UTC_MINUTE)
#define STITCH_ENDURANCE_SHARE 0.4
// Its 300 kt suits light aircraft; a jet's own last speed stands in for it where that is higher.
#define STITCH_SPEED_KT 300.0
#define STITCH_SPEED_FACTOR 1.2
#define STITCH_STEP_FT 3000
// Beyond 90 minutes the aircraft must have come on by at least this mean speed, else the gap may
// hide a stop [inference: lost and found again at the same place in cruise].
#define STITCH_PROGRESS_KT 150.0
// Its veto: gap > 900 s, starts below 8,000 ft and climbs more than 2,000 ft is a fresh departure.
#define STITCH_VETO_GAP_US (900 * UTC_SECOND)
#define STITCH_VETO_BELOW_FT 8000
#define STITCH_VETO_CLIMB_FT 2000
// How long after the gap the climb may take to show [inference].
#define STITCH_VETO_WITHIN_US (15 * UTC_MINUTE)
// Elevation of the nearest field counts within this distance, else 0 [inference].
#define SPLIT_FIELD_WITHIN_NM 50.0

// A feed's answer may be that late without its points changing what was closed [inference: feeds
// were seen 90 s late, and clocks 3 minutes off].
#define LATENESS_ALLOWANCE_US (3 * UTC_MINUTE)
// A point more than this older than what a sighting began with belongs to no sighting we still
// know.
#define LATE_JOIN_US SPLIT_LOW_GAP_US

// ---- On the ground (methods 3b)

#define GROUND_REPORTS_MIN 3 // "three consistent ground reports or 30 s"
#define GROUND_TIME_MIN_US (30 * UTC_SECOND)
// Less than that on the ground is a touch-and-go (readsb mark_legs: at least one minute on ground).
#define GROUND_STOP_MIN_US UTC_MINUTE
// So long on the ground closes the sighting although the signal goes on [inference: the gap rule's
// 10 minutes].
#define GROUND_STAY_US (10 * UTC_MINUTE)
#define ON_FIELD_NM 1.08 // 2 km (methods 3b, "on-field")

// An aircraft of which nothing was received for so long is forgotten. Longer than the feeds' and
// archives' lateness, and longer than a stop that is still one visit [inference].
#define FORGET_AFTER_US (30 * UTC_DAY)

// ---- Vertical speed

// Above that it climbs, below its negative it descends (traffic's take-off rule: 257 ft/min,
// methods 3b).
#define CLIMBING_FPM 257

// ---- Visits: airfields (methods 3b)

#define NAMED_FIELD_NM 5.4 // 10 km
#define PROBABLE_FIELD_NM 25.0
#define HEADED_FIELD_NM 50.0 // A1: "entered 50 nm"
#define HYSTERESIS_IN_NM 10.0
#define HYSTERESIS_OUT_NM 15.0

// Scores as adsbtrack's candidates (methods 3d): 0.4 * altitude (5,000 -> 500 ft) + 0.4 * proximity
// + 0.2 * descent (-800 ft/min = 1).
#define SCORE_HIGH_FT 5000.0
#define SCORE_LOW_FT 500.0
#define SCORE_RATE_FPM 800.0
#define SCORE_ALTITUDE 0.4
#define SCORE_PROXIMITY 0.4
#define SCORE_RATE 0.2
// Alignment with a runway adds (adsbtrack's confidence, methods 3b).
#define SCORE_ALIGNED_SHORT 0.15 // 30 s
#define SCORE_ALIGNED_LONG 0.25  // 60 s
// Beyond this distance the track should lead towards the field [inference: inside it aircraft turn
// to final].
#define TOWARDS_BEYOND_NM 2.0
#define TOWARDS_FULL_DEG 30.0
#define TOWARDS_NONE_DEG 120.0
// For arrival evidence farther out than HYSTERESIS_IN_NM: it comes closer (a base leg may lead
// past), and farther out than PROBABLE_FIELD_NM it is headed there [inference].
#define TOWARDS_MAX_DEG 90.0
#define TOWARDS_FAR_MAX_DEG 60.0
// A path flatter than this ends short of the field: a third of the usual 3 degrees (318 ft/nm)
// [inference].
#define DESCENT_MIN_FT_PER_NM 80.0
#define DESCENT_SHORT_FACTOR 0.3
#define DESCENT_BEYOND_NM 5.0 // nearer than that a low path may be a circuit
// Higher than this it cannot come down without circling: 1,000 ft and twice the usual path
// [inference].
#define DESCENT_STEEP_FT 1000.0
#define DESCENT_STEEP_FT_PER_NM 600.0
#define DESCENT_STEEP_FACTOR 0.6
// A runner-up this close to the best makes the field uncertain [inference: at 0.85, one in a
// hundred flights put together by chance was ascribed to a neighbour of its field].
#define RUNNER_UP_RATIO 0.65
// The field it came to is likelier to be the one it leaves from [inference].
#define SAME_FIELD_FACTOR 1.5

// ---- Visits: ends of a stay

// adsbtrack's dropped_on_approach: last altitude < 5,000 ft, at least 3 of the last 5 rates <= -200
// ft/min.
#define DROPPED_BELOW_FT 5000
#define DROPPED_RATES 5
#define DROPPED_RATES_MIN 3
#define DROPPED_RATE_FPM (-200)
// Points closer than that say nothing new about a rate (readsb mark_legs ignores points < 5 s
// apart).
#define RATE_SPACING_US (5 * UTC_SECOND)
// adsbtrack's alignment: <= 100 m off the centre line for >= 30 s; traffic: below 5,000 ft above
// the airport.
#define ALIGNED_OFF_NM 0.054
#define ALIGNED_DEG 10.0 // of the runway's direction [inference: crab in a cross-wind]
#define ALIGNED_WITHIN_NM 12.0
#define ALIGNED_MIN_US (30 * UTC_SECOND)
#define ALIGNED_LONG_US (60 * UTC_SECOND)
#define ALIGNED_GAP_US (90 * UTC_SECOND) // coarse polls
#define ALIGNED_LOW_FT 500               // A4 (methods 3b)
#define GO_AROUND_CLIMB_FT 500 // so much above the lowest point on the approach ends it [inference]
// So many of the first five rates must climb for an emergence.
#define EMERGED_RATES_MIN 3
#define EMERGED_DECIDE_US (90 * UTC_SECOND)
// Shorter than that between loss and reappearance there was no stop (methods 3d, turn-round >= 30
// min).
#define TURN_ROUND_MIN_US (30 * UTC_MINUTE)
// Found again near the field and not climbing within that time: the loss was no arrival yet
// [inference].
#define SAME_APPROACH_MAX_US (2 * UTC_HOUR)
// Position lost, barometric altitude goes on: readsb's no-GPS state lasts 15 min (methods 3c).
#define BARO_ONLY_MAX_US (15 * UTC_MINUTE)
#define BARO_ONLY_MIN_US UTC_MINUTE
// The grade is capped at A2 when more than a tenth of the points near the field are flagged
// (methods 3c), or when most positions were computed: errors of kilometres [inference].
#define FLAGGED_SHARE_MAX 0.1
#define MLAT_SHARE_MAX 0.5
#define DOUBT_MINUTES 10 // "near the field", as time before or after the end
// After a jump a position is trusted again once the aircraft has been seen to fly that far from it
// [inference: spoofed positions stand, drift or circle].
#define JUMP_TRUSTED_NM 50.0
// A jump to another feed whose clock is off by no more than this is no spoofing [inference: 3
// minutes seen].
#define CLOCK_SKEW_MAX_US (200 * UTC_SECOND)

// ---- Visits: brackets

// A type's top speed plus a tail wind bounds how soon a place can be reached [inference].
#define BRACKET_WIND_KT 100.0
// The other bound: what was lost on approach lands, and what emerges has left, within the time to
// fly the distance slowly and an hour of holding (30 min final reserve and as much again)
// [inference].
#define BRACKET_SLOW_KT 150.0
#define BRACKET_HOLD_US UTC_HOUR
// How much later than observed a point may have been made: clocks behind by as much are widened
// for.
#define CLOCK_BEHIND_MAX_US (5 * UTC_MINUTE)
// The ground flag follows the wheels by some seconds [inference].
#define GROUND_FLAG_SLACK_US (10 * UTC_SECOND)
// A clock that runs ahead: what we received was made within so long before [inference].
#define CLOCK_AHEAD_SLACK_US UTC_MINUTE

// Between two fields, or two sightings of one address (methods 3d).
#define IMPOSSIBLE_SPEED_KT 600.0
