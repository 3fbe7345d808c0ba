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
 * A sink may hold back what it took of a lane from some position on; then the
 * lane is committed up to there at most, also in the middle of an entry.  A
 * lane whose partition went to another process is left: it is committed no
 * further, and its name, should it come back, makes a new lane.
 *
 * Where somebody waits for each row, an entry is watched: when it is settled it
 * leaves an outcome, with the receipts that sinks gave, in whatever order.
 *
 * Any thread may call; a lock is taken a batch, never a row.
 */

#ifndef BUS_LEDGER_H
#define BUS_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <millrace/plugin.h>

struct ledger;
struct ledger_entry;

/* One stream and partition of one source.  The texts are the ledger's. */
struct lane {
    size_t index;  /* 0, 1, 2, ... in the order they came up */
    size_t source; /* index of the stage */
    const char *stream;
    const char *partition;
    bool moves;         /* its partition may go to another process */
    const char *stored; /* what the partition is called where positions are
                         * stored: with the name of its life behind it */
};

/* How far a lane has come. */
struct lane_commit {
    const struct lane *lane;
    uint64_t position;
    const char *cursor; /* or NULL; valid until the next commit of the lane */
};

/* A batch as it is entered. */
struct entered {
    uint64_t first; /* positions of its first and its last row */
    uint64_t last;
    const char *cursor; /* or NULL */
    size_t holds;       /* at least 1 */
    bool watched;       /* it is to leave an outcome */
    bool moves;         /* so does the lane */
};

/* What became of one entry that was watched. */
struct outcome {
    struct outcome *next;
    const struct lane *lane;
    uint64_t first; /* positions of its first and last row */
    uint64_t last;
    struct mill_receipt *receipts; /* owned, and the reasons in them; by
                                    * position once it was taken */
    size_t count;
};

/* NULL: no memory. */
struct ledger *ledger_create(void);
void ledger_destroy(struct ledger *ledger);

/* The lane of that name, made where it is new.  NULL: no memory. */
const struct lane *ledger_lane(struct ledger *ledger, size_t source,
                               const char *stream, const char *partition);

/* The same, but NULL where it is new. */
const struct lane *ledger_find(struct ledger *ledger, size_t source,
                               const char *stream, const char *partition);

/* Enters a batch at the end of LANE; *WHAT is copied, the cursor too.  One
 * thread a lane.  NULL: no memory. */
struct ledger_entry *ledger_enter(struct ledger *ledger,
                                  const struct lane *lane,
                                  const struct entered *what);

const struct lane *ledger_lane_of(const struct ledger_entry *entry);
/* The position of the last row that the source put into it. */
uint64_t ledger_position_of(const struct ledger_entry *entry);

/* One more batch is made of it; the caller has a hold itself. */
void ledger_hold(struct ledger_entry *entry);

/* Gives a hold back.  True where a lane's committed position moved by it, or an
 * outcome was left: its source may want to know. */
bool ledger_settle(struct ledger *ledger, struct ledger_entry *entry);

/* Calls EACH for every lane whose committed position moved since the last call
 * of ledger_moved(), under the ledger's lock. */
void ledger_moved(struct ledger *ledger,
                  void (*each)(void *, const struct lane_commit *), void *arg);

/* Entries of SOURCE that aren't settled yet; of one LANE. */
size_t ledger_open(struct ledger *ledger, size_t source);
size_t ledger_lane_open(struct ledger *ledger, const struct lane *lane);

/* --- lanes that move between processes --- */

/* Of LANE, HOLDER has not delivered rows from POSITION on, settled or not;
 * UINT64_MAX: it holds nothing back.  False: no memory. */
bool ledger_hold_back(struct ledger *ledger, const struct lane *lane,
                      const void *holder, uint64_t position);

/* What is stored of the lane of that name is of LIFE, and of no other.  Before
 * its first entry; again where that is so already.  False: no memory. */
bool ledger_live(struct ledger *ledger, size_t source, const char *stream,
                 const char *partition, const char *life);

/* Another process has the partition: no more commits, no more outcomes. */
void ledger_leave(struct ledger *ledger, const struct lane *lane);

/* True after ledger_leave(). */
bool lane_is_left(const struct lane *lane);

/* --- entries that are watched --- */

bool ledger_is_watched(const struct ledger_entry *entry);

/* Adds a copy of RECEIPT to an entry that is watched; else does nothing. False:
 * no memory. */
bool ledger_receipt(struct ledger_entry *entry,
                    const struct mill_receipt *receipt);

/* True where ledger_outcomes() would give something. */
bool ledger_has_outcomes(struct ledger *ledger);

/* Takes all outcomes there are, the oldest first; NULL: none. */
struct outcome *ledger_outcomes(struct ledger *ledger);

/* Frees one; NULL is fine. */
void outcome_destroy(struct outcome *outcome);

#endif /* BUS_LEDGER_H */
