// SPDX-License-Identifier: MIT
#include "alert/type.h"

#include <string.h>

// A visit's events are each different evidence, each emergency code is told once a flight, and a
// recovery once a silence that was told: none of them falls under the quiet period.
static const struct alert_type_row rows[ALERT_TYPE_COUNT] = {
    [ALERT_SIGHTING_OPENED] = {"sighting.opened", "Aircraft seen", "airplane", true, true, false},
    [ALERT_SIGHTING_CLOSED] = {"sighting.closed", "Aircraft gone", "airplane", true, true, false},
    [ALERT_VISIT_ARRIVED] = {"visit.arrived", "Arrival", "airplane_arriving", true, false, false},
    [ALERT_VISIT_DEPARTED] = {"visit.departed", "Departure", "airplane_departure", true, false,
                              false},
    [ALERT_VISIT_UPGRADED] = {"visit.upgraded", "More evidence of a visit", "mag", true, false,
                              false},
    [ALERT_VISIT_RETRACTED] = {"visit.retracted", "Visit withdrawn", "leftwards_arrow_with_hook",
                               true, false, false},
    [ALERT_IDENTITY_CONFLICT] = {"identity.conflict", "One address in two places", "warning", true,
                                 true, false},
    [ALERT_SQUAWK_EMERGENCY] = {"squawk.emergency", "Emergency squawk", "rotating_light", true,
                                false, true},
    [ALERT_FEED_SILENT] = {"feed.silent", "Feed silent", "mute", false, true, false},
    [ALERT_FEED_SUSPECT] = {"feed.suspect", "Feed suspect", "warning", false, true, false},
    [ALERT_FEED_RECOVERED] = {"feed.recovered", "Feed recovered", "white_check_mark", false, false,
                              false},
    [ALERT_CLAIM_ASSESSED] = {"claim.assessed", "Verdict changed", "scales", false, false, false},
    [ALERT_CLAIM_OVERDUE] = {"claim.overdue", "Claim overdue", "hourglass", false, false, false},
    [ALERT_INTAKE_STOPPED] = {"intake.stopped", "Intake stopped", "no_entry", false, false, true},
    [ALERT_INTAKE_RESUMED] = {"intake.resumed", "Intake goes on", "white_check_mark", false, false,
                              false},
    [ALERT_WEBHOOK_FAILING] = {"webhook.failing", "Webhook failing", "warning", false, true, false},
    [ALERT_WEBHOOK_TEST] = {"webhook.test", "Test", "test_tube", false, false, false},
};

const struct alert_type_row *alert_type_row(enum alert_type type)
{
    return &rows[(size_t)type < ALERT_TYPE_COUNT ? type : ALERT_WEBHOOK_TEST];
}

enum alert_type alert_type_find(const char *name)
{
    for (size_t i = 0; i < ALERT_TYPE_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return (enum alert_type)i;
    return ALERT_TYPE_COUNT;
}
