// SPDX-License-Identifier: MIT
// An error with its context: what was wrong, where, and what to do about it.
#pragma once

// Exit codes of the two programs (sysexits.h), and the codes an error carries.
enum exit_status {
    EXIT_STATUS_GOOD = 0,
    EXIT_STATUS_WANTING = 1,
    EXIT_STATUS_USAGE = 64,
    EXIT_STATUS_BAD_DATA = 65,
    EXIT_STATUS_UNAVAILABLE = 69,
    EXIT_STATUS_SOFTWARE = 70,
    EXIT_STATUS_BAD_CONFIGURATION = 78,
};

struct error {
    int code; // a negative errno, or 0 where there is none
    char message[1024];
};

// Fills `error` (which may be NULL) and returns `code`, so that a failing function can end in
// `return error_set(error, -EINVAL, "...")`. `code` is a negative errno. The message is cut, never
// overrun, and always terminated.
int error_set(struct error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Puts "context: " before the message that `error` already holds. Returns error->code.
int error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
