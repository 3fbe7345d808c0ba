/* SPDX-License-Identifier: Apache-2.0 */

/*
 * rogue - a transform that does what none may, to one row in `every`
 *
 *     bad = { transform = "rogue"; from = "in"; how = "lose"; };
 *
 *     lose      a row is gone, untold
 *     double    a row is there twice, untold
 *     replace   a row is there twice instead of its neighbour, so that the
 *               count is right
 *     reorder   two neighbours change places
 *     nothing   honest, for the counter-check
 *
 * The row is the one behind the first `every` rows, so a million needs a run of
 * at least a million and two.
 */

#include <string.h>

#include <millrace/plugin.h>

struct rogue {
    const char *how;
    int64_t every;
    uint64_t seen;
};

static const char *const ways[] = { "lose",    "double",  "replace",
                                    "reorder", "nothing", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct rogue, how, "What to do to the row", .required = true,
                .choices = ways),
    MILL_OPTION(struct rogue, every, "Do it once in so many rows",
                .fallback = "1000000", .least = 2, .most = INT64_MAX),
    { 0 },
};

static bool
lose(struct mill_batch *batch, size_t row)
{
    for (size_t i = row; i + 1 < batch->rows; i++)
        mill_batch_move_row(batch, i, i + 1);
    mill_batch_truncate(batch, batch->rows - 1);
    return true;
}

/* Appends a copy of ROW, as a transform that knows no better would. */
static bool
append(struct mill_batch *batch, size_t row)
{
    uint64_t last = batch->positions[batch->rows - 1];

    if (!mill_batch_add_row(batch, last))
        return false;
    mill_batch_move_row(batch, batch->rows - 1, row);
    return true;
}

static bool
reorder(struct mill_batch *batch, size_t row)
{
    if (!append(batch, row))
        return false;
    mill_batch_move_row(batch, row, row - 1);
    mill_batch_move_row(batch, row - 1, batch->rows - 1);
    mill_batch_truncate(batch, batch->rows - 1);
    return true;
}

static bool
misbehave(const char *how, struct mill_batch *batch, size_t row)
{
    if (strcmp(how, "lose") == 0)
        return lose(batch, row);
    if (strcmp(how, "double") == 0)
        return append(batch, batch->rows - 1);
    if (strcmp(how, "reorder") == 0)
        return reorder(batch, row);
    if (strcmp(how, "replace") == 0)
        mill_batch_move_row(batch, row, row - 1);
    return true;
}

static enum mill_verdict
rogue_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct rogue *rogue = self;
    uint64_t every = (uint64_t)rogue->every;
    uint64_t before = rogue->seen;

    rogue->seen += batch->rows;
    if (before / every == rogue->seen / every || batch->rows < 2)
        return MILL_OK;

    size_t row = (size_t)((before / every + 1) * every - before);

    /* The row has a neighbour before it, and is one of this batch. */
    row = row == 0 ? 1 : row < batch->rows ? row : batch->rows - 1u;
    if (!misbehave(rogue->how, batch, row))
        return mill_fail(stage, MILL_RETRY, "no memory to be a rogue");
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "rogue",
    .version = "1.0",
    .summary = "Lose, double or reorder a row, for tests",
    .instance_size = sizeof(struct rogue),
    .options = options,
    .transform.apply = rogue_apply,
};
