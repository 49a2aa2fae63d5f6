// SPDX-License-Identifier: MIT
// `skywitness explain KIND ID`: why something is as it is, in words and as JSON. What the kinds
// share.
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "cli/cli.h"

#include <cJSON.h>

struct query;

// One question about one id.
struct explanation {
    struct cli *cli;
    const struct config *config; // NULL where there is none
    struct query_connection *connection;
};

// Both find what `id` names and write the explanation to cli->out, in words or, with --format json,
// as one object. 0, or an error for cli_fail.
int explain_sighting(struct explanation *explanation, const char *id, struct error *error);
int explain_visit(struct explanation *explanation, const char *id, struct error *error);
int explain_alert(struct explanation *explanation, const char *id, struct error *error);

// The alerts about a sighting and what each webhook's rule made of them, appended to the list; and
// in words.
int explain_alerts_of_sighting(struct explanation *explanation, const char *icao24,
                               const char *sighting_id, cJSON *alerts, struct error *error);
void explain_alerts_write_words(FILE *out, const cJSON *alerts);
// The state of what the rules of the present configuration say where no alert was recorded.
#define EXPLAIN_NOT_RECORDED "not_recorded"

#define EXPLAIN_PLACE_SIZE 128

// "Hmeimim / Latakia (OSLK)", from the configuration or from the database; the id where neither
// knows it. Returns `buffer`.
const char *explain_place_name(struct explanation *explanation, const char *id,
                               char buffer[EXPLAIN_PLACE_SIZE]);

// What kind of aircraft: "Il-62M"; the code for one that we have no name for; "aircraft" for NULL.
const char *explain_type_name(const char *type_code);
// "A" or "An", as that name wants it.
const char *explain_article(const char *type_name);

// Members of JSON objects; what is not known is null.
void explain_add_text(cJSON *object, const char *name, const char *text);
void explain_add_number(cJSON *object, const char *name, double number);
void explain_add_rounded(cJSON *object, const char *name, double number, int decimals);
void explain_add_time(cJSON *object, const char *name, utc_us time);
void explain_add_list(cJSON *object, const char *name, const char *items); // as cli/output.h has it
// Writes the object with a line end, and frees it.
int explain_write_json(const struct explanation *explanation, cJSON *object, struct error *error);

// Asks, and calls `take` for each row.
int explain_each(struct explanation *explanation, const char *sql, const char *const *parameters,
                 size_t parameter_count, void (*take)(void *data, const struct query *query),
                 void *data, struct error *error);
