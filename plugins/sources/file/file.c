/* SPDX-License-Identifier: Apache-2.0 */

/*
 * file - read files line by line: JSON (one object a line) or plain text
 *
 *     posts = { source = "file"; path = "in/[a-z]*.ndjson.gz"; };
 *     log   = { source = "file"; path = "app.log"; format = "lines";
 *               follow = true; };
 *
 * Files are read one after the other, in the order of `path` and, within a
 * glob, of their names; gzip is known by its first bytes.  Each file is a
 * stream, called as the file without folder and ending ("in/a.ndjson.gz" is
 * "a"; where two have the same name the second is called by its path), with one
 * partition, "0".  A row's position is the number of its line, from 0; lines
 * that hold nothing but blanks count, but become no row of JSON.  A carriage
 * return at a line's end and a byte order mark at a file's beginning are taken
 * off.  A last line without newline is a row, too, but of a followed file:
 * there it may not be complete.
 *
 * After a crash it goes on at the byte; gzip is unpacked again up to there.  A
 * file that was replaced since is read from its beginning.  Standard input
 * (`-`) and FIFOs can't be gone back in: what a crashed run had read of them
 * and not yet delivered is gone.
 *
 * A line over the pipeline's `max_record` is a dead letter, with its first 64
 * KiB; the rest of the file is read.
 */

#include "file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const formats[] = { "ndjson", "lines", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct file_source, path,
                "Files to read, or globs; - is standard input",
                .required = true),
    MILL_OPTION(struct file_source, format,
                "One JSON object a line, or text that becomes a column `line`",
                .fallback = "ndjson", .choices = formats),
    MILL_OPTION(struct file_source, follow,
                "Wait for more at the end, and for files that appear",
                .fallback = "false"),
    { 0 },
};

static enum mill_verdict
file_check(void *self, struct mill_stage *stage)
{
    struct file_source *source = self;

    if (!source->path[0])
        return mill_fail(stage, MILL_FATAL, "`path` names no file");
    for (size_t i = 0; source->path[i]; i++)
        if (strcmp(source->path[i], "-") == 0)
            mill_no_promise(stage, "standard input can't be read again");
    return MILL_OK;
}

static enum mill_verdict
file_open(void *self, struct mill_stage *stage)
{
    struct file_source *source = self;
    enum mill_verdict verdict = MILL_OK;

    source->inotify = -1;
    if (source->follow)
        mill_endless(stage);
    source->payloads =
        strcmp(source->format, "lines") == 0 ? MILL_LINE : MILL_JSON;
    /* Watching comes first, so that no file appears unseen. */
    if (source->follow) {
        mill_endless(stage);
        verdict = follow_open(source, stage);
    }
    return verdict == MILL_OK ? file_find(source, stage) : verdict;
}

/* In thousandths of a file, whatever the files' sizes. */
static void
tell_progress(const struct file_source *source, struct mill_stage *stage,
              const struct input *input)
{
    uint64_t size = (uint64_t)input->file.st_size;
    off_t at =
        input->reader.regular ? lseek(input->reader.fd, 0, SEEK_CUR) : -1;

    if (at >= 0 && size > 0)
        mill_progress(stage, source->at * 1000 + (uint64_t)at * 1000 / size,
                      source->count * 1000);
}

static enum mill_verdict
file_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct file_source *source = self;

    if (source->follow)
        return follow_read(source, stage, batch);
    while (source->at < source->count) {
        struct input *input = &source->inputs[source->at];
        enum mill_verdict verdict = MILL_OK;

        if (!input->open)
            verdict = input_open(input, stage, source->payloads);
        if (verdict == MILL_OK)
            verdict = input_read(input, stage, batch, false);
        tell_progress(source, stage, input);
        if (verdict != MILL_END)
            return verdict;
        input_close(input);
        source->at++;
    }
    return MILL_END;
}

static void
file_close(void *self)
{
    struct file_source *source = self;

    for (size_t i = 0; i < source->count; i++) {
        input_close(&source->inputs[i]);
        free(source->inputs[i].path);
        free(source->inputs[i].stream);
    }
    free(source->inputs);
    if (source->inotify > 0)
        close(source->inotify);
    source->inputs = NULL;
    source->count = 0;
    source->at = 0;
    source->inotify = -1;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "file",
    .version = "1.0",
    .summary = "Read files line by line",
    .flags = MILL_REPLAYS,
    .instance_size = sizeof(struct file_source),
    .options = options,
    .check = file_check,
    .open = file_open,
    .close = file_close,
    .source.read = file_read,
};
