/* SPDX-License-Identifier: Apache-2.0 */

/* target - which table, what columns it has, and making one */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kind.h"
#include "sql.h"
#include "text.h"

struct describing {
    struct table *table;
    const struct driver_class *class;
};

bool
target_is_used(struct mill_batch *batch, uint32_t column)
{
    for (size_t row = 0; row < batch->rows; row++)
        if (mill_batch_row(batch, row)[column].type != MILL_MISSING)
            return true;
    return false;
}

/* --- names --- */

static enum mill_verdict
check_length(const struct sql *sql, struct mill_stage *stage, const char *what,
             const char *name)
{
    size_t most = sql->driver->class->name_most;

    if (most == 0 || strlen(name) <= most)
        return MILL_OK;
    return mill_fail(stage, MILL_FATAL,
                     "the %s \"%s\" has a name of %zu bytes, of which the "
                     "database would keep %zu: give it a shorter one",
                     what, name, strlen(name), most);
}

/* Names that the database would take for others. */
static enum mill_verdict
check_names(const struct sql *sql, struct mill_stage *stage,
            struct mill_batch *batch, const struct table *table)
{
    enum mill_verdict verdict = check_length(sql, stage, "table", table->name);

    for (uint32_t i = 0; verdict == MILL_OK && i < batch->columns; i++) {
        const struct mill_bytes *name = &batch->names[i];

        if (strlen(name->data) != name->len && target_is_used(batch, i))
            verdict = mill_fail(stage, MILL_FATAL,
                                "the rows from \"%s\" have a column whose name "
                                "is \"%s\" and a NUL byte behind it, which no "
                                "table can have: rename it (transform fields)",
                                mill_from(stage), name->data);
        else if (table->count == 0)
            verdict = check_length(sql, stage, "column", name->data);
    }
    return verdict;
}

/* --- describing --- */

static bool
take_column(void *arg, const char *const *names, const struct mill_value *cells,
            size_t count)
{
    struct describing *describing = arg;
    struct column column = { .name = NULL };
    char *name;
    char *type;
    bool fine;

    (void)names;
    if (!cells || count != 3)
        return true;
    name = strndup(cells[0].text, cells[0].len);
    type = strndup(mill_is_null(&cells[1]) ? "" : cells[1].text, cells[1].len);
    column.kind = type ? describing->class->kind_of(type) : KIND_ANY;
    if (cells[2].type == MILL_INT)
        column.scale = (unsigned)cells[2].integer;
    fine = name && type && table_add(describing->table, name, &column);
    free(name);
    free(type);
    return fine;
}

static enum mill_verdict
describe(struct sql *sql, struct mill_stage *stage, struct table *table)
{
    struct driver *driver = sql->driver;
    struct describing describing = { table, driver->class };
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;

    text_describe(&text, driver->class, table->name);
    table_forget(table);
    verdict = driver->class->query(driver, mill_buffer_text(&text), take_column,
                                   &describing);
    mill_buffer_finish(&text);
    return verdict == MILL_OK ? MILL_OK : sql_fail(sql, stage, verdict);
}

/* --- creating --- */

static bool
is_in(const char *const *list, const char *name)
{
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

/* What the option types says of a column, or NULL. */
static const char *
wished_type(const struct sql *sql, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; sql->types[i]; i++)
        if (strncmp(sql->types[i], name, len) == 0 && sql->types[i][len] == ':')
            return sql->types[i] + len + 1;
    return NULL;
}

static void
add_column(const struct sql *sql, struct mill_batch *batch, uint32_t i,
           struct mill_buffer *to)
{
    const struct driver *driver = sql->driver;
    const char *name = batch->names[i].data;
    const char *wished = wished_type(sql, name);
    struct column column = kind_guess(batch, (int)i);

    column.is_key = is_in(sql->key, name);
    text_name(to, driver->class->quote, name);
    mill_buffer_add(to, " ", 1);
    if (wished)
        mill_buffer_print(to, "%s", wished);
    else
        driver->class->type_name(driver, &column, to);
    mill_buffer_print(to, column.is_key ? " NOT NULL, " : ", ");
}

static void
add_key(const struct sql *sql, struct mill_buffer *to)
{
    to->len -= 2; /* the last comma */
    for (size_t i = 0; sql->key[i]; i++) {
        mill_buffer_print(to, i == 0 ? ", PRIMARY KEY (" : ", ");
        text_name(to, sql->driver->class->quote, sql->key[i]);
    }
    mill_buffer_print(to, "%s)%s", sql->key[0] ? ")" : "",
                      sql->driver->class->create_end);
}

static enum mill_verdict
create(struct sql *sql, struct mill_stage *stage, struct mill_batch *batch,
       const struct table *table)
{
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;

    for (size_t i = 0; sql->key[i]; i++)
        if (mill_batch_column(batch, sql->key[i]) < 0)
            return mill_fail(stage, MILL_FATAL,
                             "cannot create table %s: the rows have no column "
                             "\"%s\" for its key",
                             table->name, sql->key[i]);
    /* Somebody else may just be creating it. */
    mill_buffer_print(&text, "CREATE TABLE IF NOT EXISTS ");
    text_name(&text, sql->driver->class->quote, table->name);
    mill_buffer_print(&text, " (");
    for (uint32_t i = 0; i < batch->columns; i++)
        add_column(sql, batch, i, &text);
    add_key(sql, &text);
    mill_log(stage, MILL_INFO, "creating table %s", table->name);
    verdict = session_define(sql, stage, mill_buffer_text(&text));
    mill_buffer_finish(&text);
    return verdict;
}

static enum mill_verdict
find_or_create(struct sql *sql, struct mill_stage *stage,
               struct mill_batch *batch, struct table *table)
{
    enum mill_verdict verdict = describe(sql, stage, table);

    if (verdict != MILL_OK || table->count > 0)
        return verdict;
    if (strcmp(sql->create, "auto") != 0)
        return mill_fail(stage, MILL_FATAL,
                         "the database has no table %s: create it, look at the "
                         "option table, or let create be auto",
                         table->name);
    verdict = create(sql, stage, batch, table);
    if (verdict == MILL_OK)
        verdict = describe(sql, stage, table);
    if (verdict == MILL_OK && table->count == 0)
        return mill_fail(stage, MILL_FATAL,
                         "table %s is not found, though it was just created",
                         table->name);
    return verdict;
}

static enum mill_verdict
mark_key(struct sql *sql, struct mill_stage *stage, struct table *table)
{
    for (size_t i = 0; sql->key[i]; i++) {
        long column = table_column(table, sql->key[i]);

        if (column < 0)
            return mill_fail(stage, MILL_FATAL,
                             "table %s has no column \"%s\", which the option "
                             "key names",
                             table->name, sql->key[i]);
        table->columns[column].is_key = true;
    }
    return MILL_OK;
}

static enum mill_verdict
verify(struct sql *sql, struct mill_stage *stage, const struct table *table)
{
    static const char *const none[] = { NULL };
    const struct driver_class *class = sql->driver->class;
    enum mill_verdict verdict =
        class->verify
            ? class->verify(sql->driver, table, sql->upsert ? sql->key : none)
            : MILL_OK;

    return verdict == MILL_OK ? MILL_OK : sql_fail(sql, stage, verdict);
}

enum mill_verdict
target_of(struct sql *sql, struct mill_stage *stage, struct mill_batch *batch,
          struct table **found)
{
    struct mill_buffer name = { 0 };
    struct table *table;
    enum mill_verdict verdict;

    mill_template_fill(stage, &sql->table, batch, batch->first, 0, &name);
    table =
        name.failed ? NULL : table_find(&sql->tables, mill_buffer_text(&name));
    mill_buffer_finish(&name);
    if (!table)
        return mill_fail(stage, MILL_RETRY, "no memory for one more table");
    *found = table;
    verdict = check_names(sql, stage, batch, table);
    if (verdict != MILL_OK || table->count > 0)
        return verdict;
    verdict = find_or_create(sql, stage, batch, table);
    if (verdict == MILL_OK)
        verdict = mark_key(sql, stage, table);
    if (verdict == MILL_OK)
        verdict = verify(sql, stage, table);
    if (verdict != MILL_OK)
        table_forget(table);
    return verdict;
}
