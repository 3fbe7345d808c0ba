/* SPDX-License-Identifier: Apache-2.0 */

/* part - lanes, parts and their lists */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "sink.h"

char *
part_hidden_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    size_t room = strlen(path) + sizeof("..part");
    char *hidden = malloc(room);

    if (hidden)
        snprintf(hidden, room, "%.*s.%s.part", (int)folder, path,
                 path + folder);
    return hidden;
}

struct part *
part_create(struct file_sink *sink, struct mill_stage *stage, char *path)
{
    struct part *part = calloc(1, sizeof(*part));
    char *hidden = part_hidden_path(path);

    if (!part || !hidden) {
        free(path);
        free(hidden);
        free(part);
        mill_fail(stage, MILL_FATAL, "no memory for one more file");
        return NULL;
    }
    part->path = path;
    output_init(&part->output, hidden, sink->pack);
    return part;
}

void
part_destroy(struct file_sink *sink, struct part *part)
{
    if (!part)
        return;
    output_finish(&sink->outputs, &part->output);
    free(part->path);
    free(part);
}

bool
part_make_room(struct file_sink *sink)
{
    /* Doubles whenever the count is a power of two. */
    size_t count = sink->sealed_count;

    if (sink->sealed && (count & (count - 1)) != 0)
        return true;

    struct part **sealed =
        realloc(sink->sealed, (count ? count * 2 : 1) * sizeof(struct part *));

    if (!sealed)
        return false;
    sink->sealed = sealed;
    return true;
}

static bool
is_lane(const struct lane *lane, const char *from, const char *stream,
        const char *partition)
{
    return strcmp(lane->partition, partition) == 0
           && strcmp(lane->stream, stream) == 0
           && strcmp(lane->from, from) == 0;
}

static char *
make_key(const char *from, const char *stream, const char *partition)
{
    struct mill_buffer key = { 0 };
    char *copy = NULL;

    record_print_key(from, stream, partition, &key);
    if (!key.failed)
        copy = strdup(mill_buffer_text(&key));
    mill_buffer_finish(&key);
    return copy;
}

struct lane *
lane_find(struct file_sink *sink, const char *from, const char *stream,
          const char *partition, bool *made)
{
    *made = false;
    for (size_t i = 0; i < sink->lane_count; i++)
        if (is_lane(&sink->lanes[i], from, stream, partition))
            return &sink->lanes[i];

    struct lane *lanes =
        realloc(sink->lanes, (sink->lane_count + 1) * sizeof(*lanes));

    if (!lanes)
        return NULL;
    sink->lanes = lanes;

    struct lane lane = { .from = strdup(from),
                         .stream = strdup(stream),
                         .partition = strdup(partition),
                         .key = make_key(from, stream, partition) };

    if (!lane.from || !lane.stream || !lane.partition || !lane.key) {
        free(lane.from);
        free(lane.stream);
        free(lane.partition);
        free(lane.key);
        return NULL;
    }
    *made = true;
    lane.number = sink->lane_count;
    lanes[sink->lane_count] = lane;
    return &lanes[sink->lane_count++];
}
