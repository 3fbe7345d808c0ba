/* SPDX-License-Identifier: Apache-2.0 */

/* whole - shares the tables out to lanes, and takes rows from them in turn */

#include "whole.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ahead.h"
#include "clock.h"
#include "lane.h"

/* A lane pauses for so long after its first failure, twice as long after each
 * further one. */
#define FIRST_PAUSE_NS (INT64_C(100) * 1000 * 1000)
#define DOUBLINGS 8

struct whole {
    struct progress *progress; /* one a table */
    size_t count;
    size_t next_table; /* to begin with, if it is due */
    struct lane *lanes;
    size_t lane_count;
    size_t next_lane; /* to look at first */
    /* Several lanes: signalled where one has something to say.  -1: there is
     * one, which is waited for in its driver. */
    int event;
    /* All that had work failed, and the core was told.  From then on it counts
     * the attempts: a read waits for the outcome of the next. */
    bool down;
};

static int64_t
after(int64_t ns)
{
    int64_t when;

    return __builtin_add_overflow(clock_ns(), ns, &when) ? INT64_MAX : when;
}

/* --- making ----------------------------------------------------------------
 */

static bool
make_lanes(struct whole *whole, struct rds *rds)
{
    if (whole->lane_count == 1) {
        whole->lanes[0].driver = rds->driver;
        return true;
    }
    rds->driver->class->disconnect(rds->driver);
    whole->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (whole->event < 0)
        return false;
    for (size_t i = 0; i < whole->lane_count; i++) {
        whole->lanes[i].driver =
            ahead_create(rds_make_driver(rds), whole->event);
        if (!whole->lanes[i].driver)
            return false;
    }
    return true;
}

struct whole *
whole_create(struct rds *rds)
{
    struct whole *whole = calloc(1, sizeof(*whole));
    size_t lanes = (size_t)rds->connections;

    if (!whole)
        return NULL;
    whole->event = -1;
    whole->count = rds->count;
    whole->lane_count = lanes < rds->count ? lanes : rds->count;
    whole->progress = calloc(whole->count, sizeof(*whole->progress));
    whole->lanes = calloc(whole->lane_count, sizeof(*whole->lanes));
    if (!whole->progress || !whole->lanes || !make_lanes(whole, rds)) {
        whole_destroy(whole);
        return NULL;
    }
    for (size_t i = 0; i < whole->count; i++) {
        struct overlap *overlap = &whole->progress[i].overlap;

        overlap->span = rds->span;
        overlap->on = rds->span.number > 0 || rds->span.us > 0;
    }
    return whole;
}

static void
lane_finish(struct whole *whole, struct lane *lane)
{
    /* The one lane's driver is the instance's. */
    if (whole->event >= 0 && lane->driver)
        lane->driver->class->destroy(lane->driver);
    mill_buffer_finish(&lane->cursor);
}

void
whole_destroy(struct whole *whole)
{
    if (!whole)
        return;
    for (size_t i = 0; whole->lanes && i < whole->lane_count; i++)
        lane_finish(whole, &whole->lanes[i]);
    for (size_t i = 0; whole->progress && i < whole->count; i++)
        progress_finish(&whole->progress[i]);
    if (whole->event >= 0)
        close(whole->event);
    free(whole->lanes);
    free(whole->progress);
    free(whole);
}

void
whole_cancel(struct whole *whole)
{
    for (size_t i = 0; i < whole->lane_count; i++) {
        struct driver *driver = whole->lanes[i].driver;

        driver->class->cancel(driver);
    }
}

/* --- which lane reads which table ------------------------------------------
 */

/* Gives the lane a table that is due; false: there is none. */
static bool
take_table(struct rds *rds, struct lane *lane)
{
    struct whole *whole = rds->whole;

    for (size_t i = 0; i < whole->count; i++) {
        size_t at = (whole->next_table + i) % whole->count;
        struct progress *progress = &whole->progress[at];

        if (progress->busy || progress->done
            || (progress->due > 0 && progress->due > clock_ns()))
            continue;
        progress->busy = true;
        lane->table = &rds->list[at];
        lane->progress = progress;
        whole->next_table = at + 1;
        return true;
    }
    return false;
}

/* The table was read to its end. */
static void
leave_table(const struct rds *rds, struct lane *lane)
{
    lane->progress->busy = false;
    lane->progress->done = !rds->incremental;
    if (rds->incremental)
        lane->progress->due = after(rds->interval.ns);
    lane->table = NULL;
    lane->progress = NULL;
    lane->selected = false;
}

static bool
all_done(const struct whole *whole)
{
    for (size_t i = 0; i < whole->count; i++)
        if (!whole->progress[i].done)
            return false;
    return true;
}

/* --- failing ---------------------------------------------------------------
 */

/* True where LANE's trouble keeps nothing else from going on. */
static bool
others_work(const struct whole *whole, const struct lane *lane)
{
    bool lanes_free = false;
    bool tables_free = false;

    for (size_t i = 0; i < whole->lane_count; i++) {
        const struct lane *other = &whole->lanes[i];

        if (other != lane && other->table && other->attempts == 0)
            return true;
        lanes_free = lanes_free || !other->table;
    }
    for (size_t i = 0; i < whole->count; i++)
        tables_free = tables_free
                      || (!whole->progress[i].busy && !whole->progress[i].done);
    return lanes_free && tables_free;
}

/* LANE fails while others work. */
static enum mill_verdict
pause_lane(struct mill_stage *stage, struct lane *lane)
{
    int64_t pause = FIRST_PAUSE_NS
                    << (lane->attempts < DOUBLINGS ? lane->attempts
                                                   : DOUBLINGS);

    lane->attempts++;
    lane->due = after(pause);
    mill_log(stage, MILL_WARN,
             "%s; trying again in %lld ms, other tables go on",
             lane->driver->said, (long long)(pause / 1000000));
    return MILL_IDLE;
}

static enum mill_verdict
fail(struct rds *rds, struct mill_stage *stage, struct lane *lane,
     const struct mill_batch *batch, enum mill_verdict verdict)
{
    struct whole *whole = rds->whole;

    lane->driver->class->finish(lane->driver);
    lane->selected = false;
    if (verdict == MILL_RETRY && batch->rows == 0) {
        if (others_work(whole, lane))
            return pause_lane(stage, lane);
        lane->attempts++;
        whole->down = true;
        for (size_t i = 0; i < whole->lane_count; i++)
            whole->lanes[i].due = 0;
    }
    return rds_stop(rds, stage, lane->driver, batch, verdict);
}

/* --- reading ---------------------------------------------------------------
 */

/* What LANE has at hand.  IDLE: nothing. */
static enum mill_verdict
look_at(struct rds *rds, struct mill_stage *stage, struct lane *lane,
        struct mill_batch *batch)
{
    struct whole *whole = rds->whole;
    int patience_ms = whole->event < 0 || whole->down ? -1 : 0;

    while (lane->due <= 0 || lane->due <= clock_ns()) {
        if (!lane->table && !take_table(rds, lane))
            return MILL_IDLE;

        enum mill_verdict verdict =
            lane_read(rds, stage, lane, patience_ms, batch);

        if (verdict == MILL_IDLE)
            return MILL_IDLE;
        if (verdict != MILL_OK && verdict != MILL_END)
            return fail(rds, stage, lane, batch, verdict);
        lane->attempts = 0;
        whole->down = false;
        if (verdict == MILL_END)
            leave_table(rds, lane);
        if (batch->rows > 0)
            return MILL_OK;
    }
    return MILL_IDLE;
}

/* One look at all lanes. */
static enum mill_verdict
look_around(struct rds *rds, struct mill_stage *stage, struct mill_batch *batch)
{
    struct whole *whole = rds->whole;
    size_t first = whole->next_lane;

    for (size_t i = 0; i < whole->lane_count; i++) {
        size_t at = (first + i) % whole->lane_count;
        enum mill_verdict verdict =
            look_at(rds, stage, &whole->lanes[at], batch);

        whole->next_lane = at + 1;
        if (verdict != MILL_IDLE)
            return verdict;
    }
    return all_done(whole) ? MILL_END : MILL_IDLE;
}

static void
sooner(int64_t *when, int64_t due)
{
    if (due > 0 && due < *when)
        *when = due;
}

/* How long nothing happens by the clock; negative: for ever. */
static struct mill_duration
time_left(const struct whole *whole)
{
    int64_t when = INT64_MAX;
    bool lanes_free = false;

    for (size_t i = 0; i < whole->lane_count; i++) {
        const struct lane *lane = &whole->lanes[i];

        lanes_free = lanes_free || !lane->table;
        if (lane->table && !lane->selected)
            sooner(&when, lane->due);
    }
    for (size_t i = 0; lanes_free && i < whole->count; i++)
        if (!whole->progress[i].busy && !whole->progress[i].done)
            sooner(&when, whole->progress[i].due);
    if (when == INT64_MAX)
        return (struct mill_duration){ -1 };

    int64_t left = when - clock_ns();

    return (struct mill_duration){ left > 0 ? left : 0 };
}

enum mill_verdict
whole_read(struct rds *rds, struct mill_stage *stage, struct mill_batch *batch)
{
    struct whole *whole = rds->whole;

    for (;;) {
        enum mill_verdict verdict = look_around(rds, stage, batch);
        eventfd_t signalled;

        if (verdict != MILL_IDLE)
            return verdict;
        if (!mill_wait(stage, whole->event, time_left(whole)))
            return MILL_IDLE;
        eventfd_read(whole->event, &signalled);
    }
}
