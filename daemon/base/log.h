// SPDX-License-Identifier: MIT
// The programs' log. Only the shell logs (the two mains, cli/, ops/); stages return errors instead.
// Under systemd lines go to the journal with structured fields, elsewhere to standard error.
#pragma once

enum log_level {
    LOG_LEVEL_ERROR = 3, // syslog's numbers, which the journal wants
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7,
};

// Chooses the journal when standard error is connected to it ($JOURNAL_STREAM), and what is shown at
// all. To be called once, before the first line.
void log_start(enum log_level most_verbose);

// Writes one line. `fields` is NULL or a NULL-terminated list of "SKYWITNESS_FEED=adsb.lol" strings that
// the journal stores beside the message.
void log_line(enum log_level level, const char *const *fields, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, NULL, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, NULL, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, NULL, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, NULL, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, NULL, __VA_ARGS__)
