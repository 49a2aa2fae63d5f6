// SPDX-License-Identifier: MIT
// Everything that is told of one sighting; explain_sighting.c gathers it, the other two write it.
#pragma once

#include "cli/explain.h"
#include "cli/explain_points.h"
#include "cli/sighting_query.h"
#include "cli/visits_query.h"

// The point that opened it.
struct opening_point {
    bool known;
    char *feed;
    utc_us received_at;
    double latitude_deg, longitude_deg, altitude_ft; // NAN: unknown
    bool on_ground;
};

// The sighting of the same aircraft that came next.
struct next_sighting {
    char *id; // NULL: none yet
    utc_us first_seen;
};

struct sighting_account {
    const struct config *config; // NULL where there is none
    struct sighting_row row;
    utc_us opened_at;
    struct opening_point opening;
    struct next_sighting next;
    struct point_summary points;
    struct visit_row_array visits; // with it on one of their sides
    int64_t conflicts;             // times when the address was in two places at once
    struct text attribution;
};

// Why it is open or closed: by which rule, with what threshold.
void sighting_account_append_closing(struct text *text, const struct sighting_account *account);
// The rule's own word: "ground_reports", "split_low_gap", ...
const char *sighting_closing_rule(const char *state);
// What watch entry `id` asks of an aircraft. Owned by the caller.
char *sighting_watch_in_words(const struct sighting_account *account, const char *id);
// Why a silence did not end it.
void sighting_gap_append(struct text *text, const struct point_gap *gap);

void sighting_account_write_words(FILE *file, const struct sighting_account *account);
cJSON *sighting_account_json(const struct sighting_account *account);
// Where the list of its alerts is empty: what each webhook's rule would make of it, appended.
void explain_unrecorded(const struct sighting_account *account, cJSON *alerts);
