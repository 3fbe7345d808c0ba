/* SPDX-License-Identifier: Apache-2.0 */

/* request - see request.h */

#include "request.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base64.h"
#include "scan.h"

/* Kinesis' limit for a partition key. */
#define KEY_CHARACTERS_MOST 256u

struct parser {
    struct scan scan;
    char *body;
    const struct request_style *style;
    struct request *request;
    size_t room; /* for records */
    struct refusal *why;
    struct mill_buffer scratch;

    struct record record; /* the one at work */
    bool has_value;
};

/* Takes the member NAME of a map, whose value begins at AT; returns what
 * follows it, or NULL: no JSON, or refused. */
typedef const char *member_fn(struct parser *parser, const char *at,
                              struct mill_bytes name);

bool
refuse(struct refusal *why, int status, int code, const char *format, ...)
{
    va_list values;

    why->status = status;
    why->code = code;
    va_start(values, format);
    vsnprintf(why->text, sizeof(why->text), format, values);
    va_end(values);
    return false;
}

static bool
is(struct mill_bytes text, const char *literal)
{
    return text.len == strlen(literal)
           && memcmp(text.data, literal, text.len) == 0;
}

/* Part of the body, to be written to. */
static char *
writable(struct parser *parser, const char *at)
{
    return parser->body + (at - parser->body);
}

/* What the record at work has that it must not have. */
static const char *
bad_record(struct parser *parser, const char *what)
{
    size_t at = parser->request->count;

    if (parser->style->kind == BODY_REST)
        refuse(parser->why, 422, 42206, "Payload error. Record %zu: %s", at,
               what);
    else
        refuse(parser->why, 400, 400, "Record %zu: %s", at, what);
    return NULL;
}

static const char *
unknown_field(struct parser *parser, struct mill_bytes name)
{
    char shown[80];
    size_t len = name.len < sizeof(shown) - 1 ? name.len : sizeof(shown) - 1;

    for (size_t i = 0; i < len; i++)
        shown[i] = name.data[i] & 0x80 ? '?' : name.data[i];
    shown[len] = '\0';
    refuse(parser->why, 422, 422, "Unrecognized field: %s", shown);
    return NULL;
}

static const char *
walk_map(struct parser *parser, const char *at, member_fn *member)
{
    struct scan *scan = &parser->scan;
    bool over = false;

    at = scan_step(scan, at + 1, '}', true, &over);
    while (at && !over) {
        struct mill_bytes name;

        at = scan_name(scan, at, &name);
        if (at)
            at = member(parser, at, name);
        if (at)
            at = scan_step(scan, at, '}', false, &over);
    }
    return at;
}

/* --- keys and values -------------------------------------------------------
 */

/* JSON as it stands, without its white space; data NULL where it is null and
 * NULL_IS_NONE. */
static const char *
take_json(struct parser *parser, const char *at, bool null_is_none,
          struct mill_bytes *to)
{
    const char *begin = at;

    parser->scan.blanks = false;
    at = scan_value(&parser->scan, at);
    if (!at)
        return NULL;
    *to = (struct mill_bytes){ begin, (size_t)(at - begin) };
    if (null_is_none && is(*to, "null"))
        *to = (struct mill_bytes){ NULL, 0 };
    else if (parser->scan.blanks)
        to->len = scan_compact(writable(parser, begin), to->len);
    return at;
}

/* A text, decoded. */
static const char *
take_text(struct parser *parser, const char *at, struct mill_bytes *to)
{
    at = scan_text(&parser->scan, at, to);
    if (at
        && !scan_unescape(writable(parser, to->data), to->data, to->len,
                          &to->len))
        return scan_fail(&parser->scan, at, "half a surrogate pair");
    return at;
}

static bool
is_null(const struct parser *parser, const char *at)
{
    return parser->scan.end - at >= 4 && memcmp(at, "null", 4) == 0;
}

/* The bytes of a base64 text; data NULL where it is null. */
static const char *
take_base64(struct parser *parser, const char *at, struct mill_bytes *to)
{
    char *text;

    *to = (struct mill_bytes){ NULL, 0 };
    if (is_null(parser, at))
        return at + 4;
    if (at < parser->scan.end && *at != '"')
        return bad_record(parser, "binary data has to be a base64 text");
    at = take_text(parser, at, to);
    if (!at)
        return NULL;
    text = writable(parser, to->data);
    if (!base64_decode(text, text, to->len, &to->len))
        return bad_record(parser, "not base64");
    return at;
}

/* True where the whole TEXT is one JSON value, without white space around. */
static bool
is_json(struct mill_bytes text, bool *blanks)
{
    struct scan scan = { .end = text.data + text.len };
    bool good = text.len > 0 && mill_utf8_valid(text.data, text.len)
                && scan_value(&scan, text.data) == scan.end;

    *blanks = scan.blanks;
    return good;
}

/*
 * `json.dumps()` one time too many: the value is a text that is itself a map or
 * a list.  It is counted, and replaced by what it holds if that is wanted.
 */
static void
look_inside(struct parser *parser, struct mill_bytes *value)
{
    struct mill_bytes inner = { value->data + 1, value->len - 2 };
    bool blanks;
    char *room;

    if (value->len < 4 || *value->data != '"'
        || (*inner.data != '{' && *inner.data != '['))
        return;
    parser->scratch.len = 0;
    room = mill_buffer_room(&parser->scratch, inner.len);
    if (!room || !scan_unescape(room, inner.data, inner.len, &inner.len))
        return;
    inner.data = room;
    if (!is_json(inner, &blanks))
        return;
    parser->request->wrapped++;
    if (!parser->style->unwrap)
        return;
    if (blanks)
        inner.len = scan_compact(room, inner.len);
    memcpy(writable(parser, value->data), room, inner.len);
    value->len = inner.len;
}

static const char *
take_value(struct parser *parser, const char *at)
{
    struct mill_bytes *value = &parser->record.value;

    parser->record.format = MILL_JSON;
    at = take_json(parser, at, false, value);
    if (at)
        look_inside(parser, value);
    return at;
}

/* Bytes that are JSON go on as JSON, without a newline that would break a line
 * of it; others as text. */
static void
judge_bytes(struct parser *parser, struct mill_bytes *value)
{
    bool blanks;

    parser->record.format = MILL_LINE;
    if (!is_json(*value, &blanks))
        return;
    parser->record.format = MILL_JSON;
    if (blanks)
        value->len = scan_compact(writable(parser, value->data), value->len);
}

static const char *
take_binary_value(struct parser *parser, const char *at)
{
    struct mill_bytes *value = &parser->record.value;

    at = take_base64(parser, at, value);
    if (!at)
        return NULL;
    parser->record.format = MILL_LINE;
    if (!value->data)
        *value = (struct mill_bytes){ parser->body, 0 };
    else if (parser->style->binary_json)
        judge_bytes(parser, value);
    return at;
}

/* --- records ---------------------------------------------------------------
 */

static void
begin_record(struct parser *parser)
{
    parser->record = (struct record){
        .index = (uint32_t)parser->request->count,
        .partition = -1,
        .format = MILL_JSON,
        .value = { "null", 4 },
    };
    parser->has_value = false;
}

static bool
make_room(struct parser *parser)
{
    struct request *request = parser->request;

    if (request->count < parser->room)
        return true;

    size_t room = parser->room ? parser->room * 2 : 16;
    struct record *records = realloc(request->records, room * sizeof(*records));

    if (!records)
        return refuse(parser->why, 503, 50302, "no memory for the records");
    request->records = records;
    parser->room = room;
    return true;
}

/* Puts the record at work behind the others; AT, or NULL: refused. */
static const char *
end_record(struct parser *parser, const char *at)
{
    const struct request_style *style = parser->style;
    struct request *request = parser->request;
    size_t most =
        style->kind == BODY_REST ? REQUEST_RECORDS_MOST : REQUEST_KINESIS_MOST;

    if (parser->record.value.len > style->max_record) {
        refuse(parser->why, 413, 413,
               "Record %zu has %zu bytes, more than the %zu that are taken",
               request->count, parser->record.value.len, style->max_record);
        return NULL;
    }
    if (request->count >= most) {
        refuse(parser->why, style->kind == BODY_REST ? 422 : 400,
               style->kind == BODY_REST ? 422 : 400,
               "more than %zu records in one request", most);
        return NULL;
    }
    if (!make_room(parser))
        return NULL;
    request->records[request->count++] = parser->record;
    return at;
}

static const char *
walk_records(struct parser *parser, const char *at, member_fn *member)
{
    struct scan *scan = &parser->scan;
    bool over = false;

    parser->request->count = 0; /* of a key that is there twice, the last */
    parser->request->wrapped = 0;
    at = scan_step(scan, at + 1, ']', true, &over);
    while (at && !over) {
        begin_record(parser);
        if (at < scan->end && *at != '{')
            return bad_record(parser, "it has to be an object");
        at = at < scan->end ? walk_map(parser, at, member)
                            : scan_fail(scan, at, "a value is missing");
        if (at && parser->style->kind != BODY_REST && !parser->has_value)
            return bad_record(parser, "data is missing");
        if (at && parser->style->kind != BODY_REST && !parser->record.key.data)
            return bad_record(parser, "the partition key is missing");
        if (at)
            at = end_record(parser, at);
        if (at)
            at = scan_step(scan, at, ']', false, &over);
    }
    return at;
}

/* --- REST Proxy ------------------------------------------------------------
 */

static const char *
take_partition(struct parser *parser, const char *at)
{
    struct mill_bytes text;
    int64_t partition = 0;

    at = take_json(parser, at, true, &text);
    if (!at || !text.data)
        return at;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || partition > INT32_MAX)
            return bad_record(parser, "partition has to be a whole number, "
                                      "0 or more");
        partition = partition * 10 + (text.data[i] - '0');
    }
    if (partition > INT32_MAX)
        return bad_record(parser, "partition is too large");
    parser->record.partition = (int32_t)partition;
    return at;
}

static const char *
rest_record_member(struct parser *parser, const char *at,
                   struct mill_bytes name)
{
    bool binary = parser->style->binary;

    if (is(name, "value"))
        return binary ? take_binary_value(parser, at) : take_value(parser, at);
    if (is(name, "key"))
        return binary ? take_base64(parser, at, &parser->record.key)
                      : take_json(parser, at, true, &parser->record.key);
    if (is(name, "partition") && !parser->style->one_place)
        return take_partition(parser, at);
    return unknown_field(parser, name);
}

static const char *
rest_member(struct parser *parser, const char *at, struct mill_bytes name)
{
    static const char *const schemas[] = { "key_schema", "key_schema_id",
                                           "value_schema", "value_schema_id" };

    if (is(name, "records")) {
        if (at < parser->scan.end && *at == '[')
            return walk_records(parser, at, rest_record_member);
        if (!is_null(parser, at)) {
            refuse(parser->why, 422, 42206,
                   "Payload error. records has to be a list");
            return NULL;
        }
        parser->request->count = 0;
        return at + 4;
    }
    for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++)
        if (is(name, schemas[i]))
            return scan_value(&parser->scan, at);
    return unknown_field(parser, name);
}

/* --- Kinesis ---------------------------------------------------------------
 */

static size_t
characters(struct mill_bytes text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += (text.data[i] & 0xc0) != 0x80;
    return count;
}

static const char *
take_partition_key(struct parser *parser, const char *at)
{
    struct mill_bytes *key = &parser->record.key;

    if (at < parser->scan.end && *at != '"')
        return bad_record(parser, "the partition key has to be a text");
    at = take_text(parser, at, key);
    if (!at)
        return NULL;
    if (key->len == 0 || characters(*key) > KEY_CHARACTERS_MOST)
        return bad_record(parser, "a partition key has 1 to 256 characters");
    return at;
}

/* The names in all the spellings that mapping templates have for them. */
static const char *
kinesis_member(struct parser *parser, const char *at, struct mill_bytes name)
{
    struct mill_bytes *value = &parser->record.value;

    if (is(name, "PartitionKey") || is(name, "partition-key")
        || is(name, "partitionKey"))
        return take_partition_key(parser, at);
    if (!is(name, "Data") && !is(name, "data"))
        return scan_value(&parser->scan, at);
    parser->has_value = true;
    if (parser->style->kind == BODY_KINESIS_RECORD || at == parser->scan.end
        || *at != '"')
        return take_value(parser, at);
    at = take_text(parser, at, value);
    if (at)
        judge_bytes(parser, value);
    return at;
}

static const char *
kinesis_records_member(struct parser *parser, const char *at,
                       struct mill_bytes name)
{
    if (!is(name, "records") && !is(name, "Records"))
        return scan_value(&parser->scan, at);
    if (at < parser->scan.end && *at != '[') {
        refuse(parser->why, 400, 400, "records has to be a list");
        return NULL;
    }
    return at < parser->scan.end
               ? walk_records(parser, at, kinesis_member)
               : scan_fail(&parser->scan, at, "a value is missing");
}

static const char *
kinesis_record(struct parser *parser, const char *at)
{
    begin_record(parser);
    at = walk_map(parser, at, kinesis_member);
    if (!at)
        return NULL;
    if (!parser->has_value)
        return bad_record(parser, "Data is missing");
    if (!parser->record.key.data)
        return bad_record(parser, "PartitionKey is missing");
    return end_record(parser, at);
}

/* --- the whole -------------------------------------------------------------
 */

static const char *
take_body(struct parser *parser, const char *at)
{
    switch (parser->style->kind) {
    case BODY_KINESIS_RECORD:
        return kinesis_record(parser, at);
    case BODY_KINESIS_RECORDS:
        return walk_map(parser, at, kinesis_records_member);
    case BODY_REST:
        break;
    }
    return walk_map(parser, at, rest_member);
}

static bool
no_json(const struct parser *parser)
{
    if (parser->why->status == 0)
        refuse(parser->why, 400, 400,
               "Malformed JSON at byte %td of the body: %s",
               parser->scan.fault - parser->body, parser->scan.what);
    return false;
}

static bool
parse(struct parser *parser)
{
    struct scan *scan = &parser->scan;
    bool rest = parser->style->kind == BODY_REST;
    const char *at = scan_blank(scan, parser->body);

    if (at == scan->end || is_null(parser, at))
        return refuse(parser->why, rest ? 422 : 400, rest ? 422 : 400,
                      "The request has no body");
    if (*at != '{') {
        if (!scan_value(scan, at))
            return no_json(parser);
        return refuse(parser->why, rest ? 422 : 400, rest ? 42206 : 400,
                      "Payload error. The body has to be an object");
    }
    at = take_body(parser, at);
    if (at)
        at = scan_blank(scan, at);
    if (at && at != scan->end)
        at = scan_fail(scan, at, "something follows the value");
    if (!at)
        return no_json(parser);
    if (parser->request->count == 0)
        return refuse(parser->why, rest ? 422 : 400, rest ? 422 : 400,
                      "records may not be empty");
    return true;
}

bool
request_parse(struct request *request, const struct request_style *style,
              char *body, size_t len, struct refusal *why)
{
    struct parser parser = {
        .scan = { .end = body + len },
        .body = body,
        .style = style,
        .request = request,
        .why = why,
    };
    bool good;

    *request = (struct request){ 0 };
    why->status = 0;
    if (mill_utf8_valid(body, len))
        good = parse(&parser);
    else
        good = refuse(why, 400, 400, "Malformed JSON: invalid UTF-8");
    mill_buffer_finish(&parser.scratch);
    if (!good)
        request_finish(request);
    return good;
}

void
request_finish(struct request *request)
{
    free(request->records);
    *request = (struct request){ 0 };
}
