/* SPDX-License-Identifier: Apache-2.0 */

/* one_batch - an empty batch with a pool of its own for each test of a file */

#ifndef TESTS_CORE_ONE_BATCH_H
#define TESTS_CORE_ONE_BATCH_H

#include "record/batch.h"

extern struct pool *pool;
extern struct batch *batch;
extern struct mill_batch *pub; /* of that batch */
extern struct mill_buffer out; /* for text that a test makes */

/* A checked fixture's two halves.  The second fails where memory of the pool is
 * still in use. */
void one_batch_setup(void);
void one_batch_teardown(void);

/* Three columns a, b, c and ROWS rows of row * 10 + column. */
void one_batch_fill(unsigned rows);

/* An integer, or the type that it is instead, negated. */
int64_t one_batch_cell(unsigned row, unsigned column);

/* Fails where that isn't the column's name, or doesn't find it. */
void one_batch_check_name(unsigned column, const char *name);

#endif /* TESTS_CORE_ONE_BATCH_H */
