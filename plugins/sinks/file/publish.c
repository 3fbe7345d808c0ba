/* SPDX-License-Identifier: Apache-2.0 */

/*
 * publish - sealed parts get their names, once what they hold is stored
 *
 * The state lists them until that is done and on the disk; so a crash on the
 * way leaves work that the next start finds, and does again.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink.h"

bool
publish_rename(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    /* Not every file system has that. */
    if (access(to, F_OK) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(from, to) == 0;
}

/* An earlier try, or run, has done it. */
static bool
is_named(const struct part *part)
{
    struct stat found;

    return access(part->output.path, F_OK) != 0 && errno == ENOENT
           && stat(part->path, &found) == 0
           && (uint64_t)found.st_size == part->output.length;
}

static bool
give_name(const struct file_sink *sink, const struct part *part)
{
    if (sink->replace)
        return rename(part->output.path, part->path) == 0 || is_named(part);
    return publish_rename(part->output.path, part->path) || is_named(part);
}

static enum mill_verdict
publish(struct file_sink *sink, struct mill_stage *stage, struct part *part)
{
    if (!give_name(sink, part)) {
        if (errno == EEXIST)
            return mill_fail(stage, MILL_FATAL,
                             "%s is there already, and %s was to get its name: "
                             "move it away",
                             part->path, part->output.path);
        if (errno == ENOENT)
            return mill_fail(stage, MILL_FATAL,
                             "%s is gone, and so are the rows in it: put it "
                             "back, or forget it with `millrace state reset "
                             "%s %s`",
                             part->output.path, mill_pipeline_name(stage),
                             mill_stage_name(stage));
        return output_fault(stage, "give its name to", part->path);
    }
    if (!durable_changed(&sink->durable, part->path))
        return output_fault(stage, "remember the folder of", part->path);
    return MILL_OK;
}

/* The first COUNT sealed parts are done with. */
static void
drop_sealed(struct file_sink *sink, size_t count)
{
    for (size_t i = 0; i < count; i++)
        part_destroy(sink, sink->sealed[i]);
    memmove(sink->sealed, sink->sealed + count,
            (sink->sealed_count - count) * sizeof(struct part *));
    sink->sealed_count -= count;
    sink->flushed = 0;
}

enum mill_verdict
publish_sealed(struct file_sink *sink, struct mill_stage *stage)
{
    for (size_t i = 0; i < sink->lane_count; i++)
        if (sink->lanes[i].part)
            sink->lanes[i].part->stored = sink->lanes[i].part->put;
    if (sink->flushed == 0)
        return MILL_OK;
    for (size_t i = 0; i < sink->flushed; i++) {
        enum mill_verdict verdict = publish(sink, stage, sink->sealed[i]);

        if (verdict != MILL_OK)
            return verdict;
        mill_fail_point("file-renamed");
    }
    if (!durable_sync_folders(&sink->durable))
        return output_lost(stage, sink->durable.failed);
    mill_fail_point("file-published");
    mill_state_put(stage, "sealed", NULL);

    enum mill_verdict verdict = mill_state_store(stage);

    if (verdict == MILL_OK)
        drop_sealed(sink, sink->flushed);
    return verdict;
}

void
publish_rest(struct file_sink *sink)
{
    for (size_t i = 0; i < sink->lane_count; i++) {
        struct part *part = sink->lanes[i].part;

        if (!part || part->moves || part->stored == 0 || part->output.overhang
            || part->output.held.len > 0 || part->stored != part->output.length)
            continue;
        /* The next run finds it by its name, and counts on from there. */
        if (!give_name(sink, part)
            || !durable_changed(&sink->durable, part->path))
            mill_log(sink->stage, MILL_WARN,
                     "cannot give %s its name: %s; it stays %s until the next "
                     "run",
                     part->path, strerror(errno), part->output.path);
    }
    if (!durable_sync_folders(&sink->durable))
        mill_log(sink->stage, MILL_WARN, "cannot get %s onto the disk: %s",
                 sink->durable.failed, strerror(errno));
}
