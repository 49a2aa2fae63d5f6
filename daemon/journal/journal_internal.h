// SPDX-License-Identifier: MIT
// What the journal's files share: journal.c opens, appends and reads, journal_memory.c has what is
// remembered beside the entries. Private to the two.
#pragma once

#include "base/array.h"
#include "journal/journal_file.h"
#include "journal/reserve.h"

#define CONSUMER_NAME_SIZE 129
#define CONSUMERS_MAX 64

struct consumer {
    char name[CONSUMER_NAME_SIZE];
    int64_t sequence;
};

struct journal {
    struct journal_file file;
    uint64_t limit_bytes;
    struct reserve reserve;
    struct journal_depth depth;
    int64_t snapshot_sequence; // of the newest one, 0 for none
    struct consumers ARRAY_OF(struct consumer) consumers;
};

int64_t journal_checksum(const void *bytes, size_t length);

// Takes sequence, checksum and bytes from a row of the statement, which is reset. Returns 1, 0 or
// an error.
int journal_take_bytes(struct journal *journal, sqlite3_stmt *statement, const char *what,
                       int64_t *ret_sequence, struct byte_writer *ret_bytes, struct error *error);

// Whether the last call failed with `status` because of the disk, not of the journal's own limit.
bool journal_disk_is_full(const struct journal *journal, int status);

// Folding the log into the file may make room: the pages of removed entries are there to be used
// again.
void journal_fold_log(struct journal *journal);
