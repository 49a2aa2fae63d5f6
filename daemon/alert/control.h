// SPDX-License-Identifier: MIT
// The operator's wishes to a running daemon: a unix socket in the state directory that takes one
// line and answers with one.
//
//     replay ALERT-ID [WEBHOOK]   ok 2
//     enable WEBHOOK              ok
//                                 error no such webhook
//
// Who may write to the state directory's socket (mode 0660) may ask.
#pragma once

#include "alert/delivery.h"
#include "base/error.h"

#define CONTROL_SOCKET_NAME "control.sock"
#define CONTROL_LINE_SIZE 256

struct alert_control;

// Listens at `path`; a socket that a dead daemon left is replaced. `delivery` is borrowed until the
// close.
int alert_control_open(uv_loop_t *loop, const char *path, struct alert_delivery *delivery,
                       struct alert_control **ret_control, struct error *error);

// Answers no more, removes the socket, closes every handle, frees itself and calls back. Before the
// delivery.
void alert_control_close(struct alert_control *control, void (*on_closed)(void *data), void *data);

// The other side, blocking, for the operator's tool: sends one line and reads the answer's (without
// its end). -ECONNREFUSED or -ENOENT when no daemon listens.
int alert_control_ask(const char *path, const char *line, char ret_answer[CONTROL_LINE_SIZE],
                      struct error *error);
