/* SPDX-License-Identifier: Apache-2.0 */

/* sink - small things that both ways of writing need; see sink.h */

#include "sink.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

bool
sink_rotates(const struct file_sink *sink)
{
    return sink->rotate_rows || sink->flush_size || sink->rotate_bytes.bytes
           || sink->rotate_every.ns;
}

int64_t
sink_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool
sink_names_time(const struct file_sink *sink)
{
    static const char *const fields[] = { "yyyy", "MM", "dd", "HH", "mm" };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (mill_template_has(&sink->path, fields[i]))
            return true;
    return false;
}

char *
sink_path(struct file_sink *sink, struct mill_stage *stage,
          const struct mill_batch *batch, uint64_t position, int64_t at)
{
    char *path = NULL;

    sink->name.len = 0;
    mill_template_fill(stage, &sink->path, batch, position, at, &sink->name);
    if (!sink->name.failed)
        path = strdup(mill_buffer_text(&sink->name));
    if (!path)
        mill_fail(stage, MILL_FATAL, "no memory for a file's name");
    return path;
}

enum mill_verdict
sink_refuse(const struct file_sink *sink, struct mill_stage *stage,
            const char *path)
{
    struct stat found;

    if (stat(path, &found) != 0)
        return errno == ENOENT ? MILL_OK : output_fault(stage, "look at", path);
    if (S_ISCHR(found.st_mode) || sink->append || sink->replace)
        return MILL_OK;
    if (!sink_rotates(sink) && S_ISREG(found.st_mode) && found.st_size == 0)
        return MILL_OK;
    return mill_fail(stage, MILL_FATAL,
                     "%s was there before this pipeline: move it away, or set "
                     "%s = true",
                     path, sink_rotates(sink) ? "replace" : "append");
}
