/* SPDX-License-Identifier: Apache-2.0 */

/* source - the thread of a source: read, enter in the ledger, hand on, commit
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "record/batch.h"
#include "runtime/run_parts.h"

/* How long a source that says IDLE without having waited is left alone. */
#define IDLE_NS ((int64_t)10 * 1000 * 1000)

/* How often a source that may not read yet is told so, or looks after what
 * holds it up. */
#define BLOCKED_NS ((int64_t)500 * 1000 * 1000)

static const struct mill_plugin *
plugin_of(const struct mill_stage *stage)
{
    return stage->node->plugin;
}

/* --- emitting ----------------------------------------------------------------
 */

/* Says once for each stream that nobody reads that its rows go nowhere. */
static void
tell_unread(struct mill_stage *stage, const struct lane *lane)
{
    size_t readers = 0;

    for (size_t i = 0; i < stage->out_count; i++)
        readers += !stage->outs[i]->stream
                   || strcmp(stage->outs[i]->stream, lane->stream) == 0;
    if (readers == 0 && lane->index >= stage->told_lanes)
        log_line(stage->run->log, MILL_WARN, &stage->place,
                 "no stage reads stream \"%s\": its rows go nowhere",
                 lane->stream);
    if (lane->index >= stage->told_lanes)
        stage->told_lanes = lane->index + 1;
}

static bool
enter(struct mill_stage *stage, struct batch *batch)
{
    struct ledger *ledger = stage->run->ledger;
    const struct lane *lane = stage->lane;

    if (!lane || strcmp(lane->stream, batch->pub.stream) != 0
        || strcmp(lane->partition, batch->pub.partition) != 0)
        lane = ledger_lane(ledger, stage->index, batch->pub.stream,
                           batch->pub.partition);
    if (lane && lane != stage->lane)
        tell_unread(stage, lane);
    stage->lane = lane;
    if (!batch->first_is_set)
        batch->pub.first = batch->pub.positions[0];
    if (lane)
        batch->entry = ledger_enter(
            ledger, lane,
            &(struct entered){ .first = batch->pub.positions[0],
                               .last = batch_last_position(batch),
                               .cursor = batch->cursor,
                               .holds = 1,
                               .watched = plugin_of(stage)->source.settled,
                               .moves = plugin_of(stage)->flags & MILL_MOVES });
    if (batch->entry)
        return true;
    mill_fail(stage, MILL_FATAL, "no memory for the ledger");
    stage_fatal(stage);
    return false;
}

/* Leaves out what was settled everywhere before the start. */
static void
skip_settled(struct mill_stage *stage, struct batch *batch)
{
    if (plugin_of(stage)->flags & MILL_MOVES)
        return;

    const struct resume_lane *lane =
        resume_lane(&stage->run->resume, stage->node->name, batch->pub.stream,
                    batch->pub.partition);

    if (lane && batch->pub.rows > 0
        && batch->pub.positions[0] <= lane->position)
        batch_skip(batch, lane->position);
}

static bool
in_order(struct mill_stage *stage, struct batch *batch)
{
    if (batch_in_order(batch))
        return true;
    mill_fail(stage, MILL_FATAL,
              "rows of %s/%s don't come in order of position, which is a fault"
              " of the plugin %s",
              batch->pub.stream, batch->pub.partition, plugin_of(stage)->name);
    stage_fatal(stage);
    return false;
}

/* Takes the batch. */
static bool
emit(struct mill_stage *stage, struct batch *batch)
{
    struct books unused = { 0 }; /* a source has no edge in */

    if (!in_order(stage, batch)) {
        batch_release(batch);
        return false;
    }
    skip_settled(stage, batch);
    if (batch->pub.rows == 0) {
        batch_release(batch);
        return true;
    }
    if (!enter(stage, batch)) {
        batch_release(batch);
        return false;
    }
    atomic_fetch_add(&stage->rows, batch->pub.rows);
    atomic_fetch_add(&stage->bytes, batch->payload_bytes);
    if (!stage_sweep(stage, batch, &unused) || !stage_bury(stage)) {
        batch_release(batch);
        return false;
    }
    return stage_emit(stage, batch);
}

/* --- reading -----------------------------------------------------------------
 */

static bool
asked_to_stop(const struct mill_stage *stage)
{
    return atomic_load(&stage->run->stopping)
           || atomic_load(&stage->run->aborting);
}

static void
wait_idle(struct mill_stage *stage, int64_t ns)
{
    gate_prepare(&stage->gate);
    if (!asked_to_stop(stage) && !atomic_load(&stage->attention))
        gate_wait(&stage->gate, -1, ns);
    atomic_store(&stage->attention, false);
}

/* Stops reading, lets what was read before flow out, and ends with status 1. */
static void
end_in_failure(struct mill_stage *stage)
{
    log_line(stage->run->log, MILL_ERROR, &stage->place, "%s",
             stage_reason(stage));
    atomic_store(&stage->run->failed, true);
    run_stop(stage->run);
}

/* How long a wait for somebody downstream may last at a time. */
static int64_t
wait_at_most(const struct mill_stage *stage)
{
    return plugin_of(stage)->source.blocked ? BLOCKED_NS : -1;
}

/* Between two such waits: what was stored is told, and a source that has to be
 * heard of is called.  False: it will read no more. */
static bool
be_heard(struct mill_stage *stage)
{
    int64_t now = now_ns();

    if (!source_deliver(stage))
        return false;
    if (!plugin_of(stage)->source.blocked || now - stage->heard_ns < BLOCKED_NS)
        return true;
    stage->heard_ns = now;
    stage_forget_reason(stage);
    enum mill_verdict verdict =
        plugin_of(stage)->source.blocked(stage->self, stage);

    if (verdict != MILL_FATAL)
        return true;
    end_in_failure(stage);
    return false;
}

/* Waits until the rings have room. */
static bool
wait_room(struct mill_stage *stage)
{
    while (stage_is_blocked(stage)) {
        if (atomic_load(&stage->run->aborting) || !be_heard(stage))
            return false;
        gate_prepare(&stage->gate);
        if (stage_is_blocked(stage) && !atomic_load(&stage->run->aborting))
            gate_wait(&stage->gate, -1, wait_at_most(stage));
    }
    return !atomic_load(&stage->run->aborting);
}

/* Batches that a sink keeps until its next checkpoint may be all there is. */
static void
hurry_keepers(struct run *run)
{
    for (size_t i = 0; i < run->stage_count; i++) {
        struct mill_stage *stage = run->stages[i];

        if (stage->node->plugin->kind == MILL_SINK && stage_keeps(stage))
            sink_hurry(stage);
    }
}

/* Waits until the memory budget has room: what holds it is downstream, so this
 * is where a slow sink slows the source. */
static bool
wait_memory(struct mill_stage *stage)
{
    struct run *run = stage->run;
    size_t limit = (size_t)run->graph->memory;

    while (pool_used(run->pool) > limit && !asked_to_stop(stage)) {
        stage_is_blocked(stage); /* moves what queues */
        if (!be_heard(stage))
            return false;
        hurry_keepers(run);
        gate_prepare(&stage->gate);
        if (pool_used(run->pool) > limit && !asked_to_stop(stage))
            gate_wait(&stage->gate, -1, BLOCKED_NS);
    }
    return true;
}

/* False: there will be no more. */
static bool
act_on(struct mill_stage *stage, enum mill_verdict verdict, bool got_rows)
{
    switch (verdict) {
    case MILL_OK:
        stage_recovered(stage);
        return true;
    case MILL_IDLE:
        stage_recovered(stage);
        if (!got_rows && !stage->waited)
            wait_idle(stage, IDLE_NS);
        return true;
    case MILL_END:
        stage->ended = true;
        return false;
    case MILL_RETRY:
        return stage_pause(stage, stage->run->resume.lane_count > 0
                                          || atomic_load(&stage->rows) > 0
                                      ? stage_patience(stage)
                                      : stage->run->graph->connect_ns);
    case MILL_REJECT:
    case MILL_FATAL:
        break;
    }
    end_in_failure(stage);
    return false;
}

static bool
read_once(struct mill_stage *stage)
{
    struct batch *batch = batch_create(stage->run->pool);

    if (!batch) {
        mill_fail(stage, MILL_FATAL, "no memory for a batch");
        stage_fatal(stage);
        return false;
    }
    stage->waited = false;
    stage_forget_reason(stage);
    enum mill_verdict verdict =
        plugin_of(stage)->source.read(stage->self, stage, &batch->pub);
    bool got_rows = batch->pub.rows > 0;

    if (!emit(stage, batch))
        return false;
    return act_on(stage, verdict, got_rows);
}

static void
read_all(struct mill_stage *stage)
{
    while (!asked_to_stop(stage)) {
        if (!wait_room(stage) || !wait_memory(stage) || !source_deliver(stage))
            return;
        if (asked_to_stop(stage) || !read_once(stage))
            return;
    }
}

/* What sinks hold back of lanes that move is committed as they end. */
static void
wait_sinks(struct mill_stage *stage)
{
    struct run *run = stage->run;

    while ((plugin_of(stage)->flags & MILL_MOVES)
           && !atomic_load(&run->aborting) && atomic_load(&run->sinking) > 0) {
        gate_prepare(&stage->gate);
        if (!atomic_load(&run->aborting) && atomic_load(&run->sinking) > 0)
            gate_wait(&stage->gate, -1, wait_at_most(stage));
        be_heard(stage);
    }
}

/* After the last row: until all of them are settled, stored and committed. */
static void
wait_settled(struct mill_stage *stage)
{
    struct run *run = stage->run;

    while (!atomic_load(&run->aborting)
           && ledger_open(run->ledger, stage->index) > 0) {
        gate_prepare(&stage->gate);
        if (!atomic_load(&run->aborting)
            && ledger_open(run->ledger, stage->index) > 0)
            gate_wait(&stage->gate, -1, wait_at_most(stage));
        be_heard(stage);
    }
    wait_sinks(stage);
    checkpoint_lanes(stage);
    source_deliver(stage);
}

void
source_loop(struct mill_stage *stage)
{
    bool opened = stage_open(stage);

    if (opened)
        read_all(stage);
    atomic_fetch_sub(&stage->run->reading, 1);
    stage_end(stage);
    /* What couldn't be opened has sent nothing, and mustn't be called. */
    if (opened)
        wait_settled(stage);
}
