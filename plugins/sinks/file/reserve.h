/* SPDX-License-Identifier: Apache-2.0 */

/*
 * reserve - blocks for what a file is about to grow by
 *
 * On ext4 each new page of a file has a block promised to it, one by one, and
 * that costs a fifth of writing it.  So a file that has grown a good deal gets
 * blocks for the next 32 MiB at once, behind its end, where nobody sees them;
 * what wasn't used is given back when the file is closed.  Only an economy:
 * where it can't be had, nothing is different.
 */

#ifndef FILE_RESERVE_H
#define FILE_RESERVE_H

#include <stdint.h>
#include <sys/stat.h>

struct reserve {
    uint64_t begin; /* how long the file was when it was opened */
    uint64_t end;   /* blocks are there up to here; 0: none were asked for */
};

/* FILE was opened; a run that was killed may have left blocks behind its end.
 */
void reserve_begin(struct reserve *reserve, const struct stat *file);

/* FD will grow up to LENGTH. */
void reserve_ahead(struct reserve *reserve, int fd, uint64_t length);

/* Gives back what lies behind the file's end; to be called before a close. */
void reserve_end(struct reserve *reserve, int fd);

#endif /* FILE_RESERVE_H */
