// SPDX-License-Identifier: MIT
#include "store/repair.h"

#include <stdio.h>
#include <string.h>

#define CONTENT_LENGTH_MAX 65536
#define SQLSTATE_TEXT_SIZE 6
#define REASON_SIZE 512

struct range {
    size_t from, to;
};

struct finding {
    size_t row;
    char sqlstate[SQLSTATE_TEXT_SIZE];
    char reason[REASON_SIZE];
};

struct repair {
    struct store_batch *batch;
    enum table table;
    struct ranges
        ARRAY_OF(struct range) waiting; // each is known to fail as a whole, or not yet tried
    struct range trying;
    struct findings ARRAY_OF(struct finding) findings;
    struct finding whole; // the failure that started it
};

static void describe_failure(struct finding *finding, const char *sqlstate, const char *reason)
{
    text_copy(finding->sqlstate, sizeof finding->sqlstate, sqlstate);
    text_copy(finding->reason, sizeof finding->reason, reason);
    // Cutting may have split a character, which the database would not take.
    size_t length = strlen(finding->reason);
    while (length > 0 && !text_is_utf8(finding->reason, length))
        finding->reason[--length] = '\0';
}

// A range that failed: its only row is the one, or its halves are to be tried.
static void take_failed(struct repair *repair, struct range range, const char *sqlstate,
                        const char *reason)
{
    size_t rows = range.to - range.from;
    if (rows == 1) {
        struct finding *finding = array_append(&repair->findings);
        finding->row = range.from;
        describe_failure(finding, sqlstate, reason);
    } else if (rows > 1) {
        size_t middle = range.from + rows / 2;
        *array_append(&repair->waiting) = (struct range){middle, range.to};
        *array_append(&repair->waiting) = (struct range){range.from, middle}; // next
    }
}

struct repair *repair_new(struct store_batch *batch, enum table table, const char *sqlstate,
                          const char *reason)
{
    struct repair *repair = memory_allocate_zeroed(1, sizeof *repair);
    repair->batch = batch;
    repair->table = table;
    describe_failure(&repair->whole, sqlstate, reason);
    take_failed(repair, (struct range){0, batch->tables[table].count}, sqlstate, reason);
    return repair;
}

void repair_free(struct repair *repair)
{
    if (repair == NULL)
        return;
    array_free(&repair->waiting);
    array_free(&repair->findings);
    free(repair);
}

enum table repair_table(const struct repair *repair)
{
    return repair->table;
}

bool repair_next(struct repair *repair, size_t *ret_from, size_t *ret_to)
{
    if (repair->waiting.count == 0)
        return false;
    repair->trying = repair->waiting.items[--repair->waiting.count];
    *ret_from = repair->trying.from;
    *ret_to = repair->trying.to;
    return true;
}

void repair_passed(struct repair *repair)
{
    repair->trying = (struct range){0, 0};
}

void repair_failed(struct repair *repair, const char *sqlstate, const char *reason)
{
    take_failed(repair, repair->trying, sqlstate, reason);
}

static void quarantine(struct repair *repair, const struct finding *finding,
                       const uint8_t journal_id[DIGEST_UUID_SIZE])
{
    const struct table_rows *source = &repair->batch->tables[repair->table];
    struct table_rows *rows = &repair->batch->tables[TABLE_QUARANTINE];
    struct text content;
    text_init(&content, CONTENT_LENGTH_MAX);
    table_rows_describe(source, finding->row, &content);
    size_t place = 0;
    column_add_bytes(table_rows_next(rows, &place), journal_id, DIGEST_UUID_SIZE);
    column_add_big(table_rows_next(rows, &place), repair->batch->last_sequence);
    column_add_integer(table_rows_next(rows, &place), (int32_t)finding->row);
    column_add_text(table_rows_next(rows, &place), source->description->name);
    column_add_text(table_rows_next(rows, &place), finding->sqlstate);
    column_add_text(table_rows_next(rows, &place), finding->reason);
    // A row cut in the middle could end within a character.
    column_add_text(table_rows_next(rows, &place), content.failed ? "(too long)" : content.bytes);
    text_done(&content);
}

size_t repair_apply(struct repair *repair, const uint8_t journal_id[DIGEST_UUID_SIZE])
{
    struct table_rows *rows = &repair->batch->tables[repair->table];
    if (repair->findings.count == 0)
        return 0;
    bool *removed = memory_allocate_zeroed(rows->count, sizeof *removed);
    array_foreach (&repair->findings, finding) {
        quarantine(repair, finding, journal_id);
        removed[finding->row] = true;
    }
    table_rows_remove(rows, removed);
    free(removed);
    return repair->findings.count;
}

void repair_apply_to_all(struct repair *repair, const uint8_t journal_id[DIGEST_UUID_SIZE])
{
    array_clear(&repair->findings);
    for (size_t row = 0; row < repair->batch->tables[repair->table].count; row++) {
        struct finding finding = repair->whole;
        finding.row = row;
        *array_append(&repair->findings) = finding;
    }
    repair_apply(repair, journal_id);
}
