/* SPDX-License-Identifier: Apache-2.0 */

/* sync - see sync.h */

#include "sync.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool
sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return false;

    bool synced = fsync(fd) == 0;
    int error = errno;

    close(fd);
    errno = error;
    return synced;
}
