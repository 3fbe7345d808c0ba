/* SPDX-License-Identifier: Apache-2.0 */

/*
 * generate - rows of the three Pinterest tables, made up
 *
 *     posts = { source = "generate"; tables = [ "pins", "geo" ]; rows = 1000;
 * };
 *
 * The rows have the columns, lengths and dirty values of pinterest_data,
 * geolocation_data and user_data in their shares, and no text of anybody's. Row
 * N is the same for the same seed, whatever else is asked for: so a run goes on
 * at any row, and a position is a row's number.
 *
 * With `pace`, row N of each table comes at once, row N + 1 so much later, as
 * the reference's emulator posts its three rows.
 */

#include <string.h>

#include "clock.h"
#include "rows.h"

#define TABLES 3

struct generate {
    const char *const *tables;
    int64_t rows;
    int64_t seed;
    struct mill_duration pace;

    struct {
        const struct maker *maker;
        uint64_t next;
    } streams[TABLES];
    size_t count;
    int64_t due; /* with pace: when the next row may come */
    bool begun;
};

static const char *const table_names[] = {
    "pins",      "geo", "users", "pinterest_data", "geolocation_data",
    "user_data", NULL
};
static const struct maker *const makers[] = { &maker_pins, &maker_places,
                                              &maker_people };

static const struct mill_option options[] = {
    MILL_OPTION(struct generate, tables,
                "What to make; each is a stream of its own: pins is "
                "pinterest_data, geo geolocation_data, users user_data",
                .fallback = "pins, geo, users", .choices = table_names),
    MILL_OPTION(struct generate, rows, "Rows of each table; 0: without end",
                .fallback = "11154", .least = 0, .most = INT64_MAX),
    MILL_OPTION(struct generate, seed, "The same seed makes the same rows",
                .fallback = "100"),
    MILL_OPTION(struct generate, pace,
                "Pause between one row and the next of a table; 0: none",
                .fallback = "0s", .least = 0, .most = INT64_MAX),
    { 0 },
};

static const struct maker *
maker_of(const char *table)
{
    size_t i = 0;

    while (strcmp(table_names[i], table) != 0)
        i++;
    return makers[i % TABLES];
}

static enum mill_verdict
generate_check(void *self, struct mill_stage *stage)
{
    struct generate *generate = self;
    const char *const *tables = generate->tables;

    if (!tables[0])
        return mill_fail(stage, MILL_FATAL,
                         "tables is empty: name pins, geo or users");
    for (size_t i = 0; tables[i]; i++)
        for (size_t j = 0; j < i; j++)
            if (maker_of(tables[i]) == maker_of(tables[j]))
                return mill_fail(stage, MILL_FATAL,
                                 "tables names %s twice: leave one out",
                                 maker_of(tables[i])->stream);
    return MILL_OK;
}

static enum mill_verdict
generate_open(void *self, struct mill_stage *stage)
{
    struct generate *generate = self;
    struct mill_position settled;

    generate->count = 0;
    generate->begun = false;
    if (generate->rows == 0)
        mill_endless(stage);
    for (size_t i = 0; i < TABLES && generate->tables[i]; i++) {
        const struct maker *maker = maker_of(generate->tables[i]);
        uint64_t next = 0;

        if (mill_resume(stage, maker->stream, "0", &settled))
            next = settled.position + 1;
        generate->streams[i].maker = maker;
        generate->streams[i].next = next;
        generate->count++;
    }
    return MILL_OK;
}

/* The stream that is furthest behind: so the tables keep abreast. */
static size_t
choose_stream(const struct generate *generate)
{
    size_t best = 0;

    for (size_t i = 1; i < generate->count; i++)
        if (generate->streams[i].next < generate->streams[best].next)
            best = i;
    return best;
}

/* The first table sets the beat.  False: it isn't time yet, even now that some
 * was spent waiting. */
static bool
may_go_on(struct generate *generate, struct mill_stage *stage, size_t stream)
{
    int64_t now;

    if (generate->pace.ns == 0 || stream > 0)
        return true;
    now = clock_ns();
    if (generate->begun && now < generate->due) {
        mill_wait(stage, -1, (struct mill_duration){ generate->due - now });
        return false;
    }
    /* A beat that came late puts off the next one, never doubles it. */
    generate->due = now + generate->pace.ns;
    generate->begun = true;
    return true;
}

static bool
begin_batch(struct mill_batch *batch, const struct maker *maker)
{
    if (!mill_batch_set_stream(batch, maker->stream, "0"))
        return false;
    for (size_t i = 0; i < maker->column_count; i++) {
        const char *name = maker->columns[i];

        if (mill_batch_add_column(batch, name, strlen(name)) != (int)i)
            return false;
    }
    return true;
}

static bool
fill_batch(struct generate *generate, struct mill_batch *batch, size_t stream,
           uint64_t last)
{
    const struct maker *maker = generate->streams[stream].maker;
    uint64_t *next = &generate->streams[stream].next;

    do {
        struct mill_value *row = mill_batch_add_row(batch, *next);

        if (!row || !maker->make(batch, row, (uint64_t)generate->seed, *next))
            return false;
        ++*next;
    } while (generate->pace.ns == 0 && *next <= last
             && !mill_batch_is_full(batch));
    return true;
}

static void
tell_progress(const struct generate *generate, struct mill_stage *stage)
{
    uint64_t done = 0;

    for (size_t i = 0; i < generate->count; i++)
        done += generate->streams[i].next;
    if (generate->rows > 0)
        mill_progress(stage, done, (uint64_t)generate->rows * generate->count);
}

static enum mill_verdict
generate_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct generate *generate = self;
    size_t stream = choose_stream(generate);
    uint64_t last =
        generate->rows > 0 ? (uint64_t)generate->rows - 1 : (uint64_t)INT64_MAX;

    if (generate->streams[stream].next > last)
        return MILL_END;
    if (generate->rows > 0)
        mill_progress(stage, generate->streams[stream].next,
                      (uint64_t)generate->rows);
    if (!may_go_on(generate, stage, stream))
        return MILL_IDLE;
    if (!begin_batch(batch, generate->streams[stream].maker)
        || !fill_batch(generate, batch, stream, last))
        return mill_fail(stage, MILL_FATAL, "no memory for rows of %s",
                         generate->streams[stream].maker->stream);
    tell_progress(generate, stage);
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "generate",
    .version = "1.0",
    .summary = "Make up rows of the three Pinterest tables",
    .flags = MILL_REPLAYS,
    .instance_size = sizeof(struct generate),
    .options = options,
    .check = generate_check,
    .open = generate_open,
    .source.read = generate_read,
};
