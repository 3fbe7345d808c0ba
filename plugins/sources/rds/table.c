/* SPDX-License-Identifier: Apache-2.0 */

/* table - columns and key of one table */

#include "table.h"

#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

static void
column_finish(struct column *column)
{
    free(column->name);
    free(column->label);
}

/* Gives COLUMN the name, and the label that follows from it. */
static bool
column_name(struct column *column, const char *name)
{
    struct mill_buffer text = { 0 };

    column->name = strndup(name, column->len);
    mill_buffer_add(&text, ",", 1);
    mill_json_write_text(&text, name, column->len, NULL);
    mill_buffer_add(&text, ":", 1);
    column->label = NULL;
    column->label_len = text.len;
    if (mill_buffer_room(&text, COLUMN_LABEL_PAD)) {
        memset(text.data + text.len, 0, COLUMN_LABEL_PAD);
        column->label = text.data;
    } else {
        mill_buffer_finish(&text);
    }
    return column->name && column->label;
}

void
table_reset(struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        column_finish(&table->columns[i]);
    free(table->columns);
    free(table->key);
    *table = (struct table){ .name = table->name };
}

bool
table_add_column(struct table *table, const char *name,
                 const struct column *column)
{
    size_t count = table->column_count;

    if ((count & (count - 1)) == 0) {
        size_t room = count ? count * 2 : 1;
        struct column *more =
            realloc(table->columns, room * sizeof(*table->columns));

        if (!more)
            return false;
        table->columns = more;
    }

    struct column added = *column;

    if (!column_name(&added, name)) {
        column_finish(&added);
        return false;
    }
    table->columns[count] = added;
    table->column_count++;
    table->labels_len += added.label_len;
    return true;
}

long
table_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return (long)i;
    return -1;
}

bool
table_set_key(struct table *table, const char *const *names, size_t count,
              bool unique)
{
    size_t *key = calloc(count ? count : 1, sizeof(*key));

    if (!key)
        return false;
    for (size_t i = 0; i < count; i++) {
        long column = table_column(table, names[i]);

        if (column < 0 || !table->columns[column].comparable) {
            free(key);
            return false;
        }
        key[i] = (size_t)column;
    }
    free(table->key);
    table->key = key;
    table->key_count = count;
    table->key_is_unique = unique;
    return true;
}

/* The part of WANTED that names a column of this table, or NULL. */
static const char *
wanted_column(const struct table *table, const char *wanted)
{
    size_t len = strlen(table->name);

    if (strncmp(wanted, table->name, len) == 0 && wanted[len] == '.'
        && table_column(table, wanted + len + 1) >= 0)
        return wanted + len + 1;
    return table_column(table, wanted) >= 0 ? wanted : NULL;
}

/* True where the schema's key is made of the same columns in any order: what
 * the user names is then unique as well. */
static bool
covers_key(const struct table *table, const char *const *names, size_t count)
{
    size_t found = 0;

    for (size_t k = 0; k < table->key_count; k++)
        for (size_t i = 0; i < count; i++)
            found += table_column(table, names[i]) == (long)table->key[k];
    return table->key_is_unique && table->key_count > 0
           && found >= table->key_count;
}

bool
table_choose_key(struct table *table, const char *const *wanted,
                 const char **bad)
{
    size_t most = 0;

    while (wanted[most])
        most++;

    const char **names = calloc(most + 1, sizeof(*names));
    size_t count = 0;

    *bad = "";
    if (!names)
        return false;
    for (size_t i = 0; i < most; i++) {
        const char *name = wanted_column(table, wanted[i]);

        if (!name)
            continue;
        names[count++] = name;
        if (!table->columns[table_column(table, name)].comparable)
            *bad = name;
    }

    bool fine =
        count == 0
        || table_set_key(table, names, count, covers_key(table, names, count));

    free(names);
    return fine;
}

bool
table_lead_key(struct table *table, const char *const *wanted, const char **bad)
{
    const char **names = calloc(table->key_count + 1, sizeof(*names));
    size_t count = 1;

    *bad = "";
    if (!names)
        return false;
    for (size_t i = 0; wanted[i]; i++)
        if (wanted_column(table, wanted[i]))
            names[0] = wanted_column(table, wanted[i]);
    for (size_t i = 0; names[0] && i < table->key_count; i++) {
        const char *name = table->columns[table->key[i]].name;

        if (strcmp(name, names[0]) != 0)
            names[count++] = name;
    }
    if (names[0])
        *bad = names[0];

    bool fine =
        names[0] && table_set_key(table, names, count, table->key_is_unique);

    free(names);
    return fine;
}

bool
table_has_integer_key(const struct table *table)
{
    return table->key_count == 1 && table->columns[table->key[0]].integer;
}
