/* SPDX-License-Identifier: Apache-2.0 */

/*
 * rows - numbered rows of any width, for tests
 *
 *     in = { source = "rows"; rows = 200000; width = "500"; };
 *
 * Row n has id n, at position n, and a text that is n in decimal over and over;
 * after a restart it goes on behind the last row that was settled.
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <millrace/plugin.h>

struct rows_source {
    int64_t rows;
    struct mill_size width;
    const char *stream;
    struct mill_duration pace;
    uint64_t next;
    int64_t due_ns; /* when the next row may come */
};

static const struct mill_option options[] = {
    MILL_OPTION(struct rows_source, rows, "How many rows", .required = true,
                .most = INT64_MAX),
    MILL_OPTION(struct rows_source, width, "Bytes of text in each",
                .fallback = "16", .least = 1, .most = INT32_MAX),
    MILL_OPTION(struct rows_source, stream, "Name of the stream",
                .fallback = "rows"),
    MILL_OPTION(struct rows_source, pace, "Pause after each row; 0s: none",
                .fallback = "0s"),
    { 0 },
};

static enum mill_verdict
rows_open(void *self, struct mill_stage *stage)
{
    struct rows_source *source = self;
    struct mill_position at;

    source->next = 0;
    if (mill_resume(stage, source->stream, "0", &at))
        source->next = at.position + 1;
    return MILL_OK;
}

/* The text of row NUMBER, in memory of the batch. */
static const char *
row_text(struct mill_batch *batch, uint64_t number, size_t width)
{
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof(digits), "%llu ",
                                  (unsigned long long)number);
    char *text = mill_batch_alloc(batch, width);

    for (size_t i = 0; text && i < width; i += len)
        memcpy(text + i, digits, i + len <= width ? len : width - i);
    return text;
}

static bool
add_row(struct rows_source *source, struct mill_batch *batch)
{
    size_t width = (size_t)source->width.bytes;
    const char *text = row_text(batch, source->next, width);
    struct mill_value *row =
        text ? mill_batch_add_row(batch, source->next) : NULL;

    if (!row)
        return false;
    row[0] = mill_int((int64_t)source->next++);
    row[1] = mill_text(MILL_TEXT, text, width);
    return true;
}

static int64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Waits for the time of the next row, or until the core wants something. */
static bool
is_due(struct rows_source *source, struct mill_stage *stage)
{
    int64_t left = source->due_ns - now_ns();

    if (left > 0)
        mill_wait(stage, -1, (struct mill_duration){ .ns = left });
    if (now_ns() < source->due_ns)
        return false;
    source->due_ns = now_ns() + source->pace.ns;
    return true;
}

static enum mill_verdict
rows_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct rows_source *source = self;

    if (source->next >= (uint64_t)source->rows)
        return MILL_END;
    if (source->pace.ns > 0 && !is_due(source, stage))
        return MILL_IDLE;
    if (!mill_batch_set_stream(batch, source->stream, "0")
        || mill_batch_add_column(batch, "id", 2) < 0
        || mill_batch_add_column(batch, "text", 4) < 0)
        return mill_fail(stage, MILL_RETRY, "no memory for a batch");
    do {
        if (!add_row(source, batch))
            return mill_fail(stage, MILL_RETRY, "no memory for a row");
    } while (source->pace.ns == 0 && !mill_batch_is_full(batch)
             && source->next < (uint64_t)source->rows);
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "rows",
    .version = "1.0",
    .summary = "Numbered rows, for tests",
    .flags = MILL_REPLAYS,
    .instance_size = sizeof(struct rows_source),
    .options = options,
    .open = rows_open,
    .source.read = rows_read,
};
