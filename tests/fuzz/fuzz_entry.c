// SPDX-License-Identifier: MIT
// The reader of journal entries. What it takes must be written again to the same bytes.
#include "journal/entry.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct entry entry, again;
    struct error error;
    if (entry_decode(bytes, length, &entry, &error) < 0)
        return 0;
    struct byte_writer first, second;
    byte_writer_init(&first, (size_t)1 << 28);
    byte_writer_init(&second, (size_t)1 << 28);
    entry_encode(&entry, &first);
    if (entry_decode(first.bytes, first.length, &again, &error) < 0)
        abort();
    entry_encode(&again, &second);
    if (first.length != second.length || memcmp(first.bytes, second.bytes, first.length) != 0)
        abort();
    entry_done(&entry);
    entry_done(&again);
    byte_writer_done(&first);
    byte_writer_done(&second);
    return 0;
}
