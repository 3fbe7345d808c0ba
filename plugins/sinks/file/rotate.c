/* SPDX-License-Identifier: Apache-2.0 */

/*
 * rotate - rows go into parts, and parts are sealed where cut.h says
 *
 * A batch may end one part and fill thousands more; where something fails on
 * the way all of it is taken back, so that the batch can come again.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record.h"
#include "sink.h"

/* How a lane stood before the batch. */
struct mark {
    struct part *part;
    struct cut_part span;
    uint64_t length;
    size_t held;
    uint64_t next;
    size_t sealed;
};

static struct mark
mark_lane(const struct file_sink *sink, const struct lane *lane)
{
    struct mark mark = { .part = lane->part,
                         .next = lane->next,
                         .sealed = sink->sealed_count };

    if (lane->part) {
        mark.span = lane->part->span;
        mark.length = lane->part->output.length;
        mark.held = lane->part->output.held.len;
    }
    return mark;
}

/* Removes a part that the batch began. */
static void
undo_part(struct file_sink *sink, struct part *part)
{
    unlink(part->output.path); /* if it stays, it is begun anew over it */
    part_destroy(sink, part);
}

static void
take_back(struct file_sink *sink, struct lane *lane, const struct mark *mark)
{
    if (lane->part && lane->part != mark->part)
        undo_part(sink, lane->part);
    while (sink->sealed_count > mark->sealed) {
        struct part *part = sink->sealed[--sink->sealed_count];

        if (part != mark->part)
            undo_part(sink, part);
    }
    lane->part = mark->part;
    lane->next = mark->next;
    if (!mark->part)
        return;
    mark->part->span = mark->span;
    mark->part->output.held.len = mark->held;
    if (mark->part->output.length != mark->length)
        output_cut(&mark->part->output, mark->length);
}

/* The batch is taken: nothing of what was packed is needed any more. */
static void
let_go(struct file_sink *sink, const struct mark *mark)
{
    for (size_t i = mark->sealed; i < sink->sealed_count; i++)
        mill_buffer_finish(&sink->sealed[i]->output.held);
}

/* Ends the lane's part; POSITION is the next that goes elsewhere. */
static enum mill_verdict
seal(struct file_sink *sink, struct mill_stage *stage, struct lane *lane,
     uint64_t position)
{
    struct part *part = lane->part;
    size_t held = part->output.held.len;

    if (!part_make_room(sink))
        return mill_fail(stage, MILL_RETRY, "no memory for one more file");

    enum mill_verdict verdict =
        output_pack(&sink->outputs, &part->output, stage);

    if (verdict == MILL_OK)
        verdict = output_trim(&part->output, stage);
    if (verdict != MILL_OK)
        return verdict;
    /* The bytes are still there, should the batch be taken back. */
    part->output.held.len = held;
    output_close(&sink->outputs, &part->output);
    lane->next = cut_next(&sink->rule, &part->span, position);
    lane->part = NULL;
    lane->changed = true;
    sink->sealed[sink->sealed_count++] = part;
    return MILL_OK;
}

/* Other parts under way may not get the same name; those of earlier runs are
 * found by it. */
static enum mill_verdict
check_name(struct file_sink *sink, struct mill_stage *stage, const char *path)
{
    for (size_t i = 0; i < sink->lane_count; i++)
        if (sink->lanes[i].part && strcmp(sink->lanes[i].part->path, path) == 0)
            return mill_fail(stage, MILL_FATAL,
                             "two streams or partitions lead to %s: name "
                             "{from}, {stream} and {partition} in `path`",
                             path);
    return MILL_OK;
}

/* Where the name depends on the clock, a later run couldn't find it again. */
static enum mill_verdict
record_intent(struct file_sink *sink, struct mill_stage *stage,
              struct part *part)
{
    if (part->moves)
        return moving_intend(sink, stage, part);
    if (!sink_names_time(sink))
        return MILL_OK;
    sink->name.len = 0;
    mill_buffer_print(&sink->name, "begun:%s", part->path);
    if (sink->name.failed)
        return mill_fail(stage, MILL_FATAL, "no memory for a file's name");
    mill_state_put(stage, mill_buffer_text(&sink->name), "1");
    part->begun = true;
    return mill_state_store(stage);
}

static enum mill_verdict
open_part(struct file_sink *sink, struct mill_stage *stage, struct part *part)
{
    enum mill_verdict verdict = check_name(sink, stage, part->path);

    if (verdict == MILL_OK && !part->moves)
        verdict = sink_refuse(sink, stage, part->path);
    if (verdict != MILL_OK)
        return verdict;
    if (!durable_make_folders(&sink->durable, part->path)
        || !durable_changed(&sink->durable, part->path))
        return output_fault(stage, "make the folder of", part->path);
    verdict = record_intent(sink, stage, part);
    if (verdict != MILL_OK)
        return verdict;
    part->output.overhang = true; /* a crash may have left one */
    return output_open(&sink->outputs, &part->output, stage);
}

/* Begins the part that POSITION goes into. */
static enum mill_verdict
begin(struct file_sink *sink, struct mill_stage *stage, struct lane *lane,
      const struct mill_batch *batch, uint64_t position)
{
    if (position < lane->next)
        return mill_fail(stage, MILL_FATAL,
                         "position %" PRIu64 " of %s comes behind %" PRIu64
                         ", which is in a file already: was the source's "
                         "state reset without this stage's?",
                         position, batch->stream, lane->next - 1);

    uint64_t start = cut_start(&sink->rule, lane->next, position);
    int64_t now = sink_now();
    char *path = sink_path(sink, stage, batch, start, now);
    struct part *part = path ? part_create(sink, stage, path) : NULL;

    if (!part)
        return MILL_FATAL;
    part->lane = lane->number;
    if (lane->moves && !moving_hide(sink, part)) {
        part_destroy(sink, part);
        return mill_fail(stage, MILL_RETRY, "no memory for one more file");
    }

    enum mill_verdict verdict = open_part(sink, stage, part);

    if (verdict != MILL_OK) {
        part_destroy(sink, part);
        return verdict;
    }
    part->span = (struct cut_part){ .start = start, .last = position };
    if (sink->csv && sink->header)
        part->span.bytes = sheet_head(&lane->sheet).len;
    part->born = now;
    if (sink->rotate_every.ns)
        mill_flush_within(stage, sink->rotate_every);
    lane->part = part;
    lane->changed = true;
    return MILL_OK;
}

/* Appends what was written to the text up to UPTO, and takes it off there. */
static enum mill_verdict
pour(struct file_sink *sink, struct mill_stage *stage, struct lane *lane,
     size_t *from, size_t upto)
{
    struct mill_bytes text = { sink->text.data + *from, upto - *from };

    *from = upto;
    if (text.len == 0)
        return MILL_OK;
    return sink_add(sink, stage, &lane->part->output, &lane->sheet, &text, 1,
                    false);
}

/* Makes sure that the row at the end of the text has the part it goes into. */
static enum mill_verdict
place(struct file_sink *sink, struct mill_stage *stage, struct lane *lane,
      const struct mill_batch *batch, uint64_t position, size_t *from,
      size_t at)
{
    enum mill_verdict verdict = MILL_OK;

    if (lane->part
        && cut_before(&sink->rule, &lane->part->span, position,
                      sink->text.len - at)) {
        verdict = pour(sink, stage, lane, from, at);
        if (verdict == MILL_OK)
            verdict = seal(sink, stage, lane, position);
    }
    if (verdict == MILL_OK && !lane->part)
        verdict = begin(sink, stage, lane, batch, position);
    return verdict;
}

static enum mill_verdict
write_rows(struct file_sink *sink, struct mill_stage *stage, struct lane *lane,
           struct mill_batch *batch)
{
    enum mill_verdict verdict = MILL_OK;
    size_t from = 0;

    for (size_t row = 0; row < batch->rows && verdict == MILL_OK; row++) {
        uint64_t position = batch->positions[row];
        size_t at = sink->text.len;

        if (!sink_write_row(sink, &lane->sheet, batch, row))
            continue;
        if (sink->text.failed)
            return mill_fail(stage, MILL_RETRY, "no memory to write %u rows",
                             batch->rows);
        verdict = place(sink, stage, lane, batch, position, &from, at);
        if (verdict == MILL_OK) {
            lane->part->span.last = position;
            lane->part->span.bytes += sink->text.len - at;
        }
    }
    if (verdict != MILL_OK || !lane->part)
        return verdict;
    verdict = pour(sink, stage, lane, &from, sink->text.len);
    if (verdict == MILL_OK && cut_is_full(&sink->rule, &lane->part->span))
        verdict = seal(sink, stage, lane, lane->part->span.last + 1);
    return verdict;
}

enum mill_verdict
rotate_write(struct file_sink *sink, struct mill_stage *stage,
             struct mill_batch *batch)
{
    bool made;
    struct lane *lane = lane_find(sink, mill_from(stage), batch->stream,
                                  batch->partition, &made);
    enum mill_verdict verdict = MILL_OK;

    if (!lane)
        return mill_fail(stage, MILL_RETRY, "no memory for one more stream");
    if (made || lane->left) {
        lane->next = batch->first;
        lane->moves = mill_lane_moves(batch);
        lane->left = false;
    }
    if (lane->part && output_holds_much(&lane->part->output))
        verdict = output_pack(&sink->outputs, &lane->part->output, stage);
    if (verdict == MILL_OK)
        verdict = sink_begin_rows(sink, stage, batch, &lane->sheet, lane->key);
    if (verdict != MILL_OK)
        return verdict;

    struct mark mark = mark_lane(sink, lane);

    verdict = write_rows(sink, stage, lane, batch);
    if (verdict == MILL_OK)
        let_go(sink, &mark);
    else
        take_back(sink, lane, &mark);
    lane->changed = true;
    return verdict;
}

/* --- flushing ------------------------------------------------------------- */

/* Ends the part where it is old, or asks for the flush that will.  A cut by the
 * clock takes effect with what this flush stores. */
static enum mill_verdict
seal_old(struct file_sink *sink, struct mill_stage *stage, struct lane *lane,
         int64_t now)
{
    int64_t left = sink->rotate_every.ns - (now - lane->part->born) * 1000;

    if (!sink->rotate_every.ns)
        return MILL_OK;
    if (left <= 0)
        return seal(sink, stage, lane, lane->part->span.last + 1);
    mill_flush_within(stage, (struct mill_duration){ left });
    return MILL_OK;
}

enum mill_verdict
rotate_pack(struct file_sink *sink, struct mill_stage *stage)
{
    int64_t now = sink_now();
    enum mill_verdict verdict = MILL_OK;

    for (size_t i = 0; i < sink->lane_count && verdict == MILL_OK; i++) {
        struct lane *lane = &sink->lanes[i];

        if (!lane->part || lane->moves)
            continue;
        verdict = output_pack(&sink->outputs, &lane->part->output, stage);
        if (verdict == MILL_OK)
            verdict = seal_old(sink, stage, lane, now);
    }
    return verdict;
}

enum mill_verdict
rotate_finish(struct file_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    for (size_t i = 0; i < sink->lane_count && verdict == MILL_OK; i++) {
        struct lane *lane = &sink->lanes[i];

        if (lane->part)
            verdict = seal(sink, stage, lane, lane->part->span.last + 1);
    }
    if (verdict == MILL_OK)
        verdict = moving_finish(sink, stage);
    if (verdict != MILL_OK)
        return verdict;
    rotate_record(sink, stage);
    verdict = mill_state_store(stage);
    return verdict == MILL_OK ? publish_sealed(sink, stage) : verdict;
}

static void
forget_intent(struct file_sink *sink, struct mill_stage *stage,
              struct part *part)
{
    if (!part->begun)
        return;
    sink->name.len = 0;
    mill_buffer_print(&sink->name, "begun:%s", part->path);
    mill_state_put(stage, mill_buffer_text(&sink->name), NULL);
    part->begun = false;
}

static void
record_lane(struct file_sink *sink, struct mill_stage *stage, struct lane *lane)
{
    struct record record = { .next = lane->next };
    struct part *part = lane->part;

    if (part) {
        record.part = true;
        record.span = part->span;
        record.born = part->born;
        record.length = part->output.length;
        record.path = part->path;
        part->put = part->output.length;
        forget_intent(sink, stage, part);
    }
    sink->name.len = 0;
    record_print(&record, &sink->name);
    mill_state_put(stage, lane->key, mill_buffer_text(&sink->name));
    sheet_store(&lane->sheet, stage);
    lane->changed = false;
}

void
rotate_record(struct file_sink *sink, struct mill_stage *stage)
{
    for (size_t i = 0; i < sink->lane_count; i++)
        if (sink->lanes[i].changed && !sink->lanes[i].moves)
            record_lane(sink, stage, &sink->lanes[i]);
    if (sink->sealed_count == sink->flushed)
        return;
    sink->text.len = 0;
    for (size_t i = 0; i < sink->sealed_count; i++) {
        struct part *part = sink->sealed[i];

        record_print_sealed(part->output.length, part->path, &sink->text);
        forget_intent(sink, stage, part);
    }
    mill_state_put(stage, "sealed", mill_buffer_text(&sink->text));
    sink->flushed = sink->sealed_count;
}

enum mill_verdict
rotate_open(struct file_sink *sink, struct mill_stage *stage)
{
    /* A part of the last run may be old already. */
    if (sink->rotate_every.ns)
        mill_flush_within(stage, (struct mill_duration){ 0 });
    return restore_lanes(sink, stage);
}

void
rotate_close(struct file_sink *sink)
{
    for (size_t i = 0; i < sink->sealed_count; i++)
        part_destroy(sink, sink->sealed[i]);
    for (size_t i = 0; i < sink->lane_count; i++) {
        part_destroy(sink, sink->lanes[i].part);
        free(sink->lanes[i].from);
        free(sink->lanes[i].stream);
        free(sink->lanes[i].partition);
        free(sink->lanes[i].key);
        sheet_finish(&sink->lanes[i].sheet);
    }
    free(sink->sealed);
    free(sink->lanes);
    sink->sealed = NULL;
    sink->lanes = NULL;
    sink->sealed_count = sink->lane_count = sink->flushed = 0;
}
