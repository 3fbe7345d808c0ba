/* SPDX-License-Identifier: Apache-2.0 */

/*
 * run - a graph at work
 *
 * How a run goes: run_create() opens the store and makes stages and edges;
 * run_start() starts a thread for each stage.  Sources emit until they end, or
 * until run_stop() asks them to; an end travels along every edge; sinks make
 * durable what they have when all their inputs ended; sources leave when all
 * that they emitted is settled and committed.  run_abort() ends everything at
 * once: what isn't settled is done again by the next run.
 */

#ifndef RUNTIME_RUN_H
#define RUNTIME_RUN_H

#include <stdbool.h>

#include "pipeline/graph.h"
#include "runtime/log.h"

struct run;

/* GRAPH and LOG outlive the run.  FRESH forgets the state first.  NULL: the log
 * has the reason. */
struct run *run_create(const struct graph *graph, struct log *log, bool fresh);

/* False: a thread could not be made; the log has the reason. */
bool run_start(struct run *run);

/* Any thread.  Drain: sources stop, the rest flows out. */
void run_stop(struct run *run);
/* Any thread.  End at once. */
void run_abort(struct run *run);

/* True once every thread has ended. */
bool run_is_over(struct run *run);

/* Readable once run_is_over(), for poll(). */
int run_event(const struct run *run);

/* What the main thread calls about ten times a second: stores lanes that moved
 * by themselves, ends a drain that takes too long. */
void run_tick(struct run *run);

/* The figures for a progress line. */
struct run_progress {
    uint64_t rows; /* emitted by the sources */
    uint64_t bytes;
    uint64_t settled; /* rows made durable by sinks */
    double part;      /* how much of the sources is read, 0 to 1; less than 0:
                       * not all of them know their end */
    uint64_t dead;
    bool lags;    /* sources that follow something are among them: */
    uint64_t lag; /* rows that they haven't read yet */
};
void run_progress(struct run *run, struct run_progress *to);

/* After run_is_over(): joins the threads, logs the balance of every edge, and
 * returns the program's exit status (cli/cli.h: 0, 1 or 3). */
int run_finish(struct run *run);

void run_destroy(struct run *run);

#endif /* RUNTIME_RUN_H */
