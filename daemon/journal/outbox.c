// SPDX-License-Identifier: MIT
#include "journal/outbox.h"

#include "base/text.h"
#include "journal/outbox_internal.h"

#include <errno.h>
#include <string.h>

static void column_text(sqlite3_stmt *statement, int place, char *text, size_t size)
{
    const char *found = (const char *)sqlite3_column_text(statement, place);
    text_copy(text, size, found != NULL ? found : "");
}

static void column_id(sqlite3_stmt *statement, int place, uint8_t id[DIGEST_UUID_SIZE])
{
    if (sqlite3_column_bytes(statement, place) == DIGEST_UUID_SIZE)
        memcpy(id, sqlite3_column_blob(statement, place), DIGEST_UUID_SIZE);
}

// Steps a statement that gives at most one row. Returns 1 with a number, 0 without a row, or an
// error.
static int ask_number(struct journal_file *file, sqlite3_stmt *statement, int64_t *ret_number,
                      struct error *error)
{
    int code = sqlite3_step(statement);
    int result = code == SQLITE_ROW;
    if (code == SQLITE_ROW && sqlite3_column_type(statement, 0) == SQLITE_NULL)
        result = 0;
    else if (code == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(statement, 0);
    else if (code != SQLITE_DONE)
        result = journal_file_fail(file, code, "asking the outbox", error);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result;
}

int outbox_knows(struct journal *journal, const uint8_t alert_id[DIGEST_UUID_SIZE],
                 struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_ALERT_KNOWN);
    outbox_bind_id(statement, 1, alert_id);
    int64_t ignored;
    return ask_number(file, statement, &ignored, error);
}

int outbox_has_recent(struct journal *journal, const char *endpoint, const char *type,
                      const char *subject, utc_us since, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_ALERT_RECENT);
    outbox_bind_text(statement, 1, endpoint);
    outbox_bind_text(statement, 2, type);
    outbox_bind_text(statement, 3, subject);
    sqlite3_bind_int64(statement, 4, since);
    int64_t ignored;
    return ask_number(file, statement, &ignored, error);
}

int outbox_waits(struct journal *journal, const uint8_t alert_id[DIGEST_UUID_SIZE],
                 const char *endpoint, utc_us *ret_due_at, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_WAITS);
    outbox_bind_id(statement, 1, alert_id);
    outbox_bind_text(statement, 2, endpoint);
    return ask_number(file, statement, ret_due_at, error);
}

int outbox_waiting(struct journal *journal, const char *endpoint, utc_us after,
                   struct outbox_waiting_array *ret_waiting, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_UNTRIED);
    outbox_bind_text(statement, 1, endpoint);
    sqlite3_bind_int64(statement, 2, after);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct outbox_waiting *waiting = array_append(ret_waiting);
        column_id(statement, 0, waiting->alert_id);
        column_text(statement, 1, waiting->subject, sizeof waiting->subject);
        waiting->found_at = sqlite3_column_int64(statement, 2);
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_DONE ? 0 : journal_file_fail(file, code, "reading the outbox", error);
}

int outbox_told(struct journal *journal, const uint8_t alert_id[DIGEST_UUID_SIZE],
                const char *endpoint, bool *ret_told, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_TOLD);
    int64_t told = 0;
    outbox_bind_id(statement, 1, alert_id);
    outbox_bind_text(statement, 2, endpoint);
    int result = ask_number(file, statement, &told, error);
    if (result > 0)
        *ret_told = told != 0;
    return result;
}

// --- delivering -----------------------------------------------------------------------------------

void outbox_item_done(struct outbox_item *item)
{
    free(item->body);
    item->body = NULL;
}

static void read_item(sqlite3_stmt *statement, struct outbox_item *item)
{
    item->delivery_id = sqlite3_column_int64(statement, 0);
    column_id(statement, 1, item->alert_id);
    column_text(statement, 2, item->type, sizeof item->type);
    item->attempt = (uint32_t)sqlite3_column_int64(statement, 3);
    const void *bytes = sqlite3_column_blob(statement, 4);
    item->body_length = (size_t)sqlite3_column_bytes(statement, 4);
    item->body = memory_allocate(item->body_length + 1);
    if (item->body_length > 0)
        memcpy(item->body, bytes, item->body_length);
    item->body[item->body_length] = '\0';
    item->due_at = sqlite3_column_int64(statement, 5);
    item->found_at = sqlite3_column_int64(statement, 6);
}

int outbox_due(struct journal *journal, const char *endpoint, utc_us now, size_t limit,
               struct outbox_item_array *items, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_DUE);
    outbox_bind_text(statement, 1, endpoint);
    sqlite3_bind_int64(statement, 2, now);
    sqlite3_bind_int64(statement, 3, (int64_t)limit);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        read_item(statement, array_append(items));
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_DONE ? 0 : journal_file_fail(file, code, "reading the outbox", error);
}

int outbox_next_due(struct journal *journal, const char *endpoint, utc_us now, utc_us *ret_due_at,
                    struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_NEXT);
    outbox_bind_text(statement, 1, endpoint);
    sqlite3_bind_int64(statement, 2, now);
    int64_t due_at = UTC_UNKNOWN;
    int result = ask_number(file, statement, &due_at, error);
    if (result >= 0)
        *ret_due_at = due_at;
    return result < 0 ? result : 0;
}

int outbox_queued(struct journal *journal, const char *endpoint, uint64_t *ret_count,
                  struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_COUNT);
    outbox_bind_text(statement, 1, endpoint);
    int64_t count = 0;
    int result = ask_number(file, statement, &count, error);
    if (result >= 0)
        *ret_count = (uint64_t)count;
    return result < 0 ? result : 0;
}

static int record_one(struct journal_file *file, const struct outbox_outcome *outcome,
                      struct error *error)
{
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_RECORD);
    sqlite3_bind_int64(statement, 1, outcome->delivery_id);
    sqlite3_bind_int64(statement, 2, outcome->state);
    sqlite3_bind_int64(statement, 3, outcome->attempt);
    sqlite3_bind_int64(statement, 4, outcome->due_at);
    sqlite3_bind_int64(statement, 5, outcome->delivered_at);
    sqlite3_bind_int64(statement, 6, outcome->last_status);
    outbox_bind_text(statement, 7, outcome->reason);
    return journal_file_run(file, STATEMENT_DELIVERY_RECORD, "recording a delivery", error);
}

int outbox_record(struct journal *journal, const struct outbox_outcome *outcomes, size_t count,
                  struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    if (count == 0)
        return 0;
    journal_file_set_durability(file, DURABILITY_PROCESS);
    int status = journal_file_run(file, STATEMENT_BEGIN, "recording deliveries", error);
    if (status < 0)
        return status;
    for (size_t i = 0; status == 0 && i < count; i++)
        status = record_one(file, &outcomes[i], error);
    if (status == 0)
        status = journal_file_run(file, STATEMENT_COMMIT, "recording deliveries", error);
    if (status < 0) {
        struct error ignored;
        journal_file_run(file, STATEMENT_ROLLBACK, "undoing", &ignored);
    }
    return status;
}

int outbox_unmirrored(struct journal *journal, size_t limit,
                      struct entry_delivery_array *deliveries, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_UNMIRRORED);
    sqlite3_bind_int64(statement, 1, (int64_t)limit);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct entry_delivery *delivery = array_append(deliveries);
        column_id(statement, 0, delivery->alert_id);
        column_text(statement, 1, delivery->endpoint, sizeof delivery->endpoint);
        delivery->state = (enum delivery_state)sqlite3_column_int(statement, 2);
        delivery->attempt = (uint32_t)sqlite3_column_int64(statement, 3);
        delivery->due_at = sqlite3_column_int64(statement, 4);
        delivery->delivered_at = sqlite3_column_int64(statement, 5);
        delivery->last_status = sqlite3_column_int(statement, 6);
        column_text(statement, 7, delivery->reason, sizeof delivery->reason);
    }
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? 0 : journal_file_fail(file, code, "reading the outbox", error);
}

// --- the operator's wishes, and tidying -----------------------------------------------------------

int outbox_again(struct journal *journal, const uint8_t alert_id[DIGEST_UUID_SIZE],
                 const char *endpoint, utc_us now, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    journal_file_set_durability(file, DURABILITY_FULL);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_AGAIN);
    outbox_bind_id(statement, 1, alert_id);
    outbox_bind_text(statement, 2, endpoint);
    sqlite3_bind_int64(statement, 3, now);
    outbox_bind_text(statement, 4, "sent again as asked");
    int status = journal_file_run(file, STATEMENT_DELIVERY_AGAIN, "queueing again", error);
    return status < 0 ? status : sqlite3_changes(file->database);
}

int outbox_clock_set_back(struct journal *journal, utc_us now, utc_us by, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    journal_file_set_durability(file, DURABILITY_PROCESS);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_SOONER);
    sqlite3_bind_int64(statement, 1, now);
    sqlite3_bind_int64(statement, 2, by);
    return journal_file_run(file, STATEMENT_DELIVERY_SOONER, "following the clock", error);
}

int outbox_give_up(struct journal *journal, const char *endpoint, const char *reason,
                   struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    journal_file_set_durability(file, DURABILITY_PROCESS);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_KILL);
    outbox_bind_text(statement, 1, endpoint);
    outbox_bind_text(statement, 2, reason);
    return journal_file_run(file, STATEMENT_DELIVERY_KILL, "giving up deliveries", error);
}

static int purge_from(struct journal_file *file, enum journal_statement which, utc_us before,
                      struct error *error)
{
    sqlite3_stmt *statement = journal_file_statement(file, which);
    sqlite3_bind_int64(statement, 1, before);
    sqlite3_bind_int64(statement, 2, OUTBOX_PURGED_AT_ONCE);
    sqlite3_bind_int64(statement, 3, OUTBOX_REMEMBERED);
    int status = journal_file_run(file, which, "forgetting alerts", error);
    return status < 0 ? status : sqlite3_changes(file->database);
}

int outbox_purge(struct journal *journal, utc_us before, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    journal_file_set_durability(file, DURABILITY_PROCESS);
    int status = journal_file_run(file, STATEMENT_BEGIN, "forgetting alerts", error);
    if (status < 0)
        return status;
    int purged = 0;
    status = purge_from(file, STATEMENT_DELIVERY_PURGE, before, error);
    if (status >= 0)
        status = purged = purge_from(file, STATEMENT_ALERT_PURGE, before, error);
    if (status >= 0)
        status = journal_file_run(file, STATEMENT_COMMIT, "forgetting alerts", error);
    if (status < 0) {
        struct error ignored;
        journal_file_run(file, STATEMENT_ROLLBACK, "undoing", &ignored);
    }
    return status < 0 ? status : purged;
}

int outbox_save_endpoint(struct journal *journal, const char *endpoint,
                         const struct outbox_endpoint *state, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    journal_file_set_durability(file, DURABILITY_PROCESS);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_ENDPOINT_SAVE);
    outbox_bind_text(statement, 1, endpoint);
    sqlite3_bind_int(statement, 2, state->disabled);
    sqlite3_bind_int64(statement, 3, state->failing_since);
    sqlite3_bind_int(statement, 4, state->announced);
    outbox_bind_text(statement, 5, state->reason);
    sqlite3_bind_int(statement, 6, state->unusable);
    return journal_file_run(file, STATEMENT_ENDPOINT_SAVE, "saving a webhook's state", error);
}

int outbox_load_endpoint(struct journal *journal, const char *endpoint,
                         struct outbox_endpoint *ret_state, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    *ret_state = (struct outbox_endpoint){.failing_since = UTC_UNKNOWN};
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_ENDPOINT_LOAD);
    outbox_bind_text(statement, 1, endpoint);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        ret_state->disabled = sqlite3_column_int(statement, 0) != 0;
        ret_state->failing_since = sqlite3_column_int64(statement, 1);
        ret_state->announced = sqlite3_column_int(statement, 2) != 0;
        column_text(statement, 3, ret_state->reason, sizeof ret_state->reason);
        ret_state->unusable = sqlite3_column_int(statement, 4) != 0;
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE
               ? 0
               : journal_file_fail(file, code, "reading a webhook's state", error);
}
