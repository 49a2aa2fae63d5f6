// SPDX-License-Identifier: MIT
// SYNTHETIC events and a small configuration for the tests of alerts.
#pragma once

#include "alert/event.h"
#include "config/config.h"

// One airfield (OSLK), one region, two watch entries (an124, il62), one feed (adsb.lol), and one
// webhook "desk" that takes everything. Of static duration; each call makes it anew.
struct config *maker_config(void);
struct config_webhook *maker_webhook(void);

// An Il-62M that landed at OSLK, grade A3.
struct alert_event maker_arrival(void);

// 2025-10-26T11:42:10Z
#define MAKER_NOW ((utc_us)1761478930 * UTC_SECOND)
