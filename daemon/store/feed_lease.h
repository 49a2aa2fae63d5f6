// SPDX-License-Identifier: MIT
// The session that holds the locks of the feeds that this daemon asks (sql/014-feed-leases.sql): it
// looks every few seconds which are its, over one connection that the server ends when it hears
// nothing. On the libuv loop; the decisions are feed/lease_policy.h's.
#pragma once

#include "base/error.h"
#include "feed/lease_policy.h"

#include <stdbool.h>
#include <uv.h>

struct feed_lease;

struct feed_lease_settings {
    const char *database;        // libpq connection string or URI
    const char *password;        // or NULL
    const char *journal_id;      // the daemon's name among others
    struct lease_policy *policy; // what is looked at and kept up to date; borrowed
};

struct feed_lease_events {
    // The policy has the outcome of a look. `must_learn`: what others derived has to be read before
    // one of the feeds that are ours now is asked; feed_lease_learnt ends that.
    void (*on_looked)(void *data, bool must_learn);
    // Contact was lost or could not be made; the policy knows. Called each time.
    void (*on_lost)(void *data, const struct error *error);
    void *data;
};

struct feed_lease *feed_lease_new(uv_loop_t *loop, const struct feed_lease_settings *settings,
                                  const struct feed_lease_events *events);
void feed_lease_start(struct feed_lease *lease);
// Looks at once: the feeds are others now.
void feed_lease_look(struct feed_lease *lease);
void feed_lease_learnt(struct feed_lease *lease);

// The moment by the clock that the policy is asked with: it goes on while the machine sleeps, and
// nobody sets it.
utc_us feed_lease_now(void);

// Lets go of the locks in good order where that takes no longer than half a second, so that another
// daemon need not wait; freed when it calls back.
void feed_lease_close(struct feed_lease *lease, void (*on_closed)(void *data), void *data);
