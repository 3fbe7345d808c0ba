/* SPDX-License-Identifier: Apache-2.0 */

/*
 * spill - a file without a name, where pieces wait for their turn
 *
 * First in, first out: the room of what was dropped is given back to the file
 * system as the pieces go, and all of it with the last one, or with the
 * process, however that ends.  One thread.
 */

#ifndef BUS_SPILL_H
#define BUS_SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spill {
    int fd;
    uint64_t end;   /* where the next piece goes */
    uint64_t freed; /* up to here the file has no blocks any more */
    size_t pieces;
};

/* Where a piece lies. */
struct slot {
    uint64_t at;
    size_t len;
};

/* A new file in FOLDER.  False: errno says why. */
bool spill_open(struct spill *spill, const char *folder);
void spill_close(struct spill *spill);

/* Writes LEN bytes behind all others.  False: errno says why, and the file is
 * as it was. */
bool spill_put(struct spill *spill, const void *data, size_t len,
               struct slot *slot);

/* Reads a piece; DATA has room for it.  False: errno says why; 0: the file is
 * shorter than that. */
bool spill_get(const struct spill *spill, const struct slot *slot, void *data);

/* The oldest piece, SLOT, isn't needed any more. */
void spill_drop(struct spill *spill, const struct slot *slot);

#endif /* BUS_SPILL_H */
