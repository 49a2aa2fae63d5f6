// SPDX-License-Identifier: MIT
// What can be alerted about: one row a type.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum alert_type {
    ALERT_SIGHTING_OPENED,
    ALERT_SIGHTING_CLOSED,
    ALERT_VISIT_ARRIVED,
    ALERT_VISIT_DEPARTED,
    ALERT_VISIT_UPGRADED,
    ALERT_VISIT_RETRACTED,
    ALERT_IDENTITY_CONFLICT,
    ALERT_SQUAWK_EMERGENCY,
    ALERT_FEED_SILENT,
    ALERT_FEED_SUSPECT,
    ALERT_FEED_RECOVERED,
    ALERT_CLAIM_ASSESSED,
    ALERT_CLAIM_OVERDUE,
    ALERT_INTAKE_STOPPED,
    ALERT_INTAKE_RESUMED,
    ALERT_WEBHOOK_FAILING,
    ALERT_WEBHOOK_TEST,
    ALERT_TYPE_COUNT,
};

struct alert_type_row {
    const char *name;  // "visit.arrived"
    const char *title; // for a headline, ASCII
    const char *tag;   // ntfy's name of an emoji
    bool about_aircraft;
    // A second one about the same subject within the webhook's quiet period is not sent.
    bool quietable;
    bool urgent;
};

const struct alert_type_row *alert_type_row(enum alert_type type);
// ALERT_TYPE_COUNT for a name that is none.
enum alert_type alert_type_find(const char *name);
