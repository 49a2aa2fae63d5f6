// SPDX-License-Identifier: MIT
// Room on the disk that is kept by a file of zeros beside the journal, and given up when the disk
// is full: what makes room (saving a state, removing entries) and an alert that says so need some
// themselves. Private to journal.c.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Of the room on the disk no more than this share is kept from the entries.
#define RESERVE_SHARE 8

struct reserve {
    char *path;      // owned; NULL for a journal without one
    uint64_t bytes;  // kept now
    uint64_t wanted; // as it was kept when there was room
};

// `journal_path` is copied. Keeps nothing yet.
void reserve_init(struct reserve *reserve, const char *journal_path);
void reserve_done(struct reserve *reserve); // leaves the file; accepts a zeroed struct

// Keeps room for what a state of that size needs to be saved, or less on a small disk. Without room
// for it nothing is kept, and nothing is wrong.
void reserve_keep(struct reserve *reserve, uint64_t state_bytes);

// How much of it a purpose may have.
enum reserve_share {
    RESERVE_FOR_WORDS,   // an alert: what is left still makes room
    RESERVE_FOR_REMOVAL, // what makes room: all of it
};

// Gives up so much of what is kept. False when nothing was.
bool reserve_give_up(struct reserve *reserve, enum reserve_share share);

// Bytes that `path` and what else is written to its disk may still come to have, with those that it
// has; UINT64_MAX when that cannot be told.
uint64_t reserve_disk_room(const char *path);
