/* SPDX-License-Identifier: Apache-2.0 */

/*
 * progress - one line on a terminal that says how a run is getting on
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

#endif /* RUNTIME_PROGRESS_H */
