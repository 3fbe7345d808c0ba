/* SPDX-License-Identifier: Apache-2.0 */

/*
 * topics - a sink with topics, partitions and offsets, for tests
 *
 *     out = { sink = "topics"; path = "out"; topics = ["a", "b"];
 *             partitions = 2; away = "away"; };
 *
 * Each row is a line "STREAM PARTITION KEY PAYLOAD" of the file, and gets a
 * receipt: the partition it asked for, or 0, and its number in there.  A row
 * whose payload has "poison" in it is rejected.  It answers all questions.  As
 * long as the file `away` is there it can neither write nor answer, which a
 * question learns after `patience`.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <millrace/plugin.h>

#include "lines.h"

#define TOPICS_MOST 16
#define PARTITIONS_MOST 16

struct topic {
    char name[256];
    int64_t partitions;
    int64_t lines[PARTITIONS_MOST];
};

struct topics {
    const char *path;
    const char *const *topics;
    int64_t partitions;
    const char *away;
    struct mill_duration patience;

    int fd;
    struct topic list[TOPICS_MOST];
    size_t count;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct topics, path, "File to write", .required = true),
    MILL_OPTION(struct topics, topics, "Topics that are there"),
    MILL_OPTION(struct topics, partitions, "Partitions of each",
                .fallback = "1", .least = 1, .most = PARTITIONS_MOST),
    MILL_OPTION(struct topics, away, "File that makes it fail"),
    MILL_OPTION(struct topics, patience, "How long a question waits for it",
                .fallback = "0s", .least = 0, .most = 5000000000),
    { 0 },
};

static struct topic *
find(struct topics *sink, const char *name)
{
    for (size_t i = 0; i < sink->count; i++)
        if (strcmp(sink->list[i].name, name) == 0)
            return &sink->list[i];
    return NULL;
}

static struct topic *
make(struct topics *sink, const char *name, int64_t partitions)
{
    struct topic *topic = &sink->list[sink->count];

    if (sink->count == TOPICS_MOST || strlen(name) >= sizeof(topic->name))
        return NULL;
    sink->count++;
    *topic = (struct topic){ .partitions = partitions > 0 ? partitions
                                                          : sink->partitions };
    memcpy(topic->name, name, strlen(name) + 1);
    return topic;
}

static bool
is_away(const struct topics *sink)
{
    return sink->away && access(sink->away, F_OK) == 0;
}

static enum mill_verdict
topics_open(void *self, struct mill_stage *stage)
{
    struct topics *sink = self;

    sink->count = 0;
    for (size_t i = 0; sink->topics[i]; i++)
        make(sink, sink->topics[i], 0);
    return lines_open(stage, sink->path, &sink->fd);
}

static void
topics_close(void *self)
{
    struct topics *sink = self;

    if (sink->fd >= 0)
        close(sink->fd);
}

static bool
put_row(struct topics *sink, struct mill_batch *batch, size_t row)
{
    struct mill_bytes key = { NULL, 0 };
    struct mill_bytes value = batch->payloads[row];
    struct topic *topic = find(sink, batch->stream);
    long partition = strtol(batch->partition, NULL, 10);
    struct mill_receipt receipt = { .partition = partition };

    if (batch->keys)
        key = batch->keys[row];
    if (memmem(value.data, value.len, "poison", 6)) {
        mill_reject_row(batch, row, "poisoned");
        return true;
    }
    if (!topic)
        topic = make(sink, batch->stream, 0);
    if (!topic || partition >= PARTITIONS_MOST)
        return false;
    receipt.offset = topic->lines[partition]++;
    dprintf(sink->fd, "%s %s %.*s %.*s\n", batch->stream, batch->partition,
            key.data ? (int)key.len : 1, key.data ? key.data : "-",
            (int)value.len, value.data);
    return !mill_wants_receipts(batch)
           || mill_give_receipt(batch, row, &receipt);
}

static enum mill_verdict
topics_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct topics *sink = self;

    if (is_away(sink))
        return mill_fail(stage, MILL_RETRY, "cannot write: away for a test");
    for (size_t row = 0; row < batch->rows; row++)
        if (!put_row(sink, batch, row))
            return mill_fail(stage, MILL_FATAL, "cannot write a row");
    return MILL_OK;
}

static void
tell_topic(const struct topic *topic, struct mill_buffer *reply)
{
    mill_buffer_print(reply, "{\"name\":\"%s\",\"partitions\":[", topic->name);
    for (int64_t i = 0; i < topic->partitions; i++)
        mill_buffer_print(reply, "%s%lld", i > 0 ? "," : "", (long long)i);
    mill_buffer_print(reply, "]}");
}

static enum mill_answer
tell_all(const struct topics *sink, struct mill_buffer *reply)
{
    mill_buffer_print(reply, "[");
    for (size_t i = 0; i < sink->count; i++)
        mill_buffer_print(reply, "%s\"%s\"", i > 0 ? "," : "",
                          sink->list[i].name);
    mill_buffer_print(reply, "]");
    return MILL_ANSWERED;
}

static enum mill_answer
create(struct topics *sink, const struct mill_request *request,
       struct mill_buffer *reply)
{
    if (find(sink, request->name)) {
        mill_buffer_print(reply, "%s is there", request->name);
        return MILL_THERE;
    }
    if (request->partitions > PARTITIONS_MOST
        || !make(sink, request->name, request->partitions)) {
        mill_buffer_print(reply, "too many");
        return MILL_REFUSED;
    }
    return MILL_ANSWERED;
}

/* The lock of questions and that of writes aren't the same: tests don't do both
 * at once where topics come and go. */
static enum mill_answer
topics_admin(void *self, struct mill_stage *stage,
             const struct mill_request *request, struct mill_buffer *reply)
{
    struct topics *sink = self;
    struct topic *topic = request->name ? find(sink, request->name) : NULL;

    (void)stage;
    if (is_away(sink)) {
        nanosleep(
            &(struct timespec){ .tv_sec = sink->patience.ns / 1000000000,
                                .tv_nsec = sink->patience.ns % 1000000000 },
            NULL);
        mill_buffer_print(reply, "away for a test");
        return MILL_UNAVAILABLE;
    }
    if (request->verb == MILL_ADMIN_LIST)
        return tell_all(sink, reply);
    if (request->verb == MILL_ADMIN_CREATE)
        return create(sink, request, reply);
    if (!topic) {
        mill_buffer_print(reply, "%s is not there", request->name);
        return MILL_NOT_THERE;
    }
    if (request->verb == MILL_ADMIN_DESCRIBE)
        tell_topic(topic, reply);
    else
        *topic = sink->list[--sink->count];
    return MILL_ANSWERED;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "topics",
    .version = "1.0",
    .summary = "Topics, partitions and offsets, for tests",
    .flags = MILL_TAKES_PAYLOADS,
    .instance_size = sizeof(struct topics),
    .options = options,
    .open = topics_open,
    .close = topics_close,
    .sink.write = topics_write,
    .sink.admin = topics_admin,
};
