// SPDX-License-Identifier: MIT
// Sets of short words (types, addresses, callsigns) and how they become the targets of requests.
// Pure; private to the planner.
#pragma once

#include "base/array.h"
#include "config/provider.h"
#include "feed/planner.h"

#include <stdbool.h>

#define PLANNER_WORD_SIZE 16 // the longest word is a registration of 12 characters

struct word {
    char text[PLANNER_WORD_SIZE];
};
struct word_array ARRAY_OF(struct word);

void words_add(struct word_array *words, const char *text);
void words_add_upper(struct word_array *words, const char *text);
// Sorts and drops what is there twice.
void words_settle(struct word_array *words);

// How many words of `word_length` characters one request of this query can ask for at this base
// address; 0 when it cannot be asked.
size_t words_in_one_request(const struct provider *provider, enum provider_query query,
                            const char *url, size_t word_length);

// Appends the requests that ask for all words (settled), split where the provider's list or its
// longest target ends. Their purpose begins with `noun`. False when the query cannot be asked.
bool words_request(const struct provider *provider, enum provider_query query, const char *url,
                   const struct word_array *words, const char *noun,
                   struct planned_request_array *requests);

// Appends one request with a purpose; takes both strings.
void planner_append(struct planned_request_array *requests, char *target, char *purpose);
