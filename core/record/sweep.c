/* SPDX-License-Identifier: Apache-2.0 */

/* sweep - what happens to marked rows once a callback is over */

#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#include "record/rows.h"

/* A hash of one position: multiplied and folded, so that sums of neighbours
 * don't collide. */
static uint64_t
position_hash(uint64_t position)
{
    uint64_t hash = (position + 1) * 0x9e3779b97f4a7c15u;

    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
    return hash ^ hash >> 32;
}

void
tally_position(struct tally *tally, uint64_t position)
{
    tally->rows++;
    tally->fingerprint += position_hash(position);
}

void
tally_add(struct tally *to, const struct tally *more)
{
    to->rows += more->rows;
    to->fingerprint += more->fingerprint;
}

void
tally_take(struct tally *from, const struct tally *less)
{
    from->rows -= less->rows;
    from->fingerprint -= less->fingerprint;
}

bool
tally_equal(const struct tally *a, const struct tally *b)
{
    return a->rows == b->rows && a->fingerprint == b->fingerprint;
}

struct tally
batch_tally(const struct batch *batch)
{
    struct tally tally = { 0, 0 };

    for (uint32_t row = 0; row < batch->pub.rows; row++)
        tally_position(&tally, batch->positions[row]);
    return tally;
}

bool
batch_in_order(const struct batch *batch)
{
    for (uint32_t row = 1; row < batch->pub.rows; row++)
        if (batch->positions[row] < batch->positions[row - 1])
            return false;
    return true;
}

uint64_t
batch_last_position(const struct batch *batch)
{
    return batch->positions[batch->pub.rows - 1];
}

static void
count_marks(const struct batch *batch, struct sweep *sweep)
{
    for (uint32_t row = 0; row < batch->pub.rows; row++) {
        uint64_t position = batch->positions[row];

        if (batch->marks && batch->marks[row] == ROW_FILTERED)
            tally_position(&sweep->filtered, position);
        if (batch->marks && batch->marks[row] == ROW_REJECTED)
            tally_position(&sweep->rejected, position);
        if (batch->marks && batch->marks[row] == ROW_DELIVERED)
            tally_position(&sweep->delivered, position);
        if (batch->origins && batch->origins[row] != ROW_NO_ORIGIN)
            tally_position(&sweep->added, position);
    }
}

/* --- dead letters --- */

static const struct mill_bytes dead_columns[] = {
    { "reason", 6 },
    { "row", 3 },
    { "encoding", 8 },
};

/* Where the text isn't UTF-8 it goes as base64. */
static bool
dead_encode(struct batch *dead, struct mill_value *text,
            struct mill_value *encoding)
{
    *encoding = mill_null();
    if (mill_utf8_valid(text->text, text->len))
        return true;
    size_t len = mill_base64_len(text->len);
    char *coded = mill_batch_alloc(&dead->pub, len);
    if (!coded)
        return false;
    mill_base64_encode(coded, text->text, text->len);
    *text = mill_text(MILL_TEXT, coded, len);
    *encoding = mill_text(MILL_TEXT, "base64", 6);
    return true;
}

static bool
dead_add(struct batch *dead, struct batch *batch,
         const struct rejection *rejection)
{
    struct mill_value *cells =
        mill_batch_add_row(&dead->pub, batch->positions[rejection->row]);
    size_t len = strlen(rejection->reason);
    char *reason = mill_batch_store(&dead->pub, rejection->reason, len);

    if (!cells || !reason)
        return false;
    cells[0] = mill_text(MILL_TEXT, reason, len);
    char *row =
        mill_batch_store(&dead->pub, rejection->text.data, rejection->text.len);
    if (!row)
        return false;
    cells[1] = mill_text(MILL_TEXT, row, rejection->text.len);
    return dead_encode(dead, &cells[1], &cells[2]);
}

/* Positions must not fall: by row, but a derived one right behind its origin,
 * whose position it has. */
static uint64_t
rejection_place(const struct batch *batch, uint32_t row)
{
    uint32_t origin = batch->origins ? batch->origins[row] : ROW_NO_ORIGIN;

    return (uint64_t)(origin == ROW_NO_ORIGIN ? row : origin) << 32 | row;
}

/* Plugins reject in any order, but mostly in order: insertion is enough to sort
 * what is sorted, and qsort() would need to know the batch. */
static void
sort_rejections(struct batch *batch)
{
    struct rejection *list = batch->rejections;

    for (uint32_t i = 1; i < batch->rejection_count; i++) {
        struct rejection moved = list[i];
        uint64_t place = rejection_place(batch, moved.row);
        uint32_t j = i;

        for (; j > 0 && rejection_place(batch, list[j - 1].row) > place; j--)
            list[j] = list[j - 1];
        list[j] = moved;
    }
}

static struct batch *
dead_create(struct batch *batch)
{
    struct batch *dead = batch_create(batch->arena.pool);
    bool good = dead
                && mill_batch_set_stream(&dead->pub, batch->pub.stream,
                                         batch->pub.partition);

    for (size_t i = 0; good && i < 3; i++)
        good = column_name_add(dead, dead_columns[i]);
    sort_rejections(batch);
    for (uint32_t i = 0; good && i < batch->rejection_count; i++) {
        const struct rejection *rejection = &batch->rejections[i];

        /* A row that was cut off since has no mark any more. */
        if (rejection->row < batch->pub.rows
            && batch->marks[rejection->row] == ROW_REJECTED)
            good = dead_add(dead, batch, rejection);
    }
    if (!good) {
        batch_release(dead);
        return NULL;
    }
    dead->entry = batch->entry;
    dead->parted = batch->parted;
    dead->before = batch->before;
    return dead;
}

/* --- surgery --- */

static bool
row_stays(const struct batch *batch, uint32_t row)
{
    return !batch->marks || batch->marks[row] == ROW_LIVE;
}

/* Moves rows that stay together. */
static void
compact(struct batch *batch)
{
    uint32_t to = 0;

    for (uint32_t row = 0; row < batch->pub.rows; row++)
        if (row_stays(batch, row))
            row_move(batch, to++, row);
    rows_cut(batch, to);
}

/* The rows in the order in which they go on: those that were derived behind
 * their origin.  A counting sort by origin, which keeps the order of rest. */
static uint32_t *
derived_order(struct batch *batch)
{
    uint32_t rows = batch->pub.rows;
    uint32_t *order =
        malloc(2 * (size_t)rows * sizeof(*order) + sizeof(*order));

    if (!order)
        return NULL;
    uint32_t *starts = order + rows;
    memset(starts, 0, ((size_t)rows + 1) * sizeof(*starts));
    for (uint32_t row = 0; row < rows; row++)
        starts[(rejection_place(batch, row) >> 32) + 1]++;
    for (uint32_t row = 1; row <= rows; row++)
        starts[row] += starts[row - 1];
    for (uint32_t row = 0; row < rows; row++)
        order[starts[rejection_place(batch, row) >> 32]++] = row;
    return order;
}

static void
forget_marks(struct batch *batch)
{
    batch->marks = NULL;
    batch->origins = NULL;
    batch->rejection_count = 0;
}

/* Lays the rows out anew in arrays of their own. */
static bool
reorder(struct batch *batch)
{
    struct batch old = *batch;
    uint32_t rows = batch->pub.rows;
    uint32_t *order = derived_order(batch);

    batch->pub.rows = 0;
    batch->row_room = 0;
    forget_marks(batch);
    if (!order || !rows_reserve(batch, rows)
        || !cells_reshape(batch, 0, rows, batch->pub.stride)) {
        struct arena arena = batch->arena;

        *batch = old;
        batch->arena = arena;
        free(order);
        return false;
    }
    uint32_t to = 0;
    size_t size = batch->pub.columns * sizeof(struct mill_value);
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t row = order[i];

        if (!row_stays(&old, row))
            continue;
        batch->positions[to] = old.positions[row];
        if (batch->payloads)
            batch->payloads[to] = old.payloads[row];
        if (batch->keys)
            batch->keys[to] = old.keys[row];
        memcpy(mill_batch_row(&batch->pub, to), mill_batch_row(&old.pub, row),
               size);
        to++;
    }
    rows_cut(batch, to);
    free(order);
    return true;
}

bool
batch_sweep(struct batch *batch, struct sweep *sweep, struct batch **dead)
{
    *sweep = (struct sweep){ 0 };
    *dead = NULL;
    if (batch->failed)
        return false;
    if (!batch->marks && !batch->origins)
        return true;
    count_marks(batch, sweep);
    if (sweep->rejected.rows > 0) {
        *dead = dead_create(batch);
        if (!*dead)
            return false;
    }
    if (!batch->origins) {
        compact(batch);
    } else if (!reorder(batch)) {
        batch_release(*dead);
        *dead = NULL;
        return false;
    }
    forget_marks(batch);
    return true;
}

/* What was said of a row moves with it. */
static void
shift_marks(struct batch *batch, uint32_t skipped)
{
    uint32_t rows = batch->pub.rows - skipped;
    uint32_t kept = 0;

    if (!batch->marks)
        return;
    memmove(batch->marks, batch->marks + skipped, rows);
    for (uint32_t i = 0; i < batch->rejection_count; i++) {
        struct rejection moved = batch->rejections[i];

        if (moved.row < skipped)
            continue;
        moved.row -= skipped;
        batch->rejections[kept++] = moved;
    }
    batch->rejection_count = kept;
}

struct tally
batch_skip(struct batch *batch, uint64_t position)
{
    struct tally skipped = { 0, 0 };
    uint32_t from = 0;

    while (from < batch->pub.rows && batch->positions[from] <= position)
        tally_position(&skipped, batch->positions[from++]);
    if (from == 0)
        return skipped;
    if (batch->pub.first <= position)
        batch->pub.first = position + 1;
    for (uint32_t row = from; row < batch->pub.rows; row++)
        row_move(batch, row - from, row);
    shift_marks(batch, from);
    rows_cut(batch, batch->pub.rows - from);
    return skipped;
}
