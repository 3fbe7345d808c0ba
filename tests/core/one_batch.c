/* SPDX-License-Identifier: Apache-2.0 */

/* one_batch - see one_batch.h */

#include "core/one_batch.h"

#include <string.h>

#include <millrace/json.h>

#include "suite.h"

struct pool *pool;
struct batch *batch;
struct mill_batch *pub;
struct mill_buffer out;

void
one_batch_setup(void)
{
    pool = pool_create((size_t)4 << 20);
    ck_assert_ptr_nonnull(pool);
    batch = batch_create(pool);
    ck_assert_ptr_nonnull(batch);
    pub = &batch->pub;
}

void
one_batch_teardown(void)
{
    mill_buffer_finish(&out);
    batch_release(batch);
    ck_assert_uint_eq(pool_used(pool), 0);
    pool_destroy(pool);
}

void
one_batch_fill(unsigned rows)
{
    for (int column = 0; column < 3; column++)
        ck_assert_int_eq(mill_batch_add_column(pub, &"abc"[column], 1), column);
    for (unsigned row = 0; row < rows; row++) {
        struct mill_value *cells = mill_batch_add_row(pub, row);

        ck_assert_ptr_nonnull(cells);
        for (int column = 0; column < 3; column++)
            cells[column] = mill_int(row * 10 + column);
    }
}

int64_t
one_batch_cell(unsigned row, unsigned column)
{
    const struct mill_value *value = &mill_batch_row(pub, row)[column];

    return value->type == MILL_INT ? value->integer : -(int64_t)value->type;
}

void
one_batch_check_name(unsigned column, const char *name)
{
    ck_assert_uint_lt(column, pub->columns);
    ck_assert_uint_eq(pub->names[column].len, strlen(name));
    ck_assert_str_eq(pub->names[column].data, name);
    ck_assert_int_eq(mill_batch_column(pub, name), (int)column);
}
