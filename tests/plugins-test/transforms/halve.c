/* SPDX-License-Identifier: Apache-2.0 */

/* halve - a transform that filters every row at an odd position, for tests */

#include <millrace/plugin.h>

static enum mill_verdict
halve_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    (void)self;
    (void)stage;
    for (size_t row = 0; row < batch->rows; row++)
        if (batch->positions[row] % 2 == 1)
            mill_filter_row(batch, row);
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "halve",
    .version = "1.0",
    .summary = "Filter every second row, for tests",
    .flags = MILL_KEEPS_CELLS | MILL_TAKES_PAYLOADS,
    .instance_size = 1,
    .transform.apply = halve_apply,
};
