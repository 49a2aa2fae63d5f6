// SPDX-License-Identifier: MIT
#include "journal/journal_file.h"

#include "base/digest.h"
#include "base/memory.h"
#include "journal/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x736b7977 // "skyw"
#define LAYOUT_VERSION 3
#define LAYOUT_VERSION_WITHOUT_OUTBOX 1
#define LAYOUT_VERSION_WITHOUT_TROUBLES 2
// A small entry rewrites one or two pages, an entry of 1.5 MB takes a hundred: 16 kB is kind to
// both.
#define PAGE_BYTES 16384
// The write-ahead log is folded into the file when it has passed 8 MB, or on a small disk this
// share of the room: folding needs as much again, and a log that finds it no more can never be
// folded.
#define CHECKPOINT_PAGES_MAX 512
#define CHECKPOINT_PAGES_MIN 8
#define CHECKPOINT_SHARE (2 * RESERVE_SHARE)
// ... and cut to this when a larger entry had blown it up.
#define WAL_KEPT_BYTES (32 << 20)
// Files up to this size are checked page by page when opened; it takes a few milliseconds.
#define CHECKED_BYTES_MAX ((off_t)16 << 20)
// A file that an outage has blown up is rebuilt when opened: above this, and if three quarters are
// free.
#define REBUILT_BYTES_MIN ((sqlite3_int64)256 << 20)

static const char layout[] =
    "CREATE TABLE identity (journal_id TEXT NOT NULL);"
    "CREATE TABLE entry (sequence INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, bytes BLOB NOT NULL);"
    "CREATE TABLE consumer (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE snapshot (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL,"
    " checksum INTEGER NOT NULL, bytes BLOB NOT NULL);"
    "CREATE TABLE feed_state (key TEXT PRIMARY KEY, not_before INTEGER NOT NULL,"
    " failures INTEGER NOT NULL, budget_day INTEGER NOT NULL, budget_used INTEGER NOT NULL)"
    " WITHOUT ROWID;";

// The outbox (journal/outbox.h). `found_at` and `subject` stand in both tables, so that the quiet
// period needs one index. A body of NULL is the alert's own. `state` is enum delivery_state;
// `mirrored` tells that an entry carries the newest state on to PostgreSQL.
static const char outbox_layout[] =
    "CREATE TABLE alert (alert_id BLOB PRIMARY KEY, type TEXT NOT NULL, found_at INTEGER NOT NULL,"
    " body BLOB NOT NULL);"
    "CREATE INDEX alert_found_at ON alert (found_at);"
    "CREATE TABLE delivery (delivery_id INTEGER PRIMARY KEY, alert_id BLOB NOT NULL,"
    " endpoint TEXT NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, found_at INTEGER NOT NULL,"
    " state INTEGER NOT NULL, attempt INTEGER NOT NULL, due_at INTEGER NOT NULL,"
    " delivered_at INTEGER NOT NULL, last_status INTEGER NOT NULL, reason TEXT NOT NULL, body BLOB,"
    " mirrored INTEGER NOT NULL, UNIQUE (alert_id, endpoint));"
    "CREATE INDEX delivery_due ON delivery (endpoint, due_at) WHERE state = 0;"
    "CREATE INDEX delivery_quiet ON delivery (endpoint, type, subject, found_at);"
    "CREATE INDEX delivery_unmirrored ON delivery (delivery_id) WHERE mirrored = 0;"
    "CREATE TABLE endpoint (endpoint TEXT PRIMARY KEY, disabled INTEGER NOT NULL,"
    " failing_since INTEGER NOT NULL, announced INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;";

// What is out of order (journal/trouble.h); and of a webhook, whether it was its secret or template
// that failed.
static const char trouble_layout[] =
    "CREATE TABLE trouble (subject TEXT PRIMARY KEY, since INTEGER NOT NULL, announced INTEGER NOT NULL,"
    " suspect INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;"
    "ALTER TABLE endpoint ADD COLUMN unusable INTEGER NOT NULL DEFAULT 0;";

#define FORGOTTEN_ALERTS                                                                           \
    "SELECT a.alert_id FROM alert a WHERE "                                                        \
    "a.found_at < min(?1, (SELECT max(found_at) FROM alert) - ?3) AND "                            \
    "NOT EXISTS (SELECT 1 FROM delivery d WHERE d.alert_id = a.alert_id AND "                      \
    "(d.state = 0 OR d.mirrored = 0)) ORDER BY a.found_at LIMIT ?2"

static const char *const statement_texts[STATEMENT_COUNT] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_MEASURE] = "SELECT sequence, length(bytes) FROM entry WHERE sequence <= ?1 "
                          "ORDER BY sequence",
    [STATEMENT_REMOVE] = "DELETE FROM entry WHERE sequence <= ?1",
    [STATEMENT_APPEND] = "INSERT INTO entry (sequence, checksum, bytes) VALUES (?1, ?2, ?3)",
    [STATEMENT_READ] = "SELECT sequence, checksum, bytes FROM entry WHERE sequence > ?1 "
                       "ORDER BY sequence LIMIT 1",
    [STATEMENT_ACKNOWLEDGE] = "INSERT INTO consumer (name, sequence) VALUES (?1, ?2) "
                              "ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence",
    [STATEMENT_SAVE_SNAPSHOT] =
        "INSERT OR REPLACE INTO snapshot (id, sequence, checksum, bytes) VALUES (1, ?1, ?2, ?3)",
    [STATEMENT_LOAD_SNAPSHOT] = "SELECT sequence, checksum, bytes FROM snapshot",
    [STATEMENT_SAVE_FEED] = "INSERT OR REPLACE INTO feed_state "
                            "(key, not_before, failures, budget_day, budget_used) "
                            "VALUES (?1, ?2, ?3, ?4, ?5)",
    [STATEMENT_LOAD_FEED] = "SELECT not_before, failures, budget_day, budget_used FROM feed_state "
                            "WHERE key = ?1",
    [STATEMENT_ALERT_KNOWN] = "SELECT 1 FROM alert WHERE alert_id = ?1",
    [STATEMENT_ALERT_RECENT] = "SELECT 1 FROM delivery WHERE endpoint = ?1 AND type = ?2 AND "
                               "subject = ?3 AND found_at > ?4 AND state <> 4 LIMIT 1",
    [STATEMENT_ALERT_ADD] = "INSERT OR IGNORE INTO alert (alert_id, type, found_at, body) "
                            "VALUES (?1, ?2, ?3, ?4)",
    [STATEMENT_DELIVERY_ADD] =
        "INSERT OR IGNORE INTO delivery (alert_id, endpoint, type, subject, found_at, state, attempt,"
        " due_at, delivered_at, last_status, reason, body, mirrored) "
        "VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?6, ?7, 0, ?8, ?9, 1)",
    [STATEMENT_DELIVERY_CANCEL] =
        "UPDATE delivery SET state = 4, reason = ?3 WHERE alert_id = ?1 AND "
        "endpoint = ?2 AND state = 0 AND attempt = 0",
    [STATEMENT_DELIVERY_WAITS] =
        "SELECT due_at FROM delivery WHERE alert_id = ?1 AND endpoint = ?2 "
        "AND state = 0 AND attempt = 0",
    [STATEMENT_DELIVERY_UNTRIED] =
        "SELECT alert_id, subject, found_at FROM delivery WHERE endpoint = ?1 AND "
        "state = 0 AND due_at > ?2 AND attempt = 0",
    [STATEMENT_DELIVERY_MAKE_DUE] =
        "UPDATE delivery SET due_at = ?3, reason = ?4 WHERE alert_id = ?1 AND endpoint = ?2 AND "
        "state = 0 AND attempt = 0 AND due_at > ?3",
    // An alert without its text is another daemon's: whom that one told is not known here.
    [STATEMENT_DELIVERY_TOLD] =
        "SELECT EXISTS (SELECT 1 FROM delivery d WHERE d.alert_id = a.alert_id AND d.endpoint = ?2 AND "
        "d.state <> 4) FROM alert a WHERE a.alert_id = ?1 AND length(a.body) > 0",
    [STATEMENT_DELIVERY_DUE] =
        "SELECT d.delivery_id, d.alert_id, d.type, d.attempt, coalesce(d.body, a.body), d.due_at, "
        "d.found_at FROM delivery d JOIN alert a USING (alert_id) "
        "WHERE d.endpoint = ?1 AND d.state = 0 AND d.due_at <= ?2 ORDER BY d.due_at LIMIT ?3",
    [STATEMENT_DELIVERY_NEXT] =
        "SELECT min(due_at) FROM delivery WHERE endpoint = ?1 AND state = 0 "
        "AND due_at > ?2",
    [STATEMENT_DELIVERY_RECORD] =
        "UPDATE delivery SET state = ?2, attempt = ?3, due_at = ?4, delivered_at = ?5, "
        "last_status = ?6, reason = ?7, mirrored = 0 WHERE delivery_id = ?1",
    [STATEMENT_DELIVERY_UNMIRRORED] =
        "SELECT alert_id, endpoint, state, attempt, due_at, delivered_at, last_status, reason "
        "FROM delivery WHERE mirrored = 0 ORDER BY delivery_id LIMIT ?1",
    [STATEMENT_DELIVERY_MIRRORED] =
        "UPDATE delivery SET mirrored = 1 WHERE alert_id = ?1 AND "
        "endpoint = ?2 AND mirrored = 0 AND state = ?3 AND attempt = ?4",
    [STATEMENT_DELIVERY_COUNT] = "SELECT count(*) FROM delivery WHERE endpoint = ?1 AND state = 0",
    [STATEMENT_DELIVERY_KILL] = "UPDATE delivery SET state = 2, reason = ?2, mirrored = 0 "
                                "WHERE endpoint = ?1 AND state = 0",
    [STATEMENT_DELIVERY_AGAIN] =
        "UPDATE delivery SET state = 0, attempt = 0, due_at = ?3, mirrored = 0, reason = ?4 "
        "WHERE alert_id = ?1 AND (?2 = '' OR endpoint = ?2) AND state <> 0",
    [STATEMENT_DELIVERY_SOONER] =
        "UPDATE delivery SET due_at = max(?1, due_at - ?2) WHERE state = 0 AND due_at > ?1",
    // By the newest alert's own time as well: a clock that is far ahead for a moment makes nothing
    // old.
    [STATEMENT_ALERT_PURGE] = "DELETE FROM alert WHERE alert_id IN (" FORGOTTEN_ALERTS ")",
    // Before the alerts, in one transaction: without their deliveries the same alerts are chosen.
    [STATEMENT_DELIVERY_PURGE] = "DELETE FROM delivery WHERE alert_id IN (" FORGOTTEN_ALERTS ")",
    [STATEMENT_ENDPOINT_SAVE] = "INSERT OR REPLACE INTO endpoint "
                                "(endpoint, disabled, failing_since, announced, reason, unusable) "
                                "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [STATEMENT_ENDPOINT_LOAD] = "SELECT disabled, failing_since, announced, reason, unusable "
                                "FROM endpoint WHERE endpoint = ?1",
    [STATEMENT_TROUBLE_SAVE] = "INSERT OR REPLACE INTO trouble "
                               "(subject, since, announced, suspect, reason) "
                               "VALUES (?1, ?2, ?3, ?4, ?5)",
    [STATEMENT_TROUBLE_FORGET] = "DELETE FROM trouble WHERE subject = ?1",
    [STATEMENT_TROUBLE_LOAD] = "SELECT subject, since, announced, suspect, reason FROM trouble "
                               "ORDER BY subject",
};

static const struct {
    int sqlite_code; // primary
    int code;
} meanings[] = {
    {SQLITE_FULL, -ENOSPC},     {SQLITE_BUSY, -EBUSY},      {SQLITE_LOCKED, -EBUSY},
    {SQLITE_CORRUPT, -EBADMSG}, {SQLITE_NOTADB, -EBADMSG},  {SQLITE_READONLY, -EROFS},
    {SQLITE_PERM, -EACCES},     {SQLITE_TOOBIG, -EMSGSIZE}, {SQLITE_NOMEM, -ENOMEM},
};

int journal_file_fail(const struct journal_file *file, int code, const char *doing,
                      struct error *error)
{
    int meaning = -EIO;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if ((code & 0xff) == meanings[i].sqlite_code)
            meaning = meanings[i].code;
    // The system's own reason is more telling where there is one: a full disk met while syncing,
    // say.
    int reason = file->database != NULL ? sqlite3_system_errno(file->database) : 0;
    if (meaning == -EIO && reason != 0)
        meaning = reason == EDQUOT ? -ENOSPC : -reason;
    return error_set(error, meaning, "journal %s: %s: %s", file->path, doing, sqlite3_errstr(code));
}

sqlite3_stmt *journal_file_statement(struct journal_file *file, enum journal_statement which)
{
    sqlite3_reset(file->statements[which]);
    return file->statements[which];
}

int journal_file_run(struct journal_file *file, enum journal_statement which, const char *doing,
                     struct error *error)
{
    int code = sqlite3_step(file->statements[which]);
    sqlite3_reset(file->statements[which]);
    sqlite3_clear_bindings(file->statements[which]); // the bytes are the caller's
    return code == SQLITE_DONE ? 0 : journal_file_fail(file, code, doing, error);
}

static int execute(struct journal_file *file, const char *sql, const char *doing,
                   struct error *error)
{
    int code = sqlite3_exec(file->database, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : journal_file_fail(file, code, doing, error);
}

void journal_file_set_durability(struct journal_file *file, enum journal_durability wanted)
{
    static const char *const pragmas[] = {
        [DURABILITY_NONE] = "PRAGMA synchronous = OFF",
        [DURABILITY_PROCESS] = "PRAGMA synchronous = NORMAL",
        [DURABILITY_FULL] = "PRAGMA synchronous = FULL",
    };
    if (!file->durable)
        wanted = DURABILITY_NONE;
    if (wanted == file->durability)
        return;
    sqlite3_exec(file->database, pragmas[wanted], NULL, NULL, NULL);
    file->durability = wanted;
}

// Reads one number; used while opening.
static int read_number(struct journal_file *file, const char *sql, sqlite3_int64 *ret_number,
                       struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(file->database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? 0 : journal_file_fail(file, code, "opening it", error);
}

// SQLite gives its other files the mode of this one. A file that is there already must not be
// opened and closed here: that would drop the locks of another journal in this very process.
static int make_file(const struct journal_file *file, struct error *error)
{
    int descriptor = open(file->path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor >= 0)
        close(descriptor);
    else if (errno != EEXIST)
        return error_set(error, -errno, "journal %s: creating it: %s", file->path, strerror(errno));
    return 0;
}

static int set_version(struct journal_file *file, struct error *error)
{
    char settings[128];
    snprintf(settings, sizeof settings, "PRAGMA user_version = %d; COMMIT", LAYOUT_VERSION);
    return execute(file, settings, "creating it", error);
}

// A journal of an earlier layout gets what it lacks.
static int add_tables(struct journal_file *file, sqlite3_int64 version, struct error *error)
{
    int status = execute(file, "BEGIN IMMEDIATE", "adding tables", error);
    if (status == 0 && version == LAYOUT_VERSION_WITHOUT_OUTBOX)
        status = execute(file, outbox_layout, "adding the outbox", error);
    if (status == 0)
        status = execute(file, trouble_layout, "adding the troubles", error);
    return status == 0 ? set_version(file, error) : status;
}

static int create_layout(struct journal_file *file, struct error *error)
{
    char settings[256];
    uint8_t uuid[DIGEST_UUID_SIZE];
    sqlite3_randomness(sizeof uuid, uuid);
    uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40); // RFC 9562: version 4, random
    uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
    char text[DIGEST_UUID_TEXT_SIZE];
    snprintf(settings, sizeof settings,
             "PRAGMA application_id = %d; INSERT INTO identity VALUES ('%s')", APPLICATION_ID,
             digest_uuid_format(uuid, text));
    int status = execute(file, "BEGIN IMMEDIATE", "creating it", error);
    if (status == 0)
        status = execute(file, layout, "creating it", error);
    if (status == 0)
        status = execute(file, outbox_layout, "creating it", error);
    if (status == 0)
        status = execute(file, trouble_layout, "creating it", error);
    if (status == 0)
        status = execute(file, settings, "creating it", error);
    return status == 0 ? set_version(file, error) : status;
}

static int check_layout(struct journal_file *file, struct error *error)
{
    sqlite3_int64 application = 0, version = 0, tables = 0;
    int status = read_number(file, "SELECT count(*) FROM sqlite_schema", &tables, error);
    if (status == 0)
        status = read_number(file, "PRAGMA application_id", &application, error);
    if (status == 0)
        status = read_number(file, "PRAGMA user_version", &version, error);
    if (status < 0)
        return status;
    if (tables == 0 && application == 0)
        return create_layout(file, error);
    if (application != APPLICATION_ID)
        return error_set(error, -EBADMSG, "journal %s: this is a file of another program",
                         file->path);
    if (version == LAYOUT_VERSION_WITHOUT_OUTBOX || version == LAYOUT_VERSION_WITHOUT_TROUBLES)
        return add_tables(file, version, error);
    if (version != LAYOUT_VERSION)
        return error_set(error, -EBADMSG, "journal %s: layout %lld, this program knows layout %d",
                         file->path, (long long)version, LAYOUT_VERSION);
    return 0;
}

// With the locking mode set before the first access the write-ahead log needs no shared memory, and
// the lock taken here keeps every other process out until the file is closed.
static int configure(struct journal_file *file, struct error *error)
{
    char pragmas[256];
    uint64_t checkpoint_pages = reserve_disk_room(file->path) / CHECKPOINT_SHARE / PAGE_BYTES;
    if (checkpoint_pages > CHECKPOINT_PAGES_MAX)
        checkpoint_pages = CHECKPOINT_PAGES_MAX;
    if (checkpoint_pages < CHECKPOINT_PAGES_MIN)
        checkpoint_pages = CHECKPOINT_PAGES_MIN;
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = %d; PRAGMA journal_mode = WAL; "
             "PRAGMA wal_autocheckpoint = %d; PRAGMA journal_size_limit = %d; "
             "PRAGMA temp_store = MEMORY; BEGIN IMMEDIATE; COMMIT",
             PAGE_BYTES, (int)checkpoint_pages, WAL_KEPT_BYTES);
    return execute(file, pragmas, "opening it", error);
}

static int check_pages(struct journal_file *file, struct error *error)
{
    struct stat status;
    if (stat(file->path, &status) != 0 || status.st_size > CHECKED_BYTES_MAX)
        return 0;
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(file->database, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    int result = 0;
    if (code != SQLITE_ROW)
        result = journal_file_fail(file, code, "checking it", error);
    else if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok") != 0)
        result = error_set(error, -EBADMSG, "journal %s: damaged: %s", file->path,
                           (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return result;
}

// Only saves space: a failure does not matter.
static void give_back_space(struct journal_file *file)
{
    sqlite3_int64 free_pages = 0, pages = 0;
    struct error ignored;
    if (read_number(file, "PRAGMA freelist_count", &free_pages, &ignored) == 0 &&
        read_number(file, "PRAGMA page_count", &pages, &ignored) == 0 &&
        pages * PAGE_BYTES > REBUILT_BYTES_MIN && free_pages > pages / 4 * 3)
        sqlite3_exec(file->database, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
}

static int prepare_statements(struct journal_file *file, struct error *error)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        int code = sqlite3_prepare_v3(file->database, statement_texts[i], -1,
                                      SQLITE_PREPARE_PERSISTENT, &file->statements[i], NULL);
        if (code != SQLITE_OK)
            return journal_file_fail(file, code, "preparing a statement", error);
    }
    return 0;
}

static int read_identity(struct journal_file *file, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(file->database, "SELECT journal_id FROM identity", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    const char *text = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    if (text != NULL)
        snprintf(file->id, sizeof file->id, "%s", text);
    sqlite3_finalize(statement);
    return text != NULL && strlen(file->id) == JOURNAL_ID_TEXT_SIZE - 1
               ? 0
               : error_set(error, -EBADMSG, "journal %s: it has no id", file->path);
}

static int open_database(struct journal_file *file, struct error *error)
{
    int status = make_file(file, error);
    if (status < 0)
        return status;
    // NOMUTEX: threads take turns, never two at once, so SQLite's own mutex would only cost; and
    // would hide a caller that breaks this rule from the thread sanitizer.
    int code =
        sqlite3_open_v2(file->path, &file->database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    return code == SQLITE_OK ? 0 : journal_file_fail(file, code, "opening it", error);
}

int journal_file_open(struct journal_file *file, const struct journal_settings *settings,
                      struct error *error)
{
    *file = (struct journal_file){
        .path = memory_copy_string(settings->path),
        .durable = settings->durable,
        .durability = DURABILITY_FULL, // SQLite's default
    };
    int (*const steps[])(struct journal_file *, struct error *) = {
        open_database, configure, check_layout, check_pages, read_identity, prepare_statements,
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int status = steps[i](file, error);
        if (status < 0) {
            journal_file_close(file);
            return status;
        }
    }
    journal_file_set_durability(file, DURABILITY_FULL);
    give_back_space(file);
    return 0;
}

void journal_file_close(struct journal_file *file)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(file->statements[i]);
    sqlite3_close(file->database);
    free(file->path);
    *file = (struct journal_file){0};
}
