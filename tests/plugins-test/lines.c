/* SPDX-License-Identifier: Apache-2.0 */

/* lines - rows appended to a file, for the test sinks */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lines.h"

enum mill_verdict
lines_open(struct mill_stage *stage, const char *path, int *fd)
{
    *fd = -1;
    if (!path)
        return MILL_OK;
    *fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (*fd < 0)
        return mill_fail(stage, MILL_FATAL, "cannot open %s: %s", path,
                         strerror(errno));
    return MILL_OK;
}

static bool
write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, data, len);

        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            data += done;
            len -= (size_t)done;
        }
    }
    return true;
}

enum mill_verdict
lines_write(struct mill_stage *stage, int fd, struct mill_batch *batch,
            const bool *skip)
{
    struct mill_buffer text = { 0 };

    if (fd < 0)
        return MILL_OK;
    for (size_t row = 0; row < batch->rows; row++) {
        if (skip && skip[row])
            continue;
        mill_json_write_row(&text, batch, row, NULL);
        mill_buffer_add(&text, "\n", 1);
    }

    bool done = !text.failed && write_all(fd, text.data, text.len);

    mill_buffer_finish(&text);
    if (!done)
        return mill_fail(stage, MILL_FATAL, "cannot write: %s",
                         strerror(errno));
    return MILL_OK;
}

int64_t
lines_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
