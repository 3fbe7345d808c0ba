/* SPDX-License-Identifier: Apache-2.0 */

/*
 * dead - rejected rows on their way to the dead letters; see stage.h
 *
 * What batch_sweep() took out has three columns: reason, row, encoding.  Here
 * it gets the ones that say where it was: pipeline, stage, stream, partition
 * and position, in front.
 */

#include <inttypes.h>
#include <string.h>

#include "record/batch.h"
#include "runtime/run_parts.h"

static bool
no_memory(struct mill_stage *stage)
{
    mill_fail(stage, MILL_FATAL, "no memory for dead letters");
    stage_fatal(stage);
    return false;
}

/* Copies a text cell, whose bytes live in another batch. */
static bool
copy_cell(struct batch *to, struct mill_value *cell,
          const struct mill_value *from)
{
    *cell = *from;
    if (from->type != MILL_TEXT && from->type != MILL_BYTES)
        return true;
    cell->text = mill_batch_store(&to->pub, from->text, from->len);
    return cell->text != NULL;
}

static bool
copy_row(struct batch *to, struct batch *from, size_t row)
{
    struct mill_value *cells =
        mill_batch_add_row(&to->pub, from->pub.positions[row]);
    if (!cells)
        return false;

    const struct mill_value *values = mill_batch_row(&from->pub, row);
    for (size_t i = 0; i < from->pub.columns; i++)
        if (!copy_cell(to, &cells[i], &values[i]))
            return false;
    return true;
}

static bool
same_columns(struct batch *to, const struct batch *from)
{
    for (size_t i = 0; i < from->pub.columns; i++)
        if (mill_batch_add_column(&to->pub, from->pub.names[i].data,
                                  from->pub.names[i].len)
            != (int)i)
            return false;
    return mill_batch_set_stream(&to->pub, from->pub.stream,
                                 from->pub.partition);
}

/* The rows of two batches of the same entry, in order of position. */
static struct batch *
merge(struct run *run, struct batch *a, struct batch *b)
{
    struct batch *both = batch_create(run->pool);
    size_t i = 0;
    size_t k = 0;
    bool good = both && same_columns(both, a);

    while (good && (i < a->pub.rows || k < b->pub.rows)) {
        bool first =
            k == b->pub.rows
            || (i < a->pub.rows && a->pub.positions[i] <= b->pub.positions[k]);

        good = first ? copy_row(both, a, i++) : copy_row(both, b, k++);
    }
    if (good) {
        both->entry = a->entry;
        both->parted = a->parted;
        both->before = a->before;
        return both;
    }
    batch_release(both);
    return NULL;
}

static void
tell(struct mill_stage *stage, struct batch *dead)
{
    int reason = mill_batch_column(&dead->pub, "reason");

    if (reason < 0)
        return;
    for (size_t row = 0; row < dead->pub.rows; row++) {
        const struct mill_value *text =
            &mill_batch_row(&dead->pub, row)[reason];
        /* One line tells what is wrong, a million tell no more. */
        bool news = row == 0 && atomic_load(&stage->run->dead) == 0;

        log_line(stage->run->log, news ? MILL_WARN : MILL_DEBUG, &stage->place,
                 "dead letter: row %" PRIu64 " of %s/%s: %.*s",
                 dead->pub.positions[row], dead->pub.stream,
                 dead->pub.partition, (int)text->len, text->text);
    }
}

static struct mill_value
name_cell(const char *text)
{
    return mill_text(MILL_TEXT, text, strlen(text));
}

/* Adds the columns whose values are known only now. */
static bool
note_origin(struct mill_stage *stage, struct batch *dead,
            enum mill_format format)
{
    int from = mill_batch_add_column(&dead->pub, "from", 4);
    int written = mill_batch_add_column(&dead->pub, "format", 6);
    struct mill_value name =
        stage->current ? name_cell(mill_from(stage)) : mill_null();

    if (from < 0 || written < 0)
        return false;
    for (size_t row = 0; row < dead->pub.rows; row++) {
        struct mill_value *cells = mill_batch_row(&dead->pub, row);

        cells[from] = name;
        cells[written] = name_cell(format == MILL_LINE ? "line" : "json");
    }
    return true;
}

/* For a source that waits for its rows: these are dead letters, and why. */
static bool
give_reasons(const struct batch *dead)
{
    int reason = mill_batch_column(&dead->pub, "reason");

    if (!ledger_is_watched(dead->entry) || reason < 0)
        return true;
    for (size_t row = 0; row < dead->pub.rows; row++) {
        const struct mill_value *cells =
            dead->pub.cells + row * dead->pub.stride;
        struct mill_receipt receipt = { .position = dead->pub.positions[row],
                                        .partition = -1,
                                        .offset = -1,
                                        .reason = cells[reason].text };

        if (!ledger_receipt(dead->entry, &receipt))
            return false;
    }
    return true;
}

bool
stage_condemn(struct mill_stage *stage, struct batch *dead,
              enum mill_format format)
{
    if (!dead)
        return true;
    if (!note_origin(stage, dead, format)) {
        batch_release(dead);
        return no_memory(stage);
    }
    if (!give_reasons(dead)) {
        batch_release(dead);
        return no_memory(stage);
    }
    tell(stage, dead);
    atomic_fetch_add(&stage->run->dead, dead->pub.rows);
    if (!stage->condemned) {
        stage->condemned = dead;
        return true;
    }

    struct batch *both = merge(stage->run, stage->condemned, dead);
    batch_release(dead);
    if (!both)
        return no_memory(stage);
    batch_release(stage->condemned);
    stage->condemned = both;
    return true;
}

/* The order that a dead letter is written in. */
static const char *const columns[] = { "pipeline", "stage",     "from",
                                       "stream",   "partition", "position",
                                       "reason",   "format",    "encoding",
                                       "row" };

#define COLUMNS (sizeof(columns) / sizeof(*columns))

/* Adds the columns that are missing and puts all in order.  The texts belong to
 * the graph and the batch, which outlive it. */
static bool
label(struct mill_stage *stage, struct batch *dead)
{
    struct mill_batch *pub = &dead->pub;
    int order[COLUMNS];

    for (size_t i = 0; i < COLUMNS; i++) {
        order[i] = mill_batch_add_column(pub, columns[i], strlen(columns[i]));
        if (order[i] < 0)
            return false;
    }
    if (!mill_batch_arrange(pub, order, NULL, COLUMNS))
        return false;
    for (size_t row = 0; row < pub->rows; row++) {
        struct mill_value *cells = mill_batch_row(pub, row);

        cells[0] = name_cell(stage->run->graph->name);
        cells[1] = name_cell(stage->node->name);
        cells[3] = name_cell(pub->stream);
        cells[4] = name_cell(pub->partition);
        cells[5] = mill_int((int64_t)pub->positions[row]);
    }
    return true;
}

static bool
too_many(struct mill_stage *stage)
{
    const struct run *run = stage->run;

    if (run->graph->max_dead < 0
        || atomic_load(&run->dead) <= (uint64_t)run->graph->max_dead)
        return false;
    mill_fail(stage, MILL_FATAL,
              "more than %" PRId64 " dead letters (max_dead): look at the"
              " reasons in the dead letters, put it right, and run again",
              run->graph->max_dead);
    stage_fatal(stage);
    return true;
}

bool
stage_bury(struct mill_stage *stage)
{
    struct batch *dead = stage->condemned;

    if (!dead)
        return true;
    stage->condemned = NULL;
    if (!stage->dead_out) {
        mill_fail(stage, MILL_FATAL,
                  "a dead letter can't be written: %s rejects it",
                  stage->node->plugin->name);
        stage_fatal(stage);
        batch_release(dead);
        return false;
    }
    if (!label(stage, dead)) {
        batch_release(dead);
        return no_memory(stage);
    }

    struct tally tally = batch_tally(dead);
    tally_add(&stage->dead_out->books.in, &tally);
    ledger_hold(dead->entry);
    atomic_fetch_add(&stage->dead_out->unstored, 1);
    if (!channel_put(stage->dead_out->channel, dead))
        return no_memory(stage);
    return !too_many(stage);
}
