/* SPDX-License-Identifier: Apache-2.0 */

/*
 * replay - dead letters, sent again to the stages that rejected them
 *
 * A graph of its own is made: the stages that rejected rows of the file, all
 * that is downstream of them, and in front of each a source that reads those
 * rows from the file and goes by the name of the stage that they came from.
 * Their partition gets a suffix, so that neither a checkpoint nor the name of
 * an object can be mistaken for that of the first time.
 */

#ifndef RUNTIME_REPLAY_H
#define RUNTIME_REPLAY_H

#include "pipeline/graph.h"
#include "plugin/fault.h"

struct replay;

/* NUMBER tells this replay from others of the pipeline.  GRAPH outlives it.
 * NULL: FAULTS says why. */
struct replay *replay_create(const struct graph *graph, const char *file,
                             unsigned number, struct faults *faults);
void replay_destroy(struct replay *replay);

/* The graph to run. */
struct graph *replay_graph(struct replay *replay);

/* Rows that can't be sent again, because a source rejected them: all that is
 * left of them is their head. */
uint64_t replay_lost(const struct replay *replay);

/* --- the source -------------------------------------------------------------
 */

/* What one such source reads. */
struct replay_source {
    const char *file;
    const char *from;  /* NULL: rows that no stage handed on */
    const char *stage; /* which rejected them */
    const char *label; /* suffix of the partition */

    void *input; /* FILE * */
    char *line;
    size_t line_room;
    uint64_t number; /* of the line, from 0 */
    void *held;      /* json-c: a row of the next stream */
};

extern const struct mill_plugin replay_plugin;

#endif /* RUNTIME_REPLAY_H */
