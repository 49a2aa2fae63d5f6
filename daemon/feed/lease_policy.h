// SPDX-License-Identifier: MIT
// Whether this daemon may ask a feed now, where several daemons share one database. A feed is asked
// by the one whose session holds its lock; this decides from what the last looks at the locks
// brought, above all while there is no contact. Pure: moments are given, by a clock that nobody
// sets and that goes on while the machine sleeps.
#pragma once

#include "base/array.h"
#include "base/utc.h"
#include "config/config.h"
#include "track/point.h"

#include <stdbool.h>

// The server ends a session that says nothing for so long, and its locks with it: a stopped
// process, a cut network. What was confirmed is believed for less, counted from when it was asked,
// so that nobody asks a feed twice.
#define LEASE_SERVER_PATIENCE (18 * UTC_SECOND)
#define LEASE_BELIEVED (14 * UTC_SECOND)
// How often it is looked. With the server's patience that is how long a take-over takes at most.
#define LEASE_LOOK_INTERVAL (4 * UTC_SECOND)
// After a connection was made, what another daemon held before is left to it for so long:
// PostgreSQL may have been away for both, and that one comes back within a few seconds.
#define LEASE_COURTESY (10 * UTC_SECOND)
// A free feed that another daemon does not take for so many looks, although it holds others, is not
// wanted by it.
#define LEASE_LOOKS_FREE 4

struct lease_feed {
    char feed[FEED_ID_SIZE];
    bool mine; // by the last look
    bool free; // nobody's, by the last look
    unsigned looks_free;
    char holder[64]; // the host, "" when nobody is known
};
struct lease_feed_array ARRAY_OF(struct lease_feed);

// Zeroed before the first use; `feeds` is filled by lease_policy_want.
struct lease_policy {
    bool off;        // every feed may be asked at any time
    bool waiting;    // for the outcome of the first look, or of the next try after contact was lost
    bool learning;   // another daemon's sightings are being read; nothing is asked until then
    bool in_contact; // the session that the last look was made over is still there
    bool server_down; // since contact was lost the server refused a connection: nobody can take a
                      // lock over
    bool others;      // another daemon wants one of these feeds, by the last look
    bool known;       // a look was answered, by this process or by one before it
    utc_us looked_at; // when the last look that was answered was asked for
    utc_us connected_at;
    struct lease_feed_array feeds;
};

void lease_policy_done(struct lease_policy *policy);

// These feeds are configured now. New ones are nobody's until the next look, or ours where there
// never was one.
void lease_policy_want(struct lease_policy *policy, const struct config *config);

struct lease_feed *lease_policy_find(const struct lease_policy *policy, const char *feed);

// A connection was made.
void lease_policy_connected(struct lease_policy *policy, utc_us now);
// A look was answered that was asked for at `asked_at`; the feeds' fields are set by the caller
// before.
void lease_policy_looked(struct lease_policy *policy, utc_us asked_at);
// The session is gone: what the next try brings is waited for.
void lease_policy_lost(struct lease_policy *policy);
// A connection could not be made, or is of no use; `refused` when there is no server.
void lease_policy_failed(struct lease_policy *policy, bool refused);

// Whether the daemon may take what another held before.
bool lease_policy_is_eager(const struct lease_policy *policy, utc_us now);

// - In contact: what is ours by a look that is recent enough.
// - Without, what was ours, where no other daemon is known of: the only one goes on, and the
// journal keeps it.
// - With another one known of, only while the server is down for it as well.
// - Nothing was ever known: this is the only one, as far as it knows.
bool lease_policy_allows(const struct lease_policy *policy, const char *feed, utc_us now);
