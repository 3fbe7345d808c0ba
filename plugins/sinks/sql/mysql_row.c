/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_row - cells as literals */

#include "mysql_row.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

/* Plain text has no double quote in it, so that is what goes around. */
static void
quoted(struct mill_buffer *to, const char *text, size_t len, bool plain)
{
    const char *end = text + len;

    mill_buffer_add(to, "\"", 1);
    while (text < end) {
        const char *quote =
            plain ? NULL : memchr(text, '"', (size_t)(end - text));
        const char *upto = quote ? quote + 1 : end;

        mill_buffer_add(to, text, (size_t)(upto - text));
        if (quote)
            mill_buffer_add(to, "\"", 1);
        text = upto;
    }
    mill_buffer_add(to, "\"", 1);
}

static void
quoted_json(struct mill_buffer *to, const struct mill_value *value)
{
    struct mill_buffer text = { 0 };

    text_json(&text, value);
    if (text.failed)
        to->failed = true;
    else
        quoted(to, text.data, text.len, false);
    mill_buffer_finish(&text);
}

static void
add_bool(struct mill_buffer *to, bool value, enum kind kind)
{
    if (kind == KIND_TEXT || kind == KIND_JSON)
        mill_buffer_print(to, value ? "\"true\"" : "\"false\"");
    else
        mill_buffer_add(to, value ? "1" : "0", 1);
}

static void
add_other(struct mill_buffer *to, const struct mill_value *value,
          enum kind kind)
{
    if (kind == KIND_JSON || kind == KIND_TEXT || value->type == MILL_TIMESTAMP)
        mill_buffer_add(to, "\"", 1);
    text_value(to, value);
    if (kind == KIND_JSON || kind == KIND_TEXT || value->type == MILL_TIMESTAMP)
        mill_buffer_add(to, "\"", 1);
}

static void
add_value(struct mill_buffer *to, const struct mill_value *value,
          enum kind kind)
{
    switch (value->type) {
    case MILL_MISSING:
    case MILL_NULL:
        mill_buffer_add(to, "NULL", 4);
        break;
    case MILL_BOOL:
        add_bool(to, value->boolean, kind);
        break;
    case MILL_BYTES:
        mill_buffer_add(to, "x'", 2);
        text_hex(to, value);
        mill_buffer_add(to, "'", 1);
        break;
    case MILL_TEXT:
        if (kind == KIND_JSON)
            quoted_json(to, value);
        else
            quoted(to, value->text, value->len, value->flags & MILL_PLAIN);
        break;
    case MILL_LIST:
    case MILL_MAP:
        quoted_json(to, value);
        break;
    case MILL_TIMESTAMP:
        if (kind == KIND_JSON)
            quoted_json(to, value);
        else
            add_other(to, value, kind);
        break;
    default:
        add_other(to, value, kind);
        break;
    }
}

/* Digits behind the point that aren't there for nothing. */
static size_t
scale_of(const struct mill_value *value)
{
    const char *end = value->text + value->len;
    const char *point = memchr(value->text, '.', value->len);

    if (!point || memchr(value->text, 'e', value->len)
        || memchr(value->text, 'E', value->len))
        return 0;
    while (end[-1] == '0')
        end--;
    return (size_t)(end - point) - 1;
}

/* Whole columns round fractions, and DECIMAL cuts digits, without a word. */
static bool
would_be_cut(const struct mill_value *value, const struct column *column)
{
    if (column->kind == KIND_INT)
        return text_has_fraction(value);
    return column->kind == KIND_NUMBER
           && (value->type == MILL_NUMBER || value->type == MILL_DECIMAL)
           && scale_of(value) > column->scale;
}

/* Most cells are integers, NULL or text that needs no second look.  NULL: not
 * this one. */
static char *
write_quick(char *to, const struct mill_value *value, enum kind kind)
{
    if (mill_is_null(value)) {
        memcpy(to, "NULL", 4);
        return to + 4;
    }
    if (kind == KIND_JSON)
        return NULL;
    if (value->type == MILL_INT && kind != KIND_TEXT)
        return text_integer(to, value->integer);
    if (value->type != MILL_TEXT || !(value->flags & MILL_PLAIN))
        return NULL;
    *to++ = '"';
    memcpy(to, value->text, value->len);
    to += value->len;
    *to++ = '"';
    return to;
}

const char *
mysql_row(struct mill_buffer *to, const struct rows *rows, size_t row)
{
    const struct mill_value *cells = mill_batch_row(rows->batch, row);
    size_t size = text_quick_size(rows, cells);
    char *at = mill_buffer_room(to, size);

    for (size_t i = 0; at && i < rows->count; i++) {
        const struct column *column = &rows->table->columns[rows->into[i]];
        const struct mill_value *value = &cells[rows->from[i]];
        char *next;

        if (would_be_cut(value, column))
            return column->name;
        *at++ = i == 0 ? '(' : ',';
        next = write_quick(at, value, column->kind);
        if (!next) {
            to->len = (size_t)(at - to->data);
            add_value(to, value, column->kind);
            next = mill_buffer_room(to, size);
        }
        at = next;
    }
    if (at) {
        *at++ = ')';
        to->len = (size_t)(at - to->data);
    }
    return NULL;
}
