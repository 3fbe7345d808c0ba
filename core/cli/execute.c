/* SPDX-License-Identifier: Apache-2.0 */

/* execute - runs graphs under signals, a log and a progress line; execute.h */

#include "cli/execute.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "runtime/crash.h"
#include "runtime/progress.h"
#include "runtime/run.h"

#define TICK_MS 100
/* Runs whose end is seen at once; that of more is seen with the next tick. */
#define RUNS_MAX 63

/* --- signals --- */

/* Blocks the signals that a run answers, for all threads to come, and makes
 * them readable.  SIGPIPE becomes an error of write().  -1: it can't be done.
 */
static int
catch_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* --- watching --- */

struct watch {
    struct graph *const *graphs; /* of the runs */
    struct run **runs;
    struct figures *figures; /* one a run */
    size_t count;
    struct log *log;
    int signals;
    bool terminal; /* a progress line is wanted */
    const struct execute_options *options;
    bool stopping;
    bool reloading;
};

/* Waits a tick, less where a signal comes or a run is over.  The signal, or 0.
 */
static int
wait_tick(const struct watch *watch)
{
    struct pollfd fds[1 + RUNS_MAX] = { { .fd = watch->signals,
                                          .events = POLLIN } };
    struct signalfd_siginfo info;
    nfds_t count = 1;

    for (size_t i = 0; i < watch->count && count <= RUNS_MAX; i++)
        if (!run_is_over(watch->runs[i]))
            fds[count++] = (struct pollfd){ .fd = run_event(watch->runs[i]),
                                            .events = POLLIN };
    if (poll(fds, count, TICK_MS) > 0
        && read(watch->signals, &info, sizeof(info)) == sizeof(info))
        return (int)info.ssi_signo;
    return 0;
}

static bool
all_over(const struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        if (!run_is_over(watch->runs[i]))
            return false;
    return true;
}

/* The first signal drains, the second ends the program where it stands: what
 * isn't stored comes again with the next run. */
static void
stop(struct watch *watch)
{
    if (watch->stopping) {
        log_line(watch->log, MILL_WARN, NULL,
                 "second signal: stopping at once; what is not delivered comes"
                 " again with the next run");
        _exit(EXIT_FAILED);
    }
    watch->stopping = true;
    log_line(watch->log, MILL_INFO, NULL,
             "stopping: no more is read, what was read is delivered");
    for (size_t i = 0; i < watch->count; i++)
        run_stop(watch->runs[i]);
}

/* A source that can't be read again would lose what is on its way. */
static bool
can_go_on(const struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        for (size_t k = 0; k < watch->graphs[i]->stage_count; k++) {
            const struct graph_stage *stage = &watch->graphs[i]->stages[k];

            if (stage->plugin->kind != MILL_SOURCE
                || (stage->plugin->flags & MILL_REPLAYS && !stage->no_promise))
                continue;
            log_line(watch->log, MILL_ERROR, NULL,
                     "SIGHUP: source \"%s\" (%s): %s, so what is on its way"
                     " would be lost, and the old definition goes on: stop"
                     " this run, and start it anew",
                     stage->name, stage->plugin->name,
                     stage->no_promise ? stage->no_promise
                                       : "it can't be read again");
            return false;
        }
    return true;
}

/* Ends the runs at once, dead sinks and all: sinks that are well make durable
 * what they have, and the rest comes again under the new definition. */
static void
reload(struct watch *watch)
{
    if (watch->stopping || watch->reloading || !can_go_on(watch))
        return;
    if (!watch->options->may_reload(watch->options->reload_arg)) {
        log_line(watch->log, MILL_ERROR, NULL,
                 "SIGHUP: the definition has faults, so the old one goes on");
        return;
    }
    log_line(watch->log, MILL_INFO, NULL,
             "SIGHUP: going on with the definition as it is now");
    watch->reloading = true;
    for (size_t i = 0; i < watch->count; i++)
        run_abort(watch->runs[i]);
}

static void
answer(struct watch *watch, int signal)
{
    if (signal == SIGHUP && watch->options->may_reload)
        reload(watch);
    else if (signal != 0)
        stop(watch);
}

static void
watch_runs(struct watch *watch)
{
    struct progress progress;

    progress_start(&progress);
    while (!all_over(watch)) {
        answer(watch, wait_tick(watch));
        for (size_t i = 0; i < watch->count; i++)
            run_tick(watch->runs[i]);
        if (watch->terminal)
            progress_draw(&progress, watch->log, watch->runs, watch->count);
        for (size_t i = 0; i < watch->count && !watch->terminal; i++)
            progress_log(&watch->figures[i], watch->log, watch->runs[i],
                         watch->options->report.ns);
    }
    log_progress(watch->log, "");
}

/* The worst of two: a failure, then dead letters, then none. */
static int
worse(int a, int b)
{
    if (a == EXIT_FAILED || b == EXIT_FAILED)
        return EXIT_FAILED;
    return a != EXIT_DONE ? a : b;
}

static bool
create_runs(struct watch *watch, struct graph *const *graphs, size_t count,
            bool fresh)
{
    watch->runs = calloc(count, sizeof(struct run *));
    watch->figures = calloc(count, sizeof(struct figures));
    if (!watch->runs || !watch->figures)
        return false;
    for (size_t i = 0; i < count; i++) {
        watch->runs[i] = run_create(graphs[i], watch->log, fresh);
        if (!watch->runs[i])
            return false;
        watch->count++;
    }
    return true;
}

/* Starts all, or none goes on. */
static bool
start_runs(struct watch *watch)
{
    bool started = true;

    for (size_t i = 0; i < watch->count && started; i++)
        started = run_start(watch->runs[i]);
    for (size_t i = 0; i < watch->count && !started; i++)
        run_abort(watch->runs[i]);
    return started;
}

int
execute(struct graph *const *graphs, size_t count,
        const struct execute_options *options)
{
    struct log log;
    struct watch watch = { .graphs = graphs, .log = &log, .options = options };
    int status = EXIT_DONE;

    log_init(&log, STDERR_FILENO, options->log_level, options->log_json);
    crash_watch();
    watch.signals = catch_signals();
    watch.terminal =
        isatty(STDERR_FILENO) && !options->quiet && !options->log_json;
    if (watch.signals < 0) {
        log_line(&log, MILL_ERROR, NULL, "cannot wait for signals: %s",
                 strerror(errno));
        status = EXIT_FAILED;
    } else if (!create_runs(&watch, graphs, count, options->fresh)
               || !start_runs(&watch)) {
        status = EXIT_FAILED;
    }
    watch_runs(&watch);
    for (size_t i = 0; i < watch.count; i++) {
        status = worse(status, run_finish(watch.runs[i]));
        run_destroy(watch.runs[i]);
    }
    free(watch.runs);
    free(watch.figures);
    if (watch.signals >= 0)
        close(watch.signals);
    log_finish(&log);
    /* Who was told to stop on the way doesn't begin anew. */
    if (!watch.reloading || watch.stopping || status == EXIT_FAILED)
        return status;
    return status == EXIT_DEAD ? EXECUTE_RELOAD_DEAD : EXECUTE_RELOAD;
}
