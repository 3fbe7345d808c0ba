/* SPDX-License-Identifier: Apache-2.0 */

/*
 * write - the rows of a batch, in as few statements as it takes
 *
 * Rows that have the same columns go together.  Where the database refuses
 * some, halves of them are tried, down to the single row that is to blame.
 */

#include <stdlib.h>

#include "sql.h"

struct writing {
    struct sql *sql;
    struct mill_stage *stage;
    struct rows rows;
};

/* --- columns --- */

static bool
make_room(struct sql *sql, size_t columns)
{
    if (columns <= sql->into_room)
        return true;
    free(sql->into);
    free(sql->from);
    free(sql->to);
    sql->into = calloc(columns, sizeof(*sql->into));
    sql->from = calloc(columns, sizeof(*sql->from));
    sql->to = calloc(columns, sizeof(*sql->to));
    sql->into_room = sql->into && sql->from && sql->to ? columns : 0;
    return sql->into_room > 0;
}

static enum mill_verdict
map_columns(struct sql *sql, struct mill_stage *stage, struct mill_batch *batch,
            const struct table *table)
{
    for (uint32_t i = 0; i < batch->columns; i++) {
        sql->into[i] = table_column(table, batch->names[i].data);
        if (sql->into[i] < 0 && target_is_used(batch, i))
            return mill_fail(stage, MILL_FATAL,
                             "table %s has no column \"%s\", which the rows "
                             "from \"%s\" have: add it (ALTER TABLE) or drop "
                             "it (transform fields), and run again",
                             table->name, batch->names[i].data,
                             mill_from(stage));
    }
    return MILL_OK;
}

/* --- rows that go together --- */

static bool
same_shape(const struct mill_value *a, const struct mill_value *b,
           uint32_t columns)
{
    for (uint32_t i = 0; i < columns; i++)
        if ((a[i].type == MILL_MISSING) != (b[i].type == MILL_MISSING))
            return false;
    return true;
}

/* The columns that a row has; how many. */
static size_t
take_columns(struct sql *sql, struct mill_batch *batch, size_t row)
{
    const struct mill_value *cells = mill_batch_row(batch, row);
    size_t count = 0;

    for (uint32_t i = 0; i < batch->columns; i++) {
        if (cells[i].type == MILL_MISSING || sql->into[i] < 0)
            continue;
        sql->from[count] = (int)i;
        sql->to[count++] = (unsigned)sql->into[i];
    }
    return count;
}

/* Rejects a row that can't go anywhere: true where that was so. */
static bool
is_useless(struct writing *writing, size_t row)
{
    const struct sql *sql = writing->sql;
    struct mill_batch *batch = writing->rows.batch;
    const struct mill_value *cells = mill_batch_row(batch, row);

    if (mill_row_is_gone(batch, row))
        return true;
    for (size_t i = 0; sql->upsert && sql->key[i]; i++) {
        int column = mill_batch_column(batch, sql->key[i]);

        if (column >= 0 && !mill_is_null(&cells[column]))
            continue;
        mill_reject_row(batch, row, "column \"%s\" of the key has no value",
                        sql->key[i]);
        return true;
    }
    for (uint32_t i = 0; i < batch->columns; i++)
        if (cells[i].type != MILL_MISSING)
            return false;
    mill_reject_row(batch, row, "the row has no columns");
    return true;
}

/* "a" and "A" may both have found the column "a".  True: the rows from FIRST on
 * have both, and are rejected. */
static bool
is_ambiguous(struct writing *writing, size_t first, size_t behind)
{
    const struct rows *rows = &writing->rows;
    const struct mill_bytes *names = rows->batch->names;

    for (size_t i = 0; i < rows->count; i++)
        for (size_t k = 0; k < i; k++) {
            if (rows->into[i] != rows->into[k])
                continue;
            for (size_t row = first; row < behind; row++)
                mill_reject_row(rows->batch, row,
                                "columns \"%s\" and \"%s\" are one to table %s",
                                names[rows->from[k]].data,
                                names[rows->from[i]].data, rows->table->name);
            return true;
        }
    return false;
}

/* --- writing, and finding out who is to blame --- */

static enum mill_verdict put(struct writing *writing, size_t first,
                             size_t behind);

/* Of the rows from FIRST on, one is refused at least. */
static enum mill_verdict
put_halves(struct writing *writing, size_t first, size_t behind)
{
    size_t middle = first + (behind - first) / 2;
    enum mill_verdict verdict;

    if (behind - first == 1) {
        mill_reject_row(writing->rows.batch, first, "%s",
                        writing->sql->driver->said);
        return MILL_OK;
    }
    verdict = put(writing, first, middle);
    return verdict == MILL_OK ? put(writing, middle, behind) : verdict;
}

static enum mill_verdict
put(struct writing *writing, size_t first, size_t behind)
{
    struct sql *sql = writing->sql;
    struct driver *driver = sql->driver;
    enum mill_verdict verdict = MILL_OK;

    while (verdict == MILL_OK && first < behind) {
        size_t taken = 0;

        writing->rows.first = first;
        writing->rows.behind = behind;
        verdict = driver->class->insert(driver, &writing->rows, &taken);
        if (verdict == MILL_REJECT)
            verdict = put_halves(writing, first, first + taken);
        else if (verdict != MILL_OK)
            return sql_fail(sql, writing->stage, verdict);
        first += taken;
    }
    return verdict;
}

/* Writes the rows from FIRST on that look alike; *BEHIND is the next. */
static enum mill_verdict
put_alike(struct writing *writing, size_t first, size_t *behind)
{
    struct mill_batch *batch = writing->rows.batch;
    const struct mill_value *cells = mill_batch_row(batch, first);
    size_t end = first;

    while (end < batch->rows
           && same_shape(cells, mill_batch_row(batch, end), batch->columns)
           && !is_useless(writing, end))
        end++;
    *behind = end > first ? end : first + 1;
    if (end == first)
        return MILL_OK;
    writing->rows.count = take_columns(writing->sql, batch, first);
    return is_ambiguous(writing, first, end) ? MILL_OK
                                             : put(writing, first, end);
}

enum mill_verdict
write_batch(struct sql *sql, struct mill_stage *stage, struct mill_batch *batch,
            struct table *table)
{
    struct writing writing = { .sql = sql, .stage = stage };
    enum mill_verdict verdict;
    size_t behind = 0;

    if (!make_room(sql, batch->columns))
        return mill_fail(stage, MILL_RETRY, "no memory for %u columns",
                         batch->columns);
    verdict = map_columns(sql, stage, batch, table);
    writing.rows = (struct rows){ .batch = batch,
                                  .table = table,
                                  .from = sql->from,
                                  .into = sql->to,
                                  .upsert = sql->upsert,
                                  .key = sql->key,
                                  .more = mill_more_at_hand(stage) };
    for (size_t row = 0; verdict == MILL_OK && row < batch->rows; row = behind)
        verdict = put_alike(&writing, row, &behind);
    return verdict;
}
