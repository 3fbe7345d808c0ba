/* SPDX-License-Identifier: Apache-2.0 */

/*
 * lives - lanes that were made anew under the name of an old one
 *
 * A topic may be deleted and made again, or an operator sets a position back:
 * then positions come again that sinks had, and what they had of the old life
 * must not keep them from taking the new one.  The store forgets its marks;
 * those that sinks keep with their rows (mill_mark_at()) bear the number of the
 * life, which is a fact in the store from before its first row.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/run_parts.h"

static void
print_fact(const struct mill_stage *stage, const char *stream,
           const char *partition, struct mill_buffer *to)
{
    mill_buffer_print(to, "life:%s/%zu:%s/%s", stage->node->name,
                      strlen(stream), stream, partition);
}

/* Under the store's lock. */
static uint64_t
stored_life(struct mill_stage *stage, const char *stream, const char *partition)
{
    struct mill_buffer fact = { 0 };
    uint64_t life = 0;

    print_fact(stage, stream, partition, &fact);
    char *value = store_fact(stage->run->store, mill_buffer_text(&fact));
    if (value)
        life = strtoull(value, NULL, 10);
    free(value);
    mill_buffer_finish(&fact);
    return life;
}

const struct lane *
lives_lane(struct mill_stage *stage, const char *stream, const char *partition)
{
    struct run *run = stage->run;
    const struct lane *lane =
        ledger_find(run->ledger, stage->index, stream, partition);

    if (lane)
        return lane;
    lane = ledger_lane(run->ledger, stage->index, stream, partition);
    if (!lane || !(stage->node->plugin->flags & MILL_MOVES))
        return lane;
    pthread_mutex_lock(&run->store_lock);
    ledger_set_life(run->ledger, lane, stored_life(stage, stream, partition),
                    false);
    pthread_mutex_unlock(&run->store_lock);
    return lane;
}

static bool
store_life(struct mill_stage *stage, const char *stream, const char *partition,
           uint64_t life)
{
    struct store *store = stage->run->store;
    struct store_lane lane = { stage->node->name, stream, partition };
    struct mill_buffer fact = { 0 };
    char value[24];

    print_fact(stage, stream, partition, &fact);
    snprintf(value, sizeof(value), "%" PRIu64, life);
    bool stored = !fact.failed && store_begin(store)
                  && store_forget_lane(store, &lane)
                  && store_put_fact(store, mill_buffer_text(&fact), value)
                  && store_commit(store);
    mill_buffer_finish(&fact);
    return stored;
}

bool
mill_lane_anew(struct mill_stage *stage, const char *stream,
               const char *partition)
{
    struct run *run = stage->run;
    const struct lane *lane =
        ledger_lane(run->ledger, stage->index, stream, partition);
    bool stored = false;

    if (!lane)
        return false;
    pthread_mutex_lock(&run->store_lock);
    uint64_t life = stored_life(stage, stream, partition) + 1;
    stored = store_life(stage, stream, partition, life);
    if (stored)
        ledger_set_life(run->ledger, lane, life, true);
    else
        mill_fail(stage, MILL_RETRY, "cannot store the checkpoint in %s: %s",
                  run->graph->state_dir ? run->graph->state_dir : "memory",
                  store_error(run->store));
    pthread_mutex_unlock(&run->store_lock);
    return stored;
}
