/* SPDX-License-Identifier: Apache-2.0 */

/* request - one request's body and key; see http.h */

#include "http.h"

#include <inttypes.h>
#include <string.h>

#include "pack.h"

/* Servers take header lines of 8 KiB, mostly; the scope and what else there is
 * need some of that. */
#define KEY_MOST ((size_t)3 * 1024)

/* One giant row is no reason to keep its memory. */
#define BODY_KEPT ((size_t)4 * 1024 * 1024)

/* A request on its way into its text. */
struct cut {
    struct http_sink *sink;
    struct request *request;
    struct mill_batch *batch;
    struct idempotency_writer writer;
};

static void
clear(struct mill_buffer *buffer)
{
    if (buffer->failed || buffer->room > BODY_KEPT)
        mill_buffer_finish(buffer);
    buffer->len = 0;
}

static void
add(struct mill_buffer *to, const char *text)
{
    mill_buffer_add(to, text, strlen(text));
}

static bool
is_full(const struct cut *cut)
{
    const struct http_sink *sink = cut->sink;
    const struct request *request = cut->request;

    return (sink->rows_most > 0 && request->count >= sink->rows_most)
           || (sink->share > 0 && request->count >= sink->share)
           || (request->count > 0
               && request->key.len + IDEMPOTENCY_RUN_ROOM > KEY_MOST);
}

static void
reject(struct cut *cut, uint32_t row)
{
    cut->sink->states[row] = ROW_GONE;
}

/* A row that is too large for a request of its own never gets through. */
static void
reject_size(struct cut *cut, uint32_t row, size_t len)
{
    mill_reject_row(cut->batch, row,
                    "a request with it alone has %zu bytes, over max_bytes, "
                    "%" PRId64,
                    len, cut->sink->bytes_most);
    reject(cut, row);
}

/* Adds a row; false: it has to go into another request. */
static bool
add_row(struct cut *cut, uint32_t row)
{
    struct http_sink *sink = cut->sink;
    struct request *request = cut->request;
    struct mill_buffer *body = &request->body;
    size_t len = body->len;

    if (request->count > 0)
        add(body, sink->shape->between);
    if (!sink->shape->add(sink, cut->batch, row, body)) {
        body->len = len;
        reject(cut, row);
        return true;
    }

    size_t whole = body->len + strlen(sink->shape->after);

    if (whole > (size_t)sink->bytes_most) {
        body->len = len;
        if (request->count > 0)
            return false;
        reject_size(cut, row, whole);
        return true;
    }
    sink->states[row] = ROW_SENT;
    request->count++;
    idempotency_add(&cut->writer, &request->key,
                    (struct idempotency_row){ cut->batch->positions[row],
                                              sink->ordinals[row] });
    return true;
}

static void
begin(struct cut *cut)
{
    struct http_sink *sink = cut->sink;
    struct request *request = cut->request;

    clear(&request->body);
    clear(&request->packed);
    clear(&request->reply);
    clear(&request->key);
    clear(&request->settled);
    request->count = 0;
    add(&request->body, sink->shape->before);
    add(&request->key, IDEMPOTENCY_KEY ": ");
    mill_buffer_add(&request->key, sink->scope.data, sink->scope.len);
}

static void
end(struct cut *cut)
{
    struct http_sink *sink = cut->sink;
    struct request *request = cut->request;

    add(&request->body, sink->shape->after);
    idempotency_end(&cut->writer, &request->key);
    if (sink->lane && sink->lane->is_settled)
        mill_buffer_print(&request->settled, IDEMPOTENCY_SETTLED ": %" PRIu64,
                          sink->lane->settled);
}

bool
request_make(struct http_sink *sink, struct request *request,
             struct mill_batch *batch, struct range *range)
{
    struct cut cut = { .sink = sink, .request = request, .batch = batch };
    uint32_t row = range->first;

    begin(&cut);
    for (; row < range->end && !is_full(&cut); row++)
        if (sink->states[row] == ROW_OPEN && !add_row(&cut, row))
            break;
    end(&cut);
    request->first = range->first;
    request->end = row;
    range->first = row;
    if (sink->compression[0] == 'g' && request->count > 0
        && !pack_text(
            PACK_GZIP, &request->packer,
            (struct mill_bytes){ request->body.data, request->body.len },
            &request->packed))
        return false;
    return !request->body.failed && !request->key.failed
           && !request->settled.failed;
}

const struct mill_buffer *
request_body(const struct http_sink *sink, const struct request *request)
{
    return sink->compression[0] == 'g' ? &request->packed : &request->body;
}

void
request_finish(struct request *request)
{
    sign_finish_request(request);
    mill_buffer_finish(&request->url);
    mill_buffer_finish(&request->body);
    mill_buffer_finish(&request->packed);
    mill_buffer_finish(&request->key);
    mill_buffer_finish(&request->settled);
    mill_buffer_finish(&request->reply);
    pack_destroy(PACK_GZIP, request->packer);
    request->packer = NULL;
}
