/* SPDX-License-Identifier: Apache-2.0 */

/*
 * moving - parts of lanes that may go to another process at any time
 *
 * Such a part is worth nothing before it is complete: whoever has the lane next
 * begins it again, from the position where this one began.  So it isn't synced
 * or recorded while it grows, its rows are held back, and its hidden file bears
 * a name that no other process uses.  A complete one gets its name in the very
 * flush that delivers its rows.  A crash just behind that makes another
 * process, or this one, write the same rows under the same name once more: then
 * the file that is there stays, or, where it was cut short by the end of a run,
 * gives way to the one that goes on.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink.h"

#define FOLDER "folder:"

/* --- hidden names --- */

/* "out/5.ndjson" while it is a part of ours: "out/.5.ndjson.OWNER.part". */
static char *
hidden_path(const struct file_sink *sink, const char *path)
{
    struct mill_buffer named = { 0 };
    char *hidden = NULL;

    mill_buffer_print(&named, "%s.%016" PRIx64, path, sink->owner);
    if (!named.failed)
        hidden = part_hidden_path(mill_buffer_text(&named));
    mill_buffer_finish(&named);
    return hidden;
}

bool
moving_hide(struct file_sink *sink, struct part *part)
{
    char *hidden = hidden_path(sink, part->path);

    if (!hidden)
        return false;
    free(part->output.path);
    part->output.path = hidden;
    part->moves = true;
    return true;
}

static enum mill_verdict
choose_owner(struct file_sink *sink, struct mill_stage *stage)
{
    char text[20];

    if (getrandom(&sink->owner, sizeof(sink->owner), 0) != sizeof(sink->owner))
        return mill_fail(stage, MILL_FATAL, "no random number to be had: %s",
                         strerror(errno));
    snprintf(text, sizeof(text), "%016" PRIx64, sink->owner);
    mill_state_put(stage, "owner", text);
    return mill_state_store(stage);
}

/* --- what a crash leaves --- */

static bool
ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len > end_len && strcmp(text + len - end_len, end) == 0;
}

/* Removes the hidden parts of this owner from a folder. */
static void
clear_folder(const struct file_sink *sink, struct mill_stage *stage,
             const char *path)
{
    char ours[32];
    DIR *folder = opendir(path);
    struct dirent *entry;

    snprintf(ours, sizeof(ours), ".%016" PRIx64 ".part", sink->owner);
    while (folder && (entry = readdir(folder))) {
        if (entry->d_name[0] != '.' || !ends_with(entry->d_name, ours))
            continue;
        if (unlinkat(dirfd(folder), entry->d_name, 0) != 0)
            mill_log(stage, MILL_WARN,
                     "cannot remove %s/%s, a part that was begun: %s", path,
                     entry->d_name, strerror(errno));
    }
    if (folder)
        closedir(folder);
}

static void
clear_folders(const struct file_sink *sink, struct mill_stage *stage)
{
    const char *key, *value;

    for (size_t i = 0; mill_state_at(stage, i, &key, &value); i++)
        if (strncmp(key, FOLDER, strlen(FOLDER)) == 0)
            clear_folder(sink, stage, key + strlen(FOLDER));
}

enum mill_verdict
moving_intend(struct file_sink *sink, struct mill_stage *stage,
              const struct part *part)
{
    const char *slash = strrchr(part->path, '/');

    sink->name.len = 0;
    mill_buffer_print(&sink->name, FOLDER "%.*s",
                      slash ? (int)(slash - part->path) : 1,
                      slash ? part->path : ".");
    if (sink->name.failed)
        return mill_fail(stage, MILL_RETRY, "no memory for a folder's name");
    if (mill_state_get(stage, mill_buffer_text(&sink->name)))
        return MILL_OK;
    mill_state_put(stage, mill_buffer_text(&sink->name), "1");
    return mill_state_store(stage);
}

enum mill_verdict
moving_open(struct file_sink *sink, struct mill_stage *stage)
{
    const char *owner = mill_state_get(stage, "owner");

    sink->moving = (mill_source_flags(stage) & MILL_MOVES) != 0;
    if (!sink->moving)
        return MILL_OK;
    if (!owner)
        return choose_owner(sink, stage);
    sink->owner = strtoull(owner, NULL, 16);
    clear_folders(sink, stage);
    return MILL_OK;
}

/* --- names for complete parts --- */

enum likeness { SAME, SHORTER, OTHER };

/* Whether what is there holds the beginning of what was made, or all of it. */
static enum likeness
compare(FILE *there, FILE *made)
{
    char one[64 * 1024], other[sizeof(one)];

    for (;;) {
        size_t a = fread(one, 1, sizeof(one), there);
        size_t b = fread(other, 1, sizeof(other), made);

        if (a > b || memcmp(one, other, a) != 0 || ferror(there)
            || ferror(made))
            return OTHER;
        if (a < b)
            return SHORTER;
        if (a == 0)
            return SAME;
    }
}

static enum likeness
compare_files(const char *there, const char *made)
{
    FILE *one = fopen(there, "rbe");
    FILE *other = fopen(made, "rbe");
    enum likeness likeness = one && other ? compare(one, other) : OTHER;

    if (one)
        fclose(one);
    if (other)
        fclose(other);
    return likeness;
}

/* PART has a namesake. */
static enum mill_verdict
meet(struct file_sink *sink, struct mill_stage *stage, struct part *part)
{
    enum likeness likeness = OTHER;

    /* Packed text depends on when it was packed.  The same lane, the same first
     * position: it is what this one is. */
    if (sink->replace || sink->pack != PACK_NOTHING)
        likeness = SHORTER;
    else
        likeness = compare_files(part->path, part->output.path);
    if (likeness == SAME)
        return unlink(part->output.path) == 0
                   ? MILL_OK
                   : output_fault(stage, "remove", part->output.path);
    if (likeness == SHORTER)
        return rename(part->output.path, part->path) == 0
                   ? MILL_OK
                   : output_fault(stage, "give its name to", part->path);
    return mill_fail(stage, MILL_FATAL,
                     "%s is there already, with other rows than those from "
                     "position %" PRIu64 " on: move it away, or set `replace` "
                     "if it may be overwritten",
                     part->path, part->span.start);
}

static enum mill_verdict
publish(struct file_sink *sink, struct mill_stage *stage, struct part *part)
{
    enum mill_verdict verdict = MILL_OK;

    if (part->named)
        return MILL_OK;
    if (!publish_rename(part->output.path, part->path)) {
        if (errno != EEXIST)
            return output_fault(stage, "give its name to", part->path);
        verdict = meet(sink, stage, part);
    }
    if (verdict != MILL_OK)
        return verdict;
    part->named = true;
    if (!durable_changed(&sink->durable, part->path))
        return output_fault(stage, "remember the folder of", part->path);
    return MILL_OK;
}

/* They are done with. */
static void
drop_named(struct file_sink *sink)
{
    size_t kept = 0;

    for (size_t i = 0; i < sink->sealed_count; i++)
        if (sink->sealed[i]->named)
            part_destroy(sink, sink->sealed[i]);
        else
            sink->sealed[kept++] = sink->sealed[i];
    sink->sealed_count = kept;
}

enum mill_verdict
moving_publish(struct file_sink *sink, struct mill_stage *stage)
{
    if (!sink->moving)
        return MILL_OK;
    for (size_t i = 0; i < sink->sealed_count; i++) {
        if (!sink->sealed[i]->moves)
            continue;
        enum mill_verdict verdict = publish(sink, stage, sink->sealed[i]);

        if (verdict != MILL_OK)
            return verdict;
        mill_fail_point("file-moving-named");
    }
    if (!durable_sync_folders(&sink->durable))
        return output_lost(stage, sink->durable.failed);
    drop_named(sink);
    return MILL_OK;
}

/* --- what is held back --- */

static enum mill_verdict
hold_lane(struct mill_stage *stage, struct lane *lane)
{
    const struct part *part = lane->part;

    if (!mill_hold_back(stage, lane->from, lane->stream, lane->partition,
                        part ? part->span.start : UINT64_MAX))
        return mill_fail(stage, MILL_RETRY, "no memory to hold rows back");
    lane->changed = false;
    return MILL_OK;
}

enum mill_verdict
moving_hold(struct file_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    for (size_t i = 0; i < sink->lane_count && verdict == MILL_OK; i++)
        if (sink->lanes[i].moves && sink->lanes[i].changed)
            verdict = hold_lane(stage, &sink->lanes[i]);
    return verdict;
}

static enum mill_verdict
sync_sealed(struct file_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    for (size_t i = 0; i < sink->sealed_count && verdict == MILL_OK; i++)
        if (sink->sealed[i]->moves)
            verdict =
                output_sync(&sink->outputs, &sink->sealed[i]->output, stage);
    return verdict;
}

enum mill_verdict
moving_finish(struct file_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    if (!sink->moving)
        return MILL_OK;
    verdict = sync_sealed(sink, stage);
    if (verdict == MILL_OK)
        verdict = moving_publish(sink, stage);
    return verdict == MILL_OK ? moving_hold(sink, stage) : verdict;
}

/* --- forgetting --- */

/* Nobody may find it, and it is nobody's. */
static void
discard(struct file_sink *sink, struct part *part)
{
    if (!part)
        return;
    if (!part->named)
        unlink(part->output.path);
    part_destroy(sink, part);
}

static void
forget_sealed(struct file_sink *sink, const struct lane *lane)
{
    size_t kept = 0;

    for (size_t i = 0; i < sink->sealed_count; i++)
        if (sink->sealed[i]->moves && sink->sealed[i]->lane == lane->number)
            discard(sink, sink->sealed[i]);
        else
            sink->sealed[kept++] = sink->sealed[i];
    sink->sealed_count = kept;
}

static void
forget_lane(struct file_sink *sink, struct lane *lane)
{
    forget_sealed(sink, lane);
    discard(sink, lane->part);
    lane->part = NULL;
    lane->left = true;
    lane->changed = false;
}

void
moving_forget(struct file_sink *sink, const char *from, const char *stream,
              const char *partition)
{
    bool made;
    struct lane *lane = lane_find(sink, from, stream, partition, &made);

    if (lane && lane->moves)
        forget_lane(sink, lane);
    if (lane && made)
        lane->left = true;
}

void
moving_close(struct file_sink *sink)
{
    for (size_t i = 0; i < sink->lane_count; i++)
        if (sink->lanes[i].moves)
            forget_lane(sink, &sink->lanes[i]);
}
