/* SPDX-License-Identifier: Apache-2.0 */

/*
 * restore - lanes and parts as the last checkpoint knew them
 *
 * An open part is cut back to its stored length.  One that has its name already
 * was complete: its run ended and could not store that any more.  What a crash
 * left of parts that no checkpoint knows is removed.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record.h"
#include "sink.h"

static enum mill_verdict
unreadable(struct mill_stage *stage, const char *key)
{
    return mill_fail(stage, MILL_FATAL,
                     "its stored state \"%s\" can't be read: forget it with "
                     "`millrace state reset %s %s`",
                     key, mill_pipeline_name(stage), mill_stage_name(stage));
}

/* The length of the file at PATH; -1: there is none, or see errno. */
static int64_t
length_of(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 ? (int64_t)found.st_size : -1;
}

static enum mill_verdict
too_short(struct mill_stage *stage, const char *path, int64_t length,
          uint64_t stored)
{
    return mill_fail(stage, MILL_FATAL,
                     "%s holds %" PRId64 " bytes, but %" PRIu64
                     " were delivered to it: put it back, or forget it with "
                     "`millrace state reset %s %s`",
                     path, length, stored, mill_pipeline_name(stage),
                     mill_stage_name(stage));
}

/* The part has no hidden file any more: it was complete, and may have been
 * taken away since. */
static enum mill_verdict
find_complete(struct mill_stage *stage, const char *path, uint64_t stored)
{
    int64_t length = length_of(path);

    if (length >= 0 && (uint64_t)length != stored)
        return too_short(stage, path, length, stored);
    if (length < 0)
        mill_log(stage, MILL_WARN,
                 "%s isn't there any more: it is taken for complete, and for "
                 "processed by whoever removed it",
                 path);
    return MILL_OK;
}

/* Takes PATH. */
static enum mill_verdict
reopen(struct file_sink *sink, struct mill_stage *stage, struct lane *lane,
       const struct record *record, char *path)
{
    struct part *part = part_create(sink, stage, path);

    if (!part)
        return MILL_FATAL;
    part->span = record->span;
    part->born = record->born;
    part->output.length = part->put = part->stored = record->length;
    part->output.overhang = true;

    int64_t length = length_of(part->output.path);
    enum mill_verdict verdict = MILL_OK;

    if (length < 0 && record->length > 0) {
        verdict = find_complete(stage, part->path, record->length);
        if (verdict == MILL_OK) {
            lane->next =
                cut_next(&sink->rule, &part->span, part->span.last + 1);
            lane->changed = true;
        }
        part_destroy(sink, part);
        return verdict;
    }
    if (length >= 0 && (uint64_t)length < record->length)
        verdict = too_short(stage, part->output.path, length, record->length);
    else if (!durable_make_folders(&sink->durable, part->path))
        verdict = output_fault(stage, "make the folder of", part->path);
    else
        verdict = output_open(&sink->outputs, &part->output, stage);
    if (verdict == MILL_OK && (uint64_t)length > record->length)
        output_cut(&part->output, record->length);
    if (verdict == MILL_OK)
        lane->part = part;
    else
        part_destroy(sink, part);
    return verdict;
}

static enum mill_verdict
restore_lane(struct file_sink *sink, struct mill_stage *stage, const char *key,
             const char *value)
{
    struct record record;
    char *names[3];
    bool made;

    if (!record_parse(value, &record) || !record_parse_key(key, names))
        return unreadable(stage, key);

    struct lane *lane = lane_find(sink, names[0], names[1], names[2], &made);

    for (int i = 0; i < 3; i++)
        free(names[i]);
    if (!lane)
        return mill_fail(stage, MILL_FATAL, "no memory for %s", key);
    lane->next = record.next;

    enum mill_verdict verdict =
        sheet_restore(sink->csv ? &sink->style : NULL, &lane->sheet, stage, key,
                      record.part ? record.path : "", record.part);

    if (verdict != MILL_OK || !record.part)
        return verdict;

    char *path = strdup(record.path);

    if (!path)
        return mill_fail(stage, MILL_FATAL, "no memory for %s", key);
    return reopen(sink, stage, lane, &record, path);
}

static enum mill_verdict
restore_sealed(struct file_sink *sink, struct mill_stage *stage,
               const char *value)
{
    while (*value) {
        uint64_t length;
        char *path;

        if (!record_next_sealed(&value, &length, &path))
            return unreadable(stage, "sealed");

        struct part *part = part_create(sink, stage, path);

        if (!part)
            return MILL_FATAL;
        part->output.length = length;
        if (!part_make_room(sink)) {
            part_destroy(sink, part);
            return mill_fail(stage, MILL_FATAL, "no memory for sealed files");
        }
        sink->sealed[sink->sealed_count++] = part;
        if (!durable_make_folders(&sink->durable, part->path))
            return output_fault(stage, "make the folder of", part->path);
    }
    sink->flushed = sink->sealed_count;
    return MILL_OK;
}

static bool
is_part_known(const struct file_sink *sink, const char *path)
{
    for (size_t i = 0; i < sink->lane_count; i++)
        if (sink->lanes[i].part && strcmp(sink->lanes[i].part->path, path) == 0)
            return true;
    for (size_t i = 0; i < sink->sealed_count; i++)
        if (strcmp(sink->sealed[i]->path, path) == 0)
            return true;
    return false;
}

/* Removes what was begun under a name that won't come again. */
static enum mill_verdict
clear_begun(struct file_sink *sink, struct mill_stage *stage, const char *path)
{
    char *hidden = NULL;

    if (is_part_known(sink, path))
        return MILL_OK;
    hidden = part_hidden_path(path);
    if (!hidden)
        return mill_fail(stage, MILL_FATAL, "no memory for %s", path);

    enum mill_verdict verdict = MILL_OK;

    if (unlink(hidden) != 0 && errno != ENOENT)
        verdict = output_fault(stage, "remove", hidden);
    free(hidden);
    return verdict;
}

#define BEGUN "begun:"

enum mill_verdict
restore_lanes(struct file_sink *sink, struct mill_stage *stage)
{
    const char *key, *value;
    const char *sealed = mill_state_get(stage, "sealed");
    enum mill_verdict verdict = MILL_OK;

    if (sealed)
        verdict = restore_sealed(sink, stage, sealed);
    for (size_t i = 0;
         verdict == MILL_OK && mill_state_at(stage, i, &key, &value); i++)
        if (strncmp(key, "lane:", 5) == 0)
            verdict = restore_lane(sink, stage, key, value);
    for (size_t i = 0;
         verdict == MILL_OK && mill_state_at(stage, i, &key, &value); i++)
        if (strncmp(key, BEGUN, strlen(BEGUN)) == 0)
            verdict = clear_begun(sink, stage, key + strlen(BEGUN));
    /* Their keys go with the next flush. */
    while (verdict == MILL_OK) {
        size_t i = 0;

        while (mill_state_at(stage, i, &key, &value)
               && strncmp(key, BEGUN, strlen(BEGUN)) != 0)
            i++;
        if (!mill_state_at(stage, i, &key, &value))
            break;
        sink->name.len = 0;
        mill_buffer_add(&sink->name, key, strlen(key));
        mill_state_put(stage, mill_buffer_text(&sink->name), NULL);
    }
    return verdict;
}
