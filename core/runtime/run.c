/* SPDX-License-Identifier: Apache-2.0 */

/* run - starting, watching and ending the threads of a graph; see run.h */

#include "runtime/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "record/batch.h"
#include "runtime/build.h"
#include "runtime/crash.h"
#include "runtime/run_parts.h"

/* Free chunks that the pool keeps: what the rings of a plain pipeline turn
 * over. */
#define POOL_KEEP ((size_t)16 * 1024 * 1024)

/* --- making --- */

static void
wake_sources(void *arg)
{
    struct run *run = arg;

    for (size_t i = 0; i < run->stage_count; i++)
        if (run->stages[i]->node->plugin->kind == MILL_SOURCE)
            gate_wake(&run->stages[i]->gate);
}

static struct run *
fail_create(struct run *run, const char *why)
{
    log_line(run->log, MILL_ERROR, &run->place, "%s", why);
    run_destroy(run);
    return NULL;
}

static struct run *
run_alloc(const struct graph *graph, struct log *log)
{
    struct run *run = calloc(1, sizeof(*run));
    if (!run)
        return NULL;

    run->graph = graph;
    run->log = log;
    run->place = (struct log_place){ .pipeline = graph->name };
    pthread_mutex_init(&run->store_lock, NULL);
    pthread_mutex_init(&run->notes_lock, NULL);
    pthread_mutex_init(&run->open_lock, NULL);
    run->over = eventfd(0, EFD_CLOEXEC);
    run->pool = pool_create(POOL_KEEP);
    run->ledger = ledger_create();
    if (run->pool)
        pool_on_room(run->pool, (size_t)graph->memory, wake_sources, run);
    return run;
}

struct run *
run_create(const struct graph *graph, struct log *log, bool fresh)
{
    char error[STORE_ERROR_ROOM];
    struct run *run = run_alloc(graph, log);

    if (!run)
        return NULL;
    if (!run->pool || !run->ledger || run->over < 0)
        return fail_create(run, "no memory for a run");
    run->store = store_open(graph->state_dir, STORE_RUN, error);
    if (!run->store)
        return fail_create(run, error);
    if (!build_stages(run))
        return fail_create(run, "no memory, or no file descriptors, for the"
                                " stages: see `ulimit -n`");
    if (!build_memory(run, fresh)) {
        snprintf(error, sizeof(error), "cannot read the state in %s: %s",
                 graph->state_dir ? graph->state_dir : "memory",
                 store_error(run->store));
        return fail_create(run, error);
    }
    return run;
}

void
run_destroy(struct run *run)
{
    if (!run)
        return;
    build_undo(run);
    for (size_t i = 0; i < run->moved_count; i++)
        free(run->moved[i].cursor);
    free(run->moved);
    resume_finish(&run->resume);
    store_close(run->store);
    if (run->over >= 0)
        close(run->over);
    ledger_destroy(run->ledger);
    pool_destroy(run->pool);
    pthread_mutex_destroy(&run->store_lock);
    pthread_mutex_destroy(&run->notes_lock);
    pthread_mutex_destroy(&run->open_lock);
    free(run);
}

/* --- threads --- */

/* One thread less; the last one tells whoever polls run_event(). */
static void
leave(struct run *run)
{
    if (atomic_fetch_sub(&run->alive, 1) > 1)
        return;
    /* An eventfd of count 0 takes a 1. */
    int written = eventfd_write(run->over, 1);
    (void)written;
}

static void *
stage_thread(void *arg)
{
    struct mill_stage *stage = arg;

    crash_is_of(stage);
    switch (stage->node->plugin->kind) {
    case MILL_SOURCE:
        source_loop(stage);
        break;
    case MILL_TRANSFORM:
        if (stage->node->workers > 1)
            workers_loop(stage);
        else
            transform_loop(stage);
        break;
    case MILL_SINK:
        sink_loop(stage);
        break;
    }
    leave(stage->run);
    return NULL;
}

static bool
start_stage(struct mill_stage *stage)
{
    struct run *run = stage->run;

    atomic_fetch_add(&run->alive, 1);
    stage->started =
        pthread_create(&stage->thread, NULL, stage_thread, stage) == 0;
    if (stage->started)
        return true;
    leave(run);
    log_line(run->log, MILL_ERROR, &stage->place, "cannot start a thread");
    run_fail(run);
    return false;
}

bool
run_start(struct run *run)
{
    bool started = true;

    /* The one more is ours: nobody is the last before all have started. */
    atomic_store(&run->alive, 1);
    for (size_t i = 0; i < run->stage_count; i++) {
        enum mill_kind kind = run->stages[i]->node->plugin->kind;

        if (kind == MILL_SOURCE)
            atomic_fetch_add(&run->reading, 1);
        if (kind == MILL_SINK)
            atomic_fetch_add(&run->sinking, 1);
    }
    for (size_t i = 0; i < run->stage_count && started; i++)
        started = start_stage(run->stages[i]);
    leave(run);
    return started;
}

static void
rouse(struct run *run, bool sources_only)
{
    for (size_t i = 0; i < run->stage_count; i++) {
        struct mill_stage *stage = run->stages[i];

        if (sources_only && stage->node->plugin->kind != MILL_SOURCE)
            continue;
        atomic_store(&stage->attention, true);
        gate_wake(&stage->gate);
        stage_cancel(stage);
    }
}

void
run_stop(struct run *run)
{
    if (atomic_exchange(&run->stopping, true))
        return;
    atomic_store(&run->stopped_ns, now_ns());
    rouse(run, true);
}

void
run_abort(struct run *run)
{
    if (atomic_exchange(&run->aborting, true))
        return;
    rouse(run, false);
}

void
run_fail(struct run *run)
{
    atomic_store(&run->failed, true);
    run_abort(run);
}

int
run_event(const struct run *run)
{
    return run->over;
}

bool
run_is_over(struct run *run)
{
    return atomic_load(&run->alive) == 0;
}

void
run_tick(struct run *run)
{
    int64_t now = now_ns();
    int64_t stopped = atomic_load(&run->stopped_ns);

    /* A callback that began to block just after it was woken is woken again. */
    if (atomic_load(&run->aborting))
        rouse(run, false);
    else if (atomic_load(&run->stopping) && atomic_load(&run->reading) > 0)
        rouse(run, true);

    if (stopped > 0 && now - stopped > run->graph->drain_ns
        && !atomic_load(&run->aborting)) {
        log_line(run->log, MILL_WARN, &run->place,
                 "not drained after %.0f s (drain_timeout): stopping; what is"
                 " not delivered comes again with the next run",
                 (double)run->graph->drain_ns / 1e9);
        run_fail(run);
    }
    /* Lanes whose rows were all filtered move without any sink. */
    if (now - atomic_load(&run->stored_ns) > run->graph->checkpoint_ns
        && !atomic_load(&run->aborting))
        checkpoint_lanes_once(run);
}

void
run_progress(struct run *run, struct run_progress *to)
{
    size_t sources = 0;
    bool known = true;

    *to = (struct run_progress){ .settled = atomic_load(&run->settled),
                                 .dead = atomic_load(&run->dead) };
    for (size_t i = 0; i < run->stage_count; i++) {
        struct mill_stage *stage = run->stages[i];
        uint64_t total = atomic_load(&stage->total);

        if (stage->node->plugin->kind != MILL_SOURCE)
            continue;
        sources++;
        to->lags = to->lags || atomic_load(&stage->lags);
        to->lag += atomic_load(&stage->lag);
        known = known && total > 0;
        to->rows += atomic_load(&stage->rows);
        to->bytes += atomic_load(&stage->bytes);
        if (known)
            to->part += (double)atomic_load(&stage->come) / (double)total;
    }
    to->part = known && sources > 0 ? to->part / (double)sources : -1;
}

/* --- the end --- */

static void
join_threads(struct run *run)
{
    for (size_t i = 0; i < run->stage_count; i++) {
        struct mill_stage *stage = run->stages[i];

        if (stage->started)
            pthread_join(stage->thread, NULL);
        stage->started = false;
    }
}

/* What an aborted run left on its edges counts as in flight. */
static void
count_left(struct edge *edge)
{
    struct batch *batch;

    while ((batch = channel_drain(edge->channel))) {
        struct tally tally = batch_tally(batch);

        tally_add(&edge->books.flight, &tally);
        batch_release(batch);
    }
}

/* False: the books of this edge don't balance. */
static bool
report_edge(struct run *run, struct edge *edge)
{
    char sum[BOOKS_ROOM];
    bool aborted = atomic_load(&run->aborting);

    count_left(edge);
    if (edge->dead && edge->books.in.rows == 0)
        return true;
    bool balance = books_balance(&edge->books);
    books_print(sum, &edge->books);
    log_line(run->log, balance || aborted ? MILL_INFO : MILL_ERROR, &run->place,
             "edge %s%s%s -> %s: %s", edge->from->node->name,
             edge->stream ? "." : "", edge->stream ? edge->stream : "",
             edge->to->node->name, sum);
    return balance || aborted;
}

/* A `from` that names a stream which the source doesn't have is no fault of the
 * definition's that a check could find. */
static void
report_no_rows(struct run *run, const struct edge *edge)
{
    if (edge->stream && edge->books.in.rows == 0
        && atomic_load(&edge->from->rows) > 0)
        log_line(run->log, MILL_WARN, &edge->to->place,
                 "no rows of a stream \"%s\" came from \"%s\": is it called"
                 " so?",
                 edge->stream, edge->from->node->name);
}

static void
report_counters(struct run *run)
{
    for (size_t i = 0; i < run->stage_count; i++) {
        const struct mill_stage *stage = run->stages[i];

        for (size_t k = 0; k < stage->counter_count; k++)
            log_line(run->log, MILL_INFO, &stage->place, "%s: %" PRIu64,
                     stage->counters[k].name, stage->counters[k].amount);
    }
}

static bool
read_to_the_end(const struct run *run)
{
    for (size_t i = 0; i < run->stage_count; i++)
        if (run->stages[i]->node->plugin->kind == MILL_SOURCE
            && !run->stages[i]->ended)
            return false;
    return true;
}

static void
note_finished(struct run *run)
{
    if (store_begin(run->store) && store_put_fact(run->store, "finished", "yes")
        && store_commit(run->store))
        return;
    log_line(run->log, MILL_WARN, &run->place,
             "cannot record that the run is finished: %s",
             store_error(run->store));
}

static void
report_nothing_new(struct run *run)
{
    struct run_progress progress;

    run_progress(run, &progress);
    if (progress.rows == 0 && run->resume.lane_count > 0
        && !atomic_load(&run->failed))
        log_line(run->log, MILL_INFO, &run->place,
                 "nothing new since the last run; to start over: `millrace"
                 " run --fresh`, or `millrace state reset %s`",
                 run->graph->name);
}

int
run_finish(struct run *run)
{
    bool balanced = true;

    join_threads(run);
    build_close(run); /* which may count, too */
    report_counters(run);
    for (size_t i = 0; i < run->edge_count; i++)
        balanced = report_edge(run, run->edges[i]) && balanced;
    for (size_t i = 0; i < run->edge_count; i++)
        report_no_rows(run, run->edges[i]);
    report_nothing_new(run);
    if (!balanced)
        log_line(run->log, MILL_ERROR, &run->place,
                 "the books don't balance: rows were lost, doubled or"
                 " exchanged on the edges named above");
    if (!balanced || atomic_load(&run->failed))
        return 1;
    if (read_to_the_end(run) && !run->graph->is_replay
        && !atomic_load(&run->aborting))
        note_finished(run);
    return atomic_load(&run->dead) > 0 && !run->graph->dead_ok ? 3 : 0;
}
