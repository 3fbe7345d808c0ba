/* SPDX-License-Identifier: Apache-2.0 */

/*
 * rest_proxy - what Kafka's REST proxy says of single records; see http.h
 *
 * Its status is 200 where records failed, too:
 *
 *     {"offsets":[{"partition":0,"offset":17,"error_code":null,"error":null},
 *                 {"partition":null,"offset":null,"error_code":50003,
 *                  "error":"..."}], ...}
 */

#include "http.h"

#include <inttypes.h>

/* Versions before 5 call them 1 (never) and 2 (perhaps later). */
static bool
may_work_later(int64_t code)
{
    return code == 50003 || code == 2;
}

static void
error_text(const struct mill_value *entry, char to[ANSWER_TEXT_ROOM])
{
    const struct mill_value *error = answer_member(entry, "error");

    if (error && error->type == MILL_TEXT)
        answer_text(to, error->text, error->len);
    else
        to[0] = '\0';
}

/* A source that is asked where its rows went can say so. */
static void
give_receipt(struct http_sink *sink, uint32_t row,
             const struct mill_value *entry, int64_t offset)
{
    const struct mill_value *partition = answer_member(entry, "partition");
    struct mill_receipt receipt = { .partition = -1, .offset = offset };

    if (!mill_wants_receipts(sink->batch))
        return;
    if (partition && partition->type == MILL_INT)
        receipt.partition = partition->integer;
    mill_give_receipt(sink->batch, row, &receipt);
}

/* False: the row is to be sent again. */
static bool
settle_row(struct http_sink *sink, uint32_t row, const struct mill_value *entry)
{
    int64_t code = answer_number(answer_member(entry, "error_code"));
    const struct mill_value *offset = answer_member(entry, "offset");
    char error[ANSWER_TEXT_ROOM];

    if (code == 0 && offset && offset->type == MILL_INT) {
        give_receipt(sink, row, entry, offset->integer);
        sink->states[row] = ROW_TAKEN;
        return true;
    }
    if (code == 0 || may_work_later(code)) {
        sink->states[row] = ROW_OPEN;
        return false;
    }
    error_text(entry, error);
    mill_reject_row(sink->batch, row, "Kafka refuses it, error %" PRId64 ": %s",
                    code, error);
    sink->states[row] = ROW_GONE;
    return true;
}

enum mill_verdict
rest_proxy_read(struct http_sink *sink, struct mill_stage *stage,
                struct request *request)
{
    struct mill_value reply;
    const struct mill_value *offsets = NULL;
    char error[ANSWER_TEXT_ROOM] = "";
    uint32_t again = 0;
    uint32_t row = request->first;

    if (answer_json(stage, request, &reply))
        offsets = answer_member(&reply, "offsets");
    if (!offsets || offsets->type != MILL_LIST
        || offsets->len != request->count)
        return mill_fail(stage, MILL_RETRY,
                         "%s answers 200, but not with an offset for each of "
                         "%u records: is a REST proxy there?",
                         mill_buffer_text(&sink->shown), request->count);
    for (uint32_t i = 0; answer_next_row(sink, request, &row); i++) {
        if (settle_row(sink, row, &offsets->items[i]))
            continue;
        if (again++ == 0)
            error_text(&offsets->items[i], error);
    }
    if (again == 0)
        return MILL_OK;
    return mill_fail(stage, MILL_RETRY,
                     "%s: Kafka could not take %u of %u records just now: %s",
                     mill_buffer_text(&sink->shown), again, request->count,
                     error);
}
