/* SPDX-License-Identifier: Apache-2.0 */

/* overflow - batches on disk while their stage can't keep up; see overflow.h */

#include "runtime/overflow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bus/spill.h"
#include "record/batch.h"
#include "record/pack.h"
#include "runtime/run_parts.h"

/* What stands for a batch that is on disk. */
struct token {
    struct ledger_entry *entry;
    struct slot slot;
    struct tally tally;
};

/* What was said since the file was empty; at its limit it takes and refuses in
 * turn, and that isn't said each time. */
enum told { TOLD_NOTHING, TOLD_SPILLS, TOLD_REFUSES };

struct overflow {
    struct edge *edge;
    struct spill file; /* fd -1: not made yet */
    uint64_t held;     /* bytes on disk */
    uint64_t batches;  /* that were put there since it was empty */
    enum told told;
    struct mill_buffer text;
};

static const char *
folder_of(const struct overflow *overflow)
{
    const struct graph *graph = overflow->edge->to->run->graph;
    const char *temporary = getenv("TMPDIR");

    if (graph->state_dir)
        return graph->state_dir;
    return temporary && *temporary ? temporary : "/tmp";
}

/* The batch stays in memory, and the producer waits. */
static void *
refuse(struct overflow *overflow, const char *why, const char *what_to_do)
{
    struct mill_stage *stage = overflow->edge->to;

    if (overflow->told != TOLD_REFUSES)
        log_line(stage->run->log, MILL_WARN, &stage->place,
                 "cannot put more of the rows that wait for it on disk, in %s:"
                 " %s; what feeds it waits now%s",
                 folder_of(overflow), why, what_to_do);
    overflow->told = TOLD_REFUSES;
    return NULL;
}

static void
tell_begin(struct overflow *overflow)
{
    struct mill_stage *stage = overflow->edge->to;

    if (overflow->told != TOLD_NOTHING)
        return;
    log_line(stage->run->log, MILL_WARN, &stage->place,
             "can't keep up with \"%s\": rows wait for it on disk, in %s",
             overflow->edge->from->node->name, folder_of(overflow));
    overflow->told = TOLD_SPILLS;
}

static void
tell_end(struct overflow *overflow)
{
    struct mill_stage *stage = overflow->edge->to;

    if (overflow->held > 0)
        return;
    log_line(stage->run->log, MILL_INFO, &stage->place,
             "keeps up again: all rows are back from disk, %" PRIu64
             " batches in all",
             overflow->batches);
    overflow->batches = 0;
    overflow->told = TOLD_NOTHING;
}

static bool
has_room(const struct overflow *overflow)
{
    int64_t most = overflow->edge->to->node->spill_size;

    return overflow->held + overflow->text.len <= (uint64_t)most;
}

/* A sibling may just have found out that rows of it don't decode: such a batch
 * stays in memory, and is swept by who takes it. */
static void *
not_packed(struct overflow *overflow)
{
    if (!overflow->text.failed)
        return NULL;
    mill_buffer_finish(&overflow->text);
    return refuse(overflow, "no memory", "");
}

static void *
put(void *arg, void *item)
{
    struct overflow *overflow = arg;
    struct batch *batch = item;
    struct token *token;

    overflow->text.len = 0;
    if (!batch_pack(batch, &overflow->text))
        return not_packed(overflow);
    if (!has_room(overflow))
        return refuse(overflow, "spill_size is used up", "");
    if (overflow->file.fd < 0
        && !spill_open(&overflow->file, folder_of(overflow)))
        return refuse(overflow, strerror(errno), "");
    token = malloc(sizeof(*token));
    if (!token)
        return refuse(overflow, "no memory", "");
    *token =
        (struct token){ .entry = batch->entry, .tally = batch_tally(batch) };
    if (!spill_put(&overflow->file, overflow->text.data, overflow->text.len,
                   &token->slot)) {
        free(token);
        return refuse(overflow, strerror(errno),
                      errno == ENOSPC ? "; free some space there" : "");
    }
    batch_release(batch);
    overflow->held += token->slot.len;
    overflow->batches++;
    tell_begin(overflow);
    return token;
}

static struct batch *
read_back(struct overflow *overflow, const struct token *token,
          const char **why)
{
    struct pool *pool = overflow->edge->to->run->pool;
    char *text;

    overflow->text.len = 0;
    text = mill_buffer_room(&overflow->text, token->slot.len);
    *why = "no memory";
    if (!text) {
        mill_buffer_finish(&overflow->text);
        return NULL;
    }
    if (spill_get(&overflow->file, &token->slot, text))
        return batch_unpack(pool, text, token->slot.len, why);
    *why = errno ? strerror(errno) : "the file ends too early";
    return NULL;
}

static void *
get(void *arg, void *item)
{
    struct overflow *overflow = arg;
    struct mill_stage *stage = overflow->edge->to;
    struct token *token = item;
    const char *why;
    struct batch *batch = read_back(overflow, token, &why);

    if (!batch) {
        if (!atomic_load(&stage->run->aborting))
            log_line(stage->run->log, MILL_ERROR, &stage->place,
                     "cannot read back the rows that wait for it on disk, in "
                     "%s: %s; run this again, no row is lost",
                     folder_of(overflow), why);
        run_fail(stage->run);
        return NULL;
    }
    batch->entry = token->entry;
    overflow->held -= token->slot.len;
    spill_drop(&overflow->file, &token->slot);
    free(token);
    tell_end(overflow);
    return batch;
}

/* What an aborted run left there is in flight. */
static void
drop(void *arg, void *item)
{
    struct overflow *overflow = arg;
    struct token *token = item;

    tally_add(&overflow->edge->books.flight, &token->tally);
    free(token);
}

struct overflow *
overflow_create(struct edge *edge)
{
    struct overflow *overflow = calloc(1, sizeof(*overflow));
    struct channel_store store = {
        .arg = overflow, .put = put, .get = get, .drop = drop
    };

    if (!overflow)
        return NULL;
    overflow->edge = edge;
    overflow->file.fd = -1;
    channel_use_store(edge->channel, &store);
    return overflow;
}

void
overflow_destroy(struct overflow *overflow)
{
    if (!overflow)
        return;
    spill_close(&overflow->file);
    mill_buffer_finish(&overflow->text);
    free(overflow);
}
