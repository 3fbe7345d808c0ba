/* SPDX-License-Identifier: Apache-2.0 */

/*
 * progress - how a run is getting on: a line on a terminal, or figures in the
 * log every so often, for whoever watches what runs for weeks
 */

#ifndef RUNTIME_PROGRESS_H
#define RUNTIME_PROGRESS_H

#include <stddef.h>

#include "runtime/log.h"
#include "runtime/run.h"

struct progress {
    int64_t started_ns;
    int64_t drawn_ns;
    uint64_t rows; /* at the last drawing */
};

void progress_start(struct progress *progress);

/* Draws the line for all RUNS together, unless it was drawn a moment ago. */
void progress_draw(struct progress *progress, struct log *log,
                   struct run *const *runs, size_t count);

/* What was said last of one run.  Zeroed memory: nothing yet. */
struct figures {
    int64_t told_ns;
    uint64_t rows;
};

/* Logs the figures of RUN where EVERY_NS have passed since the last time, or
 * since the first call; never where EVERY_NS is 0.  As JSON each is a member.
 */
void progress_log(struct figures *figures, struct log *log, struct run *run,
                  int64_t every_ns);

#endif /* RUNTIME_PROGRESS_H */
