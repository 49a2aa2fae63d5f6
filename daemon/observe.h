// SPDX-License-Identifier: MIT
// What the daemon says of itself, gathered from its parts: metrics and status over HTTP where the
// configuration names an address, the status line and the watchdog for systemd.
#pragma once

#include "alert/delivery.h"
#include "config/config.h"
#include "feed/poller.h"
#include "ops/stall.h"
#include "pipeline.h"

struct observer;

// What is looked at; borrowed until observer_close.
struct observer_settings {
    uv_loop_t *loop;
    const struct config *config; // until observer_set_config
    const struct poller *poller;
    struct pipeline *pipeline;
    const struct alert_delivery *delivery;
    struct stall_monitor *stalls;
};

struct observer *observer_new(const struct observer_settings *settings);

// A feed answered, or did not: to be called before the answer is handed to the pipeline ...
void observer_polled(struct observer *observer, const char *feed,
                     const struct http_response *response);
// ... and what it turned out to be.
void observer_judged(struct observer *observer, const char *feed, enum intake_verdict verdict);

void observer_store_state(struct observer *observer, enum store_state state);
void observer_journal_full(struct observer *observer, bool full);
// Feeds are this daemon's, but wait for what another daemon did to be read.
void observer_taking_over(struct observer *observer, bool taking_over);
// A changed address of the status page takes effect at once.
void observer_set_config(struct observer *observer, const struct config *config);

// Looks at nothing any more. Freed when the loop has closed its handles. Accepts NULL.
void observer_close(struct observer *observer);
