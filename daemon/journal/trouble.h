// SPDX-License-Identifier: MIT
// What is out of order and was, or is to be, alerted about: remembered over a restart, so that it
// is told once and its end is told too. Same rules as the journal: synchronous, one call at a time.
#pragma once

#include "base/array.h"
#include "base/error.h"
#include "base/utc.h"
#include "journal/journal.h"

#include <stdbool.h>

#define TROUBLE_SUBJECT_SIZE 64
#define TROUBLE_REASON_SIZE 600

struct trouble {
    char subject[TROUBLE_SUBJECT_SIZE]; // "feed/ID" or "intake"
    utc_us since;
    bool announced;
    bool suspect; // a feed that answers, but not credibly
    char reason[TROUBLE_REASON_SIZE];
};
struct trouble_array ARRAY_OF(struct trouble);

// Adds it, or puts it in the place of what was known of the subject. Not pressed to the disk by
// itself.
int journal_save_trouble(struct journal *journal, const struct trouble *trouble,
                         struct error *error);
// It is over. Does nothing where none is known.
int journal_forget_trouble(struct journal *journal, const char *subject, struct error *error);
// Appends all of them, by subject.
int journal_load_troubles(struct journal *journal, struct trouble_array *ret_troubles,
                          struct error *error);
