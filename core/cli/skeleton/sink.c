/* SPDX-License-Identifier: Apache-2.0 */

/*
 * plugin_name - appends rows to a file, one JSON object a line
 *
 *     out = { sink = "plugin_name"; from = "words"; path = "out.ndjson"; };
 *
 * A batch lands whole or not at all: where a write fails, the file is cut back
 * to where the batch began, and the core tries again.  What the last flush did
 * not cover is written once more after a crash.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <millrace/plugin.h>

/* An instance; the options are members of it. */
struct plugin_name_sink {
    const char *path;
    int fd; /* 0 is none: an instance begins as zeroed memory */
    struct mill_buffer lines;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct plugin_name_sink, path, "File to append to",
                .required = true),
    { 0 },
};

static enum mill_verdict
plugin_name_open(void *self, struct mill_stage *stage)
{
    struct plugin_name_sink *sink = self;

    sink->fd =
        open(sink->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (sink->fd < 0)
        return mill_fail(stage, MILL_FATAL, "cannot open %s: %s", sink->path,
                         strerror(errno));
    return MILL_OK;
}

static bool
write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, data, len);

        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            data += written;
            len -= (size_t)written;
        }
    }
    return true;
}

static enum mill_verdict
plugin_name_write(void *self, struct mill_stage *stage,
                  struct mill_batch *batch)
{
    struct plugin_name_sink *sink = self;
    off_t start = lseek(sink->fd, 0, SEEK_END);
    int error;

    sink->lines.len = 0;
    for (size_t row = 0; row < batch->rows; row++) {
        mill_json_write_row(&sink->lines, batch, row, NULL);
        mill_buffer_add(&sink->lines, "\n", 1);
    }
    if (sink->lines.failed) {
        mill_buffer_finish(&sink->lines);
        return mill_fail(stage, MILL_RETRY, "no memory for %u rows",
                         batch->rows);
    }
    if (write_all(sink->fd, sink->lines.data, sink->lines.len))
        return MILL_OK;

    error = errno;
    if (start < 0 || ftruncate(sink->fd, start) != 0)
        return mill_fail(stage, MILL_FATAL, "%s ends in half a batch",
                         sink->path);
    return mill_fail(stage, MILL_RETRY, "cannot write %s: %s", sink->path,
                     strerror(error));
}

static enum mill_verdict
plugin_name_flush(void *self, struct mill_stage *stage)
{
    struct plugin_name_sink *sink = self;

    if (fdatasync(sink->fd) == 0 || errno == EINVAL || errno == EROFS)
        return MILL_OK; /* a pipe or a device has nothing to keep */
    return mill_fail(stage, MILL_RETRY, "cannot make %s durable: %s",
                     sink->path, strerror(errno));
}

static void
plugin_name_close(void *self)
{
    struct plugin_name_sink *sink = self;

    mill_buffer_finish(&sink->lines);
    if (sink->fd > 0)
        close(sink->fd);
    sink->fd = 0;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "plugin_name",
    .version = "0.1.0",
    .summary = "Append rows to a file as JSON lines",
    .instance_size = sizeof(struct plugin_name_sink),
    .options = options,
    .open = plugin_name_open,
    .close = plugin_name_close,
    .sink.write = plugin_name_write,
    .sink.flush = plugin_name_flush,
};
