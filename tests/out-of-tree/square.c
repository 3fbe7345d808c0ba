/* SPDX-License-Identifier: Apache-2.0 */

/* square - a transform built out of tree: squares one column, filters out rows
 * whose square ends in 6 */

#include <millrace/plugin.h>

struct square {
    const char *column;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct square, column, "Column to square", .required = true),
    { 0 },
};

static enum mill_verdict
square_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    const struct square *transform = self;
    int column = mill_batch_column(batch, transform->column);

    for (size_t i = 0; column >= 0 && i < batch->rows; i++) {
        struct mill_value *cell = &mill_batch_row(batch, i)[column];

        if (cell->type != MILL_INT)
            continue;
        *cell = mill_int(cell->integer * cell->integer);
        if (cell->integer % 10 == 6)
            mill_filter_row(batch, i);
    }
    mill_count(stage, "batches", 1);
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "square",
    .version = "1.0",
    .summary = "Square a column",
    .flags = MILL_SCALES,
    .instance_size = sizeof(struct square),
    .options = options,
    .transform.apply = square_apply,
};
