// SPDX-License-Identifier: MIT
// Reading the keys of one JSON object of a report or claim file: each getter checks type and range
// and adds an error with its path, so that a file's errors come out all at once. Unknown and
// repeated keys are errors too.
#pragma once

#include "base/text.h"
#include "claim/clause.h"
#include "claim/window.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#define CLAIM_ERRORS_MAX 200 // after that only counted
#define CLAIM_ERRORS_BYTES_MAX 65536
#define FIELDS_PATH_SIZE 256
#define FIELDS_KEYS_MAX 24
#define FIELDS_TEXT_MAX 4000 // bytes of a statement, note or reason
#define FIELDS_LIST_MAX 200  // words of one list

struct claim_vocabulary; // claim/read.h

// Every error of the files, one a line: "claims/a.json: claims[0].clauses[1].place: unknown place
// "OSLX"".
struct claim_errors {
    struct text lines;
    size_t count;
};

struct fields {
    const cJSON *object;
    char path[FIELDS_PATH_SIZE];       // "claims/a.json: claims[0]."
    const char *seen[FIELDS_KEYS_MAX]; // keys that were asked for: constants
    size_t seen_count;
    struct claim_errors *errors;
    const struct claim_vocabulary *vocabulary;
};

void claim_errors_init(struct claim_errors *errors);
void claim_errors_done(struct claim_errors *errors);

// `path` as far as the object ("a.json: claims[0]"). Adds an error and uses an empty object when
// `object` is none.
void fields_init(struct fields *fields, const cJSON *object, const char *path,
                 struct claim_errors *errors, const struct claim_vocabulary *vocabulary);
// Adds an error for each key nobody asked for and each key that is there twice.
void fields_finish(struct fields *fields);

void fields_error(struct fields *fields, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// The member, or NULL. A required one that is missing is an error.
const cJSON *fields_get(struct fields *fields, const char *key, bool required);

// An owned text, trimmed of nothing, or NULL. Empty texts and texts that are not UTF-8 are errors.
char *fields_text(struct fields *fields, const char *key, bool required);
// Into a buffer; left empty when missing or wrong. Returns whether it is there and right.
bool fields_string(struct fields *fields, const char *key, bool required, char *buffer,
                   size_t size);
bool fields_id(struct fields *fields, const char *key, bool required, char buffer[CLAIM_ID_SIZE]);
bool fields_boolean(struct fields *fields, const char *key, bool missing);
bool fields_number(struct fields *fields, const char *key, bool required, double least, double most,
                   double *ret_number);
// A whole number from 1 to `most`.
bool fields_whole(struct fields *fields, const char *key, bool required, uint32_t most,
                  uint32_t *ret_number);
void fields_ids(struct fields *fields, const char *key, bool required,
                struct claim_id_array *ret_ids);

// The clause's own keys.
void fields_aircraft(struct fields *fields, struct aircraft_selector *ret_selector);
void fields_place(struct fields *fields, struct clause *clause); // "place": one
void fields_places(struct fields *fields,
                   struct clause *clause); // "places": at least two, in order
// "verb", which must be one of `allowed` (a mask of 1 << enum claim_verb); `missing` where it is
// not there.
void fields_verb(struct fields *fields, unsigned allowed, enum claim_verb missing,
                 enum claim_verb *ret_verb);
// "window": {"from", "to"}, read in the zones of the clause's places.
void fields_window(struct fields *fields, bool required, struct clause *clause);
// A day (the union of that day in all zones concerned) or a full time (that microsecond).
bool fields_day(struct fields *fields, const char *key, bool required, const struct clause *clause,
                struct claim_window *ret_day);
// "count": a number, or {"min", "max"} of which one may be missing.
void fields_count(struct fields *fields, struct clause *clause);
