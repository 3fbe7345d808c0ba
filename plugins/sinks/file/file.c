/* SPDX-License-Identifier: Apache-2.0 */

/*
 * file - write rows to files: one JSON object a line, or CSV
 *
 *     lake = { sink = "file"; from = ["pin", "geo"]; path =
 * "out/{from}.ndjson"; };
 *
 *     table = { sink = "file"; from = "user"; path = "out/users.csv.zst";
 *               format = "csv"; compression = "zstd";
 *               columns = [ "ind", "user_name", "age" ]; };
 *
 *     topics = { sink = "file"; from = "posts"; flush_size = 1000;
 *                path = "topics/{stream}/partition={partition}/"
 *                       "{stream}+{partition}+{offset:010}.json";
 *                key_order = "hashmap"; };
 *
 * Rows are added as soon as they come, and acknowledged when they are on the
 * disk.  Each row is there exactly once, also over kill -9: what was written
 * and not yet acknowledged is cut off at the next start, and written again.
 *
 * A file that was there before the first run isn't touched unless `append` or
 * `replace` says so; nor one that somebody else changed after a run that came
 * to its end, but with `append`.
 *
 * With rotation (`rotate_...`, or `flush_size` as the Confluent connector calls
 * `rotate_rows`) rows go into a hidden file .NAME.part first; NAME appears when
 * it is complete and its rows are acknowledged, and isn't changed any more.  A
 * file covers a range of source positions and is named after the first, also
 * where that row was filtered on its way: `rotate_rows` counts positions, not
 * rows that arrive.  So `path` must name {offset}.  A file that `rotate_every`
 * finds old appears with the next checkpoint.  The end of a run completes what
 * is open.
 *
 * Rows of a source whose partitions move between processes (kafka) are
 * committed with the file that they are in: what is open when the partition
 * goes, or the run is stopped, is written again by whoever has it next.
 *
 * With gzip or zstd, rows are held until there are 128 KiB, or until the
 * checkpoint, and each such piece is a member or frame of its own.  `key_order
 * = "hashmap"` writes what Kafka's schemaless JsonConverter would: keys in the
 * order of java.util.HashMap, characters outside the BMP as escapes, doubles as
 * Java prints them.
 *
 * CSV has the columns that `columns` names, or those of the first rows, and
 * begins each file with their names; a row with a value for another column is a
 * dead letter.  A field is in quotes only where it needs them: where it holds a
 * delimiter, a quote or a line's end, or would be read as null.  Null, and a
 * column that a row lacks, is what `null` says: nothing at all, unless set, so
 * that an empty text is "".  Lists and maps are JSON, bytes base64.
 *
 * A failed write is taken back and tried again.  After a failed fsync the
 * kernel may have dropped what it could not write: the run ends, and the next
 * one writes it again.
 */

#include <stdlib.h>
#include <string.h>

#include "sink.h"

static const char *const compressions[] = { "none", "gzip", "zstd", NULL };
static const char *const formats[] = { "ndjson", "csv", NULL };
static const char *const key_orders[] = { "none", "hashmap", NULL };
static const char *const separators[] = { "blank", "T", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct file_sink, path,
                "File to write, with {stream}, {from}, {offset} and the like",
                .required = true),
    MILL_OPTION(struct file_sink, append,
                "Go on behind what was in a file before the first run",
                .fallback = "false"),
    MILL_OPTION(struct file_sink, replace,
                "Overwrite a file that was there before the first run",
                .fallback = "false"),
    MILL_OPTION(struct file_sink, rotate_rows,
                "Begin a new file after so many source positions; 0: never",
                .fallback = "0", .least = 0, .most = INT64_MAX),
    MILL_OPTION(
        struct file_sink, rotate_bytes,
        "Begin a new file before it holds more JSON than this; 0: never",
        .fallback = "0", .least = 0, .most = INT64_MAX),
    MILL_OPTION(struct file_sink, rotate_every,
                "Begin a new file when this one is so old; 0s: never",
                .fallback = "0s", .least = 0, .most = INT64_MAX),
    MILL_OPTION(struct file_sink, flush_size,
                "The same as rotate_rows, as the Confluent connector calls it",
                .fallback = "0", .least = 0, .most = INT64_MAX),
    MILL_OPTION(struct file_sink, compression, "Pack what is written",
                .fallback = "none", .choices = compressions),
    MILL_OPTION(
        struct file_sink, key_order,
        "Keys as they come, or byte for byte as Java's HashMap has them",
        .fallback = "none", .choices = key_orders),
    MILL_OPTION(struct file_sink, time_separator,
                "Between date and time of a timestamp", .fallback = "blank",
                .choices = separators),
    MILL_OPTION(struct file_sink, format, "One JSON object a line, or CSV",
                .fallback = "ndjson", .choices = formats),
    MILL_OPTION(struct file_sink, header,
                "CSV: begin each file with the names of its columns",
                .fallback = "true"),
    MILL_OPTION(
        struct file_sink, columns,
        "CSV: the columns, in this order; else those of the first rows"),
    MILL_OPTION(
        struct file_sink, null,
        "CSV: what stands for null and for a column that a row lacks; a "
        "text that is the same is put in quotes",
        .fallback = ""),
    MILL_OPTION(struct file_sink, delimiter,
                "CSV: the character between fields; \\t is a tab",
                .fallback = ","),
    { 0 },
};

static enum mill_verdict
check_no_csv(const struct file_sink *sink, struct mill_stage *stage)
{
    if (sink->header && !sink->columns[0] && !sink->null[0]
        && strcmp(sink->delimiter, ",") == 0)
        return MILL_OK;
    return mill_fail(stage, MILL_FATAL,
                     "`header`, `columns`, `null` and `delimiter` say how CSV "
                     "is written: set format = \"csv\"");
}

static bool
has_doubles(const char *const *names)
{
    for (; *names; names++)
        for (const char *const *other = names + 1; *other; other++)
            if (strcmp(*names, *other) == 0)
                return true;
    return false;
}

static enum mill_verdict
check_csv(const struct file_sink *sink, struct mill_stage *stage)
{
    char delimiter;
    size_t count = 0;

    while (sink->columns[count])
        count++;
    if (!csv_delimiter(sink->delimiter, &delimiter))
        return mill_fail(stage, MILL_FATAL,
                         "`delimiter` must be one ASCII character, and neither "
                         "a quote nor a line's end");
    if (strchr(sink->null, delimiter) || strpbrk(sink->null, "\"\r\n"))
        return mill_fail(stage, MILL_FATAL,
                         "`null` may hold neither the delimiter nor a quote "
                         "nor a line's end");
    if (has_doubles(sink->columns))
        return mill_fail(stage, MILL_FATAL, "`columns` names a column twice");
    if (count > MILL_COLUMNS_MAX)
        return mill_fail(stage, MILL_FATAL,
                         "`columns` has %zu names, and %u are the most", count,
                         MILL_COLUMNS_MAX);
    if (strcmp(sink->key_order, "none") != 0)
        return mill_fail(stage, MILL_FATAL,
                         "`key_order` is of JSON: CSV has the order of "
                         "`columns`");
    if (sink->append && count == 0)
        return mill_fail(stage, MILL_FATAL,
                         "`append` to CSV needs `columns`: what is there "
                         "already has its own");
    return MILL_OK;
}

/* Where partitions move between processes all must write the same objects. */
static enum mill_verdict
check_moving(const struct file_sink *sink, struct mill_stage *stage)
{
    if (!(mill_source_flags(stage) & MILL_MOVES))
        return MILL_OK;
    if (sink->rotate_every.ns)
        return mill_fail(
            stage, MILL_FATAL,
            "`rotate_every` cuts by the clock, and a process that takes over a "
            "partition would cut elsewhere: use rotate_rows or rotate_bytes");
    if (!sink_rotates(sink))
        mill_no_promise(stage,
                        "where a partition moves from a process that died, "
                        "rows may be in the files of both: let files rotate");
    else if (strcmp(sink->format, "csv") == 0 && !sink->columns[0])
        return mill_fail(stage, MILL_FATAL,
                         "name the `columns`: a process that takes over a "
                         "partition can't know which its first rows had");
    return MILL_OK;
}

/* True where JSON that came is written as it came, whoever wrote it. */
static bool
is_plain(const struct file_sink *sink)
{
    return strcmp(sink->format, "ndjson") == 0
           && strcmp(sink->key_order, "none") == 0
           && strcmp(sink->time_separator, "blank") == 0;
}

static enum mill_verdict
file_check(void *self, struct mill_stage *stage)
{
    struct file_sink *sink = self;
    bool names_offset = mill_template_has(&sink->path, "offset");

    if (sink->path.text[0] == '\0')
        return mill_fail(stage, MILL_FATAL, "`path` names no file");
    if (sink->rotate_rows && sink->flush_size)
        return mill_fail(
            stage, MILL_FATAL,
            "`rotate_rows` and `flush_size` are the same: give one");
    if (sink_rotates(sink) && !names_offset)
        return mill_fail(
            stage, MILL_FATAL,
            "`path` must name {offset} where files rotate, or they "
            "would all have one name");
    if (!sink_rotates(sink) && names_offset)
        return mill_fail(stage, MILL_FATAL,
                         "`path` names {offset}, but nothing says where a file "
                         "ends: set rotate_rows, rotate_bytes or rotate_every");
    if (sink_rotates(sink) && sink->append)
        return mill_fail(stage, MILL_FATAL,
                         "`append` is of no use where files rotate: a complete "
                         "file isn't changed any more");
    if (check_moving(sink, stage) != MILL_OK)
        return MILL_FATAL;
    if (sink->append && sink->replace)
        return mill_fail(stage, MILL_FATAL,
                         "`append` and `replace` exclude each other");
    if (strcmp(sink->format, "csv") == 0)
        return check_csv(sink, stage);
    if (is_plain(sink))
        mill_takes_json(stage);
    return check_no_csv(sink, stage);
}

static enum mill_verdict
file_open(void *self, struct mill_stage *stage)
{
    struct file_sink *sink = self;
    enum mill_verdict verdict;

    sink->stage = stage;
    if (strcmp(sink->compression, "none") != 0)
        sink->pack =
            strcmp(sink->compression, "zstd") == 0 ? PACK_ZSTD : PACK_GZIP;
    sink->rule = (struct cut_rule){
        .rows = (uint64_t)(sink->rotate_rows ? sink->rotate_rows
                                             : sink->flush_size),
        .bytes = (uint64_t)sink->rotate_bytes.bytes,
    };
    rows_init(&sink->rows, strcmp(sink->key_order, "hashmap") == 0,
              strcmp(sink->time_separator, "T") == 0 ? 'T' : ' ');
    sink->csv = strcmp(sink->format, "csv") == 0;
    sink->takes_lines = !sink->csv && !sink->rows.hashmap;
    sink->style.time_separator = sink->rows.style.time_separator;
    sink->style.null = (struct mill_bytes){ sink->null, strlen(sink->null) };
    sink->style.columns = sink->columns;
    csv_delimiter(sink->delimiter, &sink->style.delimiter);
    verdict = moving_open(sink, stage);
    if (verdict == MILL_OK)
        verdict = rotate_open(sink, stage);
    return verdict == MILL_OK ? append_open(sink, stage) : verdict;
}

#define TEXT_MOST ((size_t)4 * 1024 * 1024)

static enum mill_verdict
file_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct file_sink *sink = self;
    enum mill_verdict verdict;

    /* One giant row is no reason to keep its memory. */
    if (sink->text.room > TEXT_MOST)
        mill_buffer_finish(&sink->text);
    sink->text.len = 0;
    if (sink_rotates(sink))
        verdict = rotate_write(sink, stage, batch);
    else
        verdict = append_write(sink, stage, batch);
    if (sink->text.failed)
        mill_buffer_finish(&sink->text);
    return verdict;
}

/* All files under way by index: those without rotation, sealed parts, open
 * parts.  NULL: a lane without a part, or behind the last. */
static struct output *
output_at(const struct file_sink *sink, size_t index)
{
    if (index < sink->target_count)
        return &sink->targets[index]->output;
    index -= sink->target_count;
    if (index < sink->sealed_count)
        return &sink->sealed[index]->output;
    index -= sink->sealed_count;
    if (index < sink->lane_count && sink->lanes[index].part
        && !sink->lanes[index].moves)
        return &sink->lanes[index].part->output;
    return NULL;
}

static size_t
output_count(const struct file_sink *sink)
{
    return sink->target_count + sink->sealed_count + sink->lane_count;
}

/* Trims all files, and counts those that have to be synced. */
static enum mill_verdict
trim_all(struct file_sink *sink, struct mill_stage *stage, size_t *dirty)
{
    enum mill_verdict verdict = MILL_OK;

    *dirty = 0;
    for (size_t i = 0; i < output_count(sink) && verdict == MILL_OK; i++) {
        struct output *output = output_at(sink, i);

        if (!output)
            continue;
        verdict = output_trim(output, stage);
        *dirty += output->dirty;
    }
    return verdict;
}

static enum mill_verdict
sync_each(struct file_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    for (size_t i = 0; i < output_count(sink) && verdict == MILL_OK; i++)
        if (output_at(sink, i))
            verdict = output_sync(&sink->outputs, output_at(sink, i), stage);
    return verdict;
}

static enum mill_verdict
sync_all(struct file_sink *sink, struct mill_stage *stage)
{
    if (!durable_sync_all(&sink->durable))
        return output_lost(stage, sink->durable.failed);
    for (size_t i = 0; i < output_count(sink); i++)
        if (output_at(sink, i))
            output_at(sink, i)->dirty = false;
    return MILL_OK;
}

/* Above so many files one sync of everything costs less. */
#define SYNC_EACH 8

static enum mill_verdict
sync_files(struct file_sink *sink, struct mill_stage *stage)
{
    size_t dirty;
    enum mill_verdict verdict = trim_all(sink, stage, &dirty);

    if (verdict == MILL_OK && dirty > 0)
        verdict =
            dirty > SYNC_EACH ? sync_all(sink, stage) : sync_each(sink, stage);
    if (verdict != MILL_OK)
        return verdict;
    if (!durable_sync_folders(&sink->durable))
        return output_lost(stage, sink->durable.failed);
    return MILL_OK;
}

static enum mill_verdict
file_flush(void *self, struct mill_stage *stage)
{
    struct file_sink *sink = self;
    enum mill_verdict verdict = append_pack(sink, stage);

    mill_fail_point("file-flush");
    if (verdict == MILL_OK)
        verdict = rotate_pack(sink, stage);
    if (verdict == MILL_OK)
        verdict = sync_files(sink, stage);
    if (verdict == MILL_OK)
        verdict = moving_publish(sink, stage);
    if (verdict == MILL_OK)
        verdict = moving_hold(sink, stage);
    if (verdict != MILL_OK)
        return verdict;
    mill_fail_point("file-synced");
    /* Nothing is recorded before all of it is durable: an intent may be stored
     * at any time, and would take half a record with it. */
    append_record(sink, stage);
    rotate_record(sink, stage);
    return MILL_OK;
}

static enum mill_verdict
file_published(void *self, struct mill_stage *stage)
{
    return publish_sealed(self, stage);
}

static void
file_revoked(void *self, struct mill_stage *stage, const char *from,
             const char *stream, const char *partition)
{
    (void)stage;
    moving_forget(self, from, stream, partition);
}

static enum mill_verdict
file_finish(void *self, struct mill_stage *stage)
{
    append_finish(self, stage);
    return rotate_finish(self, stage);
}

static void
file_close(void *self)
{
    struct file_sink *sink = self;

    if (!sink->stage)
        return;
    publish_rest(sink);
    moving_close(sink);
    append_close(sink);
    rotate_close(sink);
    outputs_finish(&sink->outputs);
    durable_finish(&sink->durable);
    mill_buffer_finish(&sink->text);
    mill_buffer_finish(&sink->name);
    sheet_style_finish(&sink->style);
    sink->stage = NULL;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "file",
    .version = "1.0",
    .summary = "Write rows to files: JSON lines, CSV",
    .flags = MILL_TAKES_PAYLOADS | MILL_EXACTLY_ONCE | MILL_HOLDS_BACK,
    .instance_size = sizeof(struct file_sink),
    .options = options,
    .check = file_check,
    .open = file_open,
    .close = file_close,
    .sink.write = file_write,
    .sink.flush = file_flush,
    .sink.published = file_published,
    .sink.finish = file_finish,
    .sink.revoked = file_revoked,
};
