/* SPDX-License-Identifier: Apache-2.0 */

/* durable - fsync for folders, syncfs for file systems; see durable.h */

#include "durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync.h"

static void
forget_changes(struct durable *durable)
{
    while (durable->changed_count > 0)
        free(durable->changed[--durable->changed_count]);
    durable->many = false;
}

void
durable_finish(struct durable *durable)
{
    forget_changes(durable);
    for (size_t i = 0; i < durable->disk_count; i++) {
        close(durable->disks[i].fd);
        free(durable->disks[i].folder);
    }
    free(durable->disks);
    *durable = (struct durable){ 0 };
}

/* The folder that PATH is in.  The caller frees it; NULL: no memory. */
static char *
folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static bool
note_folder(struct durable *durable, char *folder)
{
    if (!folder)
        return false;
    for (size_t i = durable->changed_count; i-- > 0;)
        if (strcmp(durable->changed[i], folder) == 0) {
            free(folder);
            return true;
        }
    if (durable->changed_count < DURABLE_FOLDERS) {
        durable->changed[durable->changed_count++] = folder;
        return true;
    }
    durable->many = true;
    free(folder);
    return true;
}

bool
durable_changed(struct durable *durable, const char *path)
{
    if (note_folder(durable, folder_of(path)))
        return true;
    errno = ENOMEM;
    return false;
}

/* Keeps a folder of each file system open. */
static bool
note_disk(struct durable *durable, const char *folder)
{
    struct stat found;

    if (stat(folder, &found) != 0)
        return false;
    for (size_t i = 0; i < durable->disk_count; i++)
        if (durable->disks[i].device == found.st_dev)
            return true;

    struct durable_disk *disks =
        realloc(durable->disks, (durable->disk_count + 1) * sizeof(*disks));

    if (!disks)
        return false;
    durable->disks = disks;

    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return false;

    char *copy = strdup(folder);

    if (!copy) {
        close(fd);
        errno = ENOMEM;
        return false;
    }
    disks[durable->disk_count++] =
        (struct durable_disk){ found.st_dev, fd, copy };
    return true;
}

/* Makes one folder; its parent is there. */
static bool
make_folder(struct durable *durable, const char *folder)
{
    if (mkdir(folder, 0777) == 0)
        return durable_changed(durable, folder);
    return errno == EEXIST;
}

/* Makes FOLDER and what it is in, and gives it back as it was. */
static bool
make_all(struct durable *durable, char *folder)
{
    if (access(folder, F_OK) == 0)
        return true;
    for (char *slash = strchr(folder + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';

        bool made = make_folder(durable, folder);

        *slash = '/';
        if (!made)
            return false;
    }
    return make_folder(durable, folder);
}

bool
durable_make_folders(struct durable *durable, const char *path)
{
    char *folder = folder_of(path);
    bool made =
        folder && make_all(durable, folder) && note_disk(durable, folder);
    int error = folder ? errno : ENOMEM;

    free(folder);
    errno = error;
    return made;
}

bool
durable_sync_folders(struct durable *durable)
{
    if (durable->many)
        return durable_sync_all(durable);
    for (size_t i = 0; i < durable->changed_count; i++)
        if (!sync_folder(durable->changed[i])) {
            durable->failed = durable->changed[i];
            return false;
        }
    forget_changes(durable);
    return true;
}

bool
durable_sync_all(struct durable *durable)
{
    for (size_t i = 0; i < durable->disk_count; i++)
        if (syncfs(durable->disks[i].fd) != 0) {
            durable->failed = durable->disks[i].folder;
            return false;
        }
    forget_changes(durable);
    return true;
}
