/* SPDX-License-Identifier: Apache-2.0 */

/* retry - pauses after RETRY, and the end after FATAL; see stage.h */

#include <inttypes.h>
#include <stdlib.h>

#include "runtime/run_parts.h"

#define FIRST_PAUSE_NS ((int64_t)100 * 1000 * 1000)
#define LONGEST_PAUSE_NS ((int64_t)30 * 1000 * 1000 * 1000)
#define PATIENCE_NS ((int64_t)600 * 1000 * 1000 * 1000)

/* The pause doubles with each attempt; up to half of it is left to chance, so
 * that stages that failed together don't come back together. */
static int64_t
pause_of(const struct mill_stage *stage)
{
    int doublings = stage->retry.attempts - 1;
    int64_t pause = LONGEST_PAUSE_NS;
    unsigned int seed = (unsigned int)now_ns() ^ (unsigned int)stage->index;

    if (stage->pause_ns > 0)
        return stage->pause_ns;
    if (doublings < 9 && FIRST_PAUSE_NS << doublings < pause)
        pause = FIRST_PAUSE_NS << doublings;
    return pause - pause / 2 * (rand_r(&seed) % 1000) / 1000;
}

/* The first failures are news, later ones only every so often.  Where the
 * plugin chose the pause it knows what it waits for, and once is enough for
 * long. */
static bool
is_news(const struct mill_stage *stage)
{
    int attempts = stage->retry.attempts;

    if (stage->pause_ns > 0)
        return attempts == 1 || attempts % 100 == 0;
    return attempts <= 3 || attempts % 10 == 0;
}

static void
tell(struct mill_stage *stage, int64_t pause)
{
    bool news = is_news(stage);

    log_line(stage->run->log, news ? MILL_WARN : MILL_DEBUG, &stage->place,
             "%s; trying again in %" PRId64 " ms", stage_reason(stage),
             pause / 1000000);
}

static bool
wait_out(struct mill_stage *stage, int64_t pause)
{
    int64_t until = now_ns() + pause;

    for (;;) {
        int64_t left = until - now_ns();

        if (mill_stopping(stage))
            return false;
        if (left <= 0)
            return true;
        gate_prepare(&stage->gate);
        /* Moves what queues: the rings may be empty already, and then nobody
         * wakes this stage before the pause is over. */
        stage_is_blocked(stage);
        if (!mill_stopping(stage))
            gate_wait(&stage->gate, -1, left);
    }
}

bool
stage_pause(struct mill_stage *stage, int64_t limit_ns)
{
    struct retry *retry = &stage->retry;
    int64_t now = now_ns();

    if (retry->attempts++ == 0)
        retry->since_ns = now;
    if (limit_ns >= 0 && now - retry->since_ns >= limit_ns) {
        log_line(stage->run->log, MILL_ERROR, &stage->place,
                 "%s; given up after %.1f s: put it right and run again,"
                 " nothing is lost",
                 stage_reason(stage), (double)(now - retry->since_ns) / 1e9);
        run_fail(stage->run);
        return false;
    }

    int64_t pause = pause_of(stage);
    tell(stage, pause);
    stage->pause_ns = 0;
    return wait_out(stage, pause);
}

void
stage_recovered(struct mill_stage *stage)
{
    if (stage->retry.attempts == 0)
        return;
    log_line(stage->run->log, MILL_INFO, &stage->place,
             "works again after %.1f s",
             (double)(now_ns() - stage->retry.since_ns) / 1e9);
    stage->retry = (struct retry){ 0 };
}

int64_t
stage_patience(const struct mill_stage *stage)
{
    const struct run *run = stage->run;

    if (stage->node->retry_ns != 0)
        return stage->node->retry_ns;
    for (size_t i = 0; i < run->stage_count; i++)
        if (atomic_load(&run->stages[i]->endless))
            return -1;
    return PATIENCE_NS;
}

const char *
stage_reason(struct mill_stage *stage)
{
    if (stage->reason[0] == '\0')
        mill_fail(stage, MILL_FATAL,
                  "didn't tell why it failed, or gave no verdict that it may"
                  " give: a fault of the plugin %s",
                  stage->node->plugin->name);
    return stage->reason;
}

void
stage_fatal(struct mill_stage *stage)
{
    log_line(stage->run->log, MILL_ERROR, &stage->place, "%s",
             stage_reason(stage));
    run_fail(stage->run);
}
