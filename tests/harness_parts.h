/* SPDX-License-Identifier: Apache-2.0 */

/* harness_parts - what the two files of the bench share */

#ifndef TESTS_HARNESS_PARTS_H
#define TESTS_HARNESS_PARTS_H

#include "harness.h"
#include "plugin/option.h"
#include "record/batch.h"
#include "runtime/run_parts.h"

#define SETTINGS_MAX 64
#define LANES_MAX 16
#define KEPT_MAX 64

struct harness {
    const struct mill_plugin *plugin;

    struct setting settings[SETTINGS_MAX];
    size_t setting_count;
    struct arena arena; /* settings, options, names */
    void *options;
    bool configured;

    struct resume_lane lanes[LANES_MAX];
    const char *stream;
    const char *partition;
    uint64_t position; /* of the next row */

    struct graph graph;
    struct graph_stage node;
    struct run run;
    struct log log;
    struct mill_stage *stage;

    /* What mill_from() looks at, and mill_more_at_hand(). */
    struct graph_stage from_node;
    struct mill_stage from_stage;
    struct edge from;

    bool json_will_do;

    struct batch *out;
    struct batch *kept[KEPT_MAX]; /* of a sink that keeps batches */
    size_t kept_count;
    struct mill_buffer rows;
    struct mill_buffer rejected;
    struct mill_buffer logged;
    struct mill_buffer said;
    uint64_t filtered;
    uint64_t delivered;
};

/* The stage, fit for the next callback. */
struct mill_stage *harness_ready(struct harness *bench);

/* A new instance with the same options, and what the store has for it. */
void harness_make_stage(struct harness *bench);

#endif /* TESTS_HARNESS_PARTS_H */
