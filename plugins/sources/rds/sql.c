/* SPDX-License-Identifier: Apache-2.0 */

/* sql - writes SELECT ... WHERE key > ... ORDER BY key */

#include "sql.h"

#include <inttypes.h>
#include <string.h>

void
sql_name(struct mill_buffer *to, const struct sql_dialect *dialect,
         const char *name)
{
    mill_buffer_add(to, &dialect->quote, 1);
    for (; *name; name++) {
        if (*name == dialect->quote)
            mill_buffer_add(to, name, 1);
        mill_buffer_add(to, name, 1);
    }
    mill_buffer_add(to, &dialect->quote, 1);
}

static void
hex_literal(struct mill_buffer *to, const struct mill_value *value)
{
    mill_buffer_print(to, "x'");
    for (size_t i = 0; i < value->len; i++)
        mill_buffer_print(to, "%02x", (unsigned char)value->text[i]);
    mill_buffer_print(to, "'");
}

/* A number is written as it stands, if it is one; the text may be a cursor's,
 * and that came from a file. */
static bool
is_number(const struct mill_value *value)
{
    for (size_t i = 0; i < value->len; i++)
        if (!memchr("0123456789+-.eE", value->text[i], 15))
            return false;
    return value->len > 0;
}

static void
bits_literal(struct mill_buffer *to, const struct mill_value *value)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < value->len; i++)
        bits = bits << 8 | (unsigned char)value->text[i];
    mill_buffer_print(to, "%" PRIu64, bits);
}

static void
quoted_literal(struct mill_buffer *to, const struct mill_value *value)
{
    if (value->type == MILL_BYTES) {
        mill_buffer_print(to, "'\\x");
        for (size_t i = 0; i < value->len; i++)
            mill_buffer_print(to, "%02x", (unsigned char)value->text[i]);
        mill_buffer_print(to, "'");
        return;
    }
    mill_buffer_print(to, "'");
    for (size_t i = 0; i < value->len; i++) {
        if (value->text[i] == '\'')
            mill_buffer_add(to, "'", 1);
        mill_buffer_add(to, &value->text[i], 1);
    }
    mill_buffer_print(to, "'");
}

static void
literal(struct mill_buffer *to, const struct sql_dialect *dialect,
        const struct column *column, const struct mill_value *value)
{
    bool numeric = column->type == COLUMN_INT || column->type == COLUMN_DECIMAL;

    if (value->type == MILL_INT) {
        mill_buffer_print(to, "%" PRId64, value->integer);
    } else if (value->type == MILL_DOUBLE) {
        mill_buffer_print(to, "%.17g", value->real);
    } else if (value->type == MILL_BOOL) {
        mill_buffer_print(to, value->boolean ? "true" : "false");
    } else if (dialect->quoted) {
        quoted_literal(to, value);
    } else if (column->type == COLUMN_BITS) {
        bits_literal(to, value);
    } else if (numeric && is_number(value)) {
        mill_buffer_add(to, value->text, value->len);
    } else if (value->type == MILL_BYTES) {
        hex_literal(to, value);
    } else {
        mill_buffer_print(to, "%s", dialect->text_before);
        hex_literal(to, value);
        mill_buffer_print(to, "%s", dialect->text_behind);
    }
}

static void
compare(struct mill_buffer *to, const struct sql_dialect *dialect,
        const struct query *query, size_t i, const char *how)
{
    const struct column *column = &query->table->columns[query->table->key[i]];

    sql_name(to, dialect, column->name);
    mill_buffer_print(to, " %s ", how);
    literal(to, dialect, column, &query->from[i]);
}

/*
 * (a, b) > (x, y) as a >= x AND (a > x OR b > y): no server uses an index for
 * the first form, all do for the second, and a >= x makes "a > x OR" right, as
 * a is then x where it isn't above it.
 */
static void
beginning(struct mill_buffer *to, const struct sql_dialect *dialect,
          const struct query *query)
{
    size_t last =
        (query->from_count ? query->from_count : query->table->key_count) - 1;

    mill_buffer_print(to, " WHERE ");
    for (size_t i = 0; i < last; i++) {
        compare(to, dialect, query, i, ">=");
        mill_buffer_print(to, " AND (");
        compare(to, dialect, query, i, ">");
        mill_buffer_print(to, " OR (");
    }
    compare(to, dialect, query, last, query->after ? ">" : ">=");
    for (size_t i = 0; i < last; i++)
        mill_buffer_print(to, "))");
}

/* With the table's name before them, for a bare name would mean what was
 * selected, a text perhaps. */
static void
order_by_key(struct mill_buffer *to, const struct sql_dialect *dialect,
             const struct table *table)
{
    mill_buffer_print(to, " ORDER BY ");
    for (size_t i = 0; i < table->key_count; i++) {
        if (i > 0)
            mill_buffer_print(to, ", ");
        sql_name(to, dialect, table->name);
        mill_buffer_print(to, ".");
        sql_name(to, dialect, table->columns[table->key[i]].name);
    }
}

static void
select_columns(struct mill_buffer *to, const struct sql_dialect *dialect,
               const struct query *query)
{
    const struct table *table = query->table;
    size_t count = query->keys_only ? table->key_count : table->column_count;

    if (!query->keys_only && !dialect->lists) {
        mill_buffer_print(to, "*");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct column *column =
            &table->columns[query->keys_only ? table->key[i] : i];

        mill_buffer_print(to, "%s%s", i > 0 ? ", " : "",
                          column->before ? column->before : "");
        sql_name(to, dialect, column->name);
        mill_buffer_print(to, "%s", column->behind ? column->behind : "");
    }
}

void
sql_select(struct mill_buffer *to, const struct sql_dialect *dialect,
           const struct query *query)
{
    const struct table *table = query->table;

    mill_buffer_print(to, "SELECT ");
    select_columns(to, dialect, query);
    mill_buffer_print(to, " FROM ");
    sql_name(to, dialect, table->name);
    if (query->from && table->key_count > 0)
        beginning(to, dialect, query);
    else if (query->not_null && table->key_count > 0) {
        mill_buffer_print(to, " WHERE ");
        sql_name(to, dialect, table->columns[table->key[0]].name);
        mill_buffer_print(to, " IS NOT NULL");
    }
    if (table->key_count > 0)
        order_by_key(to, dialect, table);
    if (query->limit > 0)
        mill_buffer_print(to, " LIMIT %" PRIu64 " OFFSET %" PRIu64,
                          query->limit, query->offset);
}
