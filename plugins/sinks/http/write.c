/* SPDX-License-Identifier: Apache-2.0 */

/*
 * write - a batch becomes requests, and what came of them is counted; see
 * http.h
 *
 * The rows that are still to be sent lie in ranges, on a stack: what is next is
 * on top.  A request takes what fits from the top one; one that is refused for
 * what is in it comes back as two halves, until the row is alone that nobody
 * wants.  With the first failure that may pass no more is begun, so that later
 * rows don't overtake those that wait; what is under way is waited for, and
 * what got through is delivered.
 */

#include "http.h"

#include <stdlib.h>
#include <string.h>

/* --- what is to be sent --- */

static bool
push(struct http_sink *sink, uint32_t first, uint32_t end)
{
    if (sink->range_count == sink->range_room) {
        size_t room = sink->range_room ? sink->range_room * 2 : 32;
        struct range *ranges = realloc(sink->ranges, room * sizeof(*ranges));

        if (!ranges)
            return false;
        sink->ranges = ranges;
        sink->range_room = room;
    }
    sink->ranges[sink->range_count++] = (struct range){ first, end };
    return true;
}

/* Room for what is known of each row. */
static bool
make_room(struct http_sink *sink, size_t rows)
{
    uint8_t *states;
    uint32_t *ordinals;

    if (rows <= sink->row_room)
        return true;
    states = realloc(sink->states, rows * sizeof(*states));
    if (states)
        sink->states = states;
    ordinals = realloc(sink->ordinals, rows * sizeof(*ordinals));
    if (ordinals)
        sink->ordinals = ordinals;
    if (!states || !ordinals)
        return false;
    sink->row_room = rows;
    return true;
}

/* Rows of one position are told apart by where they stand among them.  Where a
 * batch comes again some have left, and the numbers of the others were kept. */
static void
number_rows(struct http_sink *sink, const struct mill_batch *batch)
{
    uint64_t position = 0;
    uint32_t next = 0;

    for (uint32_t row = 0; row < batch->rows; row++) {
        if (sink->states[row] == ROW_GONE)
            continue;
        if (batch->positions[row] != position)
            next = 0;
        position = batch->positions[row];
        sink->ordinals[row] = next++;
    }
}

static void
set_states(struct http_sink *sink, const struct mill_batch *batch)
{
    for (uint32_t row = 0; row < batch->rows; row++)
        sink->states[row] = mill_row_is_gone(batch, row) ? ROW_GONE : ROW_OPEN;
}

/* Smaller requests cost more than several at once bring in. */
#define SHARE_LEAST 32

/* Spreads the rows over the connections. */
static void
set_share(struct http_sink *sink, const struct mill_batch *batch)
{
    uint32_t connections = (uint32_t)sink->connections;
    uint32_t share = (batch->rows + connections - 1) / connections;

    sink->share = connections == 1      ? 0
                  : share < SHARE_LEAST ? SHARE_LEAST
                                        : share;
}

/* Fills in the URL, as it is sent and, without its query, as it is shown. */
static void
fill_target(struct http_sink *sink, struct mill_stage *stage,
            const struct mill_batch *batch)
{
    sink->target.len = 0;
    sink->shown.len = 0;
    mill_url_fill(stage, &sink->url, batch, 0, 0, &sink->target);
    mill_buffer_add(&sink->shown, sink->target.data,
                    strcspn(mill_buffer_text(&sink->target), "?#"));
}

static enum mill_verdict
no_memory(struct http_sink *sink, struct mill_stage *stage,
          const struct mill_batch *batch)
{
    mill_buffer_finish(&sink->text);
    mill_buffer_finish(&sink->scope);
    mill_buffer_finish(&sink->target);
    mill_buffer_finish(&sink->shown);
    mill_buffer_finish(&sink->key_cell);
    mill_buffer_finish(&sink->stream);
    return mill_fail(stage, MILL_RETRY, "no memory to send %u rows",
                     batch->rows);
}

/* Gets ready for BATCH, or for what is left of it. */
static enum mill_verdict
begin(struct http_sink *sink, struct mill_stage *stage,
      struct mill_batch *batch)
{
    bool again = sink->batch == batch;
    enum mill_verdict verdict;

    /* Where it came as bytes they go out as such; but none that would break
     * the text around them. */
    if (sink->shape->cells || batch->format == MILL_LINE) {
        verdict = mill_decode(stage, batch);
        if (verdict != MILL_OK)
            return verdict;
    }
    sink->pause_s = 0;
    sink->range_count = 0;
    if (!make_room(sink, batch->rows) || !push(sink, 0, batch->rows))
        return no_memory(sink, stage, batch);
    fill_target(sink, stage, batch);
    if (sink->target.failed || sink->shown.failed
        || !format_begin(sink, stage, batch))
        return no_memory(sink, stage, batch);
    verdict = lanes_begin(sink, stage, batch);
    if (verdict != MILL_OK)
        return verdict;
    set_states(sink, batch);
    set_share(sink, batch);
    if (!again)
        number_rows(sink, batch);
    sink->batch = batch;
    return MILL_OK;
}

/* --- requests and what came of them --- */

static struct request *
idle_request(struct http_sink *sink)
{
    for (int64_t i = 0; i < sink->connections; i++)
        if (!sink->requests[i].busy)
            return &sink->requests[i];
    return NULL;
}

static bool
any_busy(const struct http_sink *sink)
{
    for (int64_t i = 0; i < sink->connections; i++)
        if (sink->requests[i].busy)
            return true;
    return false;
}

static enum mill_verdict
send_one(struct http_sink *sink, struct mill_stage *stage,
         struct request *request)
{
    enum mill_verdict verdict = MILL_OK;

    if (sink->signer)
        verdict =
            sign_request(sink, stage, request, request_body(sink, request));
    if (verdict != MILL_OK)
        return verdict;
    return transfer_start(sink, request)
               ? MILL_OK
               : mill_fail(stage, MILL_RETRY, "no memory for a request");
}

/* Sends as many requests as may be under way. */
static enum mill_verdict
start(struct http_sink *sink, struct mill_stage *stage)
{
    struct request *request;

    while (sink->range_count > 0 && (request = idle_request(sink))) {
        struct range *range = &sink->ranges[sink->range_count - 1];
        bool made = request_make(sink, request, sink->batch, range);

        if (range->first == range->end)
            sink->range_count--;
        if (!made)
            return no_memory(sink, stage, sink->batch);
        if (request->count > 0) {
            enum mill_verdict verdict = send_one(sink, stage, request);

            if (verdict != MILL_OK)
                return verdict;
        }
    }
    return MILL_OK;
}

/* What wasn't settled is to be sent again. */
static void
reopen(struct http_sink *sink, const struct request *request)
{
    for (uint32_t row = request->first; answer_next_row(sink, request, &row);)
        sink->states[row] = ROW_OPEN;
}

/* The request was refused for what is in it: halves it; or, where only one row
 * was in it, that is the row. */
static bool
halve(struct http_sink *sink, struct request *request)
{
    uint32_t middle = request->first;
    uint32_t half = request->count / 2;

    for (uint32_t seen = 0; answer_next_row(sink, request, &middle); middle++)
        if (seen++ == half)
            break;
    reopen(sink, request);
    return push(sink, middle, request->end)
           && push(sink, request->first, middle);
}

static enum mill_verdict
refused(struct http_sink *sink, struct mill_stage *stage,
        struct request *request)
{
    uint32_t row = request->first;

    if (request->count > 1) {
        mill_count(stage, "requests halved", 1);
        return halve(sink, request) ? MILL_OK
                                    : no_memory(sink, stage, sink->batch);
    }
    if (answer_next_row(sink, request, &row)) {
        mill_reject_row(sink->batch, row, "%s", sink->why);
        sink->states[row] = ROW_GONE;
    }
    return MILL_OK;
}

static enum mill_verdict
settle(struct http_sink *sink, struct mill_stage *stage,
       struct request *request)
{
    enum mill_verdict verdict = answer_read(sink, stage, request);

    mill_count(stage, "requests", 1);
    if (verdict == MILL_REJECT)
        return refused(sink, stage, request);
    reopen(sink, request);
    return verdict;
}

/* Sends all ranges; FATAL ends at once, RETRY when what is under way is back.
 */
static enum mill_verdict
send_all(struct http_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = start(sink, stage);

    while (verdict != MILL_FATAL && any_busy(sink)) {
        struct request *request = transfer_wait(sink);
        enum mill_verdict found;

        if (!request) {
            verdict = mill_fail(stage, MILL_RETRY,
                                "%s: stopped while waiting for an answer",
                                mill_buffer_text(&sink->shown));
            break;
        }
        found = settle(sink, stage, request);
        if (found != MILL_OK)
            verdict = found;
        if (verdict == MILL_OK)
            verdict = start(sink, stage);
    }
    transfer_abort(sink);
    return verdict;
}

/* --- the end of a call --- */

/* Tells the core which rows got through, and keeps the numbers of the others.
 * True where some are left. */
static bool
deliver(struct http_sink *sink, struct mill_batch *batch)
{
    uint32_t left = 0;

    for (uint32_t row = 0; row < batch->rows; row++) {
        if (sink->states[row] == ROW_TAKEN)
            mill_deliver_row(batch, row);
        else if (sink->states[row] != ROW_GONE)
            sink->ordinals[left++] = sink->ordinals[row];
    }
    return left > 0;
}

enum mill_verdict
http_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct http_sink *sink = self;
    enum mill_verdict verdict = begin(sink, stage, batch);

    if (verdict == MILL_OK)
        verdict = send_all(sink, stage);
    else if (verdict == MILL_RETRY)
        return verdict; /* no row was looked at */
    if (verdict == MILL_RETRY && deliver(sink, batch)) {
        if (sink->pause_s > 0)
            mill_retry_after(
                stage, (struct mill_duration){ sink->pause_s * 1000000000 });
        return MILL_RETRY;
    }
    sink->batch = NULL;
    if (verdict == MILL_FATAL)
        return verdict;
    lanes_taken(sink, batch);
    return MILL_OK;
}

void
write_close(struct http_sink *sink)
{
    free(sink->states);
    free(sink->ordinals);
    free(sink->ranges);
    mill_buffer_finish(&sink->target);
    mill_buffer_finish(&sink->shown);
    mill_buffer_finish(&sink->key_cell);
    mill_buffer_finish(&sink->stream);
    mill_buffer_finish(&sink->text);
    sink->states = NULL;
    sink->ordinals = NULL;
    sink->row_room = 0;
    sink->ranges = NULL;
    sink->range_count = sink->range_room = 0;
    sink->batch = NULL;
}
