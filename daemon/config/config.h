// SPDX-License-Identifier: MIT
// The configuration as the programs understand it: read from JSON with comments, checked as a
// whole, and never changed afterwards (a reload makes a new one).
#pragma once

#include "base/error.h"
#include "base/place.h"
#include "base/text.h"
#include "base/utc.h"
#include "config/watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_DATABASE_DEFAULT "postgresql:///skywitness"
#define CONFIG_FEEDS_MAX 32
#define CONFIG_AREAS_MAX 64
#define CONFIG_WEBHOOKS_MAX 32
#define CONFIG_HISTORIES_MAX 32
#define CONFIG_PLACES_MAX 20000
#define CONFIG_FILES_MAX 10000 // named files after globbing
#define CONFIG_FILE_BYTES_MAX (16 << 20)

enum credential_kind {
    CREDENTIAL_NONE,
    CREDENTIAL_SYSTEMD,
    CREDENTIAL_FILE,
    CREDENTIAL_ENVIRONMENT
};

// Where a secret is to be found; never the secret.
struct credential_source {
    enum credential_kind kind;
    char *name; // credential name, file path or variable name; owned
};

struct config_area {
    char place[PLACE_ID_SIZE];
    double radius_nm;
};

struct config_feed {
    char *id;
    char *kind; // "readsb"
    char
        *provider; // a preset's name; where the file names none: whose address url is, else "local"
    char *url;     // base address, no trailing slash
    double interval_s;             // between two rounds of the feed's requests
    double max_requests_per_s;     // to its host
    uint64_t max_requests_per_day; // 0: no limit
    double timeout_s;
    bool reuse_connections;
    bool enabled;
    char *licence;
    char *attribution;
    char *shares_receivers_with;      // another feed's id, or NULL
    char *certificate_authority_file; // for private feeds, or NULL
    struct credential_source token;   // sent as the provider's preset says
    char *token_header;               // "x-api-key", or NULL for the preset's
    struct config_area *areas;
    size_t area_count;
};

struct config_webhook {
    char *id;
    char *url;
    struct credential_source *secrets; // several while one is rotated
    size_t secret_count;
    char *format;  // "standard", ...
    char **events; // patterns
    size_t event_count;
    char **watch; // watch ids; none: all
    size_t watch_count;
    char **places; // place ids; none: all
    size_t place_count;
    char *minimum_grade; // "A2" or NULL
    char **verbs;        // "landed", ...; none: all
    size_t verb_count;
    char *time_zone;     // IANA name or NULL for UTC
    char *template_file; // format "template"
    bool local;          // private addresses and plain http allowed
    bool enabled;
    double settling_s;    // wait this long before an opened sighting is alerted
    double quiet_s;       // no second alert of the same rule and aircraft within this
    double maximum_age_s; // events older than this are not alerted
};

// Where archives are fetched from.
struct config_history {
    char *id;
    char *kind;    // "adsb.lol-releases", "readsb-web" (history/source.h)
    char *feed;    // the id that its points get; the source's own where the file names none
    char *address; // releases: of the index, "{year}" standing for the year; readsb-web: of
                   // globe_history's parent
    char **hosts;  // beside the address's own, where archives may come from: "github.com",
                   // "*.example.org"
    size_t host_count;
    double max_requests_per_s;
    char *licence, *attribution;      // NULL where none is known
    char *shares_receivers_with;      // another feed's id, or NULL
    char *certificate_authority_file; // for private sources, or NULL
    bool local;                       // private addresses and plain http allowed
};

struct config {
    char *path;     // the file it was read from
    char *database; // libpq connection string
    struct credential_source database_password;
    char *state_directory;
    uint64_t journal_limit_bytes;
    int lease;     // 0: every feed is asked whatever other daemons of the database do
    char *contact; // in the User-Agent: an address or URL that a feed's operator can write to
    // How long `db retain` keeps what; 0 keeps all. What a visit or an assessment rests on stays
    // longer.
    uint64_t retain_days;            // track points and raw observations
    uint64_t retain_ledger_days;     // the ledger of polls
    uint64_t retain_quarantine_days; // what could not be stored
    uint64_t
        retain_feed_hours_days; // what the feeds answered by the hour, which outlives the ledger

    struct watch_list watch;
    struct place *places;
    size_t place_count;
    struct config_feed *feeds;
    size_t feed_count;
    struct config_webhook *webhooks;
    size_t webhook_count;
    struct config_history *histories;
    size_t history_count;
    char *status_listen; // "127.0.0.1:8124", "unix:/run/...", or NULL

    // Files that others read: reports and claims, after globbing, in sorted order.
    char **report_files;
    size_t report_file_count;
    char **claim_files;
    size_t claim_file_count;
};

// Every problem of the files at once, one a line: "skywitness.json: feeds[1].interval_s: expected a
// number from 1 to 86400, got \"abc\"", or "skywitness.json:12:5: expected ',' or '}'" for a syntax
// error.
struct config_problems {
    struct text lines;
    size_t count;
};

void config_problems_init(struct config_problems *problems);
void config_problems_done(struct config_problems *problems);

// Reads the file and all that it names, relative to its own folder. Returns 0 with a new config, or
// -ENOENT / -EINVAL with at least one problem. Nothing is left allocated on failure.
int config_load(const char *path, struct config **ret_config, struct config_problems *problems);
void config_free(struct config *config); // accepts NULL

const struct place *config_place(const struct config *config,
                                 const char *id); // by id or alias, or NULL
const struct config_feed *config_feed_find(const struct config *config, const char *id);
const struct config_history *config_history_find(const struct config *config, const char *id);

// What is to be shown with a feed's data, by the feed or else by a source of its history; NULL
// where none is known.
struct config_credit {
    const char *licence, *attribution; // borrowed
};
struct config_credit config_credit(const struct config *config, const char *feed);

// Reads a secret of at most 4096 bytes, without the line end that files carry. Returns 0 with an
// owned text (to be wiped with explicit_bzero before it is freed), -ENOENT or another errno with
// the reason.
int credential_read(const struct credential_source *source, char **ret_secret, struct error *error);
