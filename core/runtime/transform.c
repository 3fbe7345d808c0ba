/* SPDX-License-Identifier: Apache-2.0 */

/* transform - the thread of a transform: take, apply, prove, hand on */

#include <inttypes.h>
#include <stdlib.h>

#include "record/batch.h"
#include "runtime/run_parts.h"
#include "runtime/work.h"

/* Calls the plugin until it has taken the batch in some way. */
static bool
apply(struct mill_stage *stage, struct work *work)
{
    const struct mill_plugin *plugin = stage->node->plugin;

    for (;;) {
        stage_forget_reason(stage);
        enum mill_verdict verdict =
            plugin->transform.apply(stage->self, stage, &work->batch->pub);

        if (verdict == MILL_REJECT)
            stage_reject_all(stage, work->batch);
        if (verdict != MILL_RETRY && verdict != MILL_OK
            && verdict != MILL_REJECT) {
            stage_fatal(stage);
            return false;
        }
        if (!stage_sweep(stage, work->batch, &work->books))
            return false;
        if (verdict != MILL_RETRY) {
            stage_recovered(stage);
            return true;
        }
        if (!stage_pause(stage, stage_patience(stage)))
            return false;
    }
}

/* A transform that loses, doubles or exchanges rows is found out here, before
 * anybody downstream has seen them. */
static bool
prove(struct mill_stage *stage, const struct work *work)
{
    const struct mill_batch *pub = &work->batch->pub;
    char sum[BOOKS_ROOM];

    if (books_balance(&work->books) && batch_in_order(work->batch))
        return true;
    books_print(sum, &work->books);
    mill_fail(stage, MILL_FATAL,
              "edge %s -> %s: the books don't balance near position %" PRIu64
              " of %s/%s: %s%s; the plugin %s lost, doubled or exchanged rows",
              work->edge->from->node->name, stage->node->name, pub->first,
              pub->stream, pub->partition, sum,
              books_balance(&work->books) ? ", but they are out of order" : "",
              stage->node->plugin->name);
    stage_fatal(stage);
    return false;
}

struct work *
work_create(struct mill_stage *stage, struct edge *edge, struct batch *batch)
{
    struct work *work = calloc(1, sizeof(*work));

    if (work) {
        *work = (struct work){ .edge = edge, .batch = batch };
        return work;
    }
    mill_fail(stage, MILL_FATAL, "no memory for a batch of %u rows",
              batch->pub.rows);
    stage_fatal(stage);
    return NULL;
}

static void
apply_part(struct mill_stage *stage, struct work *work)
{
    bool edits = !(stage->node->plugin->flags & MILL_KEEPS_CELLS);

    work->books.in = batch_tally(work->batch);
    work->batch = stage_prepare(stage, work->batch);
    if (!work->batch) {
        work->failed = true;
        return;
    }
    if (stage->later)
        work->books.in = batch_tally(work->batch);
    stage->current = work->edge;
    work->failed =
        !stage_sweep(stage, work->batch, &work->books) || !apply(stage, work);
    if (edits)
        work->batch->edited = true;
    stage_book_parted(stage, &work->books);
    work->books.out = batch_tally(work->batch);
    work->failed = work->failed || !prove(stage, work);
    work->dead = stage->condemned;
    stage->condemned = NULL;
}

/* What is left of a batch counts as its own, also where it isn't looked at any
 * more. */
static void
give_up_later(struct work *work, struct batch *later)
{
    struct tally left = batch_tally(later);

    tally_add(&work->books.in, &left);
    work->failed = true;
    batch_release(later);
}

void
work_apply(struct mill_stage *stage, struct work *work)
{
    struct batch *later;

    apply_part(stage, work);
    while ((later = stage_later(stage))) {
        struct work *next =
            work->failed ? NULL : work_create(stage, work->edge, later);

        if (!next) {
            give_up_later(work, later);
            return;
        }
        work->next = next;
        work = next;
        apply_part(stage, work);
    }
}

static void
book(struct books *books, const struct books *more)
{
    tally_add(&books->added, &more->added);
    tally_add(&books->out, &more->out);
    tally_add(&books->filtered, &more->filtered);
    tally_add(&books->dead, &more->dead);
}

static bool
finish_part(struct mill_stage *stage, struct work *work)
{
    if (work->failed) {
        tally_add(&work->edge->books.flight, &work->books.in);
        batch_release(work->batch);
        batch_release(work->dead);
        return false;
    }
    book(&work->edge->books, &work->books);
    stage->condemned = work->dead;
    if (!stage_bury(stage)) {
        batch_release(work->batch);
        return false;
    }
    return stage_emit(stage, work->batch);
}

bool
work_finish(struct mill_stage *stage, struct work *work)
{
    bool good = true;

    while (work) {
        struct work *next = work->next;

        work->failed = work->failed || !good;
        good = finish_part(stage, work);
        free(work);
        work = next;
    }
    return good;
}

/* Looks for the next batch; spins a little, since a wake costs more. */
static struct batch *
next(struct mill_stage *stage, struct edge **edge, bool *ended)
{
    for (int spin = 0; spin < 100; spin++) {
        struct batch *batch = stage_take(stage, edge, ended);

        if (batch || *ended)
            return batch;
    }
    gate_prepare(&stage->gate);
    struct batch *batch = stage_take(stage, edge, ended);
    if (!batch && !*ended && !atomic_load(&stage->run->aborting)) {
        stage_is_blocked(stage); /* moves what queues */
        gate_wait(&stage->gate, -1, -1);
    } else {
        gate_forget(&stage->gate);
    }
    return batch;
}

static bool
transform_one(struct mill_stage *stage, struct edge *edge, struct batch *batch)
{
    struct work *work = work_create(stage, edge, batch);

    if (!work || !stage_check_order(stage, edge, batch)) {
        struct tally held = batch_tally(batch);

        tally_add(&edge->books.flight, &held);
        batch_release(batch);
        free(work);
        return false;
    }
    atomic_fetch_add(&stage->rows, batch->pub.rows);
    work_apply(stage, work);
    return work_finish(stage, work);
}

void
transform_loop(struct mill_stage *stage)
{
    struct edge *edge = NULL;
    bool ended = false;

    if (!stage_open(stage))
        ended = true;
    while (!ended && stage_wait_room(stage)) {
        struct batch *batch = next(stage, &edge, &ended);

        if (batch && !transform_one(stage, edge, batch))
            break;
    }
    stage_end(stage);
}
