/* SPDX-License-Identifier: Apache-2.0 */

/* stage - making, opening and ending the stage of a plugin; see stage.h */

#include "runtime/stage.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "record/batch.h"
#include "runtime/run_parts.h"

int64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct mill_stage *
stage_create(struct run *run, const struct graph_stage *node, size_t index)
{
    struct mill_stage *stage = calloc(1, sizeof(*stage));
    if (!stage)
        return NULL;

    stage->run = run;
    stage->node = node;
    stage->index = index;
    stage->place = (struct log_place){ .pipeline = run->graph->name,
                                       .file = node->file,
                                       .line = node->line,
                                       .stage = node->name };
    stage->gate.event = -1;
    pthread_mutex_init(&stage->memo_lock, NULL);
    pthread_mutex_init(&stage->cancel_lock, NULL);
    pthread_mutex_init(&stage->admin_lock, NULL);
    stage->self = calloc(1, node->plugin->instance_size + 1);
    if (!stage->self || !gate_init(&stage->gate)) {
        stage_destroy(stage);
        return NULL;
    }
    if (node->options)
        memcpy(stage->self, node->options, node->plugin->instance_size);
    return stage;
}

/* No more questions, and none in the middle of one. */
static void
serve(struct mill_stage *stage, bool serves)
{
    pthread_mutex_lock(&stage->admin_lock);
    stage->serves = serves;
    pthread_mutex_unlock(&stage->admin_lock);
}

void
stage_close(struct mill_stage *stage)
{
    serve(stage, false);
    pthread_mutex_lock(&stage->cancel_lock);
    if (atomic_exchange(&stage->opened, false) && stage->node->plugin->close)
        stage->node->plugin->close(stage->self);
    pthread_mutex_unlock(&stage->cancel_lock);
}

void
stage_cancel(struct mill_stage *stage)
{
    if (!stage->node->plugin->cancel)
        return;
    pthread_mutex_lock(&stage->cancel_lock);
    if (atomic_load(&stage->opened))
        stage->node->plugin->cancel(stage->self);
    pthread_mutex_unlock(&stage->cancel_lock);
}

void
stage_forget_reason(struct mill_stage *stage)
{
    stage->reason[0] = '\0';
}

void
stage_destroy(struct mill_stage *stage)
{
    if (!stage)
        return;
    stage_close(stage);
    batch_release(stage->condemned);
    batch_release(stage->later);
    batch_release(stage->scratch);
    gate_finish(&stage->gate);
    memo_finish(&stage->memo);
    pthread_mutex_destroy(&stage->memo_lock);
    pthread_mutex_destroy(&stage->cancel_lock);
    pthread_mutex_destroy(&stage->admin_lock);
    for (size_t i = 0; i < stage->counter_count; i++)
        free(stage->counters[i].name);
    for (size_t i = 0; i < stage->commit_count; i++)
        free(stage->commits[i].cursor);
    while (stage->outcomes) {
        struct outcome *outcome = stage->outcomes;
        stage->outcomes = outcome->next;
        outcome_destroy(outcome);
    }
    free(stage->changed_from);
    free(stage->counters);
    free(stage->commits);
    for (size_t i = 0; i < stage->pending_count; i++) {
        batch_release(stage->pending[i].batch);
        batch_release(stage->pending[i].dead);
    }
    for (size_t i = 0; i < stage->found_count; i++)
        free(stage->found[i].key);
    free(stage->found);
    mill_buffer_finish(&stage->mark_key);
    free(stage->pending);
    free(stage->ins);
    free(stage->outs);
    free(stage->self);
    free(stage);
}

/* Opening may load libraries and start their threads; plugins whose libraries
 * aren't ready for several at once are spared that by one lock. */
static enum mill_verdict
open_once(struct mill_stage *stage)
{
    const struct mill_plugin *plugin = stage->node->plugin;

    stage_close(stage); /* after an open that failed */
    stage_forget_reason(stage);
    atomic_store(&stage->opened, true);
    if (!plugin->open)
        return MILL_OK;
    pthread_mutex_lock(&stage->run->open_lock);
    enum mill_verdict verdict = plugin->open(stage->self, stage);
    pthread_mutex_unlock(&stage->run->open_lock);
    return verdict;
}

bool
stage_open(struct mill_stage *stage)
{
    for (;;) {
        enum mill_verdict verdict = open_once(stage);

        if (verdict == MILL_OK) {
            stage_recovered(stage);
            serve(stage, true);
            return true;
        }
        if (verdict != MILL_RETRY) {
            stage_fatal(stage);
            return false;
        }
        if (!stage_pause(stage, stage->run->graph->connect_ns))
            return false;
    }
}

void
stage_settle(struct mill_stage *stage, struct ledger_entry *entry)
{
    struct run *run = stage->run;
    struct mill_stage *source = run->stages[ledger_lane_of(entry)->source];

    if (!ledger_settle(run->ledger, entry))
        return;
    if (source->node->plugin->source.settled)
        atomic_store(&source->attention, true);
    gate_wake(&source->gate);
}

bool
stage_transacts(const struct mill_stage *stage)
{
    return stage->transacts
           || (stage->node->plugin->flags & MILL_TRANSACTS) != 0;
}

bool
stage_keeps(const struct mill_stage *stage)
{
    return stage_transacts(stage)
           || (stage->node->plugin->flags & MILL_KEEPS_BATCHES) != 0;
}

struct batch *
stage_prepare(struct mill_stage *stage, struct batch *batch)
{
    bool takes_payloads =
        (stage->node->plugin->flags & MILL_TAKES_PAYLOADS) != 0;

    if (!takes_payloads && !batch_decode(batch)) {
        mill_fail(stage, MILL_FATAL, "no memory to decode %u rows",
                  batch->pub.rows);
        stage_fatal(stage);
        batch_release(batch);
        return NULL;
    }

    struct batch *own = batch_own(batch);
    /* What becomes of a row mustn't hang on how fast other stages are. */
    if (own && takes_payloads)
        batch_undecode(own);
    if (own && stage_part(stage, own))
        return own;
    mill_fail(stage, MILL_FATAL, "no memory for a copy of %u rows",
              batch->pub.rows);
    stage_fatal(stage);
    batch_release(own ? own : batch);
    return NULL;
}

bool
stage_part(struct mill_stage *stage, struct batch *batch)
{
    struct batch *later;

    if (!batch_part(batch, &later))
        return false;
    if (!later)
        return true;
    ledger_hold(later->entry);
    stage->later = later;
    return true;
}

void
stage_book_parted(struct mill_stage *stage, struct books *books)
{
    tally_take(&books->in, &stage->parted);
    stage->parted = (struct tally){ 0, 0 };
}

struct batch *
stage_later(struct mill_stage *stage)
{
    struct batch *later = stage->later;

    stage->later = NULL;
    return later;
}

bool
stage_sweep(struct mill_stage *stage, struct batch *batch, struct books *books)
{
    struct sweep sweep = { 0 };
    struct batch *dead = NULL;

    if (!batch_sweep(batch, &sweep, &dead)) {
        mill_fail(stage, MILL_FATAL, "no memory to sort out %u rows",
                  batch->pub.rows);
        stage_fatal(stage);
        return false;
    }
    tally_add(&books->filtered, &sweep.filtered);
    tally_add(&books->added, &sweep.added);
    tally_add(&books->dead, &sweep.rejected);
    tally_add(&books->out, &sweep.delivered);
    return stage_condemn(stage, dead, batch->pub.format);
}

void
stage_reject_all(struct mill_stage *stage, struct batch *batch)
{
    for (size_t row = 0; row < batch->pub.rows; row++)
        if (!batch->marks || batch->marks[row] == ROW_LIVE)
            mill_reject_row(&batch->pub, row, "%s", stage_reason(stage));
}
