/* SPDX-License-Identifier: Apache-2.0 */

/*
 * resume - where the last run of this pipeline stopped, read from the store
 *
 * Loaded once before anything starts, and only read afterwards, so that all
 * threads may look.
 */

#ifndef RUNTIME_RESUME_H
#define RUNTIME_RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/store.h"

struct resume_lane {
    char *source;
    char *stream;
    char *partition;
    uint64_t position;
    char *cursor; /* or NULL */
};

struct resume_mark {
    char *sink;
    char *from;
    struct resume_lane lane; /* position is the mark */
};

/* Zeroed memory is an empty one. */
struct resume {
    struct resume_lane *lanes;
    size_t lane_count;
    struct resume_mark *marks;
    size_t mark_count;
    bool finished; /* the last run read all its sources to their end; set by
                    * build.c, which asks before it says otherwise */
    bool failed;   /* no memory while loading */
};

/* False: the store can't be read, or no memory. */
bool resume_load(struct resume *resume, struct store *store);
void resume_finish(struct resume *resume);

/* NULL: nothing of that lane was committed. */
const struct resume_lane *resume_lane(const struct resume *resume,
                                      const char *source, const char *stream,
                                      const char *partition);

/* The INDEXth lane of a source, or NULL. */
const struct resume_lane *resume_lane_at(const struct resume *resume,
                                         const char *source, size_t index);

/* One more than the highest position of that lane, or of any mark in it; 0:
 * there is none. */
uint64_t resume_unseen(const struct resume *resume,
                       const struct store_lane *lane);

/* True where SINK had made rows of that lane durable, and up to where. */
bool resume_mark(const struct resume *resume, const char *sink,
                 const char *from, const struct store_lane *lane,
                 uint64_t *mark);

#endif /* RUNTIME_RESUME_H */
