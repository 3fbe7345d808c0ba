/* SPDX-License-Identifier: Apache-2.0 */

/*
 * emulate - mode "emulate": the reference's emulator, draw for draw
 *
 * Each draw takes a sleep (0 or 1 s) and then an offset, which is the row of
 * every table in the order of its key; the rows of one draw share the number of
 * the draw as their position.  The draws follow from the seed alone, so going
 * on after a break is drawing again and leaving out what was settled.
 */

#ifndef RDS_EMULATE_H
#define RDS_EMULATE_H

#include "rds.h"

/* False: PACE is none of "none", "emulator" and a duration.  *NS: -1 for the
 * emulator's own sleeps. */
bool emulate_pace(const char *pace, int64_t *ns);

/* The tables must be described before the first read.  NULL: no memory. */
struct emulate *emulate_create(struct rds *rds, struct mill_stage *stage);
void emulate_destroy(struct emulate *emulate);

enum mill_verdict emulate_read(struct rds *rds, struct mill_stage *stage,
                               struct mill_batch *batch);

#endif /* RDS_EMULATE_H */
