// SPDX-License-Identifier: MIT
// What the outbox's files share: outbox.c asks, delivers and tidies, outbox_entry.c writes what an
// entry brings. Private to the two.
#pragma once

#include "journal/journal_file.h"
#include "journal/outbox.h"

// Both borrow what they bind until the statement is reset.
void outbox_bind_id(sqlite3_stmt *statement, int place, const uint8_t id[DIGEST_UUID_SIZE]);
void outbox_bind_text(sqlite3_stmt *statement, int place, const char *text);
