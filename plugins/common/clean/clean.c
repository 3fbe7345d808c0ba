/* SPDX-License-Identifier: Apache-2.0 */

/*
 * clean - see clean.h.
 *
 * Cells are made a row at a time and written only once the whole row is known
 * to be good, so that a rejected row is the row that came in.
 */

#include "clean/clean.h"

#include <inttypes.h>
#include <string.h>

#include "clean/join.h"

const char *const clean_on_bad[] = { "null", "reject", NULL };
const char *const clean_empty[] = { "keep", "null", NULL };
const char *const clean_extra[] = { "drop", "keep", NULL };
const char *const clean_match[] = { "exact", "contains", NULL };

/* Behind the last part of a column. */
#define NO_MORE (-2)

struct tally {
    uint64_t missing;
    uint64_t nulled;
    uint64_t bad;
};

/* One batch in hand. */
struct work {
    struct clean_table *table;
    struct mill_stage *stage;
    struct mill_batch *batch;
    struct tally tallies[CLEAN_COLUMNS];
    int places[CLEAN_COLUMNS][CLEAN_PARTS]; /* of each part; < 0: nowhere */
    int slots[CLEAN_COLUMNS];               /* where the result goes */
    struct mill_value made[CLEAN_COLUMNS];  /* the row in hand */
    const struct mill_value *taken;         /* what is being cleaned */
};

bool
clean_is(const char *choice, const char *word)
{
    return strcmp(choice, word) == 0;
}

void
clean_begin(struct clean_table *table, const char *on_bad, const char *extra)
{
    *table = (struct clean_table){ .reject = clean_is(on_bad, "reject"),
                                   .keep = clean_is(extra, "keep") };
}

struct clean_column
clean_key(const char *const *keys, const char *type)
{
    struct clean_column column = {
        .name = "ind",
        .type = clean_is(type, "text") ? CAST_TEXT : CAST_INT,
    };

    for (size_t i = 0; i < CLEAN_PARTS && keys[i]; i++)
        column.from[i] = keys[i];
    return column;
}

enum mill_verdict
clean_check_key(struct mill_stage *stage, const char *const *keys)
{
    size_t count = 0;

    while (keys[count])
        count++;
    if (count >= 1 && count <= CLEAN_PARTS)
        return MILL_OK;
    return mill_fail(stage, MILL_FATAL,
                     "key names %zu columns: give one to %d names", count,
                     CLEAN_PARTS);
}

void
clean_add(struct clean_table *table, struct clean_column column)
{
    if (table->count < CLEAN_COLUMNS)
        table->columns[table->count++] = column;
}

/* ---- one value ----------------------------------------------------------- */

static size_t
character_length(unsigned char lead)
{
    return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* True for the word as ",".join() makes it of a string. */
static bool
is_spelt(const struct mill_value *value, const char *word)
{
    size_t at = 0, len = strlen(word);

    while (len > 0) {
        size_t step = character_length((unsigned char)*word);

        if (step > len)
            step = len;
        if (at + step > value->len || memcmp(value->text + at, word, step) != 0)
            return false;
        at += step;
        word += step;
        len -= step;
        if (len > 0 && (at == value->len || value->text[at++] != ','))
            return false;
    }
    return at == value->len;
}

static bool
is_blank(const struct mill_value *value)
{
    for (uint32_t i = 0; i < value->len; i++)
        if (!memchr(" \t\r\n", value->text[i], 4))
            return false;
    return true;
}

static bool
matches(const struct clean_column *column, const struct mill_value *value,
        const char *word)
{
    /* Most texts differ from it in their first byte. */
    if (!column->contains && value->len > 0 && *word != value->text[0])
        return false;
    if (column->contains && *word
        && memmem(value->text, value->len, word, strlen(word)))
        return true;
    if (mill_value_is(value, word))
        return true;
    return column->spelt && is_spelt(value, word);
}

static bool
is_placeholder(const struct clean_column *column,
               const struct mill_value *value)
{
    if (value->type != MILL_TEXT)
        return false;
    if (column->blank && is_blank(value))
        return true;
    for (const char *const *word = column->nulls; word && *word; word++)
        if (matches(column, value, *word))
            return true;
    return false;
}

static void
strip_prefix(const struct clean_column *column, struct mill_value *value)
{
    size_t len = column->prefix ? strlen(column->prefix) : 0;

    if (len == 0 || value->type != MILL_TEXT || value->len < len
        || memcmp(value->text, column->prefix, len) != 0)
        return;
    value->text += len;
    value->len -= (uint32_t)len;
}

/* Steps 2 to 5 of clean.h. */
static enum cast_outcome
clean_value(struct work *work, size_t index, struct mill_value *value)
{
    const struct clean_column *column = &work->table->columns[index];

    if (mill_is_null(value))
        return CAST_DONE;
    if (is_placeholder(column, value)) {
        work->tallies[index].nulled++;
        *value = column->instead.type == MILL_MISSING ? mill_null()
                                                      : column->instead;
        return CAST_DONE;
    }
    if (column->swap && mill_value_is(value, column->swap))
        *value = mill_text(MILL_TEXT, column->swap_to, strlen(column->swap_to));
    strip_prefix(column, value);
    return cast_value(work->batch, column->type, value, value);
}

/* ---- one column of a row ------------------------------------------------- */

/* The first value that isn't null, else a null, else NULL. */
static const struct mill_value *
take_first(const int *places, const struct mill_value *row)
{
    const struct mill_value *found = NULL;

    for (size_t i = 0; i < CLEAN_PARTS && places[i] != NO_MORE; i++) {
        if (places[i] < 0)
            continue;
        if (!mill_is_null(&row[places[i]]))
            return &row[places[i]];
        if (row[places[i]].type == MILL_NULL)
            found = &row[places[i]];
    }
    return found;
}

static enum cast_outcome
clean_one(struct work *work, size_t index, const struct mill_value *row,
          struct mill_value *value)
{
    const struct mill_value *taken = take_first(work->places[index], row);

    if (!taken) {
        work->tallies[index].missing++;
        *value = mill_null();
        return CAST_DONE;
    }
    work->taken = taken;
    *value = *taken;
    return clean_value(work, index, value);
}

/* Cleans each part into PARTS; *COUNT is how many there are. */
static enum cast_outcome
clean_parts(struct work *work, size_t index, const struct mill_value *row,
            struct mill_value *parts, size_t *count)
{
    const struct clean_column *column = &work->table->columns[index];
    bool missing = false;

    for (*count = 0; column->from[*count]; (*count)++) {
        int place = work->places[index][*count];
        struct mill_value *part = &parts[*count];
        enum cast_outcome outcome;

        *part = mill_null();
        if (place < 0 || row[place].type == MILL_MISSING) {
            missing = true;
            continue;
        }
        work->taken = &row[place];
        *part = row[place];
        outcome = clean_value(work, index, part);
        if (outcome == CAST_DONE && column->make == CLEAN_JOIN)
            outcome = cast_value(work->batch, CAST_TEXT, part, part);
        if (outcome != CAST_DONE)
            return outcome;
    }
    work->tallies[index].missing += missing;
    return CAST_DONE;
}

/* The list is null where the row has none of the parts. */
static enum cast_outcome
list_parts(struct work *work, size_t index, const struct mill_value *row,
           const struct mill_value *parts, size_t count,
           struct mill_value *value)
{
    struct mill_value *items;
    bool any = false;

    *value = mill_null();
    for (size_t i = 0; i < count; i++) {
        int place = work->places[index][i];

        any = any || (place >= 0 && row[place].type != MILL_MISSING);
    }
    if (!any)
        return CAST_DONE;
    items = mill_batch_alloc(work->batch, count * sizeof(*items));
    if (!items)
        return CAST_NO_MEMORY;
    memcpy(items, parts, count * sizeof(*items));
    *value = mill_items(MILL_LIST, items, count);
    return CAST_DONE;
}

static enum cast_outcome
make_value(struct work *work, size_t index, const struct mill_value *row,
           struct mill_value *value)
{
    const struct clean_column *column = &work->table->columns[index];
    struct mill_value parts[CLEAN_PARTS];
    enum cast_outcome outcome;
    size_t count;

    if (column->make == CLEAN_ONE || column->make == CLEAN_SPLIT) {
        outcome = clean_one(work, index, row, value);
        if (outcome != CAST_DONE || column->make == CLEAN_ONE
            || value->type != MILL_TEXT)
            return outcome;
        return join_split(work->batch, column->separator, value);
    }
    outcome = clean_parts(work, index, row, parts, &count);
    if (outcome != CAST_DONE)
        return outcome;
    if (column->make == CLEAN_JOIN)
        return join_texts(work->batch, column->separator, parts, count, value);
    return list_parts(work, index, row, parts, count, value);
}

/* ---- one batch ----------------------------------------------------------- */

/* Where the cleaned column can be written: its own source, unless that is
 * another's too, else a new column; -1: no room. */
static int
choose_slot(struct work *work, size_t index)
{
    const char *name = work->table->columns[index].name;

    for (size_t i = 0; i < CLEAN_PARTS; i++) {
        int place = work->places[index][i];
        bool taken = place < 0;

        for (size_t j = 0; j < index && !taken; j++)
            taken = work->slots[j] == place;
        if (!taken)
            return place;
    }
    /* One of this name that the table doesn't read is not to be overwritten. */
    if (mill_batch_column(work->batch, name) < 0)
        return mill_batch_add_column(work->batch, name, strlen(name));
    char other[] = { '\0', 'c', (char)index };
    return mill_batch_add_column(work->batch, other, sizeof(other));
}

static bool
find_columns(struct work *work)
{
    const struct clean_table *table = work->table;

    for (size_t i = 0; i < table->count; i++) {
        const char *const *from = table->columns[i].from;

        for (size_t j = 0; j < CLEAN_PARTS; j++)
            work->places[i][j] = NO_MORE;
        for (size_t j = 0; from[j]; j++)
            work->places[i][j] = mill_batch_column(work->batch, from[j]);
    }
    for (size_t i = 0; i < table->count; i++) {
        work->slots[i] = choose_slot(work, i);
        if (work->slots[i] < 0)
            return false;
    }
    return true;
}

static void
reject(struct work *work, size_t row, size_t index)
{
    const struct clean_column *column = &work->table->columns[index];
    char quoted[80];

    cast_quote(work->taken, quoted, sizeof(quoted));
    mill_reject_row(work->batch, row, "%s: %s is not %s", column->name, quoted,
                    cast_expects(column->type));
}

/* False: no memory. */
static bool
clean_row(struct work *work, size_t at)
{
    const struct clean_table *table = work->table;
    struct mill_value *row = mill_batch_row(work->batch, at);

    for (size_t i = 0; i < table->count; i++) {
        enum cast_outcome outcome = make_value(work, i, row, &work->made[i]);

        if (outcome == CAST_NO_MEMORY)
            return false;
        if (outcome == CAST_DONE)
            continue;
        work->tallies[i].bad++;
        if (table->reject) {
            reject(work, at, i);
            return true;
        }
        work->made[i] = mill_null();
    }
    for (size_t i = 0; i < table->count; i++)
        row[work->slots[i]] = work->made[i];
    return true;
}

static void
count_one(struct work *work, const char *what, const char *column,
          uint64_t amount)
{
    struct mill_buffer name = { 0 };

    if (amount == 0)
        return;
    mill_buffer_print(&name, "%s %s", what, column);
    mill_count(work->stage, mill_buffer_text(&name), amount);
    mill_buffer_finish(&name);
}

static void
count_all(struct work *work)
{
    for (size_t i = 0; i < work->table->count; i++) {
        const char *name = work->table->columns[i].name;

        count_one(work, "missing", name, work->tallies[i].missing);
        count_one(work, "nulled", name, work->tallies[i].nulled);
        count_one(work, "bad", name, work->tallies[i].bad);
    }
}

/* Says once that there are columns that nobody asked for. */
static void
drop(struct work *work, int column)
{
    const char *name = work->batch->names[column].data;
    struct clean_table *table = work->table;

    for (const char *const *known = table->known; known && *known; known++)
        if (strcmp(*known, name) == 0)
            return;
    mill_count(work->stage, "dropped cells", work->batch->rows);
    if (!table->warned)
        mill_log(work->stage, MILL_WARN,
                 "column \"%s\" of %s isn't one of this table and is dropped "
                 "(others alike); extra = \"keep\" keeps them",
                 name, work->batch->stream);
    table->warned = true;
}

static bool
is_used(const struct work *work, int column)
{
    for (size_t i = 0; i < work->table->count; i++) {
        if (work->slots[i] == column)
            return true;
        for (size_t j = 0; j < CLEAN_PARTS; j++)
            if (work->places[i][j] == column)
                return true;
    }
    return false;
}

/* A column of the same name as a cleaned one can't stay beside it. */
static bool
is_cleaned(const struct clean_table *table, int column,
           const struct mill_batch *batch)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->columns[i].name, batch->names[column].data) == 0)
            return true;
    return false;
}

static bool
arrange(struct work *work)
{
    struct mill_bytes names[MILL_COLUMNS_MAX] = { { 0 } };
    int order[MILL_COLUMNS_MAX];
    size_t count = work->table->count;

    for (size_t i = 0; i < count; i++) {
        const char *name = work->table->columns[i].name;

        names[i] = (struct mill_bytes){ name, strlen(name) };
        order[i] = work->slots[i];
    }
    for (int i = 0; i < (int)work->batch->columns; i++) {
        if (is_used(work, i))
            continue;
        if (work->table->keep && !is_cleaned(work->table, i, work->batch))
            order[count++] = i;
        else
            drop(work, i);
    }
    return mill_batch_arrange(work->batch, order, names, count);
}

enum mill_verdict
clean_apply(struct clean_table *table, struct mill_stage *stage,
            struct mill_batch *batch)
{
    struct work work = { .table = table, .stage = stage, .batch = batch };

    if (!find_columns(&work))
        return mill_fail(stage, MILL_REJECT,
                         "no room for another column in a batch of %s that "
                         "has %" PRIu32,
                         batch->stream, batch->columns);
    for (size_t row = 0; row < batch->rows; row++)
        if (!clean_row(&work, row))
            return mill_fail(stage, MILL_FATAL, "no memory to clean %s",
                             batch->stream);
    if (!arrange(&work))
        return mill_fail(stage, MILL_FATAL, "no memory to clean %s",
                         batch->stream);
    count_all(&work);
    return MILL_OK;
}
