// SPDX-License-Identifier: MIT
// A reader of JSON objects by tables: each key's kind, bounds and place in a struct is data.
// Everything that is wrong is said at once, each with file and path; a member that is wrong keeps
// its default.
#pragma once

#include "config/config.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct reader {
    const char *file; // as messages show it
    struct text path; // "feeds[1].interval_s"
    struct config_problems *problems;
};

void reader_init(struct reader *reader, const char *file, struct config_problems *problems);
void reader_done(struct reader *reader);

// Step into a member or an item; give the result to reader_leave to step back.
size_t reader_enter_key(struct reader *reader, const char *key);
size_t reader_enter_index(struct reader *reader, size_t index);
void reader_leave(struct reader *reader, size_t mark);

// A problem at the present path. reader_expected adds what was got instead: never for a secret.
void reader_problem(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void reader_expected(struct reader *reader, const char *expected, const cJSON *got);

// A problem with one of the object's members, which may be missing.
void reader_problem_of(struct reader *reader, const char *key, const char *message);
bool reader_is_given(const cJSON *json, const char *key);

// What a text must be. The words or the check are optional.
struct text_rule {
    const char
        *expected; // "an id of ...": follows the word "expected"; made from `words` where NULL
    size_t length_min, length_max; // bytes
    bool (*is_good)(const char *text);
    const char *const *words; // NULL-terminated: one of these
    bool may_hold_secret;     // what stands there instead is not repeated in the message
    enum {
        TEXT_AS_IT_IS,
        TEXT_UPPER,
        TEXT_LOWER
    } letters; // what it is turned into before the check
};

enum field_kind {
    FIELD_TEXT,       // char *, owned
    FIELD_CHARACTERS, // char[rule->length_max + 1]
    FIELD_TEXTS,      // struct watch_pattern_array, of min to max items
    FIELD_NUMBER,     // double
    FIELD_WHOLE,      // uint64_t
    FIELD_WHOLE_32,   // int32_t
    FIELD_TRUTH,      // int: 0 or 1
    FIELD_CUSTOM,     // by `read`
};

struct field {
    const char *key;
    enum field_kind kind;
    size_t offset; // of the member in the target
    bool required;
    double min, max;
    const struct text_rule *rule;
    // Given the whole target, not the member. True when it was read without a problem.
    bool (*read)(struct reader *reader, const cJSON *json, void *target);
};

#define FIELD_COUNT(fields) (sizeof(fields) / sizeof((fields)[0]))

// Reads the object's members into `target`, which holds the defaults. False when something was
// wrong.
bool reader_object(struct reader *reader, const cJSON *json, const struct field *fields,
                   size_t count, void *target);

// Calls `read` for each item of a list of min to max items, with the path at the item.
bool reader_list(struct reader *reader, const cJSON *json, size_t min, size_t max,
                 bool (*read)(struct reader *reader, const cJSON *item, void *target),
                 void *target);

// For keys that only editors read, such as "$schema".
bool reader_skip(struct reader *reader, const cJSON *json, void *target);

// One text that keeps the rule, as an owned copy; NULL after saying what was wrong.
char *reader_text(struct reader *reader, const cJSON *json, const struct text_rule *rule);

// The known word nearest to a misspelt one, or NULL when none is near.
const char *reader_nearest(const char *word, const char *const *known, size_t count);

// Frees a list of texts and what it owns.
void texts_done(struct watch_pattern_array *texts);
