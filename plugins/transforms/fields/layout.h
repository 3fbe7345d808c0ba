/* SPDX-License-Identifier: Apache-2.0 */

/* layout - which columns are left, under which names, in which order. */

#ifndef FIELDS_LAYOUT_H
#define FIELDS_LAYOUT_H

#include "plan.h"

/* keep, drop, rename, order.  False: no memory. */
bool layout_apply(const struct plan *plan, const struct fields_options *options,
                  struct mill_stage *stage, struct mill_batch *batch);

#endif /* FIELDS_LAYOUT_H */
