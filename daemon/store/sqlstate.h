// SPDX-License-Identifier: MIT
// What an error of the server means for the batch that met it. Private to the store.
#pragma once

enum sqlstate_policy {
    SQLSTATE_RETRY,  // nothing wrong with the rows: the same again over a new connection
    SQLSTATE_DATA,   // a row cannot be stored: find it, set it aside, go on
    SQLSTATE_REFUSE, // somebody changed the schema or the rights: the operator has to look
};

enum sqlstate_policy sqlstate_policy(const char *sqlstate);

#define SQLSTATE_CURSOR_ELSEWHERE "SW001" // skywitness_store.move_cursor
#define SQLSTATE_UNDONE "SW002"           // skywitness_store.undo
