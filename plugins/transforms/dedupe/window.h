/* SPDX-License-Identifier: Apache-2.0 */

/*
 * window - the rows that passed last, oldest first, found by their digest
 *
 * A ring of entries, numbered from 0 on as they come, and a hash table of
 * places in it.  Both grow with what they hold.
 */

#ifndef DEDUPE_WINDOW_H
#define DEDUPE_WINDOW_H

#include "digest.h"

/* A row that passed, and where it stood. */
struct entry {
    struct digest digest;
    uint64_t position;
    uint32_t lane;
    bool passed; /* in this run; else it may come once more */
};

struct window {
    struct entry *ring; /* entry n at n % room */
    size_t room;        /* 0 or a power of two */
    uint64_t first;     /* number of the oldest entry */
    uint64_t next;      /* and of the one to come */
    uint32_t *slots;    /* place in the ring + 1; 0: free.  2 * room of them */
};

/* Bytes that an entry takes in all: in the ring, in the table, and as text in
 * what the core keeps of it. */
#define WINDOW_ENTRY_BYTES 80

/* The most entries that a window can have. */
#define WINDOW_MOST ((int64_t)1 << 30)

/* Zeroed memory is an empty window. */
void window_finish(struct window *window);

/* The entry with this digest, or NULL.  Until the next push. */
struct entry *window_find(struct window *window, const struct digest *digest);

/* Appends an entry, whose digest isn't there yet.  False: no memory. */
bool window_push(struct window *window, const struct entry *entry);

/* Takes away the oldest entry of a window that isn't empty. */
struct entry window_pop(struct window *window);

#endif /* DEDUPE_WINDOW_H */
