/* SPDX-License-Identifier: Apache-2.0 */

/* table - see table.h */

#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much of a name or value a message shows. */
#define SHOWN 60

void
table_init(struct table *table, const struct table_rules *rules)
{
    *table =
        (struct table){ .rules = rules, .headed = rules && !rules->header };
}

void
table_finish(struct table *table)
{
    mill_buffer_finish(&table->names);
    free(table->columns);
    free(table->fields);
    table_init(table, table->rules);
}

bool
table_needs_header(const struct table *table)
{
    return table->rules && table->rules->column_count == 0;
}

static bool
no_memory(struct table *table)
{
    snprintf(table->fault, sizeof(table->fault), "no memory for its columns");
    return false;
}

static bool
make_room(struct table *table, size_t count)
{
    table->columns = calloc(count, sizeof(*table->columns));
    table->fields = calloc(count, sizeof(*table->fields));
    table->count = count;
    return table->columns && table->fields;
}

static enum cast_type
type_of(const struct table_rules *rules, struct mill_bytes name)
{
    for (size_t i = 0; i < rules->type_count; i++)
        if (strlen(rules->types[i].column) == name.len
            && memcmp(rules->types[i].column, name.data, name.len) == 0)
            return rules->types[i].type;
    return CAST_NONE;
}

static bool
is_named_before(const struct table *table, size_t column)
{
    struct mill_bytes name = table->columns[column].name;

    for (size_t i = 0; i < column; i++)
        if (table->columns[i].name.len == name.len
            && memcmp(table->columns[i].name.data, name.data, name.len) == 0)
            return true;
    return false;
}

/* Each column has its name now: gives them their types. */
static bool
check_columns(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        struct table_column *column = &table->columns[i];

        column->type = type_of(table->rules, column->name);
        if (!is_named_before(table, i))
            continue;
        snprintf(table->fault, sizeof(table->fault),
                 "its header names the column \"%.*s\" twice: give all of them "
                 "names with `columns`",
                 column->name.len < SHOWN ? (int)column->name.len : SHOWN,
                 column->name.data);
        return false;
    }
    return true;
}

static bool
take_options(struct table *table)
{
    const struct table_rules *rules = table->rules;

    if (table->columns)
        return true;
    if (!make_room(table, rules->column_count))
        return no_memory(table);
    for (size_t i = 0; i < table->count; i++) {
        const char *name = rules->columns[i];

        table->columns[i].name = (struct mill_bytes){ name, strlen(name) };
    }
    return check_columns(table);
}

/* What `types` names should be there; in one file of many it may not. */
static void
look_for_types(const struct table *table, struct mill_stage *stage)
{
    for (size_t i = 0; i < table->rules->type_count; i++) {
        const char *name = table->rules->types[i].column;
        bool found = false;

        for (size_t k = 0; k < table->count && !found; k++)
            found =
                table->columns[k].name.len == strlen(name)
                && memcmp(table->columns[k].name.data, name, strlen(name)) == 0;
        if (!found)
            mill_log(stage, MILL_WARN,
                     "types names \"%s\", a column that the header doesn't "
                     "have",
                     name);
    }
}

static bool
take_names(struct table *table, size_t count)
{
    if (count > MILL_COLUMNS_MAX) {
        snprintf(table->fault, sizeof(table->fault),
                 "its header has %zu columns, and %u are the most", count,
                 MILL_COLUMNS_MAX);
        return false;
    }
    if (!make_room(table, count))
        return no_memory(table);
    csv_cut(table->rules->delimiter, table->names.data, table->names.len,
            table->fields, count);
    for (size_t i = 0; i < count; i++) {
        struct csv_field *field = &table->fields[i];

        if (field->doubled)
            csv_fold(field);
        table->columns[i].name = (struct mill_bytes){ field->text, field->len };
    }
    return check_columns(table);
}

bool
table_take_header(struct table *table, struct mill_stage *stage,
                  const char *record, size_t len)
{
    table->headed = true;
    if (!table_needs_header(table))
        return true;
    if (!mill_utf8_valid(record, len)) {
        snprintf(table->fault, sizeof(table->fault), "its header isn't UTF-8");
        return false;
    }
    mill_buffer_add(&table->names, record, len);
    if (table->names.failed || !mill_buffer_room(&table->names, 1))
        return no_memory(table);

    size_t count =
        csv_cut(table->rules->delimiter, table->names.data, len, NULL, 0);

    if (!take_names(table, count))
        return false;
    look_for_types(table, stage);
    return true;
}

bool
table_cut(struct table *table, char *record, size_t len)
{
    if (!table->columns && !take_options(table))
        return false;
    if (!mill_utf8_valid(record, len)) {
        snprintf(table->fault, sizeof(table->fault),
                 "the record isn't valid UTF-8");
        return false;
    }

    size_t count = csv_cut(table->rules->delimiter, record, len, table->fields,
                           table->count);

    if (count == table->count)
        return true;
    snprintf(table->fault, sizeof(table->fault),
             "the record has %zu field%s, but there %s %zu column%s", count,
             count == 1 ? "" : "s", table->count == 1 ? "is" : "are",
             table->count, table->count == 1 ? "" : "s");
    return false;
}

/* The row as text and nulls. */
static void
fill(const struct table *table, struct mill_value *cells)
{
    struct mill_bytes null = table->rules->null;

    for (size_t i = 0; i < table->count; i++) {
        struct csv_field *field = &table->fields[i];

        if (field->doubled)
            csv_fold(field);
        if (!field->quoted && field->len == null.len
            && memcmp(field->text, null.data, null.len) == 0)
            cells[i] = mill_null();
        else
            cells[i] = mill_text(MILL_TEXT, field->text, field->len);
    }
}

static bool
add_columns(const struct table *table, struct mill_batch *batch)
{
    for (size_t i = 0; i < table->count; i++)
        if (mill_batch_add_column(batch, table->columns[i].name.data,
                                  table->columns[i].name.len)
            != (int)i)
            return false;
    return true;
}

/* The row goes as it came: as text. */
static void
reject(const struct table *table, struct mill_batch *batch,
       struct mill_value *cells, size_t column)
{
    const struct mill_bytes *name = &table->columns[column].name;
    char shown[SHOWN];

    fill(table, cells);
    cast_quote(&cells[column], shown, sizeof(shown));
    mill_reject_row(batch, batch->rows - 1, "%.*s: %s isn't %s",
                    name->len < SHOWN ? (int)name->len : SHOWN, name->data,
                    shown, cast_expects(table->columns[column].type));
}

bool
table_add(struct table *table, struct mill_batch *batch, uint64_t position)
{
    struct mill_value *cells;

    if (batch->rows == 0 && !add_columns(table, batch))
        return false;
    cells = mill_batch_add_row(batch, position);
    if (!cells)
        return false;
    fill(table, cells);
    for (size_t i = 0; i < table->count; i++) {
        enum cast_outcome outcome =
            cast_value(batch, table->columns[i].type, &cells[i], &cells[i]);

        if (outcome == CAST_NO_MEMORY)
            return false;
        if (outcome == CAST_DONE)
            continue;
        reject(table, batch, cells, i);
        break;
    }
    return true;
}
