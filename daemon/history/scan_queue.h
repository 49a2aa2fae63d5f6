// SPDX-License-Identifier: MIT
// Files of archives on their way through three kinds of threads: one reads them, several scan them,
// one stores what came out, in the order in which they were read, whichever was scanned first.
// Holds a bounded number of files and of bytes; who is ahead waits.
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "base/utc.h"
#include "history/archive_reader.h"
#include "history/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How far reading may be ahead of storing: at 600 files a second over a second.
#define SCAN_QUEUE_ITEMS 1024
#define SCAN_QUEUE_BYTES ((size_t)48 << 20) // packed; one file may be beyond
#define SCAN_QUEUE_POINTS                                                                          \
    ((size_t)100 << 10) // of watched aircraft, some 30 MB; one file for each thread may be beyond

enum scan_item_kind {
    SCAN_ITEM_FILE,      // a file
    SCAN_ITEM_PASSED_BY, // a file that nobody wants, without its bytes
    SCAN_ITEM_WHOLE,     // an archive's end, with nothing missing
    SCAN_ITEM_PROBLEM,   // something that could not be read
};

struct scan_item {
    enum scan_item_kind kind;
    size_t archive;               // number of the one it came from
    char name[ARCHIVE_NAME_SIZE]; // of the file, or of the archive that ended
    // Of a file.
    uint8_t *bytes; // owned until it is scanned
    size_t length;
    uint8_t content[DIGEST_UUID_SIZE];
    bool is_known;   // it was read before
    bool is_skipped; // and is not scanned again
    utc_us day;      // of one that is known; of an archive: that it is of by its name
    struct scanned scanned;
    struct error problem; // of a file that could not be scanned too; code 0: none
    int stage;            // the queue's
};

struct scan_queue;
struct scan_queue *scan_queue_new(void);
void scan_queue_free(struct scan_queue *queue); // accepts NULL; with no thread left in it

// For the thread that reads. A free item, once there is room for one more of so many bytes; NULL
// when the queue was stopped. What the item held is gone. It counts once it is put.
struct scan_item *scan_queue_reserve(struct scan_queue *queue, size_t length);
void scan_queue_put(struct scan_queue *queue, struct scan_item *item);
// Nothing more will be put.
void scan_queue_end(struct scan_queue *queue);

// For threads that scan. The next file that is not skipped; NULL when none is left or the queue was
// stopped.
struct scan_item *scan_queue_take(struct scan_queue *queue);
void scan_queue_finish(struct scan_queue *queue, struct scan_item *item);

// For the thread that stores: what it is to do next.
enum scan_queue_turn {
    SCAN_QUEUE_ASK,   // whether these files are known; then scan_queue_answer
    SCAN_QUEUE_STORE, // the first of all items; then scan_queue_release
    SCAN_QUEUE_WAIT,  // nothing yet; `wait_ms` are over
    SCAN_QUEUE_END,   // everything was stored
};
#define SCAN_QUEUE_ASK_MAX 256
// Fills up to SCAN_QUEUE_ASK_MAX items to be asked about (only the files among them matter), or one
// to be stored.
enum scan_queue_turn scan_queue_turn(struct scan_queue *queue, unsigned wait_ms,
                                     struct scan_item **ret_items, size_t *ret_count);
// Each file's `is_skipped` is set now.
void scan_queue_answer(struct scan_queue *queue, struct scan_item **items, size_t count);
void scan_queue_release(struct scan_queue *queue, struct scan_item *item);

// From any thread: everybody's next call says that it is over.
void scan_queue_stop(struct scan_queue *queue);
bool scan_queue_is_stopped(struct scan_queue *queue);
