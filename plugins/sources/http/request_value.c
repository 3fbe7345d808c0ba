/* SPDX-License-Identifier: Apache-2.0 */

/* request_value - keys, values and partitions in a body; see request_parts.h */

#include <string.h>

#include "request_parts.h"

/* Kinesis' limit for a partition key. */
#define KEY_CHARACTERS_MOST 256u

bool
parse_is(struct mill_bytes text, const char *literal)
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

const char *
parse_bad_record(struct parser *parser, const char *what)
{
    size_t at = parser->request->count;

    if (parser->style->kind == BODY_REST)
        refuse(parser->why, 422, 42206, "Payload error. Record %zu: %s", at,
               what);
    else
        refuse(parser->why, 400, 400, "Record %zu: %s", at, what);
    return NULL;
}

const char *
parse_json(struct parser *parser, const char *at, bool null_is_none,
           struct mill_bytes *to)
{
    const char *begin = at;

    parser->scan.blanks = false;
    at = scan_value(&parser->scan, at);
    if (!at)
        return NULL;
    *to = (struct mill_bytes){ begin, (size_t)(at - begin) };
    if (null_is_none && parse_is(*to, "null"))
        *to = (struct mill_bytes){ NULL, 0 };
    else if (parser->scan.blanks)
        to->len = scan_compact(writable(parser, begin), to->len);
    return at;
}

const char *
parse_text(struct parser *parser, const char *at, struct mill_bytes *to)
{
    at = scan_text(&parser->scan, at, to);
    if (at
        && !scan_unescape(writable(parser, to->data), to->data, to->len,
                          &to->len))
        return scan_fail(&parser->scan, at, "half a surrogate pair");
    return at;
}

bool
parse_is_null(const struct parser *parser, const char *at)
{
    return parser->scan.end - at >= 4 && memcmp(at, "null", 4) == 0;
}

const char *
parse_instead(struct parser *parser, const char *at, const char *what)
{
    return scan_value(&parser->scan, at) ? parse_bad_record(parser, what)
                                         : NULL;
}

const char *
parse_base64(struct parser *parser, const char *at, struct mill_bytes *to)
{
    char *text;

    *to = (struct mill_bytes){ NULL, 0 };
    if (parse_is_null(parser, at))
        return at + 4;
    if (at < parser->scan.end && *at != '"')
        return parse_instead(parser, at, "binary data has to be a base64 text");
    at = parse_text(parser, at, to);
    if (!at)
        return NULL;
    text = writable(parser, to->data);
    if (!mill_base64_decode(text, text, to->len, &to->len))
        return parse_bad_record(parser, "not base64");
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

const char *
parse_value(struct parser *parser, const char *at)
{
    struct mill_bytes *value = &parser->record.value;

    parser->record.format = MILL_JSON;
    at = parse_json(parser, at, false, value);
    if (at)
        look_inside(parser, value);
    return at;
}

void
parse_judge(struct parser *parser, struct mill_bytes *value)
{
    bool blanks;

    parser->record.format = MILL_LINE;
    if (!is_json(*value, &blanks))
        return;
    parser->record.format = MILL_JSON;
    if (blanks)
        value->len = scan_compact(writable(parser, value->data), value->len);
}

const char *
parse_binary_value(struct parser *parser, const char *at)
{
    struct mill_bytes *value = &parser->record.value;

    at = parse_base64(parser, at, value);
    if (!at)
        return NULL;
    parser->record.format = MILL_LINE;
    if (!value->data)
        *value = (struct mill_bytes){ parser->body, 0 };
    else if (parser->style->binary_json)
        parse_judge(parser, value);
    return at;
}

const char *
parse_partition(struct parser *parser, const char *at)
{
    struct mill_bytes text;
    int64_t partition = 0;

    at = parse_json(parser, at, true, &text);
    if (!at || !text.data)
        return at;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || partition > INT32_MAX)
            return parse_bad_record(parser,
                                    "partition has to be a whole number, "
                                    "0 or more");
        partition = partition * 10 + (text.data[i] - '0');
    }
    if (partition > INT32_MAX)
        return parse_bad_record(parser, "partition is too large");
    parser->record.partition = (int32_t)partition;
    return at;
}

static size_t
characters(struct mill_bytes text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += (text.data[i] & 0xc0) != 0x80;
    return count;
}

const char *
parse_partition_key(struct parser *parser, const char *at)
{
    struct mill_bytes *key = &parser->record.key;

    if (at < parser->scan.end && *at != '"')
        return parse_instead(parser, at, "the partition key has to be a text");
    at = parse_text(parser, at, key);
    if (!at)
        return NULL;
    if (key->len == 0 || characters(*key) > KEY_CHARACTERS_MOST)
        return parse_bad_record(parser,
                                "a partition key has 1 to 256 characters");
    return at;
}
