/* SPDX-License-Identifier: Apache-2.0 */

/*
 * steps - see steps.h.
 *
 * Where a value that can't be read rejects its row, the row is put back to what
 * it was: the dead letter is what came in.
 */

#include "steps.h"

#include <string.h>

#include "clean/join.h"

struct run {
    struct plan *plan;
    const char *separator;
    struct mill_stage *stage;
    struct mill_batch *batch;
    struct mill_value bad; /* what couldn't be read */
};

/* ---- where the columns are ----------------------------------------------- */

static void
warn_missing(struct run *run, struct step *step, const char *column)
{
    if (!step->warned)
        mill_log(run->stage, MILL_WARN,
                 "rows of %s have no column \"%s\"; that part is left out",
                 run->batch->stream, column);
    step->warned = true;
}

static int
find(struct run *run, struct step *step, const char *column)
{
    int place = mill_batch_column(run->batch, column);

    if (place < 0 && run->batch->rows > 0)
        warn_missing(run, step, column);
    return place;
}

/* Parts may be new columns of earlier steps. */
static bool
find_columns(struct run *run)
{
    for (size_t i = 0; i < run->plan->step_count; i++) {
        struct step *step = &run->plan->steps[i];

        step->bad = step->nulled = 0;
        for (size_t j = 0; j < step->part_count; j++)
            step->part_places[j] = find(run, step, step->parts[j]);
        if (step->kind < STEP_CONCAT) {
            step->place = find(run, step, step->column);
            continue;
        }
        step->place = mill_batch_add_column(run->batch, step->column,
                                            strlen(step->column));
        if (step->place < 0)
            return false;
    }
    return true;
}

/* ---- one step on one row ------------------------------------------------- */

static bool
equals_number(const struct step *step, const struct mill_value *cell)
{
    char text[NUMBER_INT_ROOM];
    struct number number;

    if (cell->type == MILL_INT)
        number_of_int(cell->integer, text, &number);
    else if ((cell->type != MILL_NUMBER && cell->type != MILL_DECIMAL)
             || !number_read(cell->text, cell->len, &number))
        return false;
    return number_compare(&step->number, &number) == 0;
}

static bool
equals(const struct step *step, const struct mill_value *cell)
{
    if (cell->type == MILL_TEXT)
        return cell->len == step->len
               && memcmp(cell->text, step->value, step->len) == 0;
    if (cell->type == MILL_BOOL)
        return strcmp(step->value, cell->boolean ? "true" : "false") == 0;
    if (cell->type == MILL_DOUBLE)
        return step->is_number && step->real == cell->real;
    return step->is_number && equals_number(step, cell);
}

static void
strip(const struct step *step, struct mill_value *cell)
{
    if (cell->type != MILL_TEXT || cell->len < step->len
        || memcmp(cell->text, step->value, step->len) != 0)
        return;
    cell->text += step->len;
    cell->len -= (uint32_t)step->len;
}

/* Takes the parts into ITEMS; an absent one is null. */
static void
take_parts(const struct step *step, const struct mill_value *row,
           struct mill_value *items)
{
    for (size_t i = 0; i < step->part_count; i++) {
        int place = step->part_places[i];

        items[i] =
            place < 0 || mill_is_null(&row[place]) ? mill_null() : row[place];
    }
}

static enum cast_outcome
put_together(struct run *run, const struct step *step, struct mill_value *row)
{
    size_t size = step->part_count * sizeof(struct mill_value);
    struct mill_value *items = mill_batch_alloc(run->batch, size);

    if (!items)
        return CAST_NO_MEMORY;
    take_parts(step, row, items);
    if (step->kind == STEP_ARRAY) {
        row[step->place] = mill_items(MILL_LIST, items, step->part_count);
        return CAST_DONE;
    }
    for (size_t i = 0; i < step->part_count; i++) {
        enum cast_outcome outcome =
            cast_value(run->batch, CAST_TEXT, &items[i], &items[i]);

        if (outcome != CAST_DONE) {
            run->bad = row[step->part_places[i]];
            return outcome;
        }
    }
    return join_texts(run->batch, run->separator, items, step->part_count,
                      &row[step->place]);
}

static enum cast_outcome
take_step(struct run *run, struct step *step, struct mill_value *row)
{
    struct mill_value *cell = &row[step->place];

    switch (step->kind) {
    case STEP_NULL_IF:
        if (equals(step, cell)) {
            *cell = mill_null();
            step->nulled++;
        }
        return CAST_DONE;
    case STEP_STRIP:
        strip(step, cell);
        return CAST_DONE;
    case STEP_CAST:
        run->bad = *cell;
        return cast_value(run->batch, step->type, cell, cell);
    default:
        return put_together(run, step, row);
    }
}

/* ---- rows ---------------------------------------------------------------- */

static void
reject(struct run *run, const struct step *step, size_t at)
{
    enum cast_type type = step->kind == STEP_CAST ? step->type : CAST_TEXT;
    char quoted[80];

    cast_quote(&run->bad, quoted, sizeof(quoted));
    mill_reject_row(run->batch, at, "%s: %s is not %s", step->column, quoted,
                    cast_expects(type));
}

/* BEFORE is the row as it came, or NULL where nothing rejects it. */
static bool
run_row(struct run *run, size_t at, struct mill_value *row,
        const struct mill_value *before)
{
    for (size_t i = 0; i < run->plan->step_count; i++) {
        struct step *step = &run->plan->steps[i];
        enum cast_outcome outcome;

        if (step->place < 0)
            continue;
        outcome = take_step(run, step, row);
        if (outcome == CAST_NO_MEMORY)
            return false;
        if (outcome == CAST_DONE)
            continue;
        step->bad++;
        if (!before) {
            row[step->place] = mill_null();
            continue;
        }
        memcpy(row, before, run->batch->columns * sizeof(*row));
        reject(run, step, at);
        return true;
    }
    return true;
}

static bool
run_rows(struct run *run, bool rejects)
{
    struct mill_value *before = NULL;
    size_t size = run->batch->columns * sizeof(*before);

    if (rejects) {
        before = mill_batch_alloc(run->batch, size);
        if (!before)
            return false;
    }
    for (size_t at = 0; at < run->batch->rows; at++) {
        struct mill_value *row = mill_batch_row(run->batch, at);

        if (before)
            memcpy(before, row, size);
        if (!run_row(run, at, row, before))
            return false;
    }
    return true;
}

static void
count_one(struct run *run, const char *what, const char *column,
          uint64_t amount)
{
    struct mill_buffer name = { 0 };

    if (amount == 0)
        return;
    mill_buffer_print(&name, "%s %s", what, column);
    mill_count(run->stage, mill_buffer_text(&name), amount);
    mill_buffer_finish(&name);
}

enum mill_verdict
steps_run(struct plan *plan, const struct fields_options *options,
          struct mill_stage *stage, struct mill_batch *batch)
{
    struct run run = { .plan = plan,
                       .separator = options->separator,
                       .stage = stage,
                       .batch = batch };
    bool rejects = strcmp(options->on_bad, "reject") == 0;

    if (plan->step_count == 0)
        return MILL_OK;
    if (!find_columns(&run))
        return mill_fail(stage, MILL_REJECT,
                         "no room for another column in a batch of %s that "
                         "has %u",
                         batch->stream, (unsigned)batch->columns);
    if (!run_rows(&run, rejects))
        return mill_fail(stage, MILL_FATAL, "no memory for rows of %s",
                         batch->stream);
    for (size_t i = 0; i < plan->step_count; i++) {
        count_one(&run, "nulled", plan->steps[i].column, plan->steps[i].nulled);
        count_one(&run, "bad", plan->steps[i].column, plan->steps[i].bad);
    }
    return MILL_OK;
}
