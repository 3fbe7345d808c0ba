/* SPDX-License-Identifier: Apache-2.0 */

/*
 * work - one batch on its way through a transform
 *
 * Applying touches only the plugin's instance and the batch, so that several
 * workers can do it side by side; finishing touches edges and books, and is
 * done by the stage's own thread, in order.
 */

#ifndef RUNTIME_WORK_H
#define RUNTIME_WORK_H

#include "runtime/stage.h"

struct work {
    struct edge *edge;   /* where it came from */
    struct batch *batch; /* owned; what is left of it after work_apply() */
    struct batch *dead;  /* owned; the rows that were rejected, or NULL */
    struct books books;  /* of this batch */
    bool failed;         /* the run was ended */
    struct work *next;   /* the rest of a batch that became several */
};

/* Of a batch that came over EDGE to STAGE.  NULL: no memory, and the run was
 * ended. */
struct work *work_create(struct mill_stage *stage, struct edge *edge,
                         struct batch *batch);

/* Runs the plugin of STAGE, a transform or one of its workers, on the batch. */
void work_apply(struct mill_stage *stage, struct work *work);

/* Books it, buries its dead, hands the rest on, and frees it.  STAGE is the
 * transform.  False: the run was ended.  Either way the batches are gone. */
bool work_finish(struct mill_stage *stage, struct work *work);

#endif /* RUNTIME_WORK_H */
