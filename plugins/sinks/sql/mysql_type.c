/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_type - tables of types */

#include "mysql_type.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The "character set" of bytes. */
#define BINARY_CHARSET 63u

/* The most digits behind a DECIMAL's point that every server takes. */
#define SCALE_MAX 30u

enum kind
mysql_type_kind(const char *type)
{
    static const struct {
        const char *name;
        enum kind kind;
    } kinds[] = {
        { "tinyint", KIND_INT },        { "smallint", KIND_INT },
        { "mediumint", KIND_INT },      { "int", KIND_INT },
        { "bigint", KIND_INT },         { "year", KIND_INT },
        { "decimal", KIND_NUMBER },     { "float", KIND_DOUBLE },
        { "double", KIND_DOUBLE },      { "char", KIND_TEXT },
        { "varchar", KIND_TEXT },       { "tinytext", KIND_TEXT },
        { "text", KIND_TEXT },          { "mediumtext", KIND_TEXT },
        { "longtext", KIND_TEXT },      { "json", KIND_JSON },
        { "datetime", KIND_TIMESTAMP }, { "timestamp", KIND_TIMESTAMP },
        { "binary", KIND_BYTES },       { "varbinary", KIND_BYTES },
        { "tinyblob", KIND_BYTES },     { "blob", KIND_BYTES },
        { "mediumblob", KIND_BYTES },   { "longblob", KIND_BYTES },
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strcasecmp(kinds[i].name, type) == 0)
            return kinds[i].kind;
    return KIND_ANY;
}

static void
text_name(const char *type, const char *collation, struct mill_buffer *to)
{
    mill_buffer_print(to, "%s CHARACTER SET utf8mb4 COLLATE %s", type,
                      collation);
}

void
mysql_type_name(const struct column *column, const char *collation,
                struct mill_buffer *to)
{
    switch (column->kind) {
    case KIND_BOOL:
        mill_buffer_print(to, "BOOLEAN");
        break;
    case KIND_INT:
        mill_buffer_print(to, "BIGINT");
        break;
    case KIND_UNSIGNED:
        mill_buffer_print(to, "BIGINT UNSIGNED");
        break;
    case KIND_DOUBLE:
        mill_buffer_print(to, "DOUBLE");
        break;
    case KIND_BYTES:
        mill_buffer_print(to, column->is_key ? "VARBINARY(255)" : "LONGBLOB");
        break;
    case KIND_TIMESTAMP:
        mill_buffer_print(to, "DATETIME(6)");
        break;
    case KIND_JSON:
        mill_buffer_print(to, "JSON");
        break;
    case KIND_NUMBER:
        if (column->scale <= SCALE_MAX) {
            mill_buffer_print(to, "DECIMAL(65,%u)", column->scale);
            break;
        }
        /* fall through */
    default:
        text_name(column->is_key ? "VARCHAR(255)" : "LONGTEXT", collation, to);
        break;
    }
}

static bool
fits_integer(const MYSQL_FIELD *field, size_t len)
{
    return !(field->flags & UNSIGNED_FLAG) || len < 19;
}

struct mill_value
mysql_type_value(const MYSQL_FIELD *field, const char *text, size_t len)
{
    if (!text)
        return mill_null();
    switch ((int)field->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        return fits_integer(field, len) ? mill_int(strtoll(text, NULL, 10))
                                        : mill_text(MILL_NUMBER, text, len);
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
        return mill_text(MILL_NUMBER, text, len);
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_BIT:
        return mill_text(field->charsetnr == BINARY_CHARSET ? MILL_BYTES
                                                            : MILL_TEXT,
                         text, len);
    default:
        return mill_text(MILL_TEXT, text, len);
    }
}
