/* SPDX-License-Identifier: Apache-2.0 */

/* folder - mkdir, and fsync of the folder above; see folder.h */

#include "runtime/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The name of what is in the folder that PATH is in. */
static bool
sync_above(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *above = slash == path ? strdup("/")
                  : slash       ? strndup(path, (size_t)(slash - path))
                                : strdup(".");
    int fd = above ? open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool synced = fd >= 0 && fsync(fd) == 0;
    int error = errno;

    if (fd >= 0)
        close(fd);
    free(above);
    errno = error;
    return synced;
}

static bool
make_one(const char *path)
{
    return mkdir(path, 0777) == 0 ? sync_above(path) : errno == EEXIST;
}

bool
folder_make(const char *path)
{
    char *part = strdup(path);
    bool made = part != NULL;

    for (char *slash = part; made && (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        /* What is above may be there, and not ours to make. */
        made = access(part, F_OK) == 0 || make_one(part);
        *slash = '/';
    }
    made = made && make_one(path);
    int error = errno;
    free(part);
    errno = error;
    return made;
}
