/* SPDX-License-Identifier: Apache-2.0 */

/*
 * workers - a transform that runs several instances side by side
 *
 * The stage's own thread takes batches as they come, deals them out to the
 * workers in turn, and collects them in the same turn: so what leaves is in the
 * order of what came, whichever worker was faster.  Books, ledger and edges are
 * touched by that thread alone.
 */

#include <stdlib.h>

#include "record/batch.h"
#include "runtime/crash.h"
#include "runtime/run_parts.h"
#include "runtime/work.h"

/* Batches in a worker's hands: one that it is at, one that waits. */
#define AHEAD 2

struct crew {
    struct mill_stage *stage;
    struct mill_stage **members;
    size_t count;
    size_t dealt;     /* batches given to workers since the start */
    size_t collected; /* and taken back */
};

/* --- a worker's thread --- */

static void *
member_thread(void *arg)
{
    struct mill_stage *member = arg;
    bool open;

    crash_is_of(member);
    open = stage_open(member);
    for (;;) {
        struct work *work = channel_pop(member->work);

        if (work) {
            if (open)
                work_apply(member, work);
            work->failed = work->failed || !open;
            channel_put(member->done, work);
            continue;
        }
        if (channel_ended(member->work))
            return NULL;
        gate_prepare(&member->gate);
        channel_backlog(member->done);
        if (!channel_waiting(member->work))
            gate_wait(&member->gate, -1, -1);
        else
            gate_forget(&member->gate);
    }
}

static bool
hire_one(struct crew *crew)
{
    struct mill_stage *stage = crew->stage;
    struct mill_stage *member =
        stage_create(stage->run, stage->node, stage->index);
    if (!member)
        return false;

    crew->members[crew->count++] = member;
    member->work = channel_create(&stage->gate, &member->gate);
    member->done = channel_create(&member->gate, &stage->gate);
    if (!member->work || !member->done)
        return false;
    member->started =
        pthread_create(&member->thread, NULL, member_thread, member) == 0;
    return member->started;
}

/* --- the stage's thread --- */

static struct work *
take_back(struct crew *crew)
{
    struct mill_stage *member = crew->members[crew->collected % crew->count];

    return crew->collected < crew->dealt ? channel_pop(member->done) : NULL;
}

/* Hands on what is done and next in turn.  False: the run was ended. */
static bool
collect(struct crew *crew, bool *moved)
{
    struct work *work;

    while ((work = take_back(crew))) {
        bool good = work_finish(crew->stage, work);

        crew->collected++;
        *moved = true;
        if (!good)
            return false;
    }
    return true;
}

static bool
deal(struct crew *crew, bool *ended, bool *moved)
{
    struct mill_stage *stage = crew->stage;

    while (crew->dealt - crew->collected < crew->count * AHEAD) {
        struct edge *edge = NULL;
        struct batch *batch = stage_take(stage, &edge, ended);
        if (!batch)
            return true;

        struct work *work = work_create(stage, edge, batch);
        if (!work || !stage_check_order(stage, edge, batch)) {
            struct tally held = batch_tally(batch);

            tally_add(&edge->books.flight, &held);
            free(work);
            batch_release(batch);
            return false;
        }
        atomic_fetch_add(&stage->rows, batch->pub.rows);
        channel_put(crew->members[crew->dealt++ % crew->count]->work, work);
        *moved = true;
    }
    return true;
}

static void
work_on(struct crew *crew)
{
    struct mill_stage *stage = crew->stage;
    bool ended = false;

    while (stage_wait_room(stage)) {
        bool moved = false;

        gate_prepare(&stage->gate);
        if (!collect(crew, &moved) || !deal(crew, &ended, &moved))
            return;
        if (ended && crew->collected == crew->dealt)
            return;
        if (moved || atomic_load(&stage->run->aborting))
            gate_forget(&stage->gate);
        else
            gate_wait(&stage->gate, -1, -1);
    }
}

/* Ends the workers' threads and takes back what an aborted run left there. */
static void
dismiss(struct crew *crew)
{
    struct work *work;

    for (size_t i = 0; i < crew->count; i++) {
        struct mill_stage *member = crew->members[i];

        if (!member->started)
            continue;
        channel_end(member->work);
        pthread_join(member->thread, NULL);
        while ((work = channel_drain(member->done))) {
            work->failed = true;
            work_finish(crew->stage, work);
        }
    }
}

/* The counters of the workers become the stage's. */
static void
gather(struct crew *crew)
{
    for (size_t i = 0; i < crew->count; i++) {
        struct mill_stage *member = crew->members[i];

        for (size_t k = 0; k < member->counter_count; k++)
            mill_count(crew->stage, member->counters[k].name,
                       member->counters[k].amount);
        channel_destroy(member->work);
        channel_destroy(member->done);
        stage_destroy(member);
    }
    free(crew->members);
}

void
workers_loop(struct mill_stage *stage)
{
    size_t wanted = (size_t)stage->node->workers;
    struct crew crew = { .stage = stage };
    bool hired = true;

    crew.members = calloc(wanted, sizeof(struct mill_stage *));
    for (size_t i = 0; crew.members && i < wanted && hired; i++)
        hired = hire_one(&crew);
    if (crew.members && hired) {
        work_on(&crew);
    } else {
        mill_fail(stage, MILL_FATAL, "cannot start %zu workers", wanted);
        stage_fatal(stage);
    }
    dismiss(&crew);
    gather(&crew);
    stage_end(stage);
}
