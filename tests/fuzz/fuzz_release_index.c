// SPDX-License-Identifier: MIT
// The list of releases: whatever the bytes, it must not crash, and a release that is found has its
// parts.
#include "history/release_index.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const utc_us day = 20387 * UTC_DAY; // 2025-10-26
    struct release release;
    if (release_index_find((const char *)bytes, length, day, &release, NULL) != 1)
        return 0;
    size_t lines = 0;
    for (const char *at = release.urls; *at != '\0'; at++)
        lines += *at == '\n';
    if (release.day != day || lines != release.part_count || lines == 0 ||
        lines > RELEASE_PARTS_MAX || release.name[0] == '\0')
        abort();
    release_done(&release);
    return 0;
}
