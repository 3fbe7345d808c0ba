/* SPDX-License-Identifier: Apache-2.0 */

/*
 * append - without rotation: rows go to the end of the file that `path` names
 *
 * What a checkpoint stores is the file's length, and open cuts the file back to
 * it.  So a length has to be stored before the first byte is written, or a
 * crash before the first checkpoint would leave rows that nobody knows to be
 * ours.
 *
 * A run that came to its end says so behind the length ("5100 done"); what is
 * behind that length later was written by somebody else, and isn't cut off.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink.h"

#define KEY "file:"
#define DONE " done"

static void
destroy_target(struct file_sink *sink, struct target *target)
{
    if (!target)
        return;
    output_finish(&sink->outputs, &target->output);
    sheet_finish(&target->sheet);
    free(target->key);
    free(target);
}

/* Takes PATH.  NULL: mill_fail() was called. */
static struct target *
add_target(struct file_sink *sink, struct mill_stage *stage, char *path)
{
    size_t room = strlen(path) + sizeof(KEY);
    struct target *target = calloc(1, sizeof(*target));
    struct target **targets = realloc(
        sink->targets, (sink->target_count + 1) * sizeof(struct target *));

    if (targets)
        sink->targets = targets;
    if (target)
        output_init(&target->output, path, sink->pack);
    else
        free(path);
    if (target)
        target->key = malloc(room);
    if (!targets || !target || !target->key) {
        destroy_target(sink, target);
        mill_fail(stage, MILL_FATAL, "no memory for one more file");
        return NULL;
    }
    snprintf(target->key, room, KEY "%s", target->output.path);
    targets[sink->target_count++] = target;
    return target;
}

/* Puts LENGTH into the state. */
static void
put_length(struct mill_stage *stage, struct target *target, bool done)
{
    char value[40];

    target->stored = target->output.length;
    target->done = done;
    snprintf(value, sizeof(value), "%" PRIu64 "%s", target->stored,
             done ? DONE : "");
    mill_state_put(stage, target->key, value);
    sheet_store(&target->sheet, stage);
}

/* The file isn't what it was: with `append` others may work on it, too. */
static enum mill_verdict
accept(struct file_sink *sink, struct mill_stage *stage, struct target *target,
       uint64_t length)
{
    const char *path = target->output.path;

    if (sink->append) {
        /* An empty one was moved away, as replay does with dead letters. */
        mill_log(stage, length == 0 ? MILL_INFO : MILL_WARN,
                 "%s holds %" PRIu64 " bytes, and %" PRIu64
                 " when it was written last: going on behind what is there",
                 path, length, target->stored);
        target->output.length = length;
        return MILL_OK;
    }
    if (length > target->stored)
        return mill_fail(stage, MILL_FATAL,
                         "%s holds %" PRIu64 " bytes, and %" PRIu64
                         " when it was finished: somebody else writes there, "
                         "too; move it away, or set append = true",
                         path, length, target->stored);
    return mill_fail(stage, MILL_FATAL,
                     "%s holds %" PRIu64 " bytes, but %" PRIu64
                     " were delivered to it: put it back, or forget it with "
                     "`millrace state reset %s %s`",
                     path, length, target->stored, mill_pipeline_name(stage),
                     mill_stage_name(stage));
}

static enum mill_verdict
cut_off(struct file_sink *sink, struct mill_stage *stage, struct target *target,
        uint64_t length)
{
    struct output *output = &target->output;

    mill_log(stage, MILL_WARN,
             "%s: cutting off %" PRIu64
             " bytes that weren't acknowledged; their rows come again",
             output->path, length - target->stored);

    enum mill_verdict verdict = output_open(&sink->outputs, output, stage);

    if (verdict == MILL_OK)
        output_cut(output, target->stored);
    return verdict == MILL_OK ? output_trim(output, stage) : verdict;
}

/* Makes of a file that was there what was acknowledged of it. */
static enum mill_verdict
restore(struct file_sink *sink, struct mill_stage *stage, struct target *target)
{
    struct output *output = &target->output;
    struct stat found = { 0 };

    if (stat(output->path, &found) != 0 && errno != ENOENT)
        return output_fault(stage, "look at", output->path);
    if (S_ISCHR(found.st_mode))
        return MILL_OK;
    if (!durable_make_folders(&sink->durable, output->path))
        return output_fault(stage, "make the folder of", output->path);

    uint64_t length = (uint64_t)found.st_size;

    output->length = target->stored;
    if (length == target->stored)
        return MILL_OK;
    if (length < target->stored || target->done)
        return accept(sink, stage, target, length);
    return cut_off(sink, stage, target, length);
}

static enum mill_verdict
restore_all(struct file_sink *sink, struct mill_stage *stage)
{
    const char *key, *value;

    for (size_t i = 0; mill_state_at(stage, i, &key, &value); i++) {
        if (strncmp(key, KEY, strlen(KEY)) != 0)
            continue;

        char *path = strdup(key + strlen(KEY));

        if (!path)
            return mill_fail(stage, MILL_FATAL, "no memory for %s", key);

        struct target *target = add_target(sink, stage, path);

        if (!target)
            return MILL_FATAL;
        target->stored = strtoull(value, NULL, 10);
        target->done = strstr(value, DONE) != NULL;
        target->written = sink_now();

        enum mill_verdict verdict = restore(sink, stage, target);

        if (verdict == MILL_OK)
            verdict =
                sheet_restore(sink->csv ? &sink->style : NULL, &target->sheet,
                              stage, target->key, target->output.path,
                              target->stored > 0 && !sink->append);
        if (verdict != MILL_OK)
            return verdict;
    }
    return MILL_OK;
}

/* How much of a file that we don't know yet is to be kept. */
static enum mill_verdict
begin(struct file_sink *sink, struct mill_stage *stage, struct target *target)
{
    struct output *output = &target->output;
    struct stat found = { 0 };
    enum mill_verdict verdict = sink_refuse(sink, stage, output->path);

    if (verdict != MILL_OK)
        return verdict;
    if (sink->append && stat(output->path, &found) == 0
        && S_ISREG(found.st_mode))
        output->length = (uint64_t)found.st_size;
    if (!durable_make_folders(&sink->durable, output->path)
        || !durable_changed(&sink->durable, output->path))
        return output_fault(stage, "make the folder of", output->path);

    put_length(stage, target, false);
    verdict = mill_state_store(stage);
    if (verdict != MILL_OK)
        return verdict;
    mill_fail_point("file-begun");
    output->overhang = true; /* `replace`: what was there goes */
    verdict = output_open(&sink->outputs, output, stage);
    return verdict == MILL_OK ? output_trim(output, stage) : verdict;
}

static struct target *
find_target(struct file_sink *sink, const char *path)
{
    for (size_t i = 0; i < sink->target_count; i++)
        if (strcmp(sink->targets[i]->output.path, path) == 0)
            return sink->targets[i];
    return NULL;
}

/* Forgets a target that was added last and couldn't be begun. */
static void
drop_last(struct file_sink *sink)
{
    struct target *target = sink->targets[--sink->target_count];

    if (sink->latest == target)
        sink->latest = NULL;
    destroy_target(sink, target);
}

/* Takes PATH. */
static enum mill_verdict
go_to(struct file_sink *sink, struct mill_stage *stage, char *path)
{
    enum mill_verdict verdict = MILL_OK;
    struct target *target = find_target(sink, path);

    if (target) {
        free(path);
    } else {
        target = add_target(sink, stage, path);
        if (!target)
            return MILL_FATAL;
        verdict = begin(sink, stage, target);
        if (verdict != MILL_OK)
            drop_last(sink);
    }
    if (verdict == MILL_OK)
        sink->latest = target;
    return verdict;
}

/* Without a brace in `path` there is one file, and whether it can be written is
 * better known before anything is read. */
static bool
has_one_file(const struct file_sink *sink)
{
    return !sink_rotates(sink) && !strchr(sink->path.text, '{')
           && !strchr(sink->path.text, '}');
}

enum mill_verdict
append_open(struct file_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = restore_all(sink, stage);

    if (verdict != MILL_OK || !has_one_file(sink))
        return verdict;

    char *path = strdup(sink->path.text);

    if (!path)
        return mill_fail(stage, MILL_FATAL, "no memory for a file's name");
    verdict = go_to(sink, stage, path);
    if (verdict == MILL_OK)
        verdict = output_open(&sink->outputs, &sink->latest->output, stage);
    return verdict;
}

/* From now on what is behind the stored length is ours to cut off. */
static enum mill_verdict
begin_again(struct mill_stage *stage, struct target *target)
{
    if (!target->done && target->stored <= target->output.length)
        return MILL_OK;
    put_length(stage, target, false);
    return mill_state_store(stage);
}

/* May the end of what is added wait for the next batch?  Not where that may go
 * to another file, or somebody reads as it comes. */
static bool
may_wait(const struct file_sink *sink, const struct output *output)
{
    return has_one_file(sink) && output->pack == PACK_NOTHING
           && !output->special;
}

static enum mill_verdict
add(struct file_sink *sink, struct mill_stage *stage, struct target *target,
    const struct mill_bytes *pieces, size_t count)
{
    struct output *output = &target->output;
    enum mill_verdict verdict = begin_again(stage, target);

    /* Packing may fail and leaves all as it was: so it comes first. */
    if (verdict == MILL_OK && output_holds_much(output))
        verdict = output_pack(&sink->outputs, output, stage);
    if (verdict != MILL_OK || count == 0)
        return verdict;
    return sink_add(sink, stage, output, &target->sheet, pieces, count,
                    may_wait(sink, output) && mill_more_at_hand(stage));
}

static enum mill_verdict
write_rows(struct file_sink *sink, struct mill_stage *stage,
           struct target *target, struct mill_batch *batch)
{
    enum mill_verdict verdict =
        sink_begin_rows(sink, stage, batch, &target->sheet, target->key);

    if (verdict != MILL_OK)
        return verdict;
    for (size_t row = 0; row < batch->rows; row++)
        sink_write_row(sink, &target->sheet, batch, row);
    if (sink->text.failed)
        return mill_fail(stage, MILL_RETRY, "no memory to write %u rows",
                         batch->rows);

    struct mill_bytes text = { sink->text.data, sink->text.len };

    return add(sink, stage, target, &text, text.len > 0);
}

enum mill_verdict
append_write(struct file_sink *sink, struct mill_stage *stage,
             struct mill_batch *batch)
{
    struct mill_bytes pieces[LINES_PIECES];
    size_t count = 0;
    int64_t now = sink_now();
    char *path = sink_path(sink, stage, batch, 0, now);
    enum mill_verdict verdict = path ? go_to(sink, stage, path) : MILL_FATAL;

    if (verdict != MILL_OK)
        return verdict;
    if (sink->takes_lines)
        count = lines_find(batch, pieces);
    verdict = count > 0 ? add(sink, stage, sink->latest, pieces, count)
                        : write_rows(sink, stage, sink->latest, batch);
    if (verdict == MILL_OK)
        sink->latest->written = now;
    return verdict;
}

enum mill_verdict
append_pack(struct file_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    for (size_t i = 0; i < sink->target_count && verdict == MILL_OK; i++)
        verdict = output_pack(&sink->outputs, &sink->targets[i]->output, stage);
    return verdict;
}

/* How long a file that is named after the clock may still be named:
 * microseconds with a good margin; 0: for ever. */
static int64_t
names_last(const struct file_sink *sink)
{
    int64_t day = INT64_C(86400) * 1000000;

    if (!sink_names_time(sink))
        return 0;
    if (mill_template_has(&sink->path, "mm")
        || mill_template_has(&sink->path, "HH")
        || mill_template_has(&sink->path, "dd"))
        return 2 * day;
    return (mill_template_has(&sink->path, "MM") ? 62 : 732) * day;
}

/* Files of days gone by needn't be known any more. */
static void
forget_old(struct file_sink *sink, struct mill_stage *stage)
{
    int64_t last = names_last(sink);
    int64_t now = sink_now();
    size_t kept = 0;

    for (size_t i = 0; i < sink->target_count; i++) {
        struct target *target = sink->targets[i];

        if (last == 0 || target == sink->latest
            || now - target->written <= last) {
            sink->targets[kept++] = target;
            continue;
        }
        mill_state_put(stage, target->key, NULL);
        sheet_forget(&target->sheet, stage);
        destroy_target(sink, target);
    }
    sink->target_count = kept;
}

void
append_record(struct file_sink *sink, struct mill_stage *stage)
{
    for (size_t i = 0; i < sink->target_count; i++)
        if (sink->targets[i]->stored != sink->targets[i]->output.length)
            put_length(stage, sink->targets[i], false);
    forget_old(sink, stage);
}

void
append_finish(struct file_sink *sink, struct mill_stage *stage)
{
    for (size_t i = 0; i < sink->target_count; i++)
        put_length(stage, sink->targets[i], true);
}

void
append_close(struct file_sink *sink)
{
    for (size_t i = 0; i < sink->target_count; i++)
        destroy_target(sink, sink->targets[i]);
    free(sink->targets);
    sink->targets = NULL;
    sink->target_count = 0;
    sink->latest = NULL;
}
