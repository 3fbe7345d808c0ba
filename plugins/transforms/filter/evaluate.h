/* SPDX-License-Identifier: Apache-2.0 */

/* evaluate - whether a row fulfils a condition. */

#ifndef FILTER_EVALUATE_H
#define FILTER_EVALUATE_H

#include "expression.h"

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };

struct evaluation {
    struct mill_stage *stage;
    struct mill_batch *batch;
    uint64_t incomparable; /* tests of values of types that don't fit */
};

/* Finds the columns in the batch; warns of those that aren't there. */
void evaluate_begin(struct evaluation *evaluation, struct node *node);

enum truth evaluate_row(struct evaluation *evaluation, const struct node *node,
                        const struct mill_value *row);

#endif /* FILTER_EVALUATE_H */
