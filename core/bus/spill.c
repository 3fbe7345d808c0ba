/* SPDX-License-Identifier: Apache-2.0 */

/* spill - pieces in a file; see spill.h */

#include "bus/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Holes are made in steps: each is a call, and a write of the journal. */
#define HOLE_BYTES ((uint64_t)16 * 1024 * 1024)

/* For file systems that can't make a file without a name. */
static int
open_unlinked(const char *folder)
{
    char path[4096];
    int fd;

    if (snprintf(path, sizeof(path), "%s/spill-XXXXXX", folder)
        >= (int)sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

bool
spill_open(struct spill *spill, const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
        fd = open_unlinked(folder);
    *spill = (struct spill){ .fd = fd };
    return fd >= 0;
}

void
spill_close(struct spill *spill)
{
    if (spill->fd >= 0)
        close(spill->fd);
    spill->fd = -1;
}

bool
spill_put(struct spill *spill, const void *data, size_t len, struct slot *slot)
{
    const char *from = data;
    size_t done = 0;

    while (done < len) {
        ssize_t written = pwrite(spill->fd, from + done, len - done,
                                 (off_t)(spill->end + done));

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        done += (size_t)written;
    }
    *slot = (struct slot){ spill->end, len };
    spill->end += len;
    spill->pieces++;
    return true;
}

bool
spill_get(const struct spill *spill, const struct slot *slot, void *data)
{
    char *to = data;
    size_t done = 0;

    while (done < slot->len) {
        ssize_t got = pread(spill->fd, to + done, slot->len - done,
                            (off_t)(slot->at + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = 0;
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

void
spill_drop(struct spill *spill, const struct slot *slot)
{
    uint64_t upto = slot->at + slot->len;

    if (--spill->pieces == 0) {
        /* Room that can't be given back now is given back at the end. */
        (void)!ftruncate(spill->fd, 0);
        spill->end = spill->freed = 0;
    } else if (upto - spill->freed >= HOLE_BYTES) {
        (void)!fallocate(spill->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                         (off_t)spill->freed, (off_t)(upto - spill->freed));
        spill->freed = upto;
    }
}
