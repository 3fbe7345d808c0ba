/* SPDX-License-Identifier: Apache-2.0 */

/*
 * once - a transform that remembers: of `group` rows with ids in a row the
 * first passes, the others are filtered; for tests
 *
 * It records where the row stood that passed, so that after a crash that very
 * row passes again, and no other of its group.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <millrace/plugin.h>

struct once {
    int64_t group;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct once, group, "Rows of which one passes",
                .fallback = "300", .least = 1, .most = INT64_MAX),
    { 0 },
};

static bool
passes(struct mill_stage *stage, int64_t group, uint64_t position)
{
    char key[32];
    char here[32];
    const char *where;

    snprintf(key, sizeof(key), "group %" PRId64, group);
    snprintf(here, sizeof(here), "%" PRIu64, position);
    where = mill_state_get(stage, key);
    if (where)
        return strcmp(where, here) == 0;
    mill_state_put(stage, key, here);
    return true;
}

static enum mill_verdict
once_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct once *once = self;
    int id = mill_batch_column(batch, "id");

    for (size_t row = 0; id >= 0 && row < batch->rows; row++) {
        const struct mill_value *cell = &mill_batch_row(batch, row)[id];

        if (cell->type != MILL_INT)
            mill_reject_row(batch, row, "id is no integer");
        else if (!passes(stage, cell->integer / once->group,
                         batch->positions[row]))
            mill_filter_row(batch, row);
    }
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "once",
    .version = "1.0",
    .summary = "Pass one row of a group, for tests",
    .flags = MILL_KEEPS_CELLS,
    .instance_size = sizeof(struct once),
    .options = options,
    .transform.apply = once_apply,
};
