/* SPDX-License-Identifier: Apache-2.0 */

/*
 * draft - a definition taken apart, not yet understood
 *
 * What a file and a line of -e have in common: settings for the pipeline, and
 * named stages with theirs.  Read by definition.c and line.c, turned into a
 * graph by build.c.  All of a draft, and then of the graph, lies in one arena.
 */

#ifndef PIPELINE_DRAFT_H
#define PIPELINE_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/graph.h"
#include "plugin/fault.h"
#include "plugin/option.h"
#include "record/arena.h"

struct registry;

/* What graph.memory_of_graph is. */
struct draft_memory {
    struct pool *pool;
    struct arena arena;
    int name_line; /* of the settings in the definition; 0: none */
    int state_line;
    int record_line;
};

struct draft_stage {
    const char *name;
    const char *file;
    int line;
    struct setting *settings;
    size_t count;
};

struct draft {
    const char *file;
    const char *folder; /* of it, where included files are */
    bool is_line;       /* of -e: everything is text */

    struct setting *settings; /* the pipeline's own */
    size_t count;

    struct draft_stage *stages;
    size_t stage_count;
    int stages_line; /* 0: there were no stages */

    struct draft_memory *memory;
    struct faults *faults;
    size_t faults_before; /* not of this definition */
};

/* NULL: no memory. */
struct draft_memory *draft_memory_create(void);
/* NULL is fine. */
void draft_memory_destroy(struct draft_memory *memory);

/* From the arena, cleared; or a copy there.  NULL: no memory, and that is a
 * fault. */
void *draft_alloc(struct draft *draft, size_t size);
const char *draft_copy(struct draft *draft, const char *text, size_t len);

/* True once this definition has a fault. */
bool draft_is_faulty(const struct draft *draft);

/* Turns a line of -e into a draft. */
bool line_read(const char *line, struct draft *draft);

/* Makes lists of those settings of STAGE, from a line, for which one of OPTIONS
 * is a list: "a,b", or the same name once more. */
bool line_make_lists(struct draft *draft, struct draft_stage *stage,
                     const struct mill_option *options);

/* Understands the draft; takes its memory, also where it returns NULL. */
struct graph *build_graph(struct draft *draft, struct registry *registry);

/* A stage while the graph is being made. */
struct plan {
    const struct draft_stage *draft;
    enum mill_kind kind;              /* 0: not known, and that was a fault */
    const struct mill_plugin *plugin; /* NULL: not known, likewise */
    void *options;
    bool options_are_right;

    /* the core's words, as written */
    const char *const *from;
    int from_line; /* 0: there is none */
    const char *dead_letter;
    int dead_letter_line;
    int64_t workers;
    int workers_line;
    int64_t retry_ns;
    bool spill;
    int spill_line; /* of either word; 0: there is none */
    int64_t spill_size;

    /* what edges_connect() makes of them */
    struct graph_input *inputs; /* indexes of plans */
    size_t input_count;
    long dead_plan; /* -1: none */
    size_t readers;
    bool is_dead_letter;
    bool mixes;   /* see graph.h */
    size_t place; /* in the graph */
};

/* Fills the cleared PLAN of one stage, but for its edges; what is wrong is
 * added to the faults. */
void plan_stage(struct draft *draft, struct registry *registry,
                struct draft_stage *stage, struct plan *plan);

/* Finds what `from` and `dead_letter` name, and what is wrong with the graph as
 * a whole. False: faults were added. */
bool edges_connect(struct draft *draft, struct plan *plans, size_t count);

/* Sets plan.mixes, and refuses transforms that would have it. */
void reach_check(struct draft *draft, struct plan *plans, size_t count);

/* Sets plan.place so that every edge points forward; dead-letter sinks come
 * last.  The edges must be without fault. */
void edges_order(struct plan *plans, size_t count);

#endif /* PIPELINE_DRAFT_H */
