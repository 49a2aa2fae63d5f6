// SPDX-License-Identifier: MIT
// Everything that is told of one visit; explain_visit.c gathers it, the other two write it.
#pragma once

#include "cli/explain.h"
#include "cli/explain_points.h"
#include "cli/explain_rules.h"
#include "cli/sighting_query.h"
#include "cli/visits_query.h"

struct visit_side {
    bool known;
    struct sighting_row sighting;
    struct point_summary points;
};

struct visit_reason_row {
    struct explain_reason reason; // texts borrowed from visit_account.document
    enum explain_part part;
    char *sentence; // owned
};
struct visit_reason_row_array ARRAY_OF(struct visit_reason_row);

struct visit_account {
    const struct visit_row *row; // the newest state: the one row of `current`
    struct visit_row_array current;
    struct visit_row_array history; // every state, the newest one included, as they became known
    char place_name[EXPLAIN_PLACE_SIZE];
    struct visit_side in, out;
    cJSON *document; // row->reasons, parsed
    struct visit_reason_row_array reasons;
    int64_t conflicts; // times in and around the stay when the address was in two places at once
    struct text feeds; // a list as cli/output.h has them
    struct text attribution;
};

// The reason by this rule, or NULL.
const struct visit_reason_row *visit_account_reason(const struct visit_account *account,
                                                    const char *rule);

// "An Il-62M (RA-86495, address 1551df) landed at Hmeimim / Latakia (OSLK)".
void visit_account_append_headline(struct text *text, const struct visit_account *account);
// What is behind its grade: "it was seen on the ground".
const char *visit_account_grade_meaning(const struct visit_account *account);
// Why each end's bracket is as wide as it is.
void visit_account_append_arrival(struct text *text, const struct visit_account *account);
void visit_account_append_departure(struct text *text, const struct visit_account *account);
// How a state differs from the one before it (NULL for the first).
void visit_account_append_change(struct text *text, const struct visit_row *before,
                                 const struct visit_row *state);

void visit_account_write_words(FILE *file, const struct visit_account *account);
cJSON *visit_account_json(const struct visit_account *account);
