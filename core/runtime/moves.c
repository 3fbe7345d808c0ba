/* SPDX-License-Identifier: Apache-2.0 */

/*
 * moves - lanes whose partition moves between processes; see stage.h
 *
 * A sink that makes objects of many rows delivers a row with the object that it
 * is in.  Until then the row is held back: the lane is committed up to the
 * object's beginning only, and whoever gets the partition next reads the rest
 * again.  So an object that is open when the partition goes is forgotten here
 * and made there, with the same rows under the same name.
 *
 * The books of such rows are kept by their positions: taken rows are in flight
 * until the sink no longer holds them back, or are taken back with their lane.
 */

#include <stdlib.h>
#include <string.h>

#include "record/batch.h"
#include "runtime/run_parts.h"

/* How often sinks are asked for a checkpoint while a partition is leaving. */
#define ASK_NS ((int64_t)20 * 1000 * 1000)

static bool
may_hold(const struct mill_stage *sink, const struct lane *lane)
{
    const struct mill_plugin *source =
        sink->run->stages[lane->source]->node->plugin;

    return (sink->node->plugin->flags & MILL_HOLDS_BACK)
           && (source->flags & MILL_MOVES);
}

/* --- what a sink has taken --------------------------------------------------
 */

static bool
reserve_taken(struct place *place, size_t count)
{
    size_t room = place->taken_room ? place->taken_room : 1024;
    uint64_t *taken;

    if (count <= place->taken_room)
        return true;
    while (room < count)
        room *= 2;
    taken = realloc(place->taken, room * sizeof(*taken));
    if (!taken)
        return false;
    place->taken = taken;
    place->taken_room = room;
    return true;
}

bool
moves_take(struct mill_stage *sink, struct edge *edge, struct batch *batch)
{
    const struct lane *lane = ledger_lane_of(batch->entry);
    size_t rows = batch->pub.rows;

    if (!may_hold(sink, lane) || rows == 0)
        return true;

    struct place *place = edge_place(edge, lane);

    if (!place || !reserve_taken(place, place->taken_count + rows))
        return false;
    memcpy(place->taken + place->taken_count, batch->positions,
           rows * sizeof(*place->taken));
    place->taken_count += rows;
    return true;
}

/* Forgets the rows before what is held back; adds the others to *HELD. */
static void
deliver_place(struct place *place, struct tally *held)
{
    size_t kept = 0;

    for (size_t i = 0; i < place->taken_count; i++)
        if (place->holds && place->taken[i] >= place->hold) {
            tally_position(held, place->taken[i]);
            place->taken[kept++] = place->taken[i];
        }
    place->taken_count = kept;
}

void
moves_deliver(struct edge *edge, struct tally *held)
{
    for (size_t i = 0; i < edge->place_count; i++) {
        struct place *place = &edge->places[i];
        uint64_t mark;

        deliver_place(place, held);
        if (place->pending && moves_mark(place, &mark)) {
            place->stored = true;
            place->durable = mark;
        }
        place->pending = false;
    }
}

bool
moves_mark(const struct place *place, uint64_t *mark)
{
    *mark = place->upto;
    if (!place->holds || place->hold > place->upto)
        return true;
    if (place->hold > 0 && (!place->marked || place->hold - 1 >= place->mark)) {
        *mark = place->hold - 1;
        return true;
    }
    *mark = place->mark;
    return place->marked;
}

/* --- holding back ------------------------------------------------------------
 */

static struct place *
find_place(struct edge *edge, const char *stream, const char *partition)
{
    for (size_t i = 0; i < edge->place_count; i++) {
        struct place *place = &edge->places[i];

        if (place->lane && !place->gone
            && strcmp(place->lane->stream, stream) == 0
            && strcmp(place->lane->partition, partition) == 0)
            return place;
    }
    return NULL;
}

bool
mill_hold_back(struct mill_stage *stage, const char *from, const char *stream,
               const char *partition, uint64_t position)
{
    for (size_t i = 0; i < stage->in_count; i++) {
        struct edge *edge = stage->ins[i];
        struct place *place = find_place(edge, stream, partition);

        if (!place || strcmp(edge->from->node->name, from) != 0)
            continue;
        place->holds = position != UINT64_MAX;
        place->hold = position;
        place->pending = true;
    }
    return true;
}

bool
moves_hold(struct mill_stage *sink)
{
    for (size_t i = 0; i < sink->in_count; i++) {
        struct edge *edge = sink->ins[i];

        for (size_t k = 0; k < edge->place_count; k++) {
            const struct place *place = &edge->places[k];

            if (place->lane && place->pending && may_hold(sink, place->lane)
                && !ledger_hold_back(sink->run->ledger, place->lane, edge,
                                     place->holds ? place->hold : UINT64_MAX))
                return false;
        }
    }
    return true;
}

/* --- lanes that were left ----------------------------------------------------
 */

static void
forget_place(struct mill_stage *sink, struct edge *edge, struct place *place)
{
    const struct lane *lane = place->lane;

    place->gone = true;
    place->pending = false;
    for (size_t i = 0; i < place->taken_count; i++) {
        struct tally row = { 0, 0 };

        tally_position(&row, place->taken[i]);
        tally_take(&edge->books.flight, &row);
        tally_add(&edge->books.revoked, &row);
    }
    place->taken_count = 0;
    if (sink->ready && sink->node->plugin->sink.revoked)
        sink->node->plugin->sink.revoked(sink->self, sink,
                                         edge->from->node->name, lane->stream,
                                         lane->partition);
}

void
moves_forget(struct mill_stage *sink)
{
    size_t left = atomic_load(&sink->run->lanes_left);

    if (left == sink->seen_left)
        return;
    sink->seen_left = left;
    for (size_t i = 0; i < sink->in_count; i++) {
        struct edge *edge = sink->ins[i];

        for (size_t k = 0; k < edge->place_count; k++) {
            struct place *place = &edge->places[k];

            if (place->lane && !place->gone && lane_is_left(place->lane))
                forget_place(sink, edge, place);
        }
    }
}

bool
moves_drop(struct mill_stage *sink, struct edge *edge, struct batch *batch)
{
    struct tally rows = batch_tally(batch);

    if (!lane_is_left(ledger_lane_of(batch->entry)))
        return false;
    tally_add(&edge->books.revoked, &rows);
    stage_settle(sink, batch->entry);
    batch_release(batch);
    return true;
}

static void
ask_sinks(struct run *run)
{
    for (size_t i = 0; i < run->stage_count; i++)
        if (run->stages[i]->node->plugin->kind == MILL_SINK)
            sink_hurry(run->stages[i]);
}

/* Until nothing of LANE is on its way.  False: not in time. */
static bool
wait_delivered(struct mill_stage *stage, const struct lane *lane,
               int64_t until_ns)
{
    struct run *run = stage->run;

    while (ledger_lane_open(run->ledger, lane) > 0) {
        if (atomic_load(&run->aborting) || now_ns() >= until_ns)
            return false;
        stage_is_blocked(stage); /* moves what queues */
        ask_sinks(run);
        gate_prepare(&stage->gate);
        if (ledger_lane_open(run->ledger, lane) > 0)
            gate_wait(&stage->gate, -1, ASK_NS);
        if (!source_deliver(stage))
            return false;
    }
    checkpoint_lanes(stage);
    return source_deliver(stage);
}

static void
leave(struct mill_stage *stage, const struct lane *lane)
{
    struct run *run = stage->run;

    ledger_leave(run->ledger, lane);
    stage->lane = NULL;
    atomic_fetch_add(&run->lanes_left, 1);
    for (size_t i = 0; i < run->stage_count; i++)
        gate_wake(&run->stages[i]->gate);
}

bool
mill_lane_leave(struct mill_stage *stage, const char *stream,
                const char *partition, struct mill_duration patience)
{
    const struct lane *lane =
        ledger_find(stage->run->ledger, stage->index, stream, partition);

    if (!lane)
        return true;
    bool settled = wait_delivered(stage, lane, now_ns() + patience.ns);
    leave(stage, lane);
    return settled;
}

void
mill_lane_lost(struct mill_stage *stage, const char *stream,
               const char *partition)
{
    const struct lane *lane =
        ledger_find(stage->run->ledger, stage->index, stream, partition);

    if (lane)
        leave(stage, lane);
}

bool
mill_lane_life(struct mill_stage *stage, const char *stream,
               const char *partition, const char *life)
{
    return ledger_live(stage->run->ledger, stage->index, stream, partition,
                       life);
}

bool
mill_lane_moves(const struct mill_batch *batch)
{
    const struct batch *core = (const struct batch *)batch;

    return core->entry && ledger_lane_of(core->entry)->moves;
}
