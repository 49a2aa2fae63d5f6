// SPDX-License-Identifier: MIT
// What is remembered beside the entries: the consumers' cursors, the tracker's state, the feeds'
// states. None of it is pressed to the disk by itself: losing the last one costs a repetition, and
// the next append carries all before it.
#include "journal/journal_internal.h"

#include <errno.h>
#include <string.h>

static struct consumer *find_consumer(const struct journal *journal, const char *name)
{
    array_foreach (&journal->consumers, consumer)
        if (strcmp(consumer->name, name) == 0)
            return consumer;
    return NULL;
}

int journal_acknowledge(struct journal *journal, const char *consumer, int64_t sequence,
                        struct error *error)
{
    struct consumer *known = find_consumer(journal, consumer);
    if (sequence < 0 || sequence > journal->depth.last_sequence ||
        strlen(consumer) >= CONSUMER_NAME_SIZE ||
        (known == NULL && journal->consumers.count >= CONSUMERS_MAX))
        return error_set(error, -EINVAL, "journal %s: %s cannot be at %lld, the last entry is %lld",
                         journal->file.path, consumer, (long long)sequence,
                         (long long)journal->depth.last_sequence);
    if (known != NULL && sequence <= known->sequence)
        return 0;
    journal_file_set_durability(&journal->file, DURABILITY_PROCESS);
    sqlite3_stmt *statement = journal_file_statement(&journal->file, STATEMENT_ACKNOWLEDGE);
    sqlite3_bind_text(statement, 1, consumer, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, sequence);
    int status = journal_file_run(&journal->file, STATEMENT_ACKNOWLEDGE, "moving a cursor", error);
    // Where the disk has no room for it, it counts all the same, since it makes some.
    if (status < 0 && status != -ENOSPC)
        return status;
    if (known == NULL) {
        known = array_append(&journal->consumers);
        strncpy(known->name, consumer, sizeof known->name - 1);
    }
    known->sequence = sequence;
    return status;
}

int journal_cursor(struct journal *journal, const char *consumer, int64_t *ret_sequence,
                   struct error *error)
{
    (void)error; // they are all in memory
    const struct consumer *known = find_consumer(journal, consumer);
    *ret_sequence = known != NULL ? known->sequence : 0;
    return 0;
}

static int try_save_snapshot(struct journal *journal, int64_t sequence, const void *bytes,
                             size_t length, struct error *error)
{
    sqlite3_stmt *statement = journal_file_statement(&journal->file, STATEMENT_SAVE_SNAPSHOT);
    sqlite3_bind_int64(statement, 1, sequence);
    sqlite3_bind_int64(statement, 2, journal_checksum(bytes, length));
    sqlite3_bind_blob64(statement, 3, length > 0 ? bytes : "", length, SQLITE_STATIC);
    return journal_file_run(&journal->file, STATEMENT_SAVE_SNAPSHOT, "saving a snapshot", error);
}

// Without it no entry can be removed: it may use what is kept back, and keeps it anew.
int journal_save_snapshot(struct journal *journal, int64_t sequence, const void *bytes,
                          size_t length, struct error *error)
{
    journal_file_set_durability(&journal->file, DURABILITY_PROCESS);
    int status = try_save_snapshot(journal, sequence, bytes, length, error);
    if (journal_disk_is_full(journal, status)) {
        journal_fold_log(journal);
        status = try_save_snapshot(journal, sequence, bytes, length, error);
    }
    if (journal_disk_is_full(journal, status) &&
        reserve_give_up(&journal->reserve, RESERVE_FOR_REMOVAL)) {
        journal_fold_log(journal);
        status = try_save_snapshot(journal, sequence, bytes, length, error);
    }
    if (status < 0)
        return status;
    journal->snapshot_sequence = sequence;
    reserve_keep(&journal->reserve, length);
    return 0;
}

int journal_load_snapshot(struct journal *journal, int64_t *ret_sequence,
                          struct byte_writer *ret_bytes, struct error *error)
{
    sqlite3_stmt *statement = journal_file_statement(&journal->file, STATEMENT_LOAD_SNAPSHOT);
    return journal_take_bytes(journal, statement, "snapshot", ret_sequence, ret_bytes, error);
}

uint64_t journal_room(const struct journal *journal)
{
    return reserve_disk_room(journal->file.path);
}

int journal_save_feed_state(struct journal *journal, const char *key,
                            const struct journal_feed_state *state, struct error *error)
{
    if (strlen(key) >= JOURNAL_FEED_KEY_SIZE)
        return error_set(error, -EINVAL, "journal %s: feed key too long", journal->file.path);
    journal_file_set_durability(&journal->file, DURABILITY_PROCESS);
    sqlite3_stmt *statement = journal_file_statement(&journal->file, STATEMENT_SAVE_FEED);
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, state->not_before);
    sqlite3_bind_int64(statement, 3, state->failures);
    sqlite3_bind_int64(statement, 4, state->budget_day);
    sqlite3_bind_int64(statement, 5, (int64_t)state->budget_used);
    return journal_file_run(&journal->file, STATEMENT_SAVE_FEED, "saving a feed's state", error);
}

int journal_load_feed_state(struct journal *journal, const char *key,
                            struct journal_feed_state *ret_state, struct error *error)
{
    *ret_state = (struct journal_feed_state){.not_before = UTC_UNKNOWN, .budget_day = UTC_UNKNOWN};
    sqlite3_stmt *statement = journal_file_statement(&journal->file, STATEMENT_LOAD_FEED);
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        ret_state->not_before = sqlite3_column_int64(statement, 0);
        ret_state->failures = (uint32_t)sqlite3_column_int64(statement, 1);
        ret_state->budget_day = sqlite3_column_int64(statement, 2);
        ret_state->budget_used = (uint64_t)sqlite3_column_int64(statement, 3);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE
               ? 0
               : journal_file_fail(&journal->file, code, "reading a feed's state", error);
}
