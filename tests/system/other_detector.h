// SPDX-License-Identifier: MIT
// Makes of the detector another version that believes less: an approach that is lost above 1,000 ft
// is no arrival. For the tests of deriving anew; compiled before each of the track's files.
#pragma once

#include "track/thresholds.h"
#include "track/visit.h"

#undef DROPPED_BELOW_FT
#define DROPPED_BELOW_FT 1000
#undef VISIT_DETECTOR_VERSION
#define VISIT_DETECTOR_VERSION 1000
