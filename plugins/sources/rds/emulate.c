/* SPDX-License-Identifier: Apache-2.0 */

/* emulate - draws offsets and hands on the rows there */

#include "emulate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "pages.h"
#include "twister.h"

#define SECOND INT64_C(1000000000)

/* So many draws of one table go on before the next table's; with a pace, one.
 */
#define ROUND 256u

/* What pages of all tables may hold together; the reference's need 13 MiB. */
#define KEEP_BYTES ((size_t)24 * 1024 * 1024)

struct emulate {
    struct twister twister;
    struct pages **pages; /* one a table */
    uint64_t *begin;      /* the first draw that a table still needs */
    size_t count;

    uint64_t drawn; /* so many draws were made */
    uint64_t offsets[ROUND];
    size_t round; /* how many of them are of this round, the latest draws */
    size_t table; /* whose turn it is, and at which of the round */
    size_t next;

    int64_t pace; /* ns between draws, 0: none, -1: the emulator's own */
    int64_t due;  /* when the round may go on; CLOCK_MONOTONIC */
};

bool
emulate_pace(const char *pace, int64_t *ns)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = { { "ms", 1e6 }, { "s", 1e9 }, { "m", 6e10 }, { "h", 3.6e12 } };
    char *end;
    double number = strtod(pace, &end);

    if (strcmp(pace, "none") == 0 || strcmp(pace, "emulator") == 0) {
        *ns = strcmp(pace, "none") == 0 ? 0 : -1;
        return true;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (end > pace && strcmp(end, units[i].unit) == 0 && number >= 0
            && number <= 1e6) {
            *ns = (int64_t)(number * units[i].ns);
            return true;
        }
    return false;
}

/* One loop of the emulator; the sleep is drawn first, wanted or not. */
static uint64_t
draw(struct rds *rds, struct emulate *emulate, uint64_t *sleep)
{
    *sleep = twister_below(&emulate->twister, 2);
    emulate->drawn++;
    return twister_below(&emulate->twister, (uint64_t)rds->draw_max + 1);
}

/* Makes the draws that every table has settled. */
static void
skip_settled(struct rds *rds, struct mill_stage *stage)
{
    struct emulate *emulate = rds->emulate;
    uint64_t least = UINT64_MAX;
    uint64_t sleep;

    for (size_t i = 0; i < emulate->count; i++) {
        struct mill_position from;

        if (mill_resume(stage, rds->list[i].name, "0", &from))
            emulate->begin[i] = from.position + 1;
        if (emulate->begin[i] < least)
            least = emulate->begin[i];
    }
    while (emulate->drawn < least
           && (rds->rows == 0 || emulate->drawn < (uint64_t)rds->rows))
        draw(rds, emulate, &sleep);
}

struct emulate *
emulate_create(struct rds *rds, struct mill_stage *stage)
{
    struct emulate *emulate = calloc(1, sizeof(*emulate));

    if (!emulate)
        return NULL;
    rds->emulate = emulate;
    emulate->count = rds->count;
    emulate->table = rds->count;
    emulate->pages = calloc(rds->count, sizeof(struct pages *));
    emulate->begin = calloc(rds->count, sizeof(*emulate->begin));
    if (!emulate->pages || !emulate->begin)
        return NULL;
    for (size_t i = 0; i < rds->count; i++) {
        emulate->pages[i] =
            pages_create(&rds->list[i], (uint64_t)rds->draw_max + 1,
                         KEEP_BYTES / rds->count);
        if (!emulate->pages[i])
            return NULL;
    }
    emulate_pace(rds->pace, &emulate->pace);
    twister_seed(&emulate->twister, rds->seed);
    skip_settled(rds, stage);
    return emulate;
}

void
emulate_destroy(struct emulate *emulate)
{
    if (!emulate)
        return;
    for (size_t i = 0; emulate->pages && i < emulate->count; i++)
        pages_destroy(emulate->pages[i]);
    free(emulate->pages);
    free(emulate->begin);
    free(emulate);
}

/* False: all draws were made. */
static bool
next_round(struct rds *rds)
{
    struct emulate *emulate = rds->emulate;
    size_t most = emulate->pace == 0 ? ROUND : 1;
    uint64_t sleep = 0;

    emulate->round = 0;
    while (emulate->round < most
           && (rds->rows == 0 || emulate->drawn < (uint64_t)rds->rows))
        emulate->offsets[emulate->round++] = draw(rds, emulate, &sleep);
    emulate->due =
        clock_ns()
        + (emulate->pace < 0 ? (int64_t)sleep * SECOND : emulate->pace);
    emulate->table = 0;
    emulate->next = 0;
    return emulate->round > 0;
}

static enum mill_verdict
no_such_row(struct rds *rds, uint64_t offset, uint64_t count)
{
    return driver_fail(rds->driver, MILL_FATAL,
                       "table %s has %" PRIu64 " rows, but draw %" PRIu64
                       " asks for the one at offset %" PRIu64
                       "; set draw_max to %" PRIu64 " or less",
                       rds->list[rds->emulate->table].name, count,
                       rds->emulate->drawn - rds->emulate->round
                           + rds->emulate->next,
                       offset, count > 0 ? count - 1 : 0);
}

static enum mill_verdict
emit(struct rds *rds, const struct converter *converter,
     struct mill_batch *batch, uint64_t position)
{
    struct emulate *emulate = rds->emulate;
    uint64_t offset = emulate->offsets[emulate->next];
    uint64_t count;
    struct row row;
    enum mill_verdict verdict = pages_row(emulate->pages[emulate->table],
                                          rds->driver, offset, &row, &count);

    if (verdict == MILL_END)
        return no_such_row(rds, offset, count);
    if (verdict != MILL_OK)
        return verdict;
    if (!convert_add(converter, batch, &row, position))
        return driver_fail(rds->driver, MILL_FATAL, "no memory for a row");
    return MILL_OK;
}

/* One table's rows of this round.  OK: the batch is full; END: that was all. */
static enum mill_verdict
read_turn(struct rds *rds, struct mill_stage *stage, struct mill_batch *batch)
{
    struct emulate *emulate = rds->emulate;
    struct table *table = &rds->list[emulate->table];
    struct converter converter = rds_converter(rds, stage, table);
    uint64_t first = emulate->drawn - emulate->round;
    enum mill_verdict verdict = rds_prepare(rds, stage, rds->driver, table);

    if (verdict != MILL_OK)
        return verdict;
    if (!convert_begin(&converter, batch))
        return driver_fail(rds->driver, MILL_RETRY, "no memory for a batch");
    for (; emulate->next < emulate->round; emulate->next++) {
        if (!convert_has_room(&converter, batch))
            return MILL_OK;
        if (first + emulate->next < emulate->begin[emulate->table])
            continue;
        verdict = emit(rds, &converter, batch, first + emulate->next);
        if (verdict != MILL_OK)
            return verdict;
    }
    return MILL_END;
}

/* True once the round may go on. */
static bool
is_due(struct emulate *emulate, struct mill_stage *stage)
{
    int64_t left = emulate->due - clock_ns();

    if (emulate->pace == 0 || left <= 0)
        return true;
    mill_wait(stage, -1, (struct mill_duration){ left });
    return emulate->due <= clock_ns();
}

enum mill_verdict
emulate_read(struct rds *rds, struct mill_stage *stage,
             struct mill_batch *batch)
{
    struct emulate *emulate = rds->emulate;

    for (;;) {
        if (emulate->table == emulate->count && !next_round(rds))
            return MILL_END;
        if (!is_due(emulate, stage))
            return MILL_IDLE;

        enum mill_verdict verdict = read_turn(rds, stage, batch);

        if (verdict != MILL_END)
            return rds_stop(rds, stage, rds->driver, batch, verdict);
        emulate->table++;
        emulate->next = 0;
        if (rds->rows > 0 && emulate->table == emulate->count)
            mill_progress(stage, emulate->drawn, (uint64_t)rds->rows);
        if (batch->rows > 0)
            return MILL_OK;
    }
}
