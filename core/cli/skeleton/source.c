/* SPDX-License-Identifier: Apache-2.0 */

/*
 * plugin_name - makes rows with a number in them
 *
 *     numbers = { source = "plugin_name"; rows = 100; };
 */

#include <millrace/plugin.h>

/* An instance; the options are members of it. */
struct plugin_name_source {
    int64_t rows;
    int64_t next; /* the row to make next */
};

static const struct mill_option options[] = {
    MILL_OPTION(struct plugin_name_source, rows, "How many rows to make",
                .fallback = "10", .least = 0, .most = INT64_MAX),
    { 0 },
};

/* After a crash or a stop, goes on behind the last row that was settled. */
static enum mill_verdict
plugin_name_open(void *self, struct mill_stage *stage)
{
    struct plugin_name_source *source = self;
    struct mill_position last;

    source->next = 0;
    if (mill_resume(stage, "plugin_name", "0", &last))
        source->next = (int64_t)last.position + 1;
    return MILL_OK;
}

static enum mill_verdict
plugin_name_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct plugin_name_source *source = self;
    int number;

    if (source->next >= source->rows)
        return MILL_END;
    if (!mill_batch_set_stream(batch, "plugin_name", "0"))
        return mill_fail(stage, MILL_RETRY, "no memory for a batch");
    number = mill_batch_add_column(batch, "number", sizeof("number") - 1);
    if (number < 0)
        return mill_fail(stage, MILL_RETRY, "no memory for a column");

    while (source->next < source->rows && !mill_batch_is_full(batch)) {
        struct mill_value *row =
            mill_batch_add_row(batch, (uint64_t)source->next);

        if (!row && batch->rows > 0)
            return MILL_OK; /* hand on what there is */
        if (!row)
            return mill_fail(stage, MILL_RETRY, "no memory for a row");
        row[number] = mill_int(source->next);
        source->next++;
    }
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "plugin_name",
    .version = "0.1.0",
    .summary = "Make rows with a number in them",
    .flags = MILL_REPLAYS,
    .instance_size = sizeof(struct plugin_name_source),
    .options = options,
    .open = plugin_name_open,
    .source.read = plugin_name_read,
};
