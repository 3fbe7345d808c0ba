/* SPDX-License-Identifier: Apache-2.0 */

/*
 * lanes - where rows come from: the stage before, the stream, the partition
 *
 * Entries name a lane by its number.  A lane that nobody uses is forgotten, and
 * its number taken again.
 */

#ifndef DEDUPE_LANES_H
#define DEDUPE_LANES_H

#include <millrace/plugin.h>

struct lane {
    char *name; /* the three of them as the state has it; NULL: free */
    uint64_t users;
};

struct lanes {
    struct lane *list;
    size_t count;
};

/* Zeroed memory is none. */
void lanes_finish(struct lanes *lanes);

/* The number of the batch's lane, which is recorded where it is new.  The
 * caller becomes a user.  False: no memory, or too many. */
bool lanes_enter(struct lanes *lanes, struct mill_stage *stage,
                 const struct mill_batch *batch, uint32_t *number);

/* One more and one less user of a lane that there is. */
void lanes_use(struct lanes *lanes, uint32_t number);
void lanes_leave(struct lanes *lanes, struct mill_stage *stage,
                 uint32_t number);

/* Makes sure that there is lane NUMBER as an earlier run recorded it; it stays
 * until lanes_restored(), users or not.  False: no memory. */
bool lanes_restore(struct lanes *lanes, struct mill_stage *stage,
                   uint32_t number);

/* All lanes were restored that will be. */
void lanes_restored(struct lanes *lanes, struct mill_stage *stage);

#endif /* DEDUPE_LANES_H */
