// SPDX-License-Identifier: MIT
// Finds the rows of a batch that PostgreSQL does not take, by halving: what to try next, and what
// came of it. No I/O. Private to the store.
#pragma once

#include "store/batch.h"

struct repair;

// For the rows of one table of the batch, which is borrowed and must not change meanwhile.
// `sqlstate` and `reason` are those of the failure of all of them together.
struct repair *repair_new(struct store_batch *batch, enum table table, const char *sqlstate,
                          const char *reason);
void repair_free(struct repair *repair); // accepts NULL

// The next rows to try, from *ret_from up to but not including *ret_to. False when all is known.
bool repair_next(struct repair *repair, size_t *ret_from, size_t *ret_to);
void repair_passed(struct repair *repair);
void repair_failed(struct repair *repair, const char *sqlstate, const char *reason);

// Moves the rows that were found into the batch's quarantine and returns how many there were. Where
// there was none although the whole failed, nothing is changed and 0 is returned.
size_t repair_apply(struct repair *repair, const uint8_t journal_id[DIGEST_UUID_SIZE]);
// Moves all rows of the table.
void repair_apply_to_all(struct repair *repair, const uint8_t journal_id[DIGEST_UUID_SIZE]);

enum table repair_table(const struct repair *repair);
