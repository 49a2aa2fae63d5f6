// SPDX-License-Identifier: MIT
#include "alert/intake_watch.h"

void intake_watch_restore(struct intake_watch *watch, utc_us now)
{
    *watch = (struct intake_watch){.announced = true, .has_room = true, .has_room_since = now};
}

bool intake_watch_stopped(struct intake_watch *watch, const char *reason, utc_us now,
                          struct alert_event *ret_event)
{
    watch->has_room = false;
    if (watch->announced)
        return false;
    watch->announced = true;
    *ret_event = alert_event_of_intake(ALERT_INTAKE_STOPPED, reason, now);
    return true;
}

void intake_watch_resumed(struct intake_watch *watch, utc_us now)
{
    watch->has_room = true;
    watch->has_room_since = now;
}

bool intake_watch_next(struct intake_watch *watch, utc_us now, struct alert_event *ret_event)
{
    // A clock that was set back must not make it wait for the time before.
    utc_us lasted = now - watch->has_room_since;
    if (!watch->announced || !watch->has_room || (lasted >= 0 && lasted < INTAKE_WATCH_PATIENCE))
        return false;
    watch->announced = false;
    *ret_event = alert_event_of_intake(ALERT_INTAKE_RESUMED, "", watch->has_room_since);
    return true;
}
