// SPDX-License-Identifier: MIT
// Reading reports and claims from the tree of a JSON file: whole file or nothing, with every error
// by its path.
#pragma once

#include "base/place.h"
#include "claim/clause.h"
#include "claim/fields.h"
#include "claim/window.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

#define CLAIM_FILE_REPORTS_MAX 10000
#define CLAIM_FILE_CLAIMS_MAX 20000
#define CLAIM_CLAUSES_MAX 64

// What names in a claim file may mean.
struct claim_vocabulary {
    const struct place *places;
    size_t place_count;
    const char *const *designators; // beside the built-in ones: the airframe table's
    size_t designator_count;
    claim_zone_offset *zone_offset; // NULL: every day is read in UTC only
    void *zone_data;
    // Whether a report that none of the files has is known from before; NULL: none is.
    bool (*knows_report)(void *data, const char *id);
    void *report_data;
};

// Appends the reports and claims of one file's tree to the library. `file` names it in errors. When
// the file holds an error, nothing of it is appended and the errors are added to `errors`. Returns
// 0 or -EINVAL.
int claim_read_file(const cJSON *root, const char *file, const struct claim_vocabulary *vocabulary,
                    struct claim_library *library, struct claim_errors *errors);

// To be called when all files are read: ids that stand twice, reports that are cited and not there,
// reports that derive from themselves. Returns 0 or -EINVAL.
int claim_check_library(const struct claim_library *library,
                        const struct claim_vocabulary *vocabulary, struct claim_errors *errors);

// One claim or report from the canonical JSON that it was stored as.
int claim_read_one(const char *document, const struct claim_vocabulary *vocabulary,
                   struct claim *ret_claim, struct claim_errors *errors);
int claim_read_one_report(const char *document, const struct claim_vocabulary *vocabulary,
                          struct report *ret_report, struct claim_errors *errors);
