/* SPDX-License-Identifier: Apache-2.0 */

/*
 * durable - folders: making them, and getting what changed in them to the disk
 *
 * A new name is only there after a power failure when its folder was synced.
 * Few folders are synced one by one; many, or many files, cost less when the
 * whole file system is synced once.
 */

#ifndef FILE_DURABLE_H
#define FILE_DURABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define DURABLE_FOLDERS 16

struct durable_disk {
    dev_t device;
    int fd;       /* open since before the first write: so no error is missed */
    char *folder; /* where that is */
};

/* Zeroed memory is an empty one. */
struct durable {
    struct durable_disk *disks;
    size_t disk_count;
    char *changed[DURABLE_FOLDERS]; /* folders not yet synced */
    size_t changed_count;
    bool many;          /* more than these changed */
    const char *failed; /* the folder that couldn't be synced; until the next
                         * call */
};

void durable_finish(struct durable *durable);

/* Makes the folders that PATH is in, and remembers their file system; false:
 * see errno. */
bool durable_make_folders(struct durable *durable, const char *path);

/* Remembers that an entry of PATH's folder was made, renamed or removed. */
bool durable_changed(struct durable *durable, const char *path);

/* Syncs the folders that changed; false: see errno, and ->failed. */
bool durable_sync_folders(struct durable *durable);

/* Syncs everything on the file systems in use, folders too; as above. */
bool durable_sync_all(struct durable *durable);

#endif /* FILE_DURABLE_H */
