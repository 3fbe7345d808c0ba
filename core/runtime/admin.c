/* SPDX-License-Identifier: Apache-2.0 */

/*
 * admin - what stages ask of each other: a source of the sinks behind it, a
 * sink of the sources before it
 */

#include <stdlib.h>

#include "record/batch.h"
#include "runtime/run_parts.h"

/* --- a source asks the sink behind it --- */

static enum mill_answer
refuse(struct mill_buffer *reply, enum mill_answer answer, const char *why)
{
    mill_buffer_print(reply, "%s", why);
    return answer;
}

static enum mill_answer
ask(struct mill_stage *sink, const struct mill_request *request,
    struct mill_buffer *reply)
{
    enum mill_answer answer;

    pthread_mutex_lock(&sink->admin_lock);
    if (sink->serves)
        answer =
            sink->node->plugin->sink.admin(sink->self, sink, request, reply);
    else
        answer =
            refuse(reply, MILL_UNAVAILABLE, "the sink isn't connected yet");
    pthread_mutex_unlock(&sink->admin_lock);
    return answer;
}

enum mill_answer
mill_admin(struct mill_stage *stage, const struct mill_request *request,
           struct mill_buffer *reply)
{
    if (!stage->answers)
        return refuse(reply, MILL_UNSUPPORTED,
                      "no sink behind this source can be asked");
    return ask(stage->answers, request, reply);
}

/* --- receipts --- */

bool
mill_wants_receipts(const struct mill_batch *batch)
{
    const struct batch *core = (const struct batch *)batch;

    return core->entry && ledger_is_watched(core->entry);
}

bool
mill_give_receipt(struct mill_batch *batch, size_t row,
                  const struct mill_receipt *receipt)
{
    struct batch *core = batch_of(batch);
    struct mill_receipt given = *receipt;

    if (row >= batch->rows || !core->entry)
        return true;
    given.position = batch->positions[row];
    given.reason = NULL;
    return ledger_receipt(core->entry, &given);
}

/* --- a sink asks for the sources before it --- */

uint32_t
mill_source_flags(struct mill_stage *stage)
{
    return stage->node->source_flags;
}

void
mill_transacts(struct mill_stage *stage)
{
    stage->transacts = true;
}
