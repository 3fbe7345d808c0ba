/* SPDX-License-Identifier: Apache-2.0 */

/*
 * file - read files: JSON (one object a line), plain text, or CSV
 *
 *     posts = { source = "file"; path = "in/[a-z]*.ndjson.gz"; };
 *     users = { source = "file"; path = "users.csv.zst"; format = "csv";
 *               types = [ "age:int", "date_joined:timestamp" ]; };
 *     log   = { source = "file"; path = "app.log"; format = "lines";
 *               follow = true; };
 *
 * Files are read one after the other, in the order of `path` and, within a
 * glob, of their names; gzip and zstd are known by their first bytes.  Each
 * file is a stream, called as the file without folder and ending
 * ("in/a.ndjson.gz" is "a"; where two have the same name the second is called
 * by its path), with one partition, "0".  A row's position is the number of its
 * line, from 0; lines that hold nothing but blanks count, but become no row of
 * JSON.  A carriage return at a line's end and a byte order mark at a file's
 * beginning are taken off.  A last line without newline is a row, too, but of a
 * followed file: there it may not be complete.
 *
 * After a crash it goes on at the byte; what is packed is unpacked again up to
 * there.  A file that was replaced since is read from its beginning.  Standard
 * input (`-`) and FIFOs can't be gone back in: what a crashed run had read of
 * them and not yet delivered is gone.
 *
 * With `follow`, rotation by renaming loses nothing: a file that has another
 * name is read until its successor has content, and after a crash it is looked
 * for in its folder, with all that were rotated since.  For that, those that
 * nobody has read yet must be called NAME.1, NAME-20260101 or the like, not
 * packed yet (logrotate: delaycompress), and `path` must not match these names.
 * What was rotated before the first checkpoint of all is not looked for.  A
 * file that is cut (copytruncate) takes with it what was written since it was
 * last read, and that can't be had back.  A cut is noticed by the file's size
 * and its first 256 bytes; so a file that is filled again with the same ones,
 * and farther than it was read, is taken for one that grew.
 *
 * CSV is that of RFC 4180: fields may be in quotes, and then hold delimiters,
 * newlines and doubled quotes; records end with LF or CRLF; a quote within a
 * field without quotes is a character like any other.  A file begins with a
 * header that names the columns, unless `header` is false; `columns` names them
 * where there is none, or instead.  A field without quotes that is what `null`
 * says (nothing at all, unless set) is null; in quotes, "" is an empty text.
 * Values are text, or what `types` says, cast as `fields` casts.  Empty lines
 * are left out, but where there is one column only.  A row's position is the
 * number of its record's first line.  Dead letters are: a record with more or
 * fewer fields than there are columns, one that isn't UTF-8, a value that isn't
 * of its type, and text behind a closing quote or a quote that isn't closed; of
 * the last two only the first line is given up, and reading goes on with the
 * next.
 *
 * A line over the pipeline's `max_record` is a dead letter, with its first 64
 * KiB; the rest of the file is read.
 */

#include "file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const formats[] = { "ndjson", "lines", "csv", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct file_source, path,
                "Files to read, or globs; - is standard input",
                .required = true),
    MILL_OPTION(struct file_source, format,
                "One JSON object a line, text that becomes a column `line`, or "
                "CSV",
                .fallback = "ndjson", .choices = formats),
    MILL_OPTION(struct file_source, follow,
                "Wait for more at the end, and for files that appear; a file "
                "that is renamed is read to its end, one that is cut loses "
                "what was written since it was read last",
                .fallback = "false"),
    MILL_OPTION(struct file_source, header,
                "CSV: each file begins with the names of its columns",
                .fallback = "true"),
    MILL_OPTION(struct file_source, columns,
                "CSV: names of the columns, in place of the header's"),
    MILL_OPTION(struct file_source, types,
                "CSV: COLUMN:TYPE; int, count (12, 3k, 1.5M), float, number "
                "(exact), bool, timestamp or json; others are text"),
    MILL_OPTION(struct file_source, null,
                "CSV: what null is, where it isn't in quotes", .fallback = ""),
    MILL_OPTION(struct file_source, delimiter,
                "CSV: the character between fields; \\t is a tab",
                .fallback = ","),
    { 0 },
};

static enum mill_verdict
make_rules(struct file_source *source, struct mill_stage *stage)
{
    struct table_options given = {
        .header = source->header,
        .delimiter = source->delimiter,
        .null = source->null,
        .columns = source->columns,
        .types = source->types,
    };

    if (strcmp(source->format, "csv") == 0)
        return table_rules_make(&source->rules, &given, stage);
    if (!source->header || source->columns[0] || source->types[0]
        || source->null[0] || strcmp(source->delimiter, ",") != 0)
        return mill_fail(stage, MILL_FATAL,
                         "`header`, `columns`, `types`, `null` and `delimiter` "
                         "say how CSV is read: set format = \"csv\"");
    return MILL_OK;
}

static enum mill_verdict
file_check(void *self, struct mill_stage *stage)
{
    struct file_source *source = self;
    enum mill_verdict verdict = make_rules(source, stage);

    table_rules_finish(&source->rules);
    if (verdict != MILL_OK)
        return verdict;

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
    enum mill_verdict verdict = make_rules(source, stage);

    source->inotify = -1;
    if (verdict != MILL_OK)
        return verdict;
    source->manner =
        (struct input_manner){ .format = MILL_JSON, .follow = source->follow };
    if (strcmp(source->format, "lines") == 0) {
        source->manner.format = MILL_LINE;
    } else if (strcmp(source->format, "csv") == 0) {
        source->manner.format = MILL_CELLS;
        source->manner.rules = &source->rules;
    }
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
            verdict = input_open(input, stage, &source->manner);
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
    table_rules_finish(&source->rules);
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
    .summary = "Read files: JSON lines, text, CSV",
    .flags = MILL_REPLAYS,
    .instance_size = sizeof(struct file_source),
    .options = options,
    .check = file_check,
    .open = file_open,
    .close = file_close,
    .source.read = file_read,
};
