// SPDX-License-Identifier: MIT
#include "journal/trouble.h"

#include "base/text.h"
#include "journal/journal_file.h"

int journal_save_trouble(struct journal *journal, const struct trouble *trouble,
                         struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    journal_file_set_durability(file, DURABILITY_PROCESS);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_TROUBLE_SAVE);
    sqlite3_bind_text(statement, 1, trouble->subject, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, trouble->since);
    sqlite3_bind_int(statement, 3, trouble->announced);
    sqlite3_bind_int(statement, 4, trouble->suspect);
    sqlite3_bind_text(statement, 5, trouble->reason, -1, SQLITE_STATIC);
    return journal_file_run(file, STATEMENT_TROUBLE_SAVE, "remembering a trouble", error);
}

int journal_forget_trouble(struct journal *journal, const char *subject, struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    journal_file_set_durability(file, DURABILITY_PROCESS);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_TROUBLE_FORGET);
    sqlite3_bind_text(statement, 1, subject, -1, SQLITE_STATIC);
    return journal_file_run(file, STATEMENT_TROUBLE_FORGET, "forgetting a trouble", error);
}

int journal_load_troubles(struct journal *journal, struct trouble_array *ret_troubles,
                          struct error *error)
{
    struct journal_file *file = journal_file_of(journal);
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_TROUBLE_LOAD);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct trouble *trouble = array_append(ret_troubles);
        text_copy(trouble->subject, sizeof trouble->subject,
                  (const char *)sqlite3_column_text(statement, 0));
        trouble->since = sqlite3_column_int64(statement, 1);
        trouble->announced = sqlite3_column_int(statement, 2) != 0;
        trouble->suspect = sqlite3_column_int(statement, 3) != 0;
        text_copy(trouble->reason, sizeof trouble->reason,
                  (const char *)sqlite3_column_text(statement, 4));
    }
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? 0 : journal_file_fail(file, code, "reading the troubles", error);
}
