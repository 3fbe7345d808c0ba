/* SPDX-License-Identifier: Apache-2.0 */

/* progress - figures on a terminal or in the log; see progress.h */

#include "runtime/progress.h"

#include <inttypes.h>
#include <stdio.h>

#include "runtime/run_parts.h"
#include "runtime/stage.h"

#define EVERY_NS ((int64_t)250 * 1000 * 1000)

void
progress_start(struct progress *progress)
{
    *progress = (struct progress){ .started_ns = now_ns() };
}

static void
add(struct run_progress *to, struct run *run)
{
    struct run_progress one;

    run_progress(run, &one);
    to->rows += one.rows;
    to->bytes += one.bytes;
    to->settled += one.settled;
    to->dead += one.dead;
    to->lags = to->lags || one.lags;
    to->lag += one.lag;
    if (one.part < 0 || to->part < 0)
        to->part = -1;
    else
        to->part += one.part;
}

/* Adds how much is read and how long the rest will take, where that is known.
 */
static void
print_end(char *to, size_t room, double part, double seconds)
{
    *to = '\0';
    if (part > 1)
        part = 1;
    if (part > 0 && seconds > 1)
        snprintf(to, room, ", %.0f%%, %.0f s to go", part * 100,
                 seconds / part - seconds);
}

void
progress_draw(struct progress *progress, struct log *log,
              struct run *const *runs, size_t count)
{
    struct run_progress sum = { 0 };
    int64_t now = now_ns();
    char line[200];
    char end[48];
    char bytes[32] = "";
    char lag[40] = "";

    if (now - progress->drawn_ns < EVERY_NS)
        return;
    for (size_t i = 0; i < count; i++)
        add(&sum, runs[i]);

    int64_t since =
        progress->drawn_ns ? progress->drawn_ns : progress->started_ns;
    double seconds = (double)(now - since) / 1e9;
    double rate =
        seconds > 0 ? (double)(sum.rows - progress->rows) / seconds : 0;

    double elapsed = (double)(now - progress->started_ns) / 1e9;

    print_end(end, sizeof(end), sum.part / (double)(count > 0 ? count : 1),
              elapsed);
    if (sum.bytes > 0) /* rows that are made of cells have none */
        snprintf(bytes, sizeof(bytes), " %.1f MB,", (double)sum.bytes / 1e6);
    if (sum.lags)
        snprintf(lag, sizeof(lag), ", %" PRIu64 " to read", sum.lag);
    snprintf(line, sizeof(line),
             "%" PRIu64 " rows read, %.0f rows/s,%s %" PRIu64
             " delivered, %" PRIu64 " dead%s, %.0f s%s",
             sum.rows, rate, bytes, sum.settled, sum.dead, lag, elapsed, end);
    log_progress(log, line);
    progress->drawn_ns = now;
    progress->rows = sum.rows;
}

static void
print_members(char *to, size_t room, const struct run_progress *now,
              double rate)
{
    int len = snprintf(to, room,
                       ",\"rows\":%" PRIu64 ",\"rows_per_second\":%.1f,"
                       "\"bytes\":%" PRIu64 ",\"delivered\":%" PRIu64
                       ",\"dead\":%" PRIu64,
                       now->rows, rate, now->bytes, now->settled, now->dead);

    if (now->lags)
        snprintf(to + len, room - (size_t)len, ",\"to_read\":%" PRIu64,
                 now->lag);
}

void
progress_log(struct figures *figures, struct log *log, struct run *run,
             int64_t every_ns)
{
    struct log_place place = run->place;
    struct run_progress now;
    char members[200];
    char lag[40] = "";
    int64_t passed;
    double rate;

    if (figures->told_ns == 0)
        figures->told_ns = now_ns();
    passed = now_ns() - figures->told_ns;
    if (every_ns == 0 || passed < every_ns)
        return;
    run_progress(run, &now);
    rate = (double)(now.rows - figures->rows) / ((double)passed / 1e9);
    print_members(members, sizeof(members), &now, rate);
    place.members = members;
    if (now.lags)
        snprintf(lag, sizeof(lag), ", %" PRIu64 " to read", now.lag);
    log_line(log, MILL_INFO, &place,
             "%" PRIu64 " rows read, %.1f rows/s, %" PRIu64
             " delivered, %" PRIu64 " dead%s",
             now.rows, rate, now.settled, now.dead, lag);
    figures->told_ns += passed;
    figures->rows = now.rows;
}
