// SPDX-License-Identifier: MIT
// Ids as people type them: whole, or the first characters.
#pragma once

#include "cli/explain.h"

#include <stdbool.h>

#define EXPLAIN_ID_SIZE 40
#define EXPLAIN_ID_DIGITS_MIN 6

// Six to 32 hexadecimal digits, dashes aside.
bool explain_id_is_one(const char *word);

// The whole id of the `kind` ("sighting", "visit") that `word` begins. -EINVAL with advice when
// there is none, or more than one; or an error of query_start.
int explain_id_find(struct explanation *explanation, const char *kind, const char *word,
                    char ret_id[EXPLAIN_ID_SIZE], struct error *error);
