/* SPDX-License-Identifier: Apache-2.0 */

/*
 * flaky - a sink that fails for a while
 *
 *     bad = { sink = "flaky"; from = "in"; path = "out.ndjson";
 *             after = 1000; down = "30s"; };
 *
 * `where` says which callback fails: open (from the start), write (once `after`
 * rows were taken) or flush; `verdict` says how.  With `reject` it is single
 * rows, one in `after`, that are refused by write, and `down` means nothing.
 */

#include <string.h>
#include <unistd.h>

#include <millrace/plugin.h>

#include "lines.h"

struct flaky {
    const char *path;
    int64_t after;
    struct mill_duration down;
    const char *where;
    const char *verdict;
    uint64_t taken;
    int64_t since; /* when it began to fail; 0: not yet */
    bool opened;
    int fd;
};

static const char *const wheres[] = { "open", "write", "flush", NULL };
static const char *const verdicts[] = { "retry", "reject", "fatal", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct flaky, path,
                "File to append to; none: rows are dropped"),
    MILL_OPTION(struct flaky, after, "Fail once so many rows were taken",
                .fallback = "0", .most = INT64_MAX),
    MILL_OPTION(struct flaky, down, "For how long", .fallback = "30s"),
    MILL_OPTION(struct flaky, where, "In which callback", .fallback = "write",
                .choices = wheres),
    MILL_OPTION(struct flaky, verdict, "How", .fallback = "retry",
                .choices = verdicts),
    { 0 },
};

/* True while WHERE is to fail. */
static bool
is_down(struct flaky *sink, const char *where)
{
    if (strcmp(sink->where, where) != 0 || sink->taken < (uint64_t)sink->after)
        return false;
    if (sink->since == 0)
        sink->since = lines_now();
    return lines_now() - sink->since < sink->down.ns;
}

static enum mill_verdict
fail(struct flaky *sink, struct mill_stage *stage, const char *where)
{
    enum mill_verdict verdict =
        strcmp(sink->verdict, "fatal") == 0 ? MILL_FATAL : MILL_RETRY;

    return mill_fail(stage, verdict, "cannot %s: down for a test", where);
}

static enum mill_verdict
flaky_open(void *self, struct mill_stage *stage)
{
    struct flaky *sink = self;

    sink->opened = false;
    if (is_down(sink, "open"))
        return fail(sink, stage, "open");
    sink->opened = true;
    return lines_open(stage, sink->path, &sink->fd);
}

static void
flaky_close(void *self)
{
    struct flaky *sink = self;

    if (sink->opened && sink->fd >= 0)
        close(sink->fd);
    sink->opened = false;
}

/* Which rows were rejected, in memory of the batch.  NULL: no memory. */
static const bool *
reject_some(struct flaky *sink, struct mill_batch *batch)
{
    uint64_t every = sink->after > 0 ? (uint64_t)sink->after : 1;
    bool *rejected = mill_batch_alloc(batch, batch->rows);

    for (size_t row = 0; rejected && row < batch->rows; row++) {
        rejected[row] = (sink->taken + row) % every == 0;
        if (rejected[row])
            mill_reject_row(batch, row, "refused for a test");
    }
    return rejected;
}

static enum mill_verdict
flaky_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct flaky *sink = self;
    const bool *skip = NULL;

    if (strcmp(sink->verdict, "reject") == 0) {
        skip = reject_some(sink, batch);
        if (!skip)
            return mill_fail(stage, MILL_RETRY, "no memory to be flaky");
    } else if (is_down(sink, "write")) {
        return fail(sink, stage, "write");
    }
    sink->taken += batch->rows;
    return lines_write(stage, sink->fd, batch, skip);
}

static enum mill_verdict
flaky_flush(void *self, struct mill_stage *stage)
{
    struct flaky *sink = self;

    if (is_down(sink, "flush"))
        return fail(sink, stage, "flush");
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "flaky",
    .version = "1.0",
    .summary = "Fail for a while, for tests",
    .instance_size = sizeof(struct flaky),
    .options = options,
    .open = flaky_open,
    .close = flaky_close,
    .sink.write = flaky_write,
    .sink.flush = flaky_flush,
};
