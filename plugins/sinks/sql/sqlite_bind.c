/* SPDX-License-Identifier: Apache-2.0 */

/* sqlite_bind - cells as SQLite's values */

#include "sqlite_bind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static int
bind_text(sqlite3_stmt *statement, int at, const struct mill_value *value)
{
    return sqlite3_bind_text(statement, at, value->text, (int)value->len,
                             SQLITE_STATIC);
}

/* Numbers as text: exact where the column is meant for that, else a number. */
static int
bind_number(sqlite3_stmt *statement, int at, const struct mill_value *value,
            const struct column *column)
{
    char text[64];

    if (column->kind == KIND_TEXT || column->kind == KIND_NUMERAL
        || value->len >= sizeof(text))
        return bind_text(statement, at, value);
    memcpy(text, value->text, value->len);
    text[value->len] = '\0';
    if (column->kind != KIND_INT || text_has_fraction(value))
        return sqlite3_bind_double(statement, at, strtod(text, NULL));

    errno = 0;
    int64_t integer = strtoll(text, NULL, 10);

    return errno ? SQLITE_TOOBIG : sqlite3_bind_int64(statement, at, integer);
}

/* What SQLite has no type for; the text lives until the next value. */
static int
bind_written(struct mill_buffer *room, sqlite3_stmt *statement, int at,
             const struct mill_value *value)
{
    room->len = 0;
    text_value(room, value);
    if (room->failed)
        return SQLITE_NOMEM;
    return sqlite3_bind_text(statement, at, room->data, (int)room->len,
                             SQLITE_TRANSIENT);
}

int
sqlite_bind(struct mill_buffer *room, sqlite3_stmt *statement, int at,
            const struct mill_value *value, const struct column *column)
{
    switch (value->type) {
    case MILL_MISSING:
    case MILL_NULL:
        return sqlite3_bind_null(statement, at);
    case MILL_BOOL:
        return sqlite3_bind_int(statement, at, value->boolean);
    case MILL_INT:
        return sqlite3_bind_int64(statement, at, value->integer);
    case MILL_DOUBLE:
        return sqlite3_bind_double(statement, at, value->real);
    case MILL_NUMBER:
    case MILL_DECIMAL:
        return bind_number(statement, at, value, column);
    case MILL_BYTES:
        return sqlite3_bind_blob(statement, at, value->len ? value->text : "",
                                 (int)value->len, SQLITE_STATIC);
    case MILL_TEXT:
        if (column->kind != KIND_JSON)
            return bind_text(statement, at, value);
        room->len = 0;
        text_json(room, value);
        return sqlite3_bind_text(statement, at, mill_buffer_text(room),
                                 (int)room->len, SQLITE_TRANSIENT);
    default:
        return bind_written(room, statement, at, value);
    }
}
