/* SPDX-License-Identifier: Apache-2.0 */

/* countdown - a source built out of tree: rows from `from_number` down to 1 */

#include <millrace/plugin.h>

struct countdown {
    int64_t from_number;
    int64_t made;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct countdown, from_number, "Number of the first row",
                .fallback = "3", .least = 0, .most = 1000000),
    { 0 },
};

static enum mill_verdict
countdown_open(void *self, struct mill_stage *stage)
{
    struct countdown *source = self;
    struct mill_position last;

    source->made = 0;
    if (mill_resume(stage, "countdown", "0", &last))
        source->made = (int64_t)last.position + 1;
    return MILL_OK;
}

static enum mill_verdict
countdown_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct countdown *source = self;
    int left;

    if (source->made >= source->from_number)
        return MILL_END;
    if (!mill_batch_set_stream(batch, "countdown", "0")
        || (left = mill_batch_add_column(batch, "left", 4)) < 0)
        return mill_fail(stage, MILL_RETRY, "no memory for a batch");
    while (source->made < source->from_number && !mill_batch_is_full(batch)) {
        struct mill_value *row =
            mill_batch_add_row(batch, (uint64_t)source->made);

        if (!row)
            return mill_fail(stage, MILL_FATAL, "no memory for a row");
        row[left] = mill_int(source->from_number - source->made++);
    }
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "countdown",
    .version = "1.0",
    .summary = "Count down",
    .flags = MILL_REPLAYS,
    .instance_size = sizeof(struct countdown),
    .options = options,
    .open = countdown_open,
    .source.read = countdown_read,
};
