// SPDX-License-Identifier: MIT
#include "journal/journal.h"

#include "journal/entry.h"
#include "journal/journal_internal.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

// Removing an entry means reading all its pages, so each append removes only about twice what it
// brings: it keeps pace, catches up after an outage, and none pays for all.
#define REMOVED_TIMES_APPENDED 2
#define REMOVED_BYTES_MIN ((uint64_t)256 << 10)
#define REMOVED_ENTRIES_MAX 64

// --- opening --------------------------------------------------------------------------------------

// The newest entry is never removed, so the numbers go on where they were.
static int load_depth(struct journal *journal, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(
        journal->file.database,
        "SELECT coalesce(min(sequence), 0), coalesce(max(sequence), 0), count(*), "
        "coalesce(sum(length(bytes)), 0), coalesce((SELECT sequence FROM snapshot), 0) FROM entry",
        -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        journal->depth.first_sequence = sqlite3_column_int64(statement, 0);
        journal->depth.last_sequence = sqlite3_column_int64(statement, 1);
        journal->depth.entries = (uint64_t)sqlite3_column_int64(statement, 2);
        journal->depth.bytes = (uint64_t)sqlite3_column_int64(statement, 3);
        journal->snapshot_sequence = sqlite3_column_int64(statement, 4);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? 0 : journal_file_fail(&journal->file, code, "measuring it", error);
}

static int load_consumers(struct journal *journal, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(journal->file.database, "SELECT name, sequence FROM consumer", -1,
                                  &statement, NULL);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code != SQLITE_ROW)
            break;
        struct consumer *consumer = array_append(&journal->consumers);
        strncpy(consumer->name, (const char *)sqlite3_column_text(statement, 0),
                sizeof consumer->name - 1);
        consumer->sequence = sqlite3_column_int64(statement, 1);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE
               ? 0
               : journal_file_fail(&journal->file, code, "reading its cursors", error);
}

int journal_open(const struct journal_settings *settings, struct journal **ret_journal,
                 struct error *error)
{
    struct journal *journal = memory_allocate_zeroed(1, sizeof *journal);
    journal->limit_bytes = settings->limit_bytes;
    int status = journal_file_open(&journal->file, settings, error);
    if (status == 0)
        status = load_depth(journal, error);
    if (status == 0)
        status = load_consumers(journal, error);
    if (status < 0) {
        journal_close(journal);
        return status;
    }
    if (settings->durable) {
        reserve_init(&journal->reserve, settings->path);
        reserve_keep(&journal->reserve, 0);
    }
    *ret_journal = journal;
    return 0;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    journal_file_close(&journal->file);
    reserve_done(&journal->reserve);
    array_free(&journal->consumers);
    free(journal);
}

void journal_set_limit(struct journal *journal, uint64_t limit_bytes)
{
    journal->limit_bytes = limit_bytes;
}

struct journal_file *journal_file_of(struct journal *journal)
{
    return &journal->file;
}

const char *journal_id(const struct journal *journal)
{
    return journal->file.id;
}

struct journal_depth journal_depth(const struct journal *journal)
{
    return journal->depth;
}

// --- appending ------------------------------------------------------------------------------------

int64_t journal_checksum(const void *bytes, size_t length)
{
    return (int64_t)crc32_z(0, bytes, length);
}

// The last entry that nobody needs any more: every consumer has it, and the snapshot covers it.
static int64_t done_with(const struct journal *journal)
{
    int64_t sequence = journal->consumers.count > 0 ? journal->snapshot_sequence : 0;
    array_foreach (&journal->consumers, consumer)
        if (consumer->sequence < sequence)
            sequence = consumer->sequence;
    return sequence;
}

// Within a transaction. Updates `depth`, which the caller makes the journal's own once it is
// committed.
static int remove_old(struct journal *journal, uint64_t appended_bytes, struct journal_depth *depth,
                      struct error *error)
{
    int64_t until = done_with(journal);
    // The newest one stays: it is what the numbers are counted from.
    if (until >= depth->last_sequence)
        until = depth->last_sequence - 1;
    if (depth->entries == 0 || until < depth->first_sequence)
        return 0;

    uint64_t most = REMOVED_TIMES_APPENDED * appended_bytes + REMOVED_BYTES_MIN;
    uint64_t bytes = 0, entries = 0;
    sqlite3_stmt *measure = journal_file_statement(&journal->file, STATEMENT_MEASURE);
    sqlite3_bind_int64(measure, 1, until);
    int code = SQLITE_ROW;
    while (entries < REMOVED_ENTRIES_MAX && (entries == 0 || bytes < most) &&
           (code = sqlite3_step(measure)) == SQLITE_ROW) {
        until = sqlite3_column_int64(measure, 0);
        bytes += (uint64_t)sqlite3_column_int64(measure, 1);
        entries++;
    }
    sqlite3_reset(measure);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return journal_file_fail(&journal->file, code, "measuring old entries", error);
    sqlite3_bind_int64(journal_file_statement(&journal->file, STATEMENT_REMOVE), 1, until);
    int status = journal_file_run(&journal->file, STATEMENT_REMOVE, "removing old entries", error);
    if (status < 0)
        return status;
    depth->bytes -= bytes;
    depth->entries -= entries;
    depth->first_sequence = until + 1;
    return 0;
}

static int insert_entry(struct journal *journal, const void *bytes, size_t length,
                        struct journal_depth *depth, struct error *error)
{
    sqlite3_stmt *append = journal_file_statement(&journal->file, STATEMENT_APPEND);
    sqlite3_bind_int64(append, 1, depth->last_sequence + 1);
    sqlite3_bind_int64(append, 2, journal_checksum(bytes, length));
    sqlite3_bind_blob64(append, 3, length > 0 ? bytes : "", length, SQLITE_STATIC);
    int status = journal_file_run(&journal->file, STATEMENT_APPEND, "appending", error);
    if (status < 0)
        return status;
    depth->last_sequence++;
    depth->entries++;
    depth->bytes += length;
    if (depth->first_sequence == 0)
        depth->first_sequence = depth->last_sequence;
    return 0;
}

// What is no answer of a feed: our own alerts, and what became of deliveries. Small, and never
// refused for the limit.
static bool is_our_own(const struct entry *entry)
{
    return entry != NULL && !entry_has_poll(entry);
}

static bool is_over_limit(const struct journal *journal, const struct journal_depth *depth,
                          size_t length)
{
    return length > journal->limit_bytes || depth->bytes > journal->limit_bytes - length;
}

// One try. Being over the limit is not the transaction's failure: what was removed stays removed.
static int try_append(struct journal *journal, const void *bytes, size_t length,
                      const struct entry *entry, struct error *error)
{
    struct journal_depth depth = journal->depth;
    int status = journal_file_run(&journal->file, STATEMENT_BEGIN, "appending", error);
    if (status < 0)
        return status;
    int refused = 0;
    status = remove_old(journal, length, &depth, error);
    if (status == 0 && !is_our_own(entry) && is_over_limit(journal, &depth, length))
        refused =
            error_set(error, -ENOSPC, "journal %s: full: %llu bytes of %llu wait to be stored",
                      journal->file.path, (unsigned long long)depth.bytes,
                      (unsigned long long)journal->limit_bytes);
    else if (status == 0)
        status = insert_entry(journal, bytes, length, &depth, error);
    if (status == 0 && refused == 0 && entry != NULL)
        status = outbox_write_entry(&journal->file, entry, error);
    if (status == 0)
        status = journal_file_run(&journal->file, STATEMENT_COMMIT, "committing", error);
    if (status < 0) {
        struct error ignored;
        journal_file_run(&journal->file, STATEMENT_ROLLBACK, "undoing", &ignored);
        return status;
    }
    journal->depth = depth;
    return refused;
}

int journal_append(struct journal *journal, const void *bytes, size_t length, int64_t *ret_sequence,
                   struct error *error)
{
    return journal_append_entry(journal, bytes, length, NULL, ret_sequence, error);
}

bool journal_disk_is_full(const struct journal *journal, int status)
{
    return status == -ENOSPC && sqlite3_errcode(journal->file.database) != SQLITE_OK;
}

void journal_fold_log(struct journal *journal)
{
    sqlite3_wal_checkpoint_v2(journal->file.database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

int journal_append_entry(struct journal *journal, const void *bytes, size_t length,
                         const struct entry *entry, int64_t *ret_sequence, struct error *error)
{
    int64_t before = journal->depth.last_sequence;
    journal_file_set_durability(&journal->file, DURABILITY_FULL);
    int status = try_append(journal, bytes, length, entry, error);
    if (journal_disk_is_full(journal, status)) {
        journal_fold_log(journal);
        status = try_append(journal, bytes, length, entry, error);
    }
    // What is kept back must bring room, or tell of the want of it.
    bool makes_room =
        journal->depth.entries > 1 && done_with(journal) >= journal->depth.first_sequence;
    if (journal_disk_is_full(journal, status) && (makes_room || is_our_own(entry)) &&
        reserve_give_up(&journal->reserve, makes_room ? RESERVE_FOR_REMOVAL : RESERVE_FOR_WORDS)) {
        journal_fold_log(journal);
        status = try_append(journal, bytes, length, entry, error);
    }
    if (status == 0 && journal->depth.last_sequence > before)
        *ret_sequence = journal->depth.last_sequence;
    return status;
}

// --- reading --------------------------------------------------------------------------------------

int journal_take_bytes(struct journal *journal, sqlite3_stmt *statement, const char *what,
                       int64_t *ret_sequence, struct byte_writer *ret_bytes, struct error *error)
{
    int code = sqlite3_step(statement);
    int result = 0;
    if (code == SQLITE_ROW) {
        const void *bytes = sqlite3_column_blob(statement, 2);
        size_t length = (size_t)sqlite3_column_bytes(statement, 2);
        int64_t sequence = sqlite3_column_int64(statement, 0);
        byte_writer_clear(ret_bytes);
        byte_writer_raw(ret_bytes, length > 0 ? bytes : "", length);
        if (sqlite3_column_int64(statement, 1) !=
            journal_checksum(length > 0 ? bytes : "", length)) {
            result = error_set(error, -EBADMSG, "journal %s: %s %lld is damaged",
                               journal->file.path, what, (long long)sequence);
        } else if (ret_bytes->failed) {
            result =
                error_set(error, -EMSGSIZE, "journal %s: %s %lld has %zu bytes, over the limit",
                          journal->file.path, what, (long long)sequence, length);
        } else {
            *ret_sequence = sequence;
            result = 1;
        }
    } else if (code != SQLITE_DONE) {
        result = journal_file_fail(&journal->file, code, "reading", error);
    }
    sqlite3_reset(statement);
    return result;
}

int journal_read(struct journal *journal, int64_t after, int64_t *ret_sequence,
                 struct byte_writer *ret_bytes, struct error *error)
{
    sqlite3_stmt *statement = journal_file_statement(&journal->file, STATEMENT_READ);
    sqlite3_bind_int64(statement, 1, after);
    return journal_take_bytes(journal, statement, "entry", ret_sequence, ret_bytes, error);
}
