/* SPDX-License-Identifier: Apache-2.0 */

/* lane - begins a table where it was left, and counts its rows */

#include "lane.h"

#include <inttypes.h>
#include <stdio.h>

/* How long rows wait for more of their batch. */
#define LINGER_MS 1

void
progress_finish(struct progress *progress)
{
    key_finish(&progress->last);
    overlap_finish(&progress->overlap);
}

/* True where the span is read again, behind where an earlier run got to, be it
 * with another overlap or none. */
static bool
resume_overlap(struct progress *progress, const struct table *table,
               struct mill_batch *batch, const struct mill_position *from)
{
    struct mill_value value = mill_int((int64_t)from->position);
    struct overlap *overlap = &progress->overlap;

    if (from->cursor && from->cursor[0] == '{')
        progress->by_number = overlap_read(overlap, batch, from->cursor);
    else if (!overlap->on)
        return false;
    else if (from->cursor)
        overlap->on =
            key_read(&progress->last, table->key_count, batch, from->cursor)
            && overlap_start(overlap, &progress->last.values[0]);
    else
        overlap->on = overlap_start(overlap, &value);
    return overlap->begun;
}

/* Finds out where an earlier run got to. */
static enum mill_verdict
resume(struct lane *lane, struct mill_stage *stage, struct mill_batch *batch)
{
    struct progress *progress = lane->progress;
    const struct table *table = lane->table;
    struct mill_position from;

    progress->resumed = true;
    progress->by_number = progress->overlap.on || !table_has_integer_key(table);
    if (!mill_resume(stage, table->name, "0", &from))
        return MILL_OK;
    progress->begun = true;
    progress->position = from.position;
    if (resume_overlap(progress, table, batch, &from))
        return MILL_OK;
    if (!from.cursor)
        return MILL_OK;
    progress->by_number = true;
    if (key_read(&progress->last, table->key_count, batch, from.cursor))
        return MILL_OK;
    return driver_fail(lane->driver, MILL_FATAL,
                       "table %s: where the last run stopped (%s) isn't a key "
                       "of %zu columns; reset the state of this stage",
                       table->name, from.cursor, table->key_count);
}

/* The key to begin behind, as values in *FROM; NULL: at the first row. */
static const struct mill_value *
begin_behind(const struct progress *progress, struct mill_value *from,
             char digits[MILL_TIMESTAMP_ROOM])
{
    if (!progress->begun)
        return NULL;
    if (progress->overlap.on) {
        *from = overlap_begin(&progress->overlap, digits);
        return from;
    }
    if (progress->by_number)
        return progress->last.count ? progress->last.values : NULL;
    if (progress->position <= INT64_MAX) {
        *from = mill_int((int64_t)progress->position);
        return from;
    }

    int len =
        snprintf(digits, MILL_TIMESTAMP_ROOM, "%" PRIu64, progress->position);

    *from = mill_text(MILL_TEXT, digits, (size_t)len);
    return from;
}

static enum mill_verdict
begin(struct rds *rds, struct mill_stage *stage, struct lane *lane,
      struct mill_batch *batch)
{
    struct table *table = lane->table;
    struct progress *progress = lane->progress;
    enum mill_verdict verdict = rds_prepare(rds, stage, lane->driver, table);
    struct mill_value from;
    char digits[MILL_TIMESTAMP_ROOM];

    if (verdict == MILL_OK && !progress->resumed)
        verdict = resume(lane, stage, batch);
    if (verdict != MILL_OK)
        return verdict;

    struct query query = { .table = table,
                           .after = !progress->overlap.on,
                           .from_count = progress->overlap.on ? 1 : 0,
                           .not_null = rds->incremental };

    query.from = begin_behind(progress, &from, digits);
    if (progress->begun && !query.from)
        mill_log(stage, MILL_WARN,
                 "table %s has no key to go on from; it is read again from "
                 "its first row",
                 table->name);
    verdict = lane->driver->class->select(lane->driver, &query);
    lane->selected = verdict == MILL_OK;
    return verdict;
}

/* The value of an integer key.  False: it is negative, or no integer. */
static bool
integer_of(const struct mill_value *value, uint64_t *integer)
{
    uint64_t sum = 0;

    if (value->type == MILL_INT) {
        *integer = (uint64_t)value->integer;
        return value->integer >= 0;
    }
    if (value->type != MILL_TEXT)
        return false;
    for (size_t i = 0; i < value->len; i++) {
        if (value->text[i] < '0' || value->text[i] > '9')
            return false;
        sum = sum * 10 + (unsigned char)(value->text[i] - '0');
    }
    *integer = sum;
    return true;
}

static enum mill_verdict
bad_key(struct lane *lane, const char *what)
{
    const struct table *table = lane->table;

    return driver_fail(lane->driver, MILL_FATAL,
                       "table %s: its key, column %s, %s; name a unique key "
                       "with the option key",
                       table->name, table->columns[table->key[0]].name, what);
}

/* The position of ROW where rows are counted, which also keeps its key. */
static enum mill_verdict
count_row(struct lane *lane, const struct row *row, uint64_t *position)
{
    struct progress *progress = lane->progress;
    const struct table *table = lane->table;

    *position = progress->begun ? progress->position + 1 : 0;
    if (table->key_count == 0 || progress->overlap.on)
        return MILL_OK;
    for (size_t i = 0; i < table->key_count; i++)
        if (row->cells[table->key[i]].type == MILL_NULL)
            return bad_key(lane, "holds NULL");
    if (!table->key_is_unique && key_is_of(&progress->last, table, row))
        return bad_key(lane, "holds the same value twice");
    if (!key_take(&progress->last, table, row))
        return driver_fail(lane->driver, MILL_FATAL, "no memory for a key");
    return MILL_OK;
}

static enum mill_verdict
find_position(struct lane *lane, const struct row *row, uint64_t *position)
{
    struct progress *progress = lane->progress;
    const struct table *table = lane->table;

    if (!progress->by_number) {
        if (integer_of(&row->cells[table->key[0]], position)) {
            if (progress->begun && *position <= progress->position)
                return bad_key(lane, "holds the same value twice");
            return MILL_OK;
        }
        /* The first row has the least key: from here on none is a position. */
        if (progress->begun)
            return bad_key(lane, "holds something that isn't an integer");
        progress->by_number = true;
    }
    return count_row(lane, row, position);
}

/* IDLE: the row was sent before. */
static enum mill_verdict
take_once(struct lane *lane, const struct row *row)
{
    const struct table *table = lane->table;
    struct overlap *overlap = &lane->progress->overlap;
    const char *why;
    enum mill_verdict verdict = overlap_take(overlap, table, row, &why);

    if (verdict != MILL_FATAL)
        return verdict;
    return driver_fail(lane->driver, verdict, "table %s: column %s %s",
                       table->name, table->columns[table->key[0]].name, why);
}

/* Reads rows of the open query until the batch is full or the table is done
 * (END). */
static enum mill_verdict
fill(struct lane *lane, const struct converter *converter, int patience_ms,
     struct mill_batch *batch)
{
    struct progress *progress = lane->progress;
    struct driver *driver = lane->driver;
    struct row row;

    while (convert_has_room(converter, batch)) {
        enum mill_verdict verdict = driver->class->fetch(
            driver, batch->rows > 0 ? LINGER_MS : patience_ms, &row);
        uint64_t position = 0;

        if (verdict == MILL_IDLE && batch->rows > 0)
            return MILL_OK;
        if (verdict == MILL_OK && progress->overlap.on) {
            verdict = take_once(lane, &row);
            if (verdict == MILL_IDLE)
                continue;
        }
        if (verdict == MILL_OK)
            verdict = find_position(lane, &row, &position);
        if (verdict != MILL_OK)
            return verdict;
        if (!convert_add(converter, batch, &row, position))
            return driver_fail(driver, MILL_FATAL, "no memory for a row");
        progress->position = position;
        progress->begun = true;
    }
    return MILL_OK;
}

static bool
set_cursor(struct lane *lane, struct mill_batch *batch)
{
    struct progress *progress = lane->progress;

    lane->cursor.len = 0;
    if (progress->overlap.on)
        overlap_print(&progress->overlap, &lane->cursor);
    else if (!progress->by_number || progress->last.count == 0)
        return true;
    else
        key_print(&progress->last, &lane->cursor);
    return !lane->cursor.failed
           && mill_batch_set_cursor(batch, mill_buffer_text(&lane->cursor));
}

enum mill_verdict
lane_read(struct rds *rds, struct mill_stage *stage, struct lane *lane,
          int patience_ms, struct mill_batch *batch)
{
    enum mill_verdict verdict = MILL_OK;

    if (!lane->selected)
        verdict = begin(rds, stage, lane, batch);
    if (verdict != MILL_OK)
        return verdict;

    struct converter converter = rds_converter(rds, stage, lane->table);

    if (!convert_begin(&converter, batch))
        return driver_fail(lane->driver, MILL_RETRY, "no memory for a batch");
    verdict = fill(lane, &converter, patience_ms, batch);
    if (batch->rows == 0 || set_cursor(lane, batch))
        return verdict;
    mill_batch_truncate(batch, 0);
    return driver_fail(lane->driver, MILL_FATAL, "table %s: %s of 64 KiB; %s",
                       lane->table->name,
                       lane->progress->overlap.on
                           ? "the rows within overlap don't fit into a cursor"
                           : "the last key doesn't fit into a cursor",
                       lane->progress->overlap.on
                           ? "set a smaller overlap"
                           : "name a shorter one with the option key");
}
