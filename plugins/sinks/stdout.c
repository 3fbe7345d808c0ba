/* SPDX-License-Identifier: Apache-2.0 */

/*
 * stdout - write rows to standard output, one JSON object a line
 *
 *     show = { sink = "stdout"; from = "posts"; };
 *
 * Each batch is one write, as soon as it comes.  A row is delivered when the
 * other side of the pipe has taken it; after a crash rows may come twice.  What
 * a write couldn't get rid of is kept and goes first the next time, so that no
 * line is ever broken.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <millrace/plugin.h>

#include "file/rows.h"

struct stdout_sink {
    int fd;     /* -1: not open */
    int cancel; /* readable: stop waiting; -1: not open */
    struct rows rows;
    struct mill_buffer text;
    size_t written; /* of text */
};

/* A pipe of our own can be told not to block; any other output is what it is,
 * and shared with whoever started us. */
static int
reopen(void)
{
    struct stat output;

    if (fstat(STDOUT_FILENO, &output) != 0)
        return -1;
    if (S_ISFIFO(output.st_mode)) {
        int fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);

        if (fd >= 0)
            return fd;
    }
    return dup(STDOUT_FILENO);
}

static enum mill_verdict
stdout_open(void *self, struct mill_stage *stage)
{
    struct stdout_sink *sink = self;

    rows_init(&sink->rows, false, ' ');
    sink->cancel = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sink->fd = reopen();
    if (sink->fd < 0 || sink->cancel < 0)
        return mill_fail(stage, MILL_FATAL, "cannot write to stdout: %s",
                         strerror(errno));
    return MILL_OK;
}

static enum mill_verdict
say_why(struct mill_stage *stage, int error)
{
    if (error == EPIPE)
        return mill_fail(stage, MILL_FATAL, "nobody reads stdout any more");
    return mill_fail(stage, MILL_RETRY, "cannot write to stdout: %s",
                     strerror(error));
}

/* False: there is no room, and the run can't wait for it. */
static bool
wait_for_room(const struct stdout_sink *sink)
{
    struct pollfd fds[] = { { .fd = sink->fd, .events = POLLOUT },
                            { .fd = sink->cancel, .events = POLLIN } };

    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
    return fds[0].revents != 0;
}

/* Writes all that is there. */
static enum mill_verdict
drain(struct stdout_sink *sink, struct mill_stage *stage)
{
    while (sink->written < sink->text.len) {
        ssize_t len = write(sink->fd, sink->text.data + sink->written,
                            sink->text.len - sink->written);

        if (len >= 0)
            sink->written += (size_t)len;
        else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (!wait_for_room(sink))
                return mill_fail(stage, MILL_RETRY,
                                 "stdout isn't read: rows are left");
        } else if (errno != EINTR)
            return say_why(stage, errno);
    }
    sink->written = 0;
    sink->text.len = 0;
    return MILL_OK;
}

static bool
add_rows(struct stdout_sink *sink, struct mill_batch *batch)
{
    for (size_t row = 0; row < batch->rows; row++) {
        if (mill_row_is_gone(batch, row))
            continue;
        rows_write(&sink->rows, batch, row, &sink->text);
    }
    return !sink->text.failed;
}

static enum mill_verdict
stdout_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct stdout_sink *sink = self;
    enum mill_verdict verdict = drain(sink, stage);

    if (verdict == MILL_OK)
        verdict = rows_begin(&sink->rows, stage, batch);
    if (verdict != MILL_OK)
        return verdict;
    if (!add_rows(sink, batch)) {
        mill_buffer_finish(&sink->text);
        return mill_fail(stage, MILL_RETRY, "no memory to write %u rows",
                         batch->rows);
    }
    /* Taken: what doesn't get out now does so in the next write or flush. */
    verdict = drain(sink, stage);
    return verdict == MILL_RETRY ? MILL_OK : verdict;
}

static enum mill_verdict
stdout_flush(void *self, struct mill_stage *stage)
{
    return drain(self, stage);
}

static void
stdout_cancel(void *self)
{
    struct stdout_sink *sink = self;
    uint64_t one = 1;

    if (write(sink->cancel, &one, sizeof(one)) < 0)
        return; /* it is readable already */
}

static void
stdout_close(void *self)
{
    struct stdout_sink *sink = self;

    if (sink->fd > 0)
        close(sink->fd);
    if (sink->cancel > 0)
        close(sink->cancel);
    mill_buffer_finish(&sink->text);
    sink->fd = sink->cancel = -1;
    sink->written = 0;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "stdout",
    .version = "1.0",
    .summary = "Write rows to standard output, one JSON object a line",
    .flags = MILL_TAKES_PAYLOADS,
    .instance_size = sizeof(struct stdout_sink),
    .open = stdout_open,
    .close = stdout_close,
    .cancel = stdout_cancel,
    .sink.write = stdout_write,
    .sink.flush = stdout_flush,
};
