// SPDX-License-Identifier: MIT
// The daemon's parts and how they are wired: service.c starts them and has the signals,
// service_feeds.c, service_store.c and service_alerts.c pass on what one part has to tell another,
// service_troubles.c alerts about feeds that are silent and intake that stands still,
// service_leases.c agrees with other daemons of the database,
// service_reload.c goes over to a new configuration, service_stop.c takes it all down in order.
// Everything that waits lives on one libuv loop.
#pragma once

#include "alert/control.h"
#include "alert/delivery.h"
#include "alert/feed_watch.h"
#include "alert/intake_watch.h"
#include "feed/poller.h"
#include "judging.h"
#include "observe.h"
#include "ops/stall.h"
#include "pipeline.h"
#include "store/feed_lease.h"

struct service {
    const char *config_path;
    const char *record_path; // NULL: answers are not recorded
    uv_loop_t loop;
    struct config *config;
    // As they were at the start, owned; what a reload brings takes effect after a restart.
    char *database, *password, *state_directory; // the password NULL without one
    struct http_client *http;
    struct poller *poller; // NULL before the start and while stopping
    struct pipeline *pipeline;
    struct alert_delivery *delivery;
    struct alert_control *control; // NULL when its socket could not be made
    uint64_t stop_ends_ms;
    struct stall_monitor *stalls;
    struct observer *observer; // NULL before the start and while stopping
    struct judging *judging;
    uv_signal_t terminate, interrupt, hang_up, user1;
    bool stopping, store_away, store_refused, judging_bad_answer, journal_full;
    struct feed_watch feed_watch;
    struct intake_watch intake_watch;
    uv_timer_t troubles_timer;
    int exit_status;

    struct lease_policy lease_policy;
    struct feed_lease *lease; // NULL when every feed may always be asked
    char *lease_remembered;   // what is in the file, or on its way there
    uv_timer_t lease_timer;   // until another daemon's work is learnt
    uint64_t lease_patience_ends_ms;
    bool lease_said, lease_learning; // the latter: pipeline_take_over is under way
    size_t leases_said;
    void (*leases_closed)(struct service *service);
};

// Reads the configuration and logs every problem. NULL when there is one; otherwise the caller's to
// free.
struct config *service_load_config(const char *path);

// Runs the daemon until it has stopped, and returns its exit status. `service` is zeroed but for
// its configuration and paths.
int service_run(struct service *service);

// Answers go to the pipeline, a feed's state to the journal, its health to the log and the alerts.
extern const struct poller_events service_poller_events; // without `data`, which is the service
// What the journal remembers of each feed goes to the poller.
void service_restore_feeds(struct service *service);

// A feed went bad or is well again; the journal found no room or has some again.
void service_note_feed_health(struct service *service, const char *feed, bool healthy,
                              const char *reason);
void service_note_room(struct service *service, bool full, const char *reason);
// Goes on with what was out of order when the last run ended, and tells of what lasts, from time to
// time. Reads the journal, so nothing may have been asked of the pipeline yet.
void service_watch_troubles(struct service *service);
// Gives the poller the new configuration. The trouble of a feed that is gone is dropped, and that
// of one that is asked elsewhere now begins anew, or if it was announced is over with the first
// good answers.
void service_reload_feeds(struct service *service, const struct config *before);

// Opens the journal and what is between the feeds and PostgreSQL. Returns 0, or an exit status
// after logging why not.
int service_open_pipeline(struct service *service);

// Webhooks: delivery, and the socket by which the operator's tool reaches it.
void service_start_alerts(struct service *service);
// There are new deliveries in the outbox; a listener of the pipeline, `data` is the service.
void service_alerts_queued(void *data);

// Which feeds this daemon asks where several share a database. Prepared before there is a poller,
// whose `may_ask` service_may_ask is; started when there is one.
void service_prepare_leases(struct service *service);
void service_start_leases(struct service *service);
void service_reload_leases(struct service *service);
bool service_may_ask(void *data, const char *feed);
// The last thing that is let go of: another daemon takes over then.
void service_close_leases(struct service *service, void (*on_closed)(struct service *service));

// Goes over to what is in the configuration's file now, or logs why not and stays with the old one.
void service_reload(struct service *service);

// Begins to stop; service_run returns when that is done. Does nothing when it has begun already.
void service_stop(struct service *service, int exit_status);
