/* SPDX-License-Identifier: Apache-2.0 */

/*
 * stall - a sink that once stands still in the middle of a write
 *
 *     slow = { sink = "stall"; from = "in"; path = "out.ndjson";
 *              after = 1000; pause = "60s"; };
 *
 * A test that has seen what it waits for ends the pause with the file `until`.
 */

#include <time.h>
#include <unistd.h>

#include <millrace/plugin.h>

#include "lines.h"

struct stall {
    const char *path;
    int64_t after;
    struct mill_duration pause;
    const char *until;
    bool deaf;
    uint64_t taken;
    bool over;
    int fd;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct stall, path,
                "File to append to; none: rows are dropped"),
    MILL_OPTION(struct stall, after, "Stand still after so many rows",
                .fallback = "1000", .most = INT64_MAX),
    MILL_OPTION(struct stall, pause, "For how long", .fallback = "60s"),
    MILL_OPTION(struct stall, until,
                "And no longer than until this file is there"),
    MILL_OPTION(struct stall, deaf, "Don't notice that the run is to stop",
                .fallback = "false"),
    { 0 },
};

static enum mill_verdict
stall_open(void *self, struct mill_stage *stage)
{
    struct stall *sink = self;

    return lines_open(stage, sink->path, &sink->fd);
}

static void
stall_close(void *self)
{
    struct stall *sink = self;

    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = -1;
}

static void
stand_still(struct stall *sink, struct mill_stage *stage)
{
    struct timespec step = { .tv_nsec = 20 * 1000 * 1000 };
    int64_t end = lines_now() + sink->pause.ns;

    while (lines_now() < end && (sink->deaf || !mill_stopping(stage))
           && (!sink->until || access(sink->until, F_OK) != 0))
        nanosleep(&step, NULL);
}

static enum mill_verdict
stall_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct stall *sink = self;

    if (!sink->over && sink->taken >= (uint64_t)sink->after) {
        mill_log(stage, MILL_INFO, "standing still");
        stand_still(sink, stage);
        sink->over = true;
    }
    sink->taken += batch->rows;
    return lines_write(stage, sink->fd, batch, NULL);
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "stall",
    .version = "1.0",
    .summary = "Stand still for a while, for tests",
    .instance_size = sizeof(struct stall),
    .options = options,
    .open = stall_open,
    .close = stall_close,
    .sink.write = stall_write,
};
