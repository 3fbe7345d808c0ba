/* SPDX-License-Identifier: Apache-2.0 */

/*
 * checkpoint - durable first, then stored, then committed
 *
 * A sink's checkpoint goes in this order, so that kill -9 between any two steps
 * loses nothing and doubles nothing:
 *
 *     0. where the sink keeps marks of its own, what transforms recorded is
 *        stored: those marks rest on it; the rows that it rejected are durable
 *        among the dead letters: a row up to a mark isn't looked at again;
 *     1. the plugin's flush makes durable what it has taken;
 *     2. one transaction stores how far the sink has come in each lane, what
 * the plugin recorded of itself, and the lanes that are settled by it;
 *     3. sources are told to commit those lanes;
 *     4. the plugin's published may show what it had held back.
 *
 * Settling in the ledger and storing happen under one lock: else another sink
 * could store a lane as committed that rests on marks which aren't stored yet.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "record/batch.h"
#include "runtime/run_parts.h"

static struct store_lane
names_of(const struct run *run, const struct lane *lane)
{
    return (struct store_lane){ run->stages[lane->source]->node->name,
                                lane->stream, lane->stored };
}

static bool
put_moved(struct run *run)
{
    for (size_t i = 0; i < run->moved_count; i++) {
        const struct commit_note *note = &run->moved[i];
        struct store_lane lane = names_of(run, note->lane);

        if (!store_put_lane(run->store, &lane, note->position, note->cursor))
            return false;
    }
    return true;
}

/* --- one transaction --- */

static bool
put_marks(struct mill_stage *sink)
{
    struct run *run = sink->run;

    for (size_t i = 0; i < sink->in_count; i++) {
        struct edge *edge = sink->ins[i];

        for (size_t k = 0; k < edge->place_count; k++) {
            const struct place *place = &edge->places[k];
            uint64_t mark;

            if (!place->lane || !place->pending || edge->mixed
                || !moves_mark(place, &mark))
                continue;
            struct store_lane lane = names_of(run, place->lane);
            if (!store_put_mark(run->store, sink->node->name,
                                edge->from->node->name, &lane, mark))
                return false;
        }
    }
    return true;
}

static bool
put_memo(struct mill_stage *stage)
{
    for (size_t i = 0; i < stage->memo.count; i++) {
        const struct note *note = &stage->memo.notes[i];

        if (note->changed
            && !store_put_state(stage->run->store, stage->node->name, note->key,
                                note->value))
            return false;
    }
    return true;
}

/* Transforms' memos go into every transaction: the positions in it rest on
 * them.
 */
static bool
is_transform(const struct mill_stage *stage)
{
    return stage->node->plugin->kind == MILL_TRANSFORM;
}

static bool
put_transforms(struct run *run)
{
    for (size_t i = 0; i < run->stage_count; i++)
        if (is_transform(run->stages[i]) && !put_memo(run->stages[i]))
            return false;
    return true;
}

enum parts {
    PART_MEMO = 1,
    PART_MARKS = 2,
    PART_LANES = 4,
    PART_TRANSFORMS = 8,
};

static bool
store_all(struct mill_stage *stage, struct run *run, int parts)
{
    return store_begin(run->store)
           && (!(parts & PART_MARKS) || put_marks(stage))
           && (!(parts & PART_MEMO) || put_memo(stage))
           && (!(parts & PART_TRANSFORMS) || put_transforms(run))
           && (!(parts & PART_LANES) || put_moved(run))
           && store_commit(run->store);
}

/* One try; while it lasts no transform records more, so that what is marked as
 * stored is what was stored. */
static bool
store_once(struct mill_stage *stage, struct run *run, int parts)
{
    for (size_t i = 0; i < run->stage_count; i++)
        if (is_transform(run->stages[i]))
            pthread_mutex_lock(&run->stages[i]->memo_lock);

    bool stored = store_all(stage, run, parts);

    if (stored && (parts & PART_MEMO))
        memo_stored(&stage->memo);
    for (size_t i = 0; i < run->stage_count; i++) {
        if (!is_transform(run->stages[i]))
            continue;
        if (stored && (parts & PART_TRANSFORMS))
            memo_stored(&run->stages[i]->memo);
        pthread_mutex_unlock(&run->stages[i]->memo_lock);
    }
    return stored;
}

/* Again and again where the disk is full, say. */
static bool
store_until_done(struct mill_stage *stage, int parts)
{
    struct run *run = stage->run;

    while (!store_once(stage, run, parts)) {
        mill_fail(stage, MILL_RETRY, "cannot store the checkpoint in %s: %s",
                  run->graph->state_dir ? run->graph->state_dir : "memory",
                  store_error(run->store));
        if (!stage_pause(stage, stage_patience(stage)))
            return false;
    }
    stage_recovered(stage);
    atomic_store(&run->stored_ns, now_ns());
    return true;
}

/* Under the store's lock: nobody else may store a later state meanwhile.  The
 * plugin may store in the midst of a callback that is being tried again; that
 * this goes well doesn't mean that the callback does. */
static bool
store_parts(struct mill_stage *stage, int parts)
{
    struct retry callback = stage->retry;

    stage->retry = (struct retry){ 0 };
    bool stored = store_until_done(stage, parts);
    stage->retry = callback;
    return stored;
}

/* --- a sink's checkpoint --- */

/* Buries what a sink rejected of one batch, in write and, where BOOKS are given
 * to count that, since. */
static bool
bury_one(struct mill_stage *sink, struct owed *owed, struct books *books)
{
    struct batch *kept = sink->condemned; /* of one that write failed on */

    sink->current = owed->edge;
    sink->condemned = owed->dead;
    owed->dead = NULL;
    bool good =
        (!books || stage_sweep(sink, owed->batch, books)) && stage_bury(sink);
    batch_release(sink->condemned);
    sink->condemned = kept;
    return good;
}

/* Rejected rows that waited for the transaction of the others. */
static bool
bury_owed(struct mill_stage *sink)
{
    for (size_t i = 0; stage_transacts(sink) && i < sink->pending_count; i++)
        if (!bury_one(sink, &sink->pending[i], NULL))
            return false;
    return true;
}

/* Until all that this sink rejected is stored as dead letters.  False: the run
 * is ending. */
static bool
wait_buried(struct mill_stage *sink)
{
    struct edge *dead = sink->dead_out;

    while (dead && atomic_load(&dead->unstored) > 0) {
        if (atomic_load(&sink->run->aborting))
            return false;
        gate_prepare(&sink->gate);
        channel_backlog(dead->channel);
        sink_hurry(dead->to);
        if (atomic_load(&dead->unstored) > 0
            && !atomic_load(&sink->run->aborting))
            gate_wait(&sink->gate, -1, -1);
    }
    return true;
}

/* A sink of dead letters: what it took is stored, and whoever waits for that
 * may go on. */
static void
tell_buried(struct mill_stage *sink)
{
    for (size_t i = 0; i < sink->in_count; i++) {
        struct edge *edge = sink->ins[i];

        if (!edge->dead)
            continue;
        atomic_fetch_sub(&edge->unstored, edge->owed);
        edge->owed = 0;
        gate_wake(&edge->from->gate);
    }
}

static bool
call_until_ok(struct mill_stage *sink,
              enum mill_verdict (*call)(void *, struct mill_stage *))
{
    while (call) {
        stage_forget_reason(sink);
        enum mill_verdict verdict = call(sink->self, sink);

        if (verdict == MILL_OK)
            break;
        if (verdict != MILL_RETRY) {
            stage_fatal(sink);
            return false;
        }
        if (!stage_pause(sink, stage_patience(sink)) || !sink_redo(sink)
            || !bury_owed(sink) || !wait_buried(sink))
            return false;
    }
    stage_recovered(sink);
    return true;
}

/* The books, once all that was taken is durable. */
static void
book_delivered(struct mill_stage *sink)
{
    for (size_t i = 0; i < sink->in_count; i++) {
        struct edge *edge = sink->ins[i];

        struct tally held = { 0, 0 };

        moves_deliver(edge, &held);
        tally_take(&edge->books.flight, &held);
        atomic_fetch_add(&sink->run->settled, edge->books.flight.rows);
        tally_add(&edge->books.out, &edge->books.flight);
        edge->books.flight = held;
    }
}

static bool
store_sink(struct mill_stage *sink)
{
    struct run *run = sink->run;
    int parts = PART_MARKS | PART_MEMO | PART_TRANSFORMS;

    pthread_mutex_lock(&run->store_lock);
    if (!moves_hold(sink)) {
        pthread_mutex_unlock(&run->store_lock);
        mill_fail(sink, MILL_FATAL, "no memory for the ledger");
        stage_fatal(sink);
        return false;
    }
    for (size_t i = 0; i < sink->pending_count; i++) {
        batch_release(sink->pending[i].batch);
        ledger_settle(run->ledger, sink->pending[i].entry);
    }
    sink->pending_count = 0;
    sink->pending_bytes = 0;
    sink->awaited = false;
    announce_collect(run);
    bool stored = store_parts(sink, run->torn ? parts : parts | PART_LANES);
    run->torn = run->torn || !stored;
    if (!run->torn)
        announce(run);
    pthread_mutex_unlock(&run->store_lock);
    return stored;
}

/* True where a transform has recorded what isn't stored yet. */
static bool
transforms_changed(struct run *run)
{
    bool changed = false;

    for (size_t i = 0; i < run->stage_count; i++) {
        struct mill_stage *stage = run->stages[i];

        if (!is_transform(stage))
            continue;
        pthread_mutex_lock(&stage->memo_lock);
        for (size_t k = 0; k < stage->memo.count && !changed; k++)
            changed = stage->memo.notes[k].changed;
        pthread_mutex_unlock(&stage->memo_lock);
    }
    return changed;
}

/* Else a sink could hold rows, and know it, that a transform which forgot them
 * would let pass a second time. */
static bool
store_transforms(struct mill_stage *sink)
{
    struct run *run = sink->run;

    if (!stage_transacts(sink) || !transforms_changed(run))
        return true;
    pthread_mutex_lock(&run->store_lock);
    bool stored = store_parts(sink, PART_TRANSFORMS);
    pthread_mutex_unlock(&run->store_lock);
    return stored;
}

/* Rows that a sink rejected in its flush: it is the first to hear of what its
 * service made of them.  With them go those that it rejected in write: all of a
 * batch at once, or the later ones would be taken for those that were. */
static bool
bury_late(struct mill_stage *sink)
{
    for (size_t i = 0; i < sink->pending_count; i++) {
        struct owed *owed = &sink->pending[i];
        struct books books = { 0 };

        if (stage_transacts(sink) || !owed->batch)
            continue;
        if (!bury_one(sink, owed, &books))
            return false;
        tally_add(&owed->edge->books.dead, &books.dead);
        tally_add(&owed->edge->books.filtered, &books.filtered);
        tally_take(&owed->edge->books.flight, &books.dead);
        tally_take(&owed->edge->books.flight, &books.filtered);
    }
    return wait_buried(sink);
}

bool
checkpoint_sink(struct mill_stage *sink)
{
    const struct mill_plugin *plugin = sink->node->plugin;

    sink->flush_by_ns = 0; /* flush may ask for the next */
    atomic_store(&sink->wanted, false);
    mill_fail_point("checkpoint-before-flush");
    if (!store_transforms(sink))
        return false;
    mill_fail_point("checkpoint-after-transforms");
    if (!bury_owed(sink) || !wait_buried(sink)
        || !call_until_ok(sink, plugin->sink.flush) || !bury_late(sink))
        return false;
    mill_fail_point("checkpoint-after-flush");
    if (!store_sink(sink))
        return false;
    tell_buried(sink);
    book_delivered(sink);
    mill_fail_point("checkpoint-before-published");
    if (!call_until_ok(sink, plugin->sink.published))
        return false;
    mill_fail_point("checkpoint-after-published");
    return true;
}

bool
checkpoint_finish(struct mill_stage *sink)
{
    if (!sink->node->plugin->sink.finish)
        return true;
    if (!call_until_ok(sink, sink->node->plugin->sink.finish))
        return false;
    /* What it held back until now is delivered with it. */
    if (!store_sink(sink))
        return false;
    book_delivered(sink);
    return true;
}

bool
checkpoint_memo(struct mill_stage *stage)
{
    struct run *run = stage->run;

    pthread_mutex_lock(&run->store_lock);
    bool stored = store_parts(stage, PART_MEMO);
    pthread_mutex_unlock(&run->store_lock);
    return stored;
}

bool
checkpoint_lanes(struct mill_stage *stage)
{
    struct run *run = stage->run;
    bool stored = true;

    pthread_mutex_lock(&run->store_lock);
    announce_collect(run);
    if (run->moved_count > 0 && !run->torn)
        stored = store_parts(stage, PART_LANES | PART_TRANSFORMS);
    if (stored && !run->torn)
        announce(run);
    pthread_mutex_unlock(&run->store_lock);
    return stored;
}

void
checkpoint_lanes_once(struct run *run)
{
    if (pthread_mutex_trylock(&run->store_lock) != 0)
        return;
    announce_collect(run);
    if (!run->torn) {
        if (run->moved_count == 0
            || store_once(NULL, run, PART_LANES | PART_TRANSFORMS))
            announce(run);
        else
            log_line(run->log, MILL_WARN, &run->place,
                     "cannot store the checkpoint in %s: %s; trying again with"
                     " the next one",
                     run->graph->state_dir ? run->graph->state_dir : "memory",
                     store_error(run->store));
        atomic_store(&run->stored_ns, now_ns());
    }
    pthread_mutex_unlock(&run->store_lock);
}
