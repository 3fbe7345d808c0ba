/* SPDX-License-Identifier: Apache-2.0 */

/*
 * rotated - a followed file's predecessors, which have other names by now
 *
 * What was rotated is looked for in the file's own folder: a file that was read
 * already by its inode, whatever it is called; one that wasn't by its name,
 * NAME.1, NAME-20260101 and the like: the file's name, a point or a dash, and a
 * number or date.  Which came after which is told by when they were written
 * last; where a clock tick has several, by when they were made, and then by
 * their inodes, which mostly grow.
 */

#ifndef FILE_ROTATED_H
#define FILE_ROTATED_H

#include <stdbool.h>
#include <stdint.h>

/* Times are nanoseconds since 1970. */
struct rotated_age {
    int64_t written;
    int64_t made; /* 0: the file system doesn't know */
    uint64_t inode;
};

/* Opens the file that has this device and inode: the one at PATH, or another in
 * its folder.  -1: there is none. */
int rotated_open(const char *path, uint64_t device, uint64_t inode);

/* Opens the file that comes after one of this AGE: the oldest of the later ones
 * that was rotated, or else what is at PATH now.  Empty ones don't count:
 * whoever writes hasn't come to them yet.  -1: there is none. */
int rotated_next(const char *path, struct rotated_age age);

/* False: see errno. */
bool rotated_age_of(int fd, struct rotated_age *age);

#endif /* FILE_ROTATED_H */
