/* SPDX-License-Identifier: Apache-2.0 */

/* edge - batches from stage to stage: taking, checking, handing on; stage.h */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "record/batch.h"
#include "runtime/run_parts.h"

/* So long a sink that was given much at once, and asks, waits for more. */
#define NEXT_BATCH_NS ((int64_t)4 * 1000 * 1000)

/* --- the consumer's side ---------------------------------------------------
 */

static bool
grow_places(struct edge *edge, size_t count)
{
    struct place *places = realloc(edge->places, count * sizeof(*places));
    if (!places)
        return false;

    memset(places + edge->place_count, 0,
           (count - edge->place_count) * sizeof(*places));
    edge->places = places;
    edge->place_count = count;
    return true;
}

/* "/" parts the names, so in a name it is %2F. */
static void
add_name(struct mill_buffer *to, const char *name, const char *end)
{
    for (; *name; name++)
        if (*name == '/' || *name == '%')
            mill_buffer_print(to, "%%%02X", (unsigned int)*name);
        else
            mill_buffer_add(to, name, 1);
    mill_buffer_add(to, end, strlen(end));
}

void
lane_name(const char *from, const char *source, const struct lane *lane,
          struct mill_buffer *to)
{
    add_name(to, from, "/");
    add_name(to, source, "/");
    add_name(to, lane->stream, "/");
    add_name(to, lane->stored, "");
}

void
edge_mark_key(const struct edge *edge, const struct lane *lane,
              struct mill_buffer *to)
{
    const struct run *run = edge->to->run;

    lane_name(edge->from->node->name, run->stages[lane->source]->node->name,
              lane, to);
}

/* The sink's own mark, where it has one, may be ahead of the stored one. */
static void
use_found_mark(struct edge *edge, struct place *place)
{
    const struct mill_stage *sink = edge->to;
    struct mill_buffer key = { 0 };

    if (sink->found_count == 0)
        return;
    edge_mark_key(edge, place->lane, &key);
    for (size_t i = 0; i < sink->found_count; i++) {
        const struct found_mark *found = &sink->found[i];

        if (strcmp(found->key, mill_buffer_text(&key)) != 0
            || (place->marked && place->mark >= found->position))
            continue;
        place->marked = true;
        place->mark = found->position;
    }
    mill_buffer_finish(&key);
}

/* A lane that was left and came back goes on from what this edge's sink stored
 * of it meanwhile. */
static void
use_earlier(const struct edge *edge, struct place *place)
{
    const struct lane *lane = place->lane;

    for (size_t i = 0; i < edge->place_count; i++) {
        const struct place *earlier = &edge->places[i];

        if (!earlier->lane || !earlier->stored
            || earlier->lane->source != lane->source
            || strcmp(earlier->lane->stream, lane->stream) != 0
            || strcmp(earlier->lane->stored, lane->stored) != 0
            || (place->marked && place->mark >= earlier->durable))
            continue;
        place->marked = true;
        place->mark = earlier->durable;
    }
}

struct place *
edge_place(struct edge *edge, const struct lane *lane)
{
    const struct run *run = edge->to->run;

    if (lane->index >= edge->place_count && !grow_places(edge, lane->index + 8))
        return NULL;

    struct place *place = &edge->places[lane->index];
    if (place->lane)
        return place;
    place->lane = lane;
    if (edge->mixed)
        return place;
    place->marked =
        resume_mark(&run->resume, edge->to->node->name, edge->from->node->name,
                    &(struct store_lane){ run->stages[lane->source]->node->name,
                                          lane->stream, lane->stored },
                    &place->mark);
    use_found_mark(edge, place);
    use_earlier(edge, place);
    return place;
}

struct batch *
stage_take(struct mill_stage *stage, struct edge **edge, bool *ended)
{
    size_t open = 0;

    for (size_t i = 0; i < stage->in_count; i++) {
        struct edge *in = stage->ins[stage->turn++ % stage->in_count];

        if (in->ended)
            continue;
        struct batch *batch = channel_pop(in->channel);
        if (batch) {
            *edge = in;
            return batch;
        }
        in->ended = channel_ended(in->channel);
        open += !in->ended;
    }
    *ended = open == 0;
    return NULL;
}

static bool
more_waits(const struct mill_stage *stage)
{
    for (size_t i = 0; i < stage->in_count; i++)
        if (!stage->ins[i]->ended && channel_waiting(stage->ins[i]->channel))
            return true;
    return false;
}

bool
mill_more_at_hand(struct mill_stage *stage)
{
    if (more_waits(stage))
        return true;
    if (!stage->flooded || atomic_load(&stage->run->aborting))
        return false;
    stage->flooded = false; /* one wait a batch */
    gate_prepare(&stage->gate);
    if (!more_waits(stage))
        gate_wait(&stage->gate, -1, NEXT_BATCH_NS);
    gate_forget(&stage->gate);
    return more_waits(stage);
}

bool
stage_check_order(struct mill_stage *stage, struct edge *edge,
                  struct batch *batch)
{
    const struct lane *lane = ledger_lane_of(batch->entry);
    struct place *place = edge_place(edge, lane);

    if (!place) {
        mill_fail(stage, MILL_FATAL, "no memory for one more stream");
        stage_fatal(stage);
        return false;
    }
    if (batch->pub.rows == 0)
        return true;
    if (batch_in_order(batch)
        && (!place->seen || edge->mixed
            || batch->pub.positions[0] >= place->last)) {
        place->seen = true;
        place->last = batch_last_position(batch);
        return true;
    }
    mill_fail(stage, MILL_FATAL,
              "edge %s -> %s: rows of %s/%s came out of order near position"
              " %" PRIu64 ": \"%s\" exchanged rows, which is a fault of the"
              " plugin %s",
              edge->from->node->name, edge->to->node->name, lane->stream,
              lane->partition, batch->pub.positions[0], edge->from->node->name,
              edge->from->node->plugin->name);
    stage_fatal(stage);
    return false;
}

/* --- the producer's side ---------------------------------------------------
 */

static bool
put(struct edge *edge, struct batch *batch)
{
    struct tally tally = batch_tally(batch);

    tally_add(&edge->books.in, &tally);
    return channel_put(edge->channel, batch);
}

static bool
wants(const struct edge *edge, const struct batch *batch)
{
    return !edge->stream || strcmp(edge->stream, batch->pub.stream) == 0;
}

static bool
no_memory(struct mill_stage *stage)
{
    mill_fail(stage, MILL_FATAL, "no memory to hand a batch on");
    stage_fatal(stage);
    return false;
}

bool
stage_emit(struct mill_stage *stage, struct batch *batch)
{
    struct ledger_entry *entry = batch->entry;
    struct edge *last = NULL; /* gets the caller's reference and hold */

    for (size_t i = 0; i < stage->out_count && batch->pub.rows > 0; i++) {
        struct edge *edge = stage->outs[i];

        if (!wants(edge, batch))
            continue;
        if (last) {
            ledger_hold(entry);
            if (!put(last, batch_retain(batch)))
                return no_memory(stage);
        }
        last = edge;
    }
    if (last)
        return put(last, batch) || no_memory(stage);
    batch_release(batch);
    stage_settle(stage, entry);
    return true;
}

bool
stage_is_blocked(struct mill_stage *stage)
{
    size_t full = 0;

    for (size_t i = 0; i < stage->out_count; i++)
        full += channel_is_full(stage->outs[i]->channel);
    if (stage->dead_out)
        channel_backlog(stage->dead_out->channel);
    return stage->out_count > 0 && full == stage->out_count;
}

bool
stage_wait_room(struct mill_stage *stage)
{
    while (stage_is_blocked(stage)) {
        if (atomic_load(&stage->run->aborting))
            return false;
        gate_prepare(&stage->gate);
        if (stage_is_blocked(stage) && !atomic_load(&stage->run->aborting))
            gate_wait(&stage->gate, -1, -1);
    }
    return !atomic_load(&stage->run->aborting);
}

static size_t
backlog(struct mill_stage *stage)
{
    size_t left = 0;

    for (size_t i = 0; i < stage->out_count; i++)
        left += channel_backlog(stage->outs[i]->channel);
    if (stage->dead_out)
        left += channel_backlog(stage->dead_out->channel);
    return left;
}

void
stage_end(struct mill_stage *stage)
{
    while (backlog(stage) > 0 && !atomic_load(&stage->run->aborting)) {
        gate_prepare(&stage->gate);
        if (backlog(stage) > 0 && !atomic_load(&stage->run->aborting))
            gate_wait(&stage->gate, -1, -1);
    }
    for (size_t i = 0; i < stage->out_count; i++)
        channel_end(stage->outs[i]->channel);
    if (stage->dead_out)
        channel_end(stage->dead_out->channel);
}
