/* SPDX-License-Identifier: Apache-2.0 */

/* sink - the thread of a sink: take, skip what it had, write, checkpoint */

#include <inttypes.h>
#include <stdlib.h>

#include "record/batch.h"
#include "runtime/run_parts.h"

/* A checkpoint comes early where so much waits for it; less where the batches
 * themselves are kept. */
#define PENDING_BYTES ((size_t)64 * 1024 * 1024)
#define KEPT_BYTES ((size_t)8 * 1024 * 1024)
#define PENDING_BATCHES 4096

/* A batch of so many bytes has others behind it, as a rule. */
#define FLOOD_BYTES ((size_t)64 * 1024)

/* What somebody waits for is flushed as soon as no more is at hand, and so long
 * after the first of it where there is always more. */
#define AWAITED_NS ((int64_t)5 * 1000 * 1000)

static bool
no_memory(struct mill_stage *sink)
{
    mill_fail(sink, MILL_FATAL, "no memory for the ledger");
    stage_fatal(sink);
    return false;
}

/* --- what is owed: taken, and not yet durable --- */

static bool
make_room(struct mill_stage *sink)
{
    size_t room = sink->pending_room ? sink->pending_room * 2 : 64;
    struct owed *pending;

    if (sink->pending_count < sink->pending_room)
        return true;
    pending = realloc(sink->pending, room * sizeof(*pending));
    if (!pending)
        return no_memory(sink);
    sink->pending = pending;
    sink->pending_room = room;
    return true;
}

/* What BATCH adds to the bytes that ask for a checkpoint: where it is kept, all
 * that it holds. */
static size_t
weight(const struct mill_stage *sink, const struct batch *batch)
{
    size_t cells =
        (size_t)batch->pub.rows * batch->pub.stride * sizeof(struct mill_value);

    return batch->payload_bytes
           + (stage_keeps(sink) ? batch->stored_bytes + cells : 0);
}

static bool
owe(struct mill_stage *sink, struct edge *edge, struct batch *batch)
{
    struct place *place = edge_place(edge, ledger_lane_of(batch->entry));

    if (!place)
        return no_memory(sink);
    if (!make_room(sink))
        return false;
    batch->whole = true;
    if (!moves_take(sink, edge, batch))
        return no_memory(sink);
    if (sink->pending_count == 0)
        sink->pending_since_ns = now_ns();

    struct owed *owed = &sink->pending[sink->pending_count++];
    *owed = (struct owed){ .entry = batch->entry, .edge = edge };
    if (stage_keeps(sink)) {
        owed->batch = batch_retain(batch);
        owed->dead = sink->condemned;
        sink->condemned = NULL;
    }
    sink->awaited = sink->awaited || ledger_is_watched(batch->entry);
    sink->pending_bytes += weight(sink, batch);
    edge->owed++;
    place->pending = true;
    place->upto =
        batch->parted ? batch->before - 1 : ledger_position_of(batch->entry);
    /* While it catches up with what it had before a restart, a sink's mark must
     * not fall back. */
    if (place->marked && place->upto < place->mark)
        place->upto = place->mark;
    return true;
}

/* --- writing --- */

static bool
is_flood(const struct batch *batch)
{
    return batch->payload_bytes + batch->stored_bytes >= FLOOD_BYTES
           && !ledger_is_watched(batch->entry);
}

/* Calls write once; rows that it rejects leave the batch.  False: the run was
 * ended. */
static bool
write_once(struct mill_stage *sink, struct batch *batch, struct books *books,
           bool *again)
{
    const struct mill_plugin *plugin = sink->node->plugin;

    stage_forget_reason(sink);
    enum mill_verdict verdict =
        plugin->sink.write(sink->self, sink, &batch->pub);

    *again = verdict == MILL_RETRY;
    if (verdict == MILL_REJECT)
        stage_reject_all(sink, batch);
    if (verdict != MILL_RETRY && verdict != MILL_OK && verdict != MILL_REJECT) {
        stage_fatal(sink);
        return false;
    }
    return stage_sweep(sink, batch, books);
}

/* Calls write until the plugin has taken what it can. */
static bool
write_rows(struct mill_stage *sink, struct batch *batch, struct books *books)
{
    bool again = true;

    while (again && batch->pub.rows > 0) {
        if (!write_once(sink, batch, books, &again))
            return false;
        if (again
            && (!stage_pause(sink, stage_patience(sink)) || !sink_redo(sink)))
            return false;
    }
    stage_recovered(sink);
    return true;
}

/* Hands one owed batch again; rows that are rejected now were in flight. */
static bool
redo_one(struct mill_stage *sink, struct owed *owed, bool *again)
{
    struct books books = { 0 };
    struct batch *kept = sink->condemned; /* of the batch that waits */
    bool good;

    sink->current = owed->edge;
    sink->condemned = owed->dead;
    good = owed->batch->pub.rows == 0
           || write_once(sink, owed->batch, &books, again);
    owed->dead = sink->condemned;
    sink->condemned = kept;
    tally_add(&owed->edge->books.dead, &books.dead);
    tally_take(&owed->edge->books.flight, &books.dead);
    return good;
}

bool
sink_redo(struct mill_stage *sink)
{
    struct edge *current = sink->current;
    bool again = false;

    for (size_t i = 0; stage_transacts(sink) && i < sink->pending_count;) {
        if (!redo_one(sink, &sink->pending[i++], &again))
            return false;
        if (!again)
            continue;
        if (!stage_pause(sink, stage_patience(sink)))
            return false;
        again = false;
        i = 0; /* all of it is gone again */
    }
    sink->current = current;
    return true;
}

/* A sink that changed the rows of a batch in write has lost or doubled some. */
static bool
prove(struct mill_stage *sink, struct edge *edge, const struct batch *batch,
      const struct books *books)
{
    char sum[BOOKS_ROOM];

    if (books_balance(books))
        return true;
    books_print(sum, books);
    mill_fail(sink, MILL_FATAL,
              "edge %s -> %s: the books don't balance near position %" PRIu64
              " of %s/%s: %s; the plugin %s lost or doubled rows",
              edge->from->node->name, sink->node->name, batch->pub.first,
              batch->pub.stream, batch->pub.partition, sum,
              sink->node->plugin->name);
    stage_fatal(sink);
    return false;
}

static void
skip_had(struct edge *edge, struct batch *batch)
{
    struct place *place = edge_place(edge, ledger_lane_of(batch->entry));

    if (!place || !place->marked || batch->pub.rows == 0
        || batch->pub.positions[0] > place->mark)
        return;
    struct tally had = batch_skip(batch, place->mark);
    tally_add(&edge->books.before, &had);
}

/* Writes one batch, which it doesn't release. */
static bool
sink_rows(struct mill_stage *sink, struct edge *edge, struct batch *batch)
{
    struct books books = { 0 }; /* of this batch */

    skip_had(edge, batch);
    sink->current = edge;
    sink->flooded = is_flood(batch);
    books.in = batch_tally(batch);
    if (!stage_sweep(sink, batch, &books) /* what didn't decode */
        || !write_rows(sink, batch, &books))
        return false;

    stage_book_parted(sink, &books);
    struct tally rest = batch_tally(batch); /* what write took as a whole */
    tally_add(&books.out, &rest);
    if (!prove(sink, edge, batch, &books)
        || (!stage_keeps(sink) && !stage_bury(sink)))
        return false;
    tally_add(&edge->books.dead, &books.dead);
    tally_add(&edge->books.filtered, &books.filtered);
    tally_add(&edge->books.added, &books.added);
    tally_add(&edge->books.flight, &books.out);
    return owe(sink, edge, batch);
}

static void
give_up(struct edge *edge, struct batch *batch)
{
    struct tally held = batch_tally(batch);

    tally_add(&edge->books.flight, &held);
    batch_release(batch);
}

/* Takes as much of a batch as goes together. */
static bool
sink_part(struct mill_stage *sink, struct edge *edge, struct batch *batch)
{
    struct tally all = batch_tally(batch);

    batch = stage_prepare(sink, batch);
    bool good = batch && sink_rows(sink, edge, batch);
    if (!good)
        tally_add(&edge->books.flight, &all);
    batch_release(batch);
    return good;
}

static bool
sink_one(struct mill_stage *sink, struct edge *edge, struct batch *batch)
{
    uint64_t rows = batch->pub.rows;

    if (moves_drop(sink, edge, batch))
        return true;
    if (!stage_check_order(sink, edge, batch)) {
        give_up(edge, batch);
        return false;
    }
    for (; batch; batch = stage_later(sink))
        if (!sink_part(sink, edge, batch))
            return false;
    atomic_fetch_add(&sink->rows, rows);
    return true;
}

static int64_t
sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Nanoseconds until a checkpoint is due; negative: nothing waits for one. IDLE:
 * there is no batch at hand, so others that wait for it need wait no longer. */
static int64_t
until_checkpoint(const struct mill_stage *sink, bool idle)
{
    int64_t due = sink->flush_by_ns ? sink->flush_by_ns : INT64_MAX;
    int64_t most = sink->run->graph->checkpoint_ns;

    if (idle && sink->pending_count > 0
        && (sink->awaited || atomic_load(&sink->wanted)))
        return 0;
    if (sink->awaited)
        most = sooner(most, AWAITED_NS);
    if (sink->pending_count > 0)
        due = sooner(due, sink->pending_since_ns + most);
    if (due == INT64_MAX)
        return -1;
    if (sink->pending_bytes >= (stage_keeps(sink) ? KEPT_BYTES : PENDING_BYTES)
        || sink->pending_count >= PENDING_BATCHES)
        return 0;

    int64_t left = due - now_ns();
    return left > 0 ? left : 0;
}

void
sink_hurry(struct mill_stage *sink)
{
    atomic_store(&sink->wanted, true);
    gate_wake(&sink->gate);
}

static struct batch *
next(struct mill_stage *sink, struct edge **edge, bool *ended)
{
    for (int spin = 0; spin < 100; spin++) {
        struct batch *batch = stage_take(sink, edge, ended);

        if (batch || *ended)
            return batch;
    }
    gate_prepare(&sink->gate);
    struct batch *batch = stage_take(sink, edge, ended);
    if (batch || *ended || atomic_load(&sink->run->aborting)) {
        gate_forget(&sink->gate);
        return batch;
    }
    stage_is_blocked(sink); /* moves dead letters that queue */
    gate_wait(&sink->gate, -1, until_checkpoint(sink, true));
    return NULL;
}

/* What the last run had stored and not yet made visible. */
static bool
publish_first(struct mill_stage *sink)
{
    const struct mill_plugin *plugin = sink->node->plugin;

    while (plugin->sink.published) {
        enum mill_verdict verdict = plugin->sink.published(sink->self, sink);

        if (verdict == MILL_OK)
            break;
        if (verdict != MILL_RETRY) {
            stage_fatal(sink);
            return false;
        }
        if (!stage_pause(sink, stage_patience(sink)))
            return false;
    }
    stage_recovered(sink);
    return true;
}

/* Opens the plugin, unless it is open. */
static bool
make_ready(struct mill_stage *sink)
{
    if (!sink->ready)
        sink->ready = stage_open(sink) && publish_first(sink);
    return sink->ready;
}

/* A sink of dead letters that has nothing to restore is opened by the first of
 * them: a run without any leaves no empty file behind. */
static bool
may_wait(const struct mill_stage *sink)
{
    return sink->node->is_dead_letter && sink->memo.count == 0;
}

/* All sources have ended by themselves, and nobody wants an early end. */
static bool
is_whole(const struct run *run)
{
    return !atomic_load(&run->stopping) && !atomic_load(&run->aborting);
}

static void
sink_all(struct mill_stage *sink)
{
    struct edge *edge = NULL;
    bool ended = false;

    while (!ended && !atomic_load(&sink->run->aborting)) {
        struct batch *batch = next(sink, &edge, &ended);

        if (batch && !make_ready(sink)) {
            give_up(edge, batch);
            return;
        }
        /* Before it: a lane that came back begins behind what was forgotten. */
        moves_forget(sink);
        if (batch && !sink_one(sink, edge, batch))
            return;
        if (until_checkpoint(sink, !batch) == 0 && !checkpoint_sink(sink))
            return;
    }
    /* Also at the end of an aborted run: what was taken needn't be redone. */
    if (sink->ready && checkpoint_sink(sink) && is_whole(sink->run))
        checkpoint_finish(sink);
}

void
sink_loop(struct mill_stage *sink)
{
    if (may_wait(sink) || make_ready(sink))
        sink_all(sink);
    stage_end(sink);
    atomic_fetch_sub(&sink->run->sinking, 1);
    for (size_t i = 0; i < sink->run->stage_count; i++)
        gate_wake(&sink->run->stages[i]->gate);
}
