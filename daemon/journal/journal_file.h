// SPDX-License-Identifier: MIT
// The journal's SQLite file: opening it with the right settings, its tables, its statements, and
// SQLite's errors in ours. Private to journal.c.
#pragma once

#include "base/error.h"
#include "journal/journal.h"

#include <sqlite3.h>

enum journal_statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_MEASURE,       // up to ?1: each one's sequence and bytes
    STATEMENT_REMOVE,        // up to ?1
    STATEMENT_APPEND,        // ?1 sequence, ?2 checksum, ?3 bytes
    STATEMENT_READ,          // the first after ?1
    STATEMENT_ACKNOWLEDGE,   // ?1 consumer, ?2 sequence
    STATEMENT_SAVE_SNAPSHOT, // ?1 sequence, ?2 checksum, ?3 bytes
    STATEMENT_LOAD_SNAPSHOT,
    STATEMENT_SAVE_FEED, // ?1 key, ?2 .. ?5
    STATEMENT_LOAD_FEED, // ?1 key
    // The outbox; outbox.c says what they take.
    STATEMENT_ALERT_KNOWN,
    STATEMENT_ALERT_RECENT,
    STATEMENT_ALERT_ADD,
    STATEMENT_DELIVERY_ADD,
    STATEMENT_DELIVERY_CANCEL,
    STATEMENT_DELIVERY_WAITS,
    STATEMENT_DELIVERY_UNTRIED,
    STATEMENT_DELIVERY_MAKE_DUE,
    STATEMENT_DELIVERY_TOLD,
    STATEMENT_DELIVERY_DUE,
    STATEMENT_DELIVERY_NEXT,
    STATEMENT_DELIVERY_RECORD,
    STATEMENT_DELIVERY_UNMIRRORED,
    STATEMENT_DELIVERY_MIRRORED,
    STATEMENT_DELIVERY_COUNT,
    STATEMENT_DELIVERY_KILL,
    STATEMENT_DELIVERY_AGAIN,
    STATEMENT_DELIVERY_SOONER,
    STATEMENT_ALERT_PURGE,
    STATEMENT_DELIVERY_PURGE,
    STATEMENT_ENDPOINT_SAVE,
    STATEMENT_ENDPOINT_LOAD,
    // journal/trouble.c says what they take.
    STATEMENT_TROUBLE_SAVE,
    STATEMENT_TROUBLE_FORGET,
    STATEMENT_TROUBLE_LOAD,
    STATEMENT_COUNT,
};

// How hard a commit is pressed to the disk.
enum journal_durability {
    DURABILITY_NONE,    // survives nothing but a clean exit
    DURABILITY_PROCESS, // survives the death of the process; the next full one covers it
    DURABILITY_FULL,    // survives the loss of power
};

struct journal_file {
    sqlite3 *database;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    char id[JOURNAL_ID_TEXT_SIZE];
    char *path; // owned
    bool durable;
    enum journal_durability durability; // as set now
};

int journal_file_open(struct journal_file *file, const struct journal_settings *settings,
                      struct error *error);
void journal_file_close(struct journal_file *file); // accepts a zeroed struct

// A statement ready to be bound and stepped.
sqlite3_stmt *journal_file_statement(struct journal_file *file, enum journal_statement which);

// Steps a statement that gives no rows and makes it ready again. Returns 0 or an error.
int journal_file_run(struct journal_file *file, enum journal_statement which, const char *doing,
                     struct error *error);

void journal_file_set_durability(struct journal_file *file, enum journal_durability wanted);

// Fills `error` with what SQLite says about `code` and returns the negative errno for it.
int journal_file_fail(const struct journal_file *file, int code, const char *doing,
                      struct error *error);

// journal.c: the file of a journal, for the outbox.
struct journal_file *journal_file_of(struct journal *journal);

struct entry;
// outbox_entry.c: the rows of an entry's alerts and deliveries, within the append's transaction.
int outbox_write_entry(struct journal_file *file, const struct entry *entry, struct error *error);
