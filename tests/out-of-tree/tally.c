/* SPDX-License-Identifier: Apache-2.0 */

/* tally - a sink built out of tree: appends rows as JSON lines to `path`, at
 * the flush that delivers them */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <millrace/plugin.h>

struct tally {
    const char *path;
    struct mill_buffer pending;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct tally, path, "File to append to", .required = true),
    { 0 },
};

static enum mill_verdict
tally_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct tally *sink = self;

    for (size_t i = 0; i < batch->rows; i++) {
        mill_json_write_row(&sink->pending, batch, i, NULL);
        mill_buffer_add(&sink->pending, "\n", 1);
    }
    if (sink->pending.failed)
        return mill_fail(stage, MILL_FATAL, "no memory for %u rows",
                         batch->rows);
    return MILL_OK;
}

static enum mill_verdict
tally_flush(void *self, struct mill_stage *stage)
{
    struct tally *sink = self;
    FILE *file = fopen(sink->path, "a");

    if (!file)
        return mill_fail(stage, MILL_RETRY, "cannot open %s: %s", sink->path,
                         strerror(errno));
    fwrite(sink->pending.data, 1, sink->pending.len, file);
    if (fclose(file) != 0)
        return mill_fail(stage, MILL_FATAL, "cannot write %s: %s", sink->path,
                         strerror(errno));
    sink->pending.len = 0;
    return MILL_OK;
}

static void
tally_close(void *self)
{
    struct tally *sink = self;

    mill_buffer_finish(&sink->pending);
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "tally",
    .version = "1.0",
    .summary = "Append rows to a file",
    .instance_size = sizeof(struct tally),
    .options = options,
    .close = tally_close,
    .sink.write = tally_write,
    .sink.flush = tally_flush,
};
