/* SPDX-License-Identifier: Apache-2.0 */

/* steps - what fields does to cells. */

#ifndef FIELDS_STEPS_H
#define FIELDS_STEPS_H

#include "plan.h"

/* Finds the columns of all steps in BATCH, adds the new ones, and takes each
 * row through the steps. */
enum mill_verdict steps_run(struct plan *plan,
                            const struct fields_options *options,
                            struct mill_stage *stage, struct mill_batch *batch);

#endif /* FIELDS_STEPS_H */
