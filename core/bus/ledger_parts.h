/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ledger_parts - what the files of the ledger share
 */

#ifndef BUS_LEDGER_PARTS_H
#define BUS_LEDGER_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "bus/ledger.h"

struct ledger_entry {
    struct ledger_entry *next; /* the batch emitted after this one */
    struct track *track;
    atomic_size_t holds;
    bool settled; /* under the lock */
    uint64_t first;
    uint64_t position;
    char *cursor;            /* owned; moves to the track when committed */
    struct outcome *outcome; /* owned; NULL where nobody watches */
};

/* What one sink has taken of a lane and not delivered. */
struct barrier {
    const void *holder;
    uint64_t position; /* UINT64_MAX: nothing */
};

/* A lane with its open entries, the oldest first. */
struct track {
    struct lane lane; /* first: see lane_is_left() */
    struct ledger *ledger;
    struct ledger_entry *first;
    struct ledger_entry **last;
    size_t open;
    struct barrier *barriers;
    size_t barrier_count;
    atomic_bool left;

    bool moved;
    bool committed; /* ever: position counts */
    uint64_t position;
    char *cursor;
    char *stream;
    char *partition;
    char *stored; /* NULL: as the partition */
};

struct ledger {
    pthread_mutex_t lock;
    struct track **tracks;
    size_t count;
    struct outcome *outcomes; /* the oldest first */
    struct outcome **last_outcome;
};

/* Under the lock: commits what lies before anything that isn't settled or is
 * held back.  True where the committed position moved. */
bool ledger_advance(struct track *track);

/* Under the lock: ENTRY is settled.  True where somebody waits for that. */
bool ledger_leave_outcome(struct ledger *ledger, struct ledger_entry *entry);

#endif /* BUS_LEDGER_PARTS_H */
