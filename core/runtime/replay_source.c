/* SPDX-License-Identifier: Apache-2.0 */

/* replay_source - reads the rows that one stage rejected; see replay.h */

#include <errno.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/replay.h"

static const char *
text_of(struct json_object *row, const char *name)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(row, name, &value))
        return NULL;
    return json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : NULL;
}

static bool
same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static enum mill_verdict
replay_open(void *self, struct mill_stage *stage)
{
    struct replay_source *source = self;

    source->number = 0;
    source->input = fopen(source->file, "re");
    if (!source->input)
        return mill_fail(stage, MILL_FATAL, "cannot open %s: %s", source->file,
                         strerror(errno));
    return MILL_OK;
}

static void
replay_close(void *self)
{
    struct replay_source *source = self;

    if (source->input)
        fclose(source->input);
    free(source->line);
    json_object_put(source->held);
    source->input = NULL;
    source->line = NULL;
    source->held = NULL;
}

/* The next row of this source's; NULL: there is none. */
static struct json_object *
next_row(struct replay_source *source)
{
    ssize_t len;

    while ((len = getline(&source->line, &source->line_room, source->input))
           >= 0) {
        struct json_tokener *reader = json_tokener_new_ex(8);
        struct json_object *row =
            json_tokener_parse_ex(reader, source->line, (int)len);

        json_tokener_free(reader);
        source->number++;
        if (row && same(text_of(row, "stage"), source->stage)
            && same(text_of(row, "from"), source->from))
            return row;
        json_object_put(row);
    }
    return NULL;
}

/* Makes the empty batch one of the row's stream; or says whether it is. */
static bool
fits(struct mill_batch *batch, const struct replay_source *source,
     struct json_object *row)
{
    const char *stream = text_of(row, "stream");
    const char *partition = text_of(row, "partition");
    char name[512];

    snprintf(name, sizeof(name), "%s.%s", partition ? partition : "0",
             source->label);
    if (!stream)
        stream = "";
    if (batch->rows == 0)
        return mill_batch_set_stream(batch, stream, name);
    return strcmp(batch->stream, stream) == 0
           && strcmp(batch->partition, name) == 0;
}

static bool
add_row(struct mill_batch *batch, const struct replay_source *source,
        struct json_object *row)
{
    struct json_object *content = json_object_object_get(row, "row");
    size_t len = (size_t)json_object_get_string_len(content);
    const char *text = content ? json_object_get_string(content) : "";
    enum mill_format format =
        same(text_of(row, "format"), "line") ? MILL_LINE : MILL_JSON;
    char *copy = mill_batch_store(batch, text, len);

    if (copy && same(text_of(row, "encoding"), "base64")
        && !mill_base64_decode(copy, text, len, &len))
        return false;
    return copy
           && mill_batch_add_payload(batch, format,
                                     (struct mill_bytes){ copy, len },
                                     source->number - 1);
}

/* A batch has one format; the other one waits like another stream. */
static bool
same_format(const struct mill_batch *batch, struct json_object *row)
{
    bool line = same(text_of(row, "format"), "line");

    return batch->rows == 0 || (batch->format == MILL_LINE) == line;
}

static enum mill_verdict
replay_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct replay_source *source = self;

    while (!mill_batch_is_full(batch)) {
        struct json_object *row =
            source->held ? source->held : next_row(source);

        source->held = NULL;
        if (!row && ferror(source->input))
            return mill_fail(stage, MILL_FATAL, "cannot read %s: %s",
                             source->file, strerror(errno));
        if (!row)
            return MILL_END;
        if (!fits(batch, source, row) || !same_format(batch, row)) {
            source->held = row;
            return MILL_OK;
        }
        bool added = add_row(batch, source, row);
        json_object_put(row);
        if (!added)
            return mill_fail(stage, MILL_FATAL,
                             "line %llu of %s is not a dead letter, or there"
                             " is no memory for it",
                             (unsigned long long)source->number, source->file);
    }
    return MILL_OK;
}

const struct mill_plugin replay_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "replay",
    .version = "1.0",
    .summary = "Read the rows of a dead-letter file that one stage rejected",
    .flags = MILL_REPLAYS,
    .instance_size = sizeof(struct replay_source),
    .open = replay_open,
    .close = replay_close,
    .source.read = replay_read,
};
