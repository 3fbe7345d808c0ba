/* SPDX-License-Identifier: Apache-2.0 */

/* table - a list of tables; few enough to be walked */

#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct table *
table_find(struct table **list, const char *name)
{
    struct table *table;

    for (table = *list; table; table = table->next)
        if (strcmp(table->name, name) == 0)
            return table;
    table = calloc(1, sizeof(*table));
    if (!table)
        return NULL;
    table->name = strdup(name);
    if (!table->name) {
        free(table);
        return NULL;
    }
    table->next = *list;
    *list = table;
    return table;
}

static bool
make_room(struct table *table)
{
    size_t room = table->room ? table->room * 2 : 16;
    struct column *columns;

    if (table->count < table->room)
        return true;
    columns = realloc(table->columns, room * sizeof(*columns));
    if (!columns)
        return false;
    table->columns = columns;
    table->room = room;
    return true;
}

bool
table_add(struct table *table, const char *name, const struct column *column)
{
    char *copy = make_room(table) ? strdup(name) : NULL;

    if (!copy)
        return false;
    table->columns[table->count] = *column;
    table->columns[table->count++].name = copy;
    return true;
}

long
table_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return (long)i;
    for (size_t i = 0; i < table->count; i++)
        if (strcasecmp(table->columns[i].name, name) == 0)
            return (long)i;
    return -1;
}

void
table_forget(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->columns[i].name);
    table->count = 0;
}

void
table_finish(struct table **list)
{
    while (*list) {
        struct table *table = *list;

        *list = table->next;
        table_forget(table);
        free(table->columns);
        free(table->name);
        free(table);
    }
}
