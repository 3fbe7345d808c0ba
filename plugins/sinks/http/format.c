/* SPDX-License-Identifier: Apache-2.0 */

/* format - how rows are laid out in a body; see http.h */

#include "http.h"

#include <string.h>

#define MEGABYTE 1000000
#define MEBIBYTE (1024 * 1024)

const char *const format_names[] = { "rest-proxy",  "rest-proxy-binary",
                                     "kinesis-api", "json",
                                     "ndjson",      NULL };

/* --- keys --- */

/* The cell of the key column; NULL: there is none, or it is null. */
static const struct mill_value *
key_of(const struct http_sink *sink, struct mill_batch *batch, size_t row)
{
    const struct mill_value *cell;

    if (sink->key_column < 0)
        return NULL;
    cell = &mill_batch_row(batch, row)[sink->key_column];
    return mill_is_null(cell) ? NULL : cell;
}

static void
add(struct mill_buffer *to, const char *text)
{
    mill_buffer_add(to, text, strlen(text));
}

/* Appends bytes as base64 in quotes. */
static void
add_base64(struct mill_buffer *to, const char *data, size_t len)
{
    struct mill_value bytes = mill_text(MILL_BYTES, data, len);

    mill_json_write(to, &bytes, NULL);
}

/* The key that the row came with from its service; false: it has none, or the
 * options name another. */
static bool
came_with_key(const struct http_sink *sink, const struct mill_batch *batch,
              size_t row, struct mill_bytes *key)
{
    if (sink->key || sink->key_text.text[0] || !batch->keys
        || !batch->keys[row].data)
        return false;
    *key = batch->keys[row];
    return true;
}

/* A key as text: a number becomes its digits.  False: there is no key. */
static bool
key_as_text(struct http_sink *sink, struct mill_batch *batch, size_t row,
            struct mill_bytes *text)
{
    const struct mill_value *cell = key_of(sink, batch, row);

    if (sink->key_text.text[0]) {
        *text = (struct mill_bytes){ sink->key_cell.data, sink->key_cell.len };
        return true;
    }
    if (!cell)
        return came_with_key(sink, batch, row, text);
    if (cell->type == MILL_TEXT) {
        *text = (struct mill_bytes){ cell->text, cell->len };
        return true;
    }
    sink->text.len = 0;
    mill_json_write(&sink->text, cell, &sink->style);
    *text = (struct mill_bytes){ sink->text.data, sink->text.len };
    /* What JSON has in quotes, such as a time, goes without them. */
    if (text->len >= 2 && text->data[0] == '"') {
        text->data++;
        text->len -= 2;
    }
    return true;
}

/* --- Kafka's REST proxy --- */

/* Appends "key":KEY, where there is one; false: it can't be in JSON. */
static bool
add_json_key(struct http_sink *sink, struct mill_batch *batch, size_t row,
             struct mill_buffer *to)
{
    const struct mill_value *cell = key_of(sink, batch, row);
    struct mill_bytes key;

    if (cell) {
        add(to, "\"key\":");
        mill_json_write(to, cell, &sink->style);
        add(to, ",");
        return true;
    }
    if (!key_as_text(sink, batch, row, &key))
        return true;
    if (!mill_utf8_valid(key.data, key.len)) {
        mill_reject_row(batch, row,
                        "its key isn't UTF-8, and JSON has no other text: use "
                        "rest-proxy-binary");
        return false;
    }
    add(to, "\"key\":");
    mill_json_write_text(to, key.data, key.len, NULL);
    add(to, ",");
    return true;
}

static bool
add_json_record(struct http_sink *sink, struct mill_batch *batch, size_t row,
                struct mill_buffer *to)
{
    add(to, "{");
    if (!add_json_key(sink, batch, row, to))
        return false;
    add(to, "\"value\":");
    mill_json_write_row(to, batch, row, &sink->style);
    add(to, "}");
    return true;
}

static bool
add_binary_record(struct http_sink *sink, struct mill_batch *batch, size_t row,
                  struct mill_buffer *to)
{
    struct mill_bytes key;

    add(to, "{");
    if (key_as_text(sink, batch, row, &key)) {
        add(to, "\"key\":");
        add_base64(to, key.data, key.len);
        add(to, ",");
    }
    add(to, "\"value\":");
    sink->text.len = 0;
    mill_json_write_row(&sink->text, batch, row, &sink->style);
    to->failed = to->failed || sink->text.failed;
    add_base64(to, sink->text.data, sink->text.len);
    add(to, "}");
    return true;
}

/* --- Kinesis behind API Gateway --- */

/* Kinesis counts characters; more bytes than it allows characters may do. */
#define PARTITION_KEY_MOST ((size_t)256 * 4)

static bool
partition_key(struct http_sink *sink, struct mill_batch *batch, size_t row,
              struct mill_bytes *key)
{
    if (!key_as_text(sink, batch, row, key)) {
        mill_reject_row(batch, row,
                        "no value in \"%s\", and a partition key is needed",
                        sink->key);
        return false;
    }
    if (key->len > 0 && key->len <= PARTITION_KEY_MOST)
        return true;
    mill_reject_row(batch, row,
                    "its partition key has %zu bytes: 1 to 256 characters will "
                    "do",
                    key->len);
    return false;
}

static bool
add_single(struct http_sink *sink, struct mill_batch *batch, size_t row,
           struct mill_buffer *to)
{
    struct mill_bytes key;

    if (!partition_key(sink, batch, row, &key))
        return false;
    add(to, "{\"StreamName\":");
    mill_json_write_text(to, sink->stream.data, sink->stream.len, NULL);
    add(to, ",\"Data\":");
    mill_json_write_row(to, batch, row, &sink->style);
    add(to, ",\"PartitionKey\":");
    mill_json_write_text(to, key.data, key.len, NULL);
    add(to, "}");
    return true;
}

/* The mapping template encodes `data` as it stands, so it must be text: JSON in
 * a JSON string. */
static bool
add_one_of_many(struct http_sink *sink, struct mill_batch *batch, size_t row,
                struct mill_buffer *to)
{
    struct mill_bytes key;

    if (!partition_key(sink, batch, row, &key))
        return false;
    add(to, "{\"partition-key\":");
    mill_json_write_text(to, key.data, key.len, NULL);
    add(to, ",\"data\":");
    sink->text.len = 0;
    mill_json_write_row(&sink->text, batch, row, &sink->style);
    to->failed = to->failed || sink->text.failed;
    mill_json_write_text(to, sink->text.data, sink->text.len, NULL);
    add(to, "}");
    return true;
}

/* --- anything else --- */

static bool
add_row(struct http_sink *sink, struct mill_batch *batch, size_t row,
        struct mill_buffer *to)
{
    mill_json_write_row(to, batch, row, &sink->style);
    return true;
}

/* API Gateway takes 10 MB, whatever stands behind it; PutRecords 500 records of
 * 5 MiB. */
static const struct format rest_proxy = {
    .method = "POST",
    .type = "application/vnd.kafka.json.v2+json",
    .accept = "application/vnd.kafka.v2+json",
    .rows = 1000,
    .bytes = 10 * MEGABYTE,
    .cells = true,
    .before = "{\"records\":[",
    .between = ",",
    .after = "]}",
    .add = add_json_record,
    .read = rest_proxy_read,
};

static const struct format rest_proxy_binary = {
    .method = "POST",
    .type = "application/vnd.kafka.binary.v2+json",
    .accept = "application/vnd.kafka.v2+json",
    .rows = 1000,
    .bytes = 10 * MEGABYTE,
    .cells = true,
    .before = "{\"records\":[",
    .between = ",",
    .after = "]}",
    .add = add_binary_record,
    .read = rest_proxy_read,
};

static const struct format kinesis_record = {
    .method = "PUT",
    .type = "application/json",
    .accept = "application/json",
    .rows = 1,
    .bytes = 10 * MEGABYTE,
    .cells = true,
    .wants_key = true,
    .before = "",
    .between = "",
    .after = "",
    .add = add_single,
    .read = kinesis_read,
};

static const struct format kinesis_records = {
    .method = "PUT",
    .type = "application/json",
    .accept = "application/json",
    .rows = 500,
    .bytes = 5 * MEBIBYTE,
    .cells = true,
    .wants_key = true,
    .before = "{\"records\":[",
    .between = ",",
    .after = "]}",
    .add = add_one_of_many,
    .read = kinesis_read,
};

static const struct format json = {
    .method = "POST",
    .type = "application/json",
    .accept = "*/*",
    .bytes = 10 * MEGABYTE,
    .cells = true,
    .before = "[",
    .between = ",",
    .after = "]",
    .add = add_row,
};

/* A row that isn't JSON can't take its neighbours along here, so nothing is
 * looked at that needn't be. */
static const struct format ndjson = {
    .method = "POST",
    .type = "application/x-ndjson",
    .accept = "*/*",
    .bytes = 10 * MEGABYTE,
    .before = "",
    .between = "\n",
    .after = "\n",
    .add = add_row,
};

/* --- which one --- */

/* The last two parts of a URL's path: .../streams/NAME/record. */
static bool
split_resource(const char *url, struct mill_bytes *name, const char **last)
{
    const char *end = url + strcspn(url, "?#");
    const char *slash = memrchr(url, '/', (size_t)(end - url));
    const char *before;

    if (!slash)
        return false;
    before = memrchr(url, '/', (size_t)(slash - url));
    if (!before)
        return false;
    *name = (struct mill_bytes){ before + 1, (size_t)(slash - before - 1) };
    *last = slash + 1;
    return name->len > 0 && before - url >= 8
           && memcmp(before - 8, "/streams", 8) == 0;
}

static bool
is_resource(const char *last, const char *resource)
{
    size_t len = strlen(resource);

    return strcspn(last, "?#") == len && strncmp(last, resource, len) == 0;
}

static const struct format *
find_kinesis(const char *url)
{
    struct mill_bytes name;
    const char *last;

    if (!split_resource(url, &name, &last))
        return NULL;
    if (is_resource(last, "record"))
        return &kinesis_record;
    return is_resource(last, "records") ? &kinesis_records : NULL;
}

const struct format *
format_find(const char *name, const char *url)
{
    static const struct format *const formats[] = { &rest_proxy,
                                                    &rest_proxy_binary, NULL,
                                                    &json, &ndjson };

    for (size_t i = 0; format_names[i]; i++)
        if (strcmp(format_names[i], name) == 0 && formats[i])
            return formats[i];
    return find_kinesis(url);
}

/* --- once a batch --- */

/* The stream's name as the URL has it, decoded. */
static bool
name_stream(struct http_sink *sink)
{
    struct mill_bytes name;
    const char *last;
    char *decoded;
    int len = 0;

    sink->stream.len = 0;
    if (!split_resource(mill_buffer_text(&sink->target), &name, &last))
        return true;
    decoded = curl_easy_unescape(NULL, name.data, (int)name.len, &len);
    if (!decoded)
        return false;
    mill_buffer_add(&sink->stream, decoded, (size_t)len);
    curl_free(decoded);
    return !sink->stream.failed;
}

bool
format_begin(struct http_sink *sink, struct mill_stage *stage,
             const struct mill_batch *batch)
{
    sink->key_column = sink->key ? mill_batch_column(batch, sink->key) : -1;
    sink->key_cell.len = 0;
    if (sink->key_text.text[0])
        mill_template_fill(stage, &sink->key_text, batch, 0, 0,
                           &sink->key_cell);
    return name_stream(sink) && !sink->key_cell.failed;
}
