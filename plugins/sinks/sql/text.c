/* SPDX-License-Identifier: Apache-2.0 */

/* text - names, literals, lists of columns */

#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

void
text_name(struct mill_buffer *to, char quote, const char *name)
{
    mill_buffer_add(to, &quote, 1);
    for (; *name; name++) {
        if (*name == quote)
            mill_buffer_add(to, name, 1);
        mill_buffer_add(to, name, 1);
    }
    mill_buffer_add(to, &quote, 1);
}

void
text_literal(struct mill_buffer *to, const char *text)
{
    mill_buffer_add(to, "'", 1);
    for (; *text; text++) {
        if (*text == '\'')
            mill_buffer_add(to, text, 1);
        mill_buffer_add(to, text, 1);
    }
    mill_buffer_add(to, "'", 1);
}

void
text_describe(struct mill_buffer *to, const struct driver_class *class,
              const char *name)
{
    mill_buffer_print(to, "%s", class->describe);
    text_literal(to, name);
    mill_buffer_print(to, "%s", class->describe_end);
}

void
text_columns(struct mill_buffer *to, char quote, const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (i > 0)
            mill_buffer_add(to, ", ", 2);
        text_name(to, quote, rows->table->columns[rows->into[i]].name);
    }
}

void
text_key(struct mill_buffer *to, char quote, const struct rows *rows)
{
    for (size_t i = 0; rows->key[i]; i++) {
        if (i > 0)
            mill_buffer_add(to, ", ", 2);
        text_name(to, quote, rows->key[i]);
    }
}

bool
text_is_key(const struct rows *rows, size_t i)
{
    return rows->table->columns[rows->into[i]].is_key;
}

void
text_on_conflict(struct mill_buffer *to, const struct rows *rows)
{
    bool any = false;

    mill_buffer_print(to, " ON CONFLICT (");
    text_key(to, '"', rows);
    for (size_t i = 0; i < rows->count; i++) {
        const char *name = rows->table->columns[rows->into[i]].name;

        if (text_is_key(rows, i))
            continue;
        mill_buffer_print(to, any ? ", " : ") DO UPDATE SET ");
        text_name(to, '"', name);
        mill_buffer_print(to, " = excluded.");
        text_name(to, '"', name);
        any = true;
    }
    if (!any)
        mill_buffer_print(to, ") DO NOTHING");
}

void
text_hex(struct mill_buffer *to, const struct mill_value *value)
{
    static const char digits[] = "0123456789abcdef";
    char *room = mill_buffer_room(to, (size_t)value->len * 2);

    if (!room)
        return;
    for (size_t i = 0; i < value->len; i++) {
        *room++ = digits[(unsigned char)value->text[i] >> 4];
        *room++ = digits[value->text[i] & 15];
    }
    to->len += (size_t)value->len * 2;
}

char *
text_integer(char *to, int64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        *to++ = '-';
    memcpy(to, digits + at, sizeof(digits) - at);
    return to + sizeof(digits) - at;
}

size_t
text_quick_size(const struct rows *rows, const struct mill_value *cells)
{
    size_t size = 32;

    for (size_t i = 0; i < rows->count; i++) {
        const struct mill_value *value = &cells[rows->from[i]];

        size += value->type == MILL_TEXT ? value->len + 3u : 24;
    }
    return size;
}

void
text_value(struct mill_buffer *to, const struct mill_value *value)
{
    char at[MILL_TIMESTAMP_ROOM];

    switch (value->type) {
    case MILL_BOOL:
        mill_buffer_add(to, value->boolean ? "1" : "0", 1);
        break;
    case MILL_INT:
        mill_buffer_add(to, at,
                        (size_t)(text_integer(at, value->integer) - at));
        break;
    case MILL_TIMESTAMP:
        mill_buffer_add(to, at, mill_timestamp_print(at, value->integer, ' '));
        break;
    case MILL_NUMBER:
    case MILL_DECIMAL:
    case MILL_TEXT:
    case MILL_BYTES:
        mill_buffer_add(to, value->text, value->len);
        break;
    default:
        mill_json_write(to, value, NULL);
        break;
    }
}

void
text_json(struct mill_buffer *to, const struct mill_value *value)
{
    if (value->type == MILL_TEXT && value->len > 0
        && (value->text[0] == '{' || value->text[0] == '['))
        mill_buffer_add(to, value->text, value->len);
    else
        mill_json_write(to, value, NULL);
}

/* The digits behind the point, up to the exponent, are all zero. */
static bool
is_whole(const struct mill_value *value)
{
    const char *point = memchr(value->text, '.', value->len);

    for (const char *at = value->text; at < value->text + value->len; at++) {
        if (*at == 'e' || *at == 'E')
            return false; /* may be; nobody writes it so */
        if (point && at > point && *at != '0')
            return false;
    }
    return true;
}

bool
text_has_fraction(const struct mill_value *value)
{
    if (value->type == MILL_DOUBLE)
        return value->real != trunc(value->real);
    return (value->type == MILL_NUMBER || value->type == MILL_DECIMAL)
           && !is_whole(value);
}
