/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ledger - what every source emitted and what has become of it
 *
 * A source's rows of one stream and partition form a lane.  Each batch that a
 * source emits is entered at the end of its lane, with one hold for each edge
 * that it was put on.  Whoever makes several batches of one takes more holds;
 * whoever is done with one - a sink that delivered, a stage that filtered all
 * of it, the dead letters - settles one.  An entry without holds is settled;
 * when all entries up to it are, the lane's committed position moves, and that
 * is what the source and the checkpoint are told.  So nothing is committed that
 * anybody still holds, in whatever order sinks finish.
 *
 * Any thread may call; a lock is taken a batch, never a row.
 */

#ifndef BUS_LEDGER_H
#define BUS_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ledger;
struct ledger_entry;

/* One stream and partition of one source.  The texts are the ledger's. */
struct lane {
    size_t index;  /* 0, 1, 2, ... in the order they came up */
    size_t source; /* index of the stage */
    const char *stream;
    const char *partition;
};

/* How far a lane has come. */
struct lane_commit {
    const struct lane *lane;
    uint64_t position;
    const char *cursor; /* or NULL; valid until the next commit of the lane */
};

/* NULL: no memory. */
struct ledger *ledger_create(void);
void ledger_destroy(struct ledger *ledger);

/* The lane of that name, made where it is new.  NULL: no memory. */
const struct lane *ledger_lane(struct ledger *ledger, size_t source,
                               const char *stream, const char *partition);

/* Enters a batch that ends at POSITION with HOLDS holds, at least 1.  CURSOR,
 * or NULL, is copied.  One thread a lane.  NULL: no memory. */
struct ledger_entry *ledger_enter(struct ledger *ledger,
                                  const struct lane *lane, uint64_t position,
                                  const char *cursor, size_t holds);

const struct lane *ledger_lane_of(const struct ledger_entry *entry);
/* The position of the last row that the source put into it. */
uint64_t ledger_position_of(const struct ledger_entry *entry);

/* One more batch is made of it; the caller has a hold itself. */
void ledger_hold(struct ledger_entry *entry);

/* Gives a hold back.  True where a lane's committed position moved by it. */
bool ledger_settle(struct ledger *ledger, struct ledger_entry *entry);

/* Calls EACH for every lane whose committed position moved since the last call
 * of ledger_moved(), under the ledger's lock. */
void ledger_moved(struct ledger *ledger,
                  void (*each)(void *, const struct lane_commit *), void *arg);

/* Entries of SOURCE that aren't settled yet. */
size_t ledger_open(struct ledger *ledger, size_t source);

#endif /* BUS_LEDGER_H */
