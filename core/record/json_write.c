/* SPDX-License-Identifier: Apache-2.0 */

/*
 * json_write - values become JSON
 *
 * A value asks for the room that it can need at most, once, and is then written
 * without looking.  Text that is known to be plain is copied; other text is
 * scanned for what has to be escaped.
 */

#include "record/json_write.h"

#include <stdlib.h>
#include <string.h>

#include "record/scan.h"

static const struct mill_json_style plain_style;

static void
write_escape(struct mill_buffer *to, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *found = byte ? strchr(from, byte) : NULL;

    if (found) {
        char escape[2] = { '\\', letters[found - from] };

        mill_buffer_add(to, escape, 2);
    } else {
        char escape[6] = {
            '\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]
        };

        mill_buffer_add(to, escape, 6);
    }
}

/* Text without quotes, backslashes and control characters. */
typedef void run_fn(struct mill_buffer *to, const char *at, size_t len);

static void
write_run(struct mill_buffer *to, const char *at, size_t len)
{
    mill_buffer_add(to, at, len);
}

/* A character above U+FFFF, four bytes at AT, as Jackson has it. */
static void
write_astral(struct mill_buffer *to, const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    uint32_t character = (byte[0] & 7u) << 18 | (byte[1] & 63u) << 12
                         | (byte[2] & 63u) << 6 | (byte[3] & 63u);

    character -= 0x10000;
    mill_buffer_print(to, "\\u%04X\\u%04X", 0xd800 + (character >> 10),
                      0xdc00 + (character & 0x3ff));
}

static void
write_run_astral(struct mill_buffer *to, const char *at, size_t len)
{
    const char *end = at + len;
    const char *done = at;

    while (at < end) {
        if ((unsigned char)*at < 0xf0 || end - at < 4) {
            at++;
            continue;
        }
        mill_buffer_add(to, done, (size_t)(at - done));
        write_astral(to, at);
        at += 4;
        done = at;
    }
    mill_buffer_add(to, done, (size_t)(at - done));
}

static void
write_scanned(struct mill_buffer *to, const char *text, size_t len, run_fn *run)
{
    const char *at = text;
    const char *end = text + len;

    while (at < end) {
        uint32_t high = 0;
        const char *stop = scan_text(at, text, end, &high);

        (high ? run : write_run)(to, at, (size_t)(stop - at));
        if (stop < end)
            write_escape(to, (unsigned char)*stop++);
        at = stop;
    }
}

void
mill_json_write_text(struct mill_buffer *to, const char *text, size_t len,
                     const struct mill_json_style *style)
{
    bool astral = style && style->escape_astral;

    mill_buffer_add(to, "\"", 1);
    write_scanned(to, text, len, astral ? write_run_astral : write_run);
    mill_buffer_add(to, "\"", 1);
}

static void
write_text(struct mill_buffer *to, const struct mill_value *value,
           const struct mill_json_style *style)
{
    if (!(value->flags & MILL_PLAIN) || style->escape_astral) {
        mill_json_write_text(to, value->text, value->len, style);
        return;
    }
    char *at = mill_buffer_room(to, (size_t)value->len + 2);
    if (at)
        to->len += (size_t)(json_put_plain(at, value) - at);
}

static void
write_bytes(struct mill_buffer *to, const struct mill_value *value)
{
    size_t len = mill_base64_len(value->len) + 2;
    char *at = mill_buffer_room(to, len);

    if (!at)
        return;
    *at = '"';
    *mill_base64_encode(at + 1, value->text, value->len) = '"';
    to->len += len;
}

static void
write_double(struct mill_buffer *to, double real,
             const struct mill_json_style *style)
{
    char *at = mill_buffer_room(to, JSON_DOUBLE_ROOM);

    if (!at)
        return;
    char *end = style->java_doubles ? json_put_java_double(at, real)
                                    : json_put_double(at, real);
    to->len += (size_t)(end - at);
}

/* A number with a fraction or an exponent is a double to Java. */
static bool
is_java_double(const struct mill_value *value, double *real)
{
    char text[64];

    if (value->len >= sizeof(text))
        return false;
    memcpy(text, value->text, value->len);
    text[value->len] = '\0';
    if (!strpbrk(text, ".eE"))
        return false;
    *real = strtod(text, NULL);
    return *real - *real == 0;
}

/* A plugin may have made up the text: what is no number goes as text, so that
 * the line stays JSON. */
static void
write_number(struct mill_buffer *to, const struct mill_value *value,
             const struct mill_json_style *style)
{
    double real;

    if (!json_is_number(value->text, value->len))
        mill_json_write_text(to, value->text, value->len, style);
    else if (style->java_doubles && value->type == MILL_NUMBER
             && is_java_double(value, &real))
        write_double(to, real, style);
    else
        mill_buffer_add(to, value->text, value->len);
}

static void
write_integer(struct mill_buffer *to, int64_t integer)
{
    char *at = mill_buffer_room(to, JSON_INTEGER_ROOM);

    if (at)
        to->len += (size_t)(json_put_integer(at, integer) - at);
}

static void
write_timestamp(struct mill_buffer *to, int64_t microseconds,
                const struct mill_json_style *style)
{
    char separator = style->time_separator ? style->time_separator : ' ';
    char *at = mill_buffer_room(to, MILL_TIMESTAMP_ROOM + 2);

    if (!at)
        return;
    size_t len = mill_timestamp_print(at + 1, microseconds, separator);
    at[0] = '"';
    at[len + 1] = '"';
    to->len += len + 2;
}

static void
write_list(struct mill_buffer *to, const struct mill_value *list,
           const struct mill_json_style *style)
{
    mill_buffer_add(to, "[", 1);
    for (uint32_t i = 0; i < list->len; i++) {
        if (i > 0)
            mill_buffer_add(to, ",", 1);
        mill_json_write(to, &list->items[i], style);
    }
    mill_buffer_add(to, "]", 1);
}

void
json_close_object(struct mill_buffer *to, size_t start)
{
    if (to->len == start)
        mill_buffer_add(to, "{", 1);
    else if (!to->failed)
        to->data[start] = '{';
    mill_buffer_add(to, "}", 1);
}

/* A key is text; what else a plugin has put there is written as text. */
static void
write_map_key(struct mill_buffer *to, const struct mill_value *key,
              const struct mill_json_style *style)
{
    struct mill_buffer text = { 0 };

    if (key->type == MILL_TEXT) {
        write_text(to, key, style);
        return;
    }
    mill_json_write(&text, key, style);
    to->failed |= text.failed;
    mill_json_write_text(to, text.data, text.len, style);
    mill_buffer_finish(&text);
}

/* A pair with the comma before it.  Plain keys, and values of the two usual
 * kinds, need one look at the room. */
static void
write_pair(struct mill_buffer *to, const struct mill_value *key,
           const struct mill_value *value, const struct mill_json_style *style)
{
    bool plain = json_is_plain(value, style);
    size_t need = (size_t)key->len + 4
                  + (plain ? (size_t)value->len + 2 : JSON_INTEGER_ROOM);
    char *start = json_is_plain(key, style) ? mill_buffer_room(to, need) : NULL;
    char *at = start;

    if (!start) {
        mill_buffer_add(to, ",", 1);
        write_map_key(to, key, style);
        mill_buffer_add(to, ":", 1);
        mill_json_write(to, value, style);
        return;
    }
    *at++ = ',';
    at = json_put_plain(at, key);
    *at++ = ':';
    if (plain)
        at = json_put_plain(at, value);
    else if (value->type == MILL_INT)
        at = json_put_integer(at, value->integer);
    to->len += (size_t)(at - start);
    if (!plain && value->type != MILL_INT)
        mill_json_write(to, value, style);
}

static void
write_map(struct mill_buffer *to, const struct mill_value *map,
          const struct mill_json_style *style)
{
    size_t start = to->len;

    for (size_t i = 0; i < 2 * (size_t)map->len; i += 2)
        if (map->items[i + 1].type != MILL_MISSING)
            write_pair(to, &map->items[i], &map->items[i + 1], style);
    json_close_object(to, start);
}

static void
write_value(struct mill_buffer *to, const struct mill_value *value,
            const struct mill_json_style *style)
{
    switch ((enum mill_type)value->type) {
    case MILL_TEXT:
        write_text(to, value, style);
        break;
    case MILL_INT:
        write_integer(to, value->integer);
        break;
    case MILL_MISSING:
    case MILL_NULL:
        mill_buffer_add(to, "null", 4);
        break;
    case MILL_BOOL:
        mill_buffer_add(to, value->boolean ? "true" : "false",
                        value->boolean ? 4 : 5);
        break;
    case MILL_DOUBLE:
        write_double(to, value->real, style);
        break;
    case MILL_NUMBER:
    case MILL_DECIMAL:
        write_number(to, value, style);
        break;
    case MILL_BYTES:
        write_bytes(to, value);
        break;
    case MILL_TIMESTAMP:
        write_timestamp(to, value->integer, style);
        break;
    case MILL_LIST:
        write_list(to, value, style);
        break;
    case MILL_MAP:
        write_map(to, value, style);
        break;
    }
}

void
mill_json_write(struct mill_buffer *to, const struct mill_value *value,
                const struct mill_json_style *style)
{
    write_value(to, value, style ? style : &plain_style);
}
