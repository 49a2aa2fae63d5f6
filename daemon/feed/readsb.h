// SPDX-License-Identifier: MIT
// The readsb family: adsb.lol, adsb.fi, airplanes.live, ADSBexchange v2, a local readsb or tar1090,
// and dump1090's aircraft.json with its old key names (feeds.md 1). Three shapes of answer:
//   an envelope   {"ac" or "aircraft": [...], "now": ...}, now in seconds or milliseconds
//   one aircraft  {"hex": ...}, ADSBexchange's answer for a single address
//   lines         one aircraft a line, each with its own "now" (readsb's JSON port)
// The bytes are checked and read in place in one pass; numbers are converted only where they are
// needed.
#pragma once

#include "feed/decoder.h"

extern const struct feed_decoder readsb_decoder;
