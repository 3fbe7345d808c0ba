/* SPDX-License-Identifier: Apache-2.0 */

/* resume - the last run's positions in memory; see resume.h */

#include "runtime/resume.h"

#include <stdlib.h>
#include <string.h>

static bool
copy_lane(struct resume_lane *to, const struct store_lane *lane,
          uint64_t position, const char *cursor)
{
    *to = (struct resume_lane){ .source = strdup(lane->source),
                                .stream = strdup(lane->stream),
                                .partition = strdup(lane->partition),
                                .position = position,
                                .cursor = cursor ? strdup(cursor) : NULL };
    return to->source && to->stream && to->partition && (!cursor || to->cursor);
}

static void
free_lane(struct resume_lane *lane)
{
    free(lane->source);
    free(lane->stream);
    free(lane->partition);
    free(lane->cursor);
}

static void
add_lane(void *arg, const struct store_lane *lane, uint64_t position,
         const char *cursor)
{
    struct resume *resume = arg;
    struct resume_lane *lanes =
        realloc(resume->lanes, (resume->lane_count + 1) * sizeof(*lanes));

    if (!lanes) {
        resume->failed = true;
        return;
    }
    resume->lanes = lanes;
    if (!copy_lane(&lanes[resume->lane_count++], lane, position, cursor))
        resume->failed = true;
}

static void
add_mark(void *arg, const char *sink, const char *from,
         const struct store_lane *lane, uint64_t position)
{
    struct resume *resume = arg;
    struct resume_mark *marks =
        realloc(resume->marks, (resume->mark_count + 1) * sizeof(*marks));

    if (!marks) {
        resume->failed = true;
        return;
    }
    resume->marks = marks;

    struct resume_mark *mark = &marks[resume->mark_count++];
    *mark = (struct resume_mark){ .sink = strdup(sink), .from = strdup(from) };
    if (!mark->sink || !mark->from
        || !copy_lane(&mark->lane, lane, position, NULL))
        resume->failed = true;
}

bool
resume_load(struct resume *resume, struct store *store)
{
    return store_lanes(store, add_lane, resume)
           && store_marks(store, add_mark, resume) && !resume->failed;
}

void
resume_finish(struct resume *resume)
{
    for (size_t i = 0; i < resume->lane_count; i++)
        free_lane(&resume->lanes[i]);
    for (size_t i = 0; i < resume->mark_count; i++) {
        free(resume->marks[i].sink);
        free(resume->marks[i].from);
        free_lane(&resume->marks[i].lane);
    }
    free(resume->lanes);
    free(resume->marks);
    *resume = (struct resume){ 0 };
}

static bool
is_lane(const struct resume_lane *at, const struct store_lane *lane)
{
    return strcmp(at->source, lane->source) == 0
           && strcmp(at->stream, lane->stream) == 0
           && strcmp(at->partition, lane->partition) == 0;
}

const struct resume_lane *
resume_lane(const struct resume *resume, const char *source, const char *stream,
            const char *partition)
{
    for (size_t i = 0; i < resume->lane_count; i++) {
        const struct resume_lane *lane = &resume->lanes[i];

        if (is_lane(lane, &(struct store_lane){ source, stream, partition }))
            return lane;
    }
    return NULL;
}

const struct resume_lane *
resume_lane_at(const struct resume *resume, const char *source, size_t index)
{
    for (size_t i = 0; i < resume->lane_count; i++)
        if (strcmp(resume->lanes[i].source, source) == 0 && index-- == 0)
            return &resume->lanes[i];
    return NULL;
}

static uint64_t
later(uint64_t next, const struct resume_lane *at)
{
    return at->position >= next ? at->position + 1 : next;
}

uint64_t
resume_unseen(const struct resume *resume, const struct store_lane *lane)
{
    uint64_t next = 0;

    for (size_t i = 0; i < resume->lane_count; i++)
        if (is_lane(&resume->lanes[i], lane))
            next = later(next, &resume->lanes[i]);
    for (size_t i = 0; i < resume->mark_count; i++)
        if (is_lane(&resume->marks[i].lane, lane))
            next = later(next, &resume->marks[i].lane);
    return next;
}

bool
resume_mark(const struct resume *resume, const char *sink, const char *from,
            const struct store_lane *lane, uint64_t *mark)
{
    for (size_t i = 0; i < resume->mark_count; i++) {
        const struct resume_mark *at = &resume->marks[i];

        if (strcmp(at->sink, sink) != 0 || strcmp(at->from, from) != 0
            || !is_lane(&at->lane, lane))
            continue;
        *mark = at->lane.position;
        return true;
    }
    return false;
}
