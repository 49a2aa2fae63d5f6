// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#define FIELDS_MAX 16

static struct {
    enum log_level most_verbose;
    bool to_journal;
} state = {.most_verbose = LOG_LEVEL_INFO};

// systemd.exec(5), $JOURNAL_STREAM: device and inode of the stream that standard error is when it
// goes to the journal.
static bool standard_error_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    unsigned long long device, inode;
    return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(2, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

void log_start(enum log_level most_verbose)
{
    state.most_verbose = most_verbose;
    state.to_journal = standard_error_is_journal();
}

static void send_to_journal(enum log_level level, const char *const *fields, const char *message)
{
    char priority[16], text[2200];
    struct iovec parts[FIELDS_MAX + 2];
    int count = 0;
    snprintf(priority, sizeof priority, "PRIORITY=%d", (int)level);
    snprintf(text, sizeof text, "MESSAGE=%s", message);
    parts[count++] = (struct iovec){.iov_base = priority, .iov_len = strlen(priority)};
    parts[count++] = (struct iovec){.iov_base = text, .iov_len = strlen(text)};
    for (; fields != NULL && *fields != NULL && count < FIELDS_MAX + 2; fields++)
        parts[count++] =
            (struct iovec){.iov_base = (void *)(uintptr_t)*fields, .iov_len = strlen(*fields)};
    sd_journal_sendv(parts, count);
}

static void write_message(enum log_level level, const char *const *fields, const char *format,
                          va_list arguments)
{
    if (level > state.most_verbose)
        return;
    char message[2048];
    vsnprintf(message, sizeof message, format, arguments);
    if (state.to_journal) {
        send_to_journal(level, fields, message);
        return;
    }
    static const char *const words[] = {
        [LOG_LEVEL_ERROR] = "error: ", [LOG_LEVEL_WARNING] = "warning: "};
    const char *word = level <= LOG_LEVEL_WARNING ? words[level] : "";
    fprintf(stderr, "skywitness: %s%s\n", word, message);
}

void log_line(enum log_level level, const char *const *fields, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_message(level, fields, format, arguments);
    va_end(arguments);
}

void log_event(enum log_event event, const char *subject, const char *format, ...)
{
    const struct log_event_row *row = log_event_row(event);
    char id[64], name[64], about[256];
    snprintf(id, sizeof id, "MESSAGE_ID=%s", row->message_id);
    snprintf(name, sizeof name, "SKYWITNESS_EVENT=%s", row->name);
    const char *fields[4] = {id, name, NULL, NULL};
    if (row->subject_field != NULL && subject != NULL) {
        snprintf(about, sizeof about, "%s=%s", row->subject_field, subject);
        fields[2] = about;
    }
    va_list arguments;
    va_start(arguments, format);
    write_message(row->level, fields, format, arguments);
    va_end(arguments);
}
