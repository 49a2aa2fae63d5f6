// SPDX-License-Identifier: MIT
// The programs' log. Only the shell logs (the two mains, cli/, ops/); stages return errors instead.
// Under systemd lines go to the journal with structured fields, elsewhere to standard error.
#pragma once

#include "base/log_event.h"

// Chooses the journal when standard error is connected to it ($JOURNAL_STREAM), and what is shown
// at all. To be called once, before the first line.
void log_start(enum log_level most_verbose);

// Writes one line. `fields` is NULL or a NULL-terminated list of "SKYWITNESS_FEED=adsb.lol" strings
// that the journal stores beside the message.
void log_line(enum log_level level, const char *const *fields, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Writes one line about an event at the event's level. `subject` is what it is about (a feed's id,
// say), NULL for events without one. The journal also gets MESSAGE_ID, SKYWITNESS_EVENT and the
// subject's field.
void log_event(enum log_event event, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, NULL, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, NULL, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, NULL, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, NULL, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, NULL, __VA_ARGS__)
