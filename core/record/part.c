/* SPDX-License-Identifier: Apache-2.0 */

/*
 * part - a batch whose rows don't go together becomes two
 *
 * Which rows do is asked while a batch is decoded.  What that left is copied,
 * bytes and all, so that each part is freed as soon as it is done with.
 */

#include "record/rows.h"

/* Rows of one position stay together: how far a sink has come is known by
 * positions. */
bool
may_end(const struct batch *batch, uint32_t row)
{
    return !batch->whole && batch->positions[row] > batch->positions[0];
}

uint32_t
rows_together(const struct batch *batch, uint32_t stride)
{
    uint32_t most = CELLS_TOGETHER / stride;

    return !batch->whole && most < batch->pub.rows ? most : batch->pub.rows;
}

uint32_t
wider(const struct batch *batch)
{
    uint32_t columns = batch->pub.columns;

    return columns < MILL_COLUMNS_MAX / 2 ? columns * 2 : MILL_COLUMNS_MAX;
}

bool
goes_together(const struct batch *batch, uint32_t row)
{
    uint32_t columns = batch->pub.columns;

    if (!may_end(batch, row))
        return true;
    return columns < COLUMNS_TOGETHER
           && (columns < batch->pub.stride
               || row < rows_together(batch, wider(batch)));
}

bool
stays_alone(const struct batch *batch)
{
    return batch->pub.columns > COLUMNS_TOGETHER && batch->pub.rows > 1
           && may_end(batch, 1);
}

/* Appends ROW of FROM, whose bytes are its payload and its key. */
static bool
add_row(struct batch *to, const struct batch *from, uint32_t row)
{
    struct mill_bytes payload = from->payloads[row];

    payload.data = mill_batch_store(&to->pub, payload.data, payload.len);
    if (!payload.data
        || !mill_batch_add_payload(&to->pub, from->pub.format, payload,
                                   from->positions[row]))
        return false;
    if (!from->keys || !from->keys[row].data)
        return true;
    struct mill_bytes key = from->keys[row];
    key.data = mill_batch_store(&to->pub, key.data, key.len);
    return key.data && mill_batch_set_key(&to->pub, to->pub.rows - 1, key);
}

/* The rows from FROM on, as they came. */
static struct batch *
copy_tail(const struct batch *batch, uint32_t from)
{
    struct batch *tail = batch_create(batch->arena.pool);
    bool good = tail
                && mill_batch_set_stream(&tail->pub, batch->pub.stream,
                                         batch->pub.partition);

    for (uint32_t row = from; good && row < batch->pub.rows; row++)
        good = add_row(tail, batch, row);
    if (good)
        return tail;
    batch_release(tail);
    return NULL;
}

bool
batch_part(struct batch *batch, struct batch **later)
{
    uint32_t kept = batch->pub.rows - batch->later;

    *later = NULL;
    if (batch->later == 0)
        return true;
    struct batch *tail = copy_tail(batch, kept);
    if (!tail)
        return false;
    mill_batch_set_first(&tail->pub, batch->positions[kept]);
    tail->entry = batch->entry;
    /* Room that is outgrown stays until the batch goes. */
    if (!stays_alone(batch))
        tail->expected = batch->pub.columns;
    tail->parted = batch->parted;
    tail->before = batch->before;
    batch->parted = true;
    batch->before = batch->positions[kept];
    batch->later = 0;
    rows_cut(batch, kept);
    *later = tail;
    return true;
}
