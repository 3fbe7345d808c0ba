/* SPDX-License-Identifier: Apache-2.0 */

/*
 * graph - a pipeline that was read and, unless it says otherwise, found right
 *
 * Made by definition.h from text.  Stages refer to each other by index; edges
 * point forward, there is no circle, every option is parsed into `options`, a
 * block of the plugin's instance_size that the runtime copies for each
 * instance. Everything a graph points to lives until graph_destroy().
 */

#ifndef PIPELINE_GRAPH_H
#define PIPELINE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <millrace/plugin.h>

/* What feeds a stage: all streams of another, or one of them. */
struct graph_input {
    size_t stage;
    const char *stream; /* NULL: all */
};

struct graph_stage {
    const char *name;
    const struct mill_plugin *plugin;
    const void *options; /* instance_size bytes, options filled in */

    const char *file; /* where it stands in the text; "-e" for -e */
    int line;

    struct graph_input *inputs;
    size_t input_count; /* 0 for a source */

    int64_t workers;     /* transforms; 1 or more */
    long dead_letter;    /* index of the sink stage; -1: the default file */
    int64_t retry_ns;    /* retry_for: at most so long; -1: for ever;
                          * 0: as the sources ask (10 min, or for ever) */
    bool spill;          /* what waits for it may wait on disk, */
    int64_t spill_size;  /* so many bytes of it */
    bool is_dead_letter; /* a sink that only takes dead letters */
    bool mixes;          /* a sink that gets the same stream by two inputs */

    uint32_t source_flags; /* of all sources that lead here, or of this one */

    /* Why it can't keep what the plugin's flags promise, and what that doesn't
     * hold for; static texts, or NULL.  Set by runtime_check(), which asks the
     * plugin. */
    const char *no_promise;
    const char *exception;

    bool takes_json; /* a sink to which cells are of no use; from the same */
};

struct graph {
    const char *name;
    const char *file;
    struct graph_stage *stages; /* each behind those that feed it */
    size_t stage_count;

    const char *state_dir; /* where the checkpoint is; NULL: nothing is kept,
                            * as for -e */
    int64_t memory;        /* bytes */
    int64_t max_record;    /* bytes */
    int64_t checkpoint_ns;
    int64_t connect_ns;
    int64_t drain_ns;
    bool dead_ok;
    int64_t max_dead; /* -1: any number */

    bool is_faulty; /* it can't run: faults were found, and these are only the
                     * stages whose options are right, without edges, so that
                     * their plugins can be asked too */

    bool is_replay; /* of dead letters: it says nothing of whether the pipeline
                     * is finished, nor what plugins its stages have */

    void *memory_of_graph; /* the reader's */
};

/* Fills in the stages' source_flags. */
void graph_note_sources(struct graph *graph);

void graph_destroy(struct graph *graph);

#endif /* PIPELINE_GRAPH_H */
