/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_type - the types of the text protocol */

#include "mysql_type.h"

/* The "character set" of bytes. */
#define BINARY_CHARSET 63u

/* MySQL's own JSON; libmariadb gives it no name without its version's. */
#define TYPE_JSON 245

static enum column_type
text_or_bytes(const MYSQL_FIELD *field)
{
    return field->charsetnr == BINARY_CHARSET ? COLUMN_BYTES : COLUMN_TEXT;
}

static enum column_type
type_of(const MYSQL_FIELD *field)
{
    switch ((int)field->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        return COLUMN_INT;
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
        return COLUMN_NUMBER;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
        return COLUMN_DECIMAL;
    case MYSQL_TYPE_TIMESTAMP:
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP2:
    case MYSQL_TYPE_DATETIME2:
        return COLUMN_TIMESTAMP;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
    case MYSQL_TYPE_TIME:
    case MYSQL_TYPE_TIME2:
        return COLUMN_TEXT;
    case MYSQL_TYPE_BIT:
        return COLUMN_BITS;
    case TYPE_JSON:
        return COLUMN_JSON;
    case MYSQL_TYPE_GEOMETRY:
        return COLUMN_BYTES;
    default:
        return text_or_bytes(field);
    }
}

struct column
mysql_type(const MYSQL_FIELD *field)
{
    enum column_type type = type_of(field);
    /* ENUM and SET are ordered by number but written as text; FLOAT is printed
     * with less than it holds. */
    bool inexact = type == COLUMN_NUMBER || type == COLUMN_JSON
                   || field->type == MYSQL_TYPE_GEOMETRY
                   || (field->flags & (ENUM_FLAG | SET_FLAG)) != 0;

    return (struct column){ .len = field->name_length,
                            .type = type,
                            .scale = (uint16_t)field->decimals,
                            .integer = type == COLUMN_INT,
                            .comparable = !inexact,
                            .not_null = (field->flags & NOT_NULL_FLAG) != 0 };
}
