/* SPDX-License-Identifier: Apache-2.0 */

/* reserve - see reserve.h */

#include "reserve.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/vfs.h>
#include <unistd.h>

#define EXT4_MAGIC 0xef53

/* Files that stay small aren't worth it. */
#define WORTH_BYTES (UINT64_C(4) << 20)
#define STEP_BYTES (UINT64_C(32) << 20)

/* On a disk that is nearly full others need the space more. */
#define SPARE_BYTES (UINT64_C(1) << 30)

void
reserve_begin(struct reserve *reserve, const struct stat *file)
{
    uint64_t length = (uint64_t)file->st_size;
    uint64_t held = (uint64_t)file->st_blocks * 512;

    *reserve = (struct reserve){ .begin = length };
    if (held > length + WORTH_BYTES)
        reserve->end = held;
}

static bool
can_reserve(int fd)
{
    struct statfs system;

    return fstatfs(fd, &system) == 0 && system.f_type == EXT4_MAGIC
           && (uint64_t)system.f_bavail * (uint64_t)system.f_bsize
                  >= SPARE_BYTES;
}

void
reserve_ahead(struct reserve *reserve, int fd, uint64_t length)
{
    if (length < reserve->begin + WORTH_BYTES || length <= reserve->end)
        return;

    /* Whether it works or not, it isn't asked for again before that. */
    reserve->end = length + STEP_BYTES;
    if (can_reserve(fd))
        (void)!fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)length,
                         (off_t)STEP_BYTES);
}

void
reserve_end(struct reserve *reserve, int fd)
{
    struct stat file;

    if (reserve->end > 0 && fstat(fd, &file) == 0
        && (uint64_t)file.st_size < reserve->end)
        (void)!ftruncate(fd, file.st_size);
    *reserve = (struct reserve){ 0 };
}
