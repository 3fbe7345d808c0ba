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

enum mill_verdict
sink_begin_rows(struct file_sink *sink, struct mill_stage *stage,
                struct mill_batch *batch, struct sheet *sheet, const char *key)
{
    return sink->csv ? sheet_begin(&sink->style, sheet, stage, key, batch)
                     : rows_begin(&sink->rows, stage, batch);
}

bool
sink_write_row(struct file_sink *sink, const struct sheet *sheet,
               struct mill_batch *batch, size_t row)
{
    if (mill_row_is_gone(batch, row))
        return false;
    if (!sink->csv) {
        rows_write(&sink->rows, batch, row, &sink->text);
        return true;
    }
    sheet_write(&sink->style, sheet, batch, row, &sink->text);
    return !mill_row_is_gone(batch, row);
}

enum mill_verdict
sink_add(struct file_sink *sink, struct mill_stage *stage,
         struct output *output, const struct sheet *sheet,
         const struct mill_bytes *pieces, size_t count, bool more)
{
    enum mill_verdict verdict = MILL_OK;
    struct mill_bytes head;

    if (sink->csv && sink->header && output->length == 0
        && output->held.len == 0) {
        head = sheet_head(sheet);
        verdict = output_add(&sink->outputs, output, stage, &head, 1, more);
    }
    return verdict == MILL_OK
               ? output_add(&sink->outputs, output, stage, pieces, count, more)
               : verdict;
}
