/* SPDX-License-Identifier: Apache-2.0 */

/*
 * lanes - whose positions the rows of a batch have; see http.h
 *
 * The names of rows (common/idempotency.h) are as good as what they are made
 * of: where positions begin anew a server would take new rows for those that it
 * has.  So there is an epoch, drawn by chance, which goes with the sink's
 * state; and where a lane's rows come from a position that was settled before,
 * which only a reset of the source's state can bring about, the lane gets an
 * epoch of its own.
 */

#include "http.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* --- what is stored --- */

/* "WHAT LANE", until the next call. */
static const char *
key_of(struct http_sink *sink, const char *what, const struct lane *lane)
{
    sink->text.len = 0;
    mill_buffer_print(&sink->text, "%s %s", what, lane->name);
    return sink->text.failed ? NULL : mill_buffer_text(&sink->text);
}

static enum mill_verdict
no_memory(struct http_sink *sink, struct mill_stage *stage)
{
    mill_buffer_finish(&sink->text);
    mill_buffer_finish(&sink->scope);
    return mill_fail(stage, MILL_RETRY, "no memory for the names of rows");
}

/* Draws an epoch, and stores it under KEY before anything is sent in it. */
static enum mill_verdict
draw_epoch(struct mill_stage *stage, const char *key, char epoch[EPOCH_ROOM])
{
    uint64_t number;

    if (getrandom(&number, sizeof(number), 0) != sizeof(number))
        return mill_fail(stage, MILL_FATAL, "no random number to be had: %s",
                         strerror(errno));
    snprintf(epoch, EPOCH_ROOM, "%016" PRIx64, number);
    mill_state_put(stage, key, epoch);
    return mill_state_store(stage);
}

enum mill_verdict
lanes_open(struct http_sink *sink, struct mill_stage *stage)
{
    const char *stored = mill_state_get(stage, "epoch");

    if (!stored)
        return draw_epoch(stage, "epoch", sink->epoch);
    snprintf(sink->epoch, sizeof(sink->epoch), "%s", stored);
    return MILL_OK;
}

void
lanes_close(struct http_sink *sink)
{
    for (size_t i = 0; i < sink->lane_count; i++)
        free(sink->lanes[i].name);
    free(sink->lanes);
    mill_buffer_finish(&sink->scope);
    sink->lanes = NULL;
    sink->lane_count = 0;
    sink->lane = NULL;
}

/* What is settled now needn't be told from what comes later: the core has
 * stored all of it once flush is followed by published. */
enum mill_verdict
http_flush(void *self, struct mill_stage *stage)
{
    struct http_sink *sink = self;

    for (size_t i = 0; i < sink->lane_count; i++) {
        struct lane *lane = &sink->lanes[i];
        char number[24];
        const char *key;

        if (!lane->is_taken
            || (lane->is_flushed && lane->flushed == lane->taken))
            continue;
        key = key_of(sink, "settled", lane);
        if (!key)
            return no_memory(sink, stage);
        snprintf(number, sizeof(number), "%" PRIu64, lane->taken);
        if (!lane->moves)
            mill_state_put(stage, key, number);
        lane->flushed = lane->taken;
        lane->is_flushed = true;
    }
    return MILL_OK;
}

enum mill_verdict
http_published(void *self, struct mill_stage *stage)
{
    struct http_sink *sink = self;

    (void)stage;
    for (size_t i = 0; i < sink->lane_count; i++) {
        sink->lanes[i].settled = sink->lanes[i].flushed;
        sink->lanes[i].is_settled = sink->lanes[i].is_flushed;
    }
    return MILL_OK;
}

/* --- a batch's lane --- */

/* Its epoch, as an earlier run left it, unless its positions have begun anew
 * with FIRST. */
static enum mill_verdict
find_epoch(struct http_sink *sink, struct mill_stage *stage, struct lane *lane,
           uint64_t first)
{
    const char *key = key_of(sink, "settled", lane);
    const char *settled = key ? mill_state_get(stage, key) : NULL;
    bool anew = settled && !lane->moves && first <= strtoull(settled, NULL, 10);
    const char *epoch;

    if (anew)
        mill_state_put(stage, key, NULL);
    key = key ? key_of(sink, "epoch", lane) : NULL;
    if (!key)
        return no_memory(sink, stage);
    if (anew) {
        mill_log(stage, MILL_INFO,
                 "%s begins anew at position %" PRIu64
                 ", for the state of its source was reset: all of it is sent, "
                 "whatever the server has",
                 lane->name, first);
        return draw_epoch(stage, key, lane->epoch);
    }
    epoch = mill_state_get(stage, key);
    snprintf(lane->epoch, sizeof(lane->epoch), "%s",
             epoch ? epoch : sink->epoch);
    return MILL_OK;
}

static enum mill_verdict
add_lane(struct http_sink *sink, struct mill_stage *stage, const char *name,
         const struct mill_batch *batch)
{
    struct lane *lanes =
        realloc(sink->lanes, (sink->lane_count + 1) * sizeof(*lanes));
    struct lane *lane = lanes ? &lanes[sink->lane_count] : NULL;
    enum mill_verdict verdict;

    if (!lanes)
        return no_memory(sink, stage);
    sink->lanes = lanes;
    *lane =
        (struct lane){ .name = strdup(name), .moves = mill_lane_moves(batch) };
    if (!lane->name)
        return no_memory(sink, stage);
    verdict = find_epoch(sink, stage, lane,
                         batch->rows > 0 ? batch->positions[0] : UINT64_MAX);
    if (verdict != MILL_OK) {
        free(lane->name);
        return verdict;
    }
    sink->lane = lane;
    sink->lane_count++;
    return MILL_OK;
}

static enum mill_verdict
find_lane(struct http_sink *sink, struct mill_stage *stage,
          struct mill_batch *batch)
{
    sink->text.len = 0;
    mill_lane_name(stage, batch, &sink->text);
    if (sink->text.failed)
        return no_memory(sink, stage);
    for (size_t i = 0; i < sink->lane_count; i++)
        if (strcmp(sink->lanes[i].name, mill_buffer_text(&sink->text)) == 0) {
            sink->lane = &sink->lanes[i];
            return MILL_OK;
        }
    return add_lane(sink, stage, mill_buffer_text(&sink->text), batch);
}

/* The scope: pipeline, stage, epoch, lane. */
enum mill_verdict
lanes_begin(struct http_sink *sink, struct mill_stage *stage,
            struct mill_batch *batch)
{
    enum mill_verdict verdict = find_lane(sink, stage, batch);

    if (verdict != MILL_OK)
        return verdict;
    sink->scope.len = 0;
    idempotency_add_scope(&sink->scope, mill_pipeline_name(stage));
    idempotency_add_scope(&sink->scope, mill_stage_name(stage));
    idempotency_add_scope(&sink->scope, sink->lane->epoch);
    idempotency_add_scope(&sink->scope, sink->lane->name);
    return sink->scope.failed ? no_memory(sink, stage) : MILL_OK;
}

void
lanes_taken(struct http_sink *sink, const struct mill_batch *batch)
{
    if (batch->rows == 0)
        return;
    sink->lane->taken = batch->positions[batch->rows - 1];
    sink->lane->is_taken = true;
}
