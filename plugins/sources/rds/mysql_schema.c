/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_schema - reads the server's description of a table */

#include "mysql_schema.h"

#include <string.h>

#include "mysql_type.h"

bool
schema_columns(MYSQL_RES *result, struct table *table)
{
    for (unsigned i = 0; i < mysql_num_fields(result); i++) {
        const MYSQL_FIELD *field = mysql_fetch_field_direct(result, i);
        struct column column = mysql_type(field);

        if (!table_add_column(table, field->name, &column))
            return false;
    }
    return true;
}

bool
schema_is_same(const MYSQL_RES *result, const struct table *table)
{
    if (result->field_count != table->column_count)
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        struct column column = mysql_type(&result->fields[i]);

        if (strcmp(result->fields[i].name, table->columns[i].name) != 0
            || column.type != table->columns[i].type)
            return false;
    }
    return true;
}

/* The columns of SHOW INDEX that tell a key. */
enum { INDEX_NOT_UNIQUE = 1, INDEX_NAME = 2, INDEX_COLUMN = 4, INDEX_PART = 7 };

static bool
is_same_index(char **row, const char *index)
{
    return strcmp(row[INDEX_NAME], index) == 0;
}

/* The columns of INDEX into NAMES; false: it can't be a key. */
static size_t
index_columns(MYSQL_RES *result, const struct table *table, const char *index,
              const char **names, size_t most)
{
    size_t count = 0;
    MYSQL_ROW row;

    mysql_data_seek(result, 0);
    while ((row = mysql_fetch_row(result))) {
        long column;

        if (!is_same_index(row, index))
            continue;
        if (strcmp(row[INDEX_NOT_UNIQUE], "0") != 0 || row[INDEX_PART]
            || !row[INDEX_COLUMN] || count == most)
            return 0;
        column = table_column(table, row[INDEX_COLUMN]);
        if (column < 0 || !table->columns[column].not_null)
            return 0;
        names[count++] = row[INDEX_COLUMN];
    }
    return count;
}

/* Both list the primary key first. */
void
schema_key(MYSQL_RES *result, struct table *table)
{
    unsigned long long rows = mysql_num_rows(result);
    const char *names[64];

    for (unsigned long long i = 0; i < rows && table->key_count == 0; i++) {
        mysql_data_seek(result, i);

        MYSQL_ROW row = mysql_fetch_row(result);
        size_t count = index_columns(result, table, row[INDEX_NAME], names, 64);

        if (count > 0)
            table_set_key(table, names, count, true);
    }
}
