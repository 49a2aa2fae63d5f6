// SPDX-License-Identifier: MIT
#include "journal/reserve.h"

#include "base/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

// An alert, its delivery and the removal of entries write a dozen pages of 16 kB each time.
#define KEPT_BYTES_MIN ((uint64_t)512 << 10)
// To fold a log of 8 MB (journal_file.c) and go on with another.
#define KEPT_BYTES_BESIDE_STATE ((uint64_t)16 << 20)
// The old state stays in the file until the new one is committed, and the log has a copy.
#define KEPT_TIMES_STATE 2

void reserve_init(struct reserve *reserve, const char *journal_path)
{
    struct stat status;
    *reserve = (struct reserve){0};
    if (asprintf(&reserve->path, "%s-reserve", journal_path) < 0)
        abort();
    if (stat(reserve->path, &status) == 0) // an earlier process kept it
        reserve->bytes = reserve->wanted = (uint64_t)status.st_size;
}

void reserve_done(struct reserve *reserve)
{
    free(reserve->path);
    *reserve = (struct reserve){0};
}

uint64_t reserve_disk_room(const char *path)
{
    struct statvfs disk;
    struct stat status;
    if (statvfs(path, &disk) != 0 || stat(path, &status) != 0)
        return UINT64_MAX;
    return (uint64_t)disk.f_bavail * disk.f_frsize + (uint64_t)status.st_size;
}

static uint64_t wanted_bytes(const struct reserve *reserve, uint64_t state_bytes)
{
    uint64_t wanted = KEPT_BYTES_BESIDE_STATE + KEPT_TIMES_STATE * state_bytes;
    uint64_t room = reserve_disk_room(reserve->path);
    if (room == UINT64_MAX)
        return wanted;
    uint64_t most = room / RESERVE_SHARE;
    most = most > KEPT_BYTES_MIN ? most : KEPT_BYTES_MIN;
    return wanted < most ? wanted : most;
}

void reserve_keep(struct reserve *reserve, uint64_t state_bytes)
{
    if (reserve->path == NULL)
        return;
    int file = open(reserve->path, O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        return;
    uint64_t wanted = wanted_bytes(reserve, state_bytes);
    // Only blocks that are there count: a hole would keep nothing.
    if (wanted > reserve->bytes && posix_fallocate(file, 0, (off_t)wanted) == 0)
        reserve->bytes = reserve->wanted = wanted;
    close(file);
    if (reserve->bytes == 0)
        unlink(reserve->path);
}

bool reserve_give_up(struct reserve *reserve, enum reserve_share share)
{
    uint64_t left = share == RESERVE_FOR_WORDS ? reserve->wanted / 2 : 0;
    if (reserve->path == NULL || reserve->bytes <= left)
        return false;
    reserve->bytes = left;
    return left > 0 ? truncate(reserve->path, (off_t)left) == 0 : unlink(reserve->path) == 0;
}
