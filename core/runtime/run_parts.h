/* SPDX-License-Identifier: Apache-2.0 */

/*
 * run_parts - what the files of the runtime share of a run
 */

#ifndef RUNTIME_RUN_PARTS_H
#define RUNTIME_RUN_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "bus/ledger.h"
#include "record/arena.h"
#include "runtime/resume.h"
#include "runtime/run.h"
#include "runtime/stage.h"
#include "runtime/store.h"

struct run {
    const struct graph *graph;
    struct log *log;
    struct log_place place;

    struct pool *pool;
    struct ledger *ledger;
    struct resume resume; /* what the last run left; read only once started */

    struct mill_stage **stages; /* as in the graph */
    size_t stage_count;
    struct edge **edges;
    size_t edge_count;

    atomic_bool stopping;         /* sources are to stop */
    atomic_bool aborting;         /* everybody is */
    atomic_bool failed;           /* and the run ends with status 1 */
    atomic_int alive;             /* threads that haven't ended */
    int over;                     /* an eventfd, written by the last of them */
    atomic_int reading;           /* sources that haven't ended */
    atomic_int sinking;           /* sinks that haven't ended */
    atomic_size_t lanes_left;     /* how often a lane was left */
    atomic_uint_fast64_t dead;    /* rows dead-lettered */
    atomic_uint_fast64_t settled; /* rows made durable */
    _Atomic int64_t stopped_ns;   /* when the drain began; 0: it hasn't */
    _Atomic int64_t stored_ns;    /* when the store was last written */

    pthread_mutex_t store_lock; /* the store, and settling against it */
    struct store *store;
    struct commit_note *moved; /* lanes that moved and aren't stored yet */
    size_t moved_count;
    size_t moved_room;
    bool torn; /* a sink's positions could not be stored: the lanes that rest on
                * them may not be either, until the next run */
    pthread_mutex_t notes_lock; /* the stages' commits */
    pthread_mutex_t open_lock;  /* one plugin opens at a time */
};

/* --- what was stored, on its way to the sources; see announce.c --- */

/* Under the store's lock: notes the lanes that moved in run->moved. */
void announce_collect(struct run *run);
/* Under the store's lock, once that is stored: hangs it up at the sources. */
void announce(struct run *run);

/* Ends the run with status 1; the reason was logged. */
void run_fail(struct run *run);

#endif /* RUNTIME_RUN_PARTS_H */
