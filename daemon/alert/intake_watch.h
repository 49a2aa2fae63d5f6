// SPDX-License-Identifier: MIT
// Whether intake stands still for want of room in the journal, and when that is worth an alert.
// Pure: time is data.
#pragma once

#include "alert/event.h"

// Room that comes and goes is one stop: it counts as over when it has lasted so long [our choice].
#define INTAKE_WATCH_PATIENCE UTC_MINUTE

struct intake_watch {
    bool announced; // as stopped
    bool has_room;
    utc_us has_room_since;
};

// What an earlier run announced as stopped: it is over for good once there is room for long enough.
void intake_watch_restore(struct intake_watch *watch, utc_us now);

// Intake stopped. True with an event at the first of a row of stops.
bool intake_watch_stopped(struct intake_watch *watch, const char *reason, utc_us now,
                          struct alert_event *ret_event);
// There is room again.
void intake_watch_resumed(struct intake_watch *watch, utc_us now);
// To be asked from time to time: true with an event when a stop is over for good.
bool intake_watch_next(struct intake_watch *watch, utc_us now, struct alert_event *ret_event);
