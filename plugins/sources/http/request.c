/* SPDX-License-Identifier: Apache-2.0 */

/* request - see request.h */

#include "request.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request_parts.h"

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
walk_record(struct parser *parser, const char *at, member_fn *member)
{
    bool kinesis = parser->style->kind != BODY_REST;

    if (at == parser->scan.end || *at != '{')
        return parse_instead(parser, at, "it has to be an object");
    begin_record(parser);
    at = walk_map(parser, at, member);
    if (at && kinesis && !parser->has_value)
        return parse_bad_record(parser, "data is missing");
    if (at && kinesis && !parser->record.key.data)
        return parse_bad_record(parser, "the partition key is missing");
    return at ? end_record(parser, at) : NULL;
}

static const char *
walk_records(struct parser *parser, const char *at, member_fn *member)
{
    bool over = false;

    parser->request->count = 0; /* of a key that is there twice, the last */
    parser->request->wrapped = 0;
    at = scan_step(&parser->scan, at + 1, ']', true, &over);
    while (at && !over) {
        at = walk_record(parser, at, member);
        if (at)
            at = scan_step(&parser->scan, at, ']', false, &over);
    }
    return at;
}

/* --- REST Proxy ------------------------------------------------------------
 */

static const char *
rest_record_member(struct parser *parser, const char *at,
                   struct mill_bytes name)
{
    bool binary = parser->style->binary;

    if (parse_is(name, "value"))
        return binary ? parse_binary_value(parser, at)
                      : parse_value(parser, at);
    if (parse_is(name, "key"))
        return binary ? parse_base64(parser, at, &parser->record.key)
                      : parse_json(parser, at, true, &parser->record.key);
    if (parse_is(name, "partition") && !parser->style->one_place)
        return parse_partition(parser, at);
    return unknown_field(parser, name);
}

static const char *
rest_member(struct parser *parser, const char *at, struct mill_bytes name)
{
    static const char *const schemas[] = { "key_schema", "key_schema_id",
                                           "value_schema", "value_schema_id" };

    if (parse_is(name, "records")) {
        if (at < parser->scan.end && *at == '[')
            return walk_records(parser, at, rest_record_member);
        parser->request->count = 0;
        if (parse_is_null(parser, at))
            return at + 4;
        if (!scan_value(&parser->scan, at))
            return NULL;
        refuse(parser->why, 422, 42206,
               "Payload error. records has to be a list");
        return NULL;
    }
    for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++)
        if (parse_is(name, schemas[i]))
            return scan_value(&parser->scan, at);
    return unknown_field(parser, name);
}

/* --- Kinesis ---------------------------------------------------------------
 */

/* The names in all the spellings that mapping templates have for them. */
static const char *
kinesis_member(struct parser *parser, const char *at, struct mill_bytes name)
{
    struct mill_bytes *value = &parser->record.value;

    if (parse_is(name, "PartitionKey") || parse_is(name, "partition-key")
        || parse_is(name, "partitionKey"))
        return parse_partition_key(parser, at);
    if (!parse_is(name, "Data") && !parse_is(name, "data"))
        return scan_value(&parser->scan, at);
    parser->has_value = true;
    if (parser->style->kind == BODY_KINESIS_RECORD || at == parser->scan.end
        || *at != '"')
        return parse_value(parser, at);
    at = parse_text(parser, at, value);
    if (at)
        parse_judge(parser, value);
    return at;
}

static const char *
kinesis_records_member(struct parser *parser, const char *at,
                       struct mill_bytes name)
{
    if (!parse_is(name, "records") && !parse_is(name, "Records"))
        return scan_value(&parser->scan, at);
    if (at < parser->scan.end && *at == '[')
        return walk_records(parser, at, kinesis_member);
    if (scan_value(&parser->scan, at))
        refuse(parser->why, 400, 400, "records has to be a list");
    return NULL;
}

/* --- the whole -------------------------------------------------------------
 */

static const char *
take_body(struct parser *parser, const char *at)
{
    switch (parser->style->kind) {
    case BODY_KINESIS_RECORD:
        return walk_record(parser, at, kinesis_member);
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

/* A body that isn't an object at all. */
static bool
no_object(struct parser *parser, const char *at)
{
    bool rest = parser->style->kind == BODY_REST;

    if (at == parser->scan.end || parse_is_null(parser, at))
        return refuse(parser->why, rest ? 422 : 400, rest ? 422 : 400,
                      "The request has no body");
    if (!scan_value(&parser->scan, at))
        return no_json(parser);
    return refuse(parser->why, rest ? 422 : 400, rest ? 42206 : 400,
                  "Payload error. The body has to be an object");
}

static bool
parse(struct parser *parser)
{
    struct scan *scan = &parser->scan;
    bool rest = parser->style->kind == BODY_REST;
    const char *at = scan_blank(scan, parser->body);

    if (at == scan->end || *at != '{')
        return no_object(parser, at);
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
