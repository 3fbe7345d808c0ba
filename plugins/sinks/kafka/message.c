/* SPDX-License-Identifier: Apache-2.0 */

/*
 * message - from rows to messages
 *
 * What already lies in the batch (a payload that nobody changed, a text, the
 * service's key) is only pointed to.  The rest is written, and then put into
 * the batch's memory, where it lives until the message is delivered.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "sink.h"

/* What a message says that isn't nothing, and has no bytes either. */
static const char empty[] = "";

/* --- options --- */

static enum mill_verdict
check_header(struct mill_stage *stage, const char *text)
{
    const char *equals = strchr(text, '=');
    struct mill_buffer why = { 0 };
    enum mill_verdict verdict = MILL_OK;

    if (!equals || equals == text)
        return mill_fail(stage, MILL_FATAL,
                         "headers: \"%s\" isn't \"name=value\"", text);
    if (!mill_template_check(equals + 1, &why))
        verdict = mill_fail(stage, MILL_FATAL, "headers: \"%s\": %s", text,
                            mill_buffer_text(&why));
    mill_buffer_finish(&why);
    return verdict;
}

/* What names a topic or a partition is filled in once a batch. */
static enum mill_verdict
check_template(struct mill_stage *stage, const struct mill_template *tmpl,
               const char *option)
{
    static const char *const fields[] = { "offset", "yyyy", "MM",
                                          "dd",     "HH",   "mm" };

    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        if (mill_template_has(tmpl, fields[i]))
            return mill_fail(stage, MILL_FATAL, "%s: {%s} has no place here",
                             option, fields[i]);
    return MILL_OK;
}

static enum mill_verdict
check_columns(const struct kafka_sink *sink, struct mill_stage *stage)
{
    const char *const columns[] = { sink->key, sink->value, sink->timestamp };
    static const char *const options[] = { "key", "value", "timestamp" };

    for (size_t i = 0; i < 3; i++)
        if (columns[i] && !columns[i][0])
            return mill_fail(stage, MILL_FATAL,
                             "%s: the column's name is empty", options[i]);
    if (sink->key && sink->no_key)
        return mill_fail(stage, MILL_FATAL,
                         "key and no_key exclude each other");
    return MILL_OK;
}

enum mill_verdict
message_check(struct kafka_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = check_template(stage, &sink->topic, "topic");

    if (verdict == MILL_OK && !sink->topic.text[0])
        verdict = mill_fail(stage, MILL_FATAL, "topic: the name is empty");
    if (verdict == MILL_OK && sink->partition.text)
        verdict = check_template(stage, &sink->partition, "partition");
    if (verdict == MILL_OK)
        verdict = check_columns(sink, stage);
    for (size_t i = 0; verdict == MILL_OK && sink->headers[i]; i++)
        verdict = check_header(stage, sink->headers[i]);
    return verdict;
}

enum mill_verdict
message_open(struct kafka_sink *sink, struct mill_stage *stage)
{
    size_t count = 0;

    while (sink->headers[count])
        count++;
    sink->header_list = calloc(count + 1, sizeof(*sink->header_list));
    for (size_t i = 0; sink->header_list && i < count; i++) {
        const char *equals = strchr(sink->headers[i], '=');
        struct header *header = &sink->header_list[sink->header_count];

        header->value.text = equals + 1;
        header->name =
            strndup(sink->headers[i], (size_t)(equals - sink->headers[i]));
        if (header->name)
            sink->header_count++;
    }
    if (sink->header_count < count || !sink->header_list)
        return mill_fail(stage, MILL_RETRY, "no memory to open");
    return MILL_OK;
}

void
message_close(struct kafka_sink *sink)
{
    for (size_t i = 0; i < sink->header_count; i++)
        free(sink->header_list[i].name);
    free(sink->header_list);
    sink->header_list = NULL;
    sink->header_count = 0;
    mill_buffer_finish(&sink->text);
    mill_buffer_finish(&sink->name);
}

/* --- one row --- */

/* A batch that is being made into messages. */
struct making {
    struct kafka_sink *sink;
    struct mill_stage *stage;
    struct mill_batch *batch;
    struct mill_json_style style;
    int value; /* column; -1: the row is the value */
    int key;
    int timestamp;
    int64_t now; /* microseconds */
    bool failed; /* for want of memory */
};

/* Puts what was written into the batch. */
static struct mill_bytes
keep(struct making *making)
{
    struct mill_buffer *text = &making->sink->text;
    const char *stored = NULL;

    if (!text->failed)
        stored = mill_batch_store(making->batch, text->data, text->len);
    making->failed = making->failed || !stored;
    return (struct mill_bytes){ stored, stored ? text->len : 0 };
}

static bool
is_text(const struct mill_value *value)
{
    return value->type == MILL_TEXT || value->type == MILL_BYTES
           || value->type == MILL_NUMBER || value->type == MILL_DECIMAL;
}

/* Text and bytes as they are, nothing for null, anything else as JSON. */
static struct mill_bytes
bytes_of(struct making *making, const struct mill_value *value)
{
    struct mill_buffer *text = &making->sink->text;

    if (mill_is_null(value))
        return (struct mill_bytes){ NULL, 0 };
    if (is_text(value))
        return (struct mill_bytes){ value->len ? value->text : empty,
                                    value->len };
    text->len = 0;
    if (value->type == MILL_TIMESTAMP) {
        char *to = mill_buffer_room(text, MILL_TIMESTAMP_ROOM);

        if (to)
            text->len += mill_timestamp_print(to, value->integer,
                                              making->style.time_separator);
    } else
        mill_json_write(text, value, &making->style);
    return keep(making);
}

static const struct mill_value *
cell(const struct making *making, size_t row, int column)
{
    static const struct mill_value missing;

    return column < 0 ? &missing : &mill_batch_row(making->batch, row)[column];
}

/* False: the row was rejected. */
static bool
make_value(struct making *making, size_t row, struct message *message)
{
    const char *name = making->sink->value;
    const struct mill_value *value;

    if (!name) {
        if (making->batch->format == MILL_JSON
            && mill_row_payload(making->batch, row, &message->value))
            return true;
        making->sink->text.len = 0;
        mill_json_write_row(&making->sink->text, making->batch, row,
                            &making->style);
        message->value = keep(making);
        return true;
    }
    if (making->batch->format == MILL_LINE && strcmp(name, "line") == 0
        && mill_row_payload(making->batch, row, &message->value)) {
        if (!message->value.data)
            message->value.data = empty;
        return true;
    }
    value = cell(making, row, making->value);
    if (value->type == MILL_MISSING) {
        mill_reject_row(making->batch, row, "it has no column \"%s\" to send",
                        name);
        return false;
    }
    message->value = bytes_of(making, value);
    return true;
}

static void
make_key(struct making *making, size_t row, struct message *message)
{
    const struct kafka_sink *sink = making->sink;

    if (sink->no_key)
        return;
    if (sink->key)
        message->key = bytes_of(making, cell(making, row, making->key));
    else if (making->batch->keys)
        message->key = making->batch->keys[row];
}

/* False: the row was rejected. */
static bool
make_timestamp(struct making *making, size_t row, struct message *message)
{
    const struct mill_value *value = cell(making, row, making->timestamp);
    int64_t at;

    if (mill_is_null(value))
        return true;
    if (value->type == MILL_INT)
        message->timestamp = value->integer;
    else if (value->type == MILL_TIMESTAMP)
        message->timestamp = value->integer / 1000;
    else if (value->type == MILL_TEXT
             && mill_timestamp_parse(value->text, value->len, &at))
        message->timestamp = at / 1000;
    else
        message->timestamp = -1;
    if (message->timestamp >= 0)
        return true;
    mill_reject_row(making->batch, row,
                    "its column \"%s\" is no time that Kafka takes, which is "
                    "none before 1970",
                    making->sink->timestamp);
    return false;
}

/* The values of all headers, each behind its length. */
static void
make_headers(struct making *making, size_t row, struct message *message)
{
    const struct kafka_sink *sink = making->sink;
    struct mill_buffer *text = &making->sink->text;
    int64_t at = message->timestamp ? message->timestamp * 1000 : making->now;

    text->len = 0;
    for (size_t i = 0; i < sink->header_count; i++) {
        uint32_t len = 0;
        size_t start = text->len;

        mill_buffer_add(text, &len, sizeof(len));
        mill_template_fill(making->stage, &sink->header_list[i].value,
                           making->batch, making->batch->positions[row], at,
                           text);
        if (text->failed)
            break;
        len = (uint32_t)(text->len - start - sizeof(len));
        memcpy(text->data + start, &len, sizeof(len));
    }
    message->headers = keep(making);
}

/* --- a batch --- */

static bool
needs_cells(const struct kafka_sink *sink, const struct mill_batch *batch)
{
    struct mill_bytes payload;

    if (sink->key || sink->timestamp)
        return true;
    if (sink->value)
        return batch->format != MILL_LINE || strcmp(sink->value, "line") != 0
               || !mill_row_payload(batch, 0, &payload);
    return batch->format == MILL_LINE;
}

static int
column_of(const struct mill_batch *batch, const char *name)
{
    return name ? mill_batch_column(batch, name) : -1;
}

static void
make_one(struct making *making, size_t row, struct parcel *parcel)
{
    struct message *message = &parcel->messages[parcel->count];

    *message = (struct message){
        .parcel = parcel, .row = (uint32_t)row, .offset = -1, .partition = -1
    };
    if (!make_value(making, row, message)
        || !make_timestamp(making, row, message))
        return;
    make_key(making, row, message);
    if (making->sink->header_count > 0)
        make_headers(making, row, message);
    parcel->count++;
}

enum mill_verdict
message_make(struct kafka_sink *sink, struct mill_stage *stage,
             struct mill_batch *batch, struct parcel *parcel)
{
    struct making making = { .sink = sink, .stage = stage, .batch = batch };
    struct timeval now;

    if (batch->rows > 0 && needs_cells(sink, batch)) {
        enum mill_verdict verdict = mill_decode(stage, batch);

        if (verdict != MILL_OK)
            return verdict;
    }
    gettimeofday(&now, NULL);
    making.now = (int64_t)now.tv_sec * 1000000 + now.tv_usec;
    making.style.time_separator =
        strcmp(sink->time_separator, "T") == 0 ? 'T' : ' ';
    making.value = column_of(batch, sink->value);
    making.key = column_of(batch, sink->key);
    making.timestamp = column_of(batch, sink->timestamp);
    for (size_t row = 0; row < batch->rows && !making.failed; row++)
        if (!mill_row_is_gone(batch, row))
            make_one(&making, row, parcel);
    if (!making.failed)
        return MILL_OK;
    mill_buffer_finish(&sink->text);
    return mill_fail(stage, MILL_RETRY, "no memory for messages of %u rows",
                     batch->rows);
}
