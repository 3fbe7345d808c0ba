/* SPDX-License-Identifier: Apache-2.0 */

/*
 * journal - what the window holds, in the state that the core keeps
 *
 *     about          by what rows are alike; where that changes, all is new
 *     secret         the digests' key
 *     first          number of the oldest chunk
 *     rows NUMBER    a chunk: entries as letters.h spells them, oldest first
 *     lane NUMBER    the stage, stream and partition that entries name
 *
 * Entries are added to the newest chunk until it is long enough, and forgotten
 * with their chunk once the window has left all of it behind.  The core may
 * store what was put at any moment, so each put leaves a state to go on from.
 */

#ifndef DEDUPE_JOURNAL_H
#define DEDUPE_JOURNAL_H

#include "lanes.h"
#include "window.h"

struct journal {
    struct digest secret;
    struct lanes lanes;
    uint64_t *ends;          /* of each chunk: the entry behind its last */
    size_t room;             /* of ends */
    uint64_t first;          /* the oldest chunk; its end is ends[0] */
    uint64_t next;           /* the chunk to come */
    struct mill_buffer text; /* what the newest chunk holds */
};

/* Zeroed memory is an empty journal. */
void journal_finish(struct journal *journal);

/* Fills an empty window with the last MOST entries that an earlier run has
 * recorded, where ABOUT is still the same.  The verdict of an open. */
enum mill_verdict journal_open(struct journal *journal,
                               struct mill_stage *stage, const char *about,
                               struct window *window, uint64_t most);

/* Appends an entry to the window, which may hold MOST.  False: no memory. */
bool journal_add(struct journal *journal, struct mill_stage *stage,
                 struct window *window, uint64_t most,
                 const struct entry *entry);

/* Records what was added since the last call, and forgets what the window has
 * left behind.  False: no memory. */
bool journal_write(struct journal *journal, struct mill_stage *stage,
                   const struct window *window);

#endif /* DEDUPE_JOURNAL_H */
