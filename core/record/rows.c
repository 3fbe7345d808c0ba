/* SPDX-License-Identifier: Apache-2.0 */

/* rows - rows are appended, moved, marked and derived here */

#include "record/rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <millrace/json.h>

#include "record/utf8.h"

/* The first room for rows: one that trickles in needs little, and a batch that
 * fills up goes on to the second step at once. */
#define ROWS_FIRST 16u
#define ROWS_SECOND 256u

#define REASON_MOST 1024

static uint32_t
room_for(uint32_t rows)
{
    uint32_t room = rows <= ROWS_FIRST ? ROWS_FIRST : ROWS_SECOND;

    while (room < rows)
        room *= 2;
    return room;
}

/* An array in the arena with room for ROOM items of SIZE, the first USED bytes
 * copied from OLD. */
static void *
array_grow(struct batch *batch, const void *old, size_t used, size_t room,
           size_t size)
{
    void *array = arena_alloc(&batch->arena, room * size);

    if (array && used)
        memcpy(array, old, used * size);
    return array;
}

static bool
grow_marks(struct batch *batch, uint32_t room)
{
    uint32_t rows = batch->pub.rows;

    if (batch->marks) {
        uint8_t *marks = array_grow(batch, batch->marks, rows, room, 1);

        if (!marks)
            return false;
        memset(marks + rows, ROW_LIVE, room - rows);
        batch->marks = marks;
    }
    if (batch->origins) {
        uint32_t *origins =
            array_grow(batch, batch->origins, rows, room, sizeof(*origins));

        if (!origins)
            return false;
        memset(origins + rows, 0xff, (room - rows) * sizeof(*origins));
        batch->origins = origins;
    }
    return true;
}

/* A copy of the spans, none of them set behind the rows there are. */
static bool
grow_keys(struct batch *batch, uint32_t room)
{
    uint32_t rows = batch->pub.rows;
    struct mill_bytes *keys;

    if (!batch->keys)
        return true;
    keys = array_grow(batch, batch->keys, rows, room, sizeof(*keys));
    if (!keys)
        return false;
    memset(keys + rows, 0, (room - rows) * sizeof(*keys));
    batch->keys = keys;
    batch->pub.keys = keys;
    return true;
}

bool
rows_reserve(struct batch *batch, uint32_t rows)
{
    if (rows <= batch->row_room)
        return true;
    uint32_t room = room_for(rows);
    uint32_t used = batch->pub.rows;
    uint64_t *positions =
        array_grow(batch, batch->positions, used, room, sizeof(*positions));
    struct mill_bytes *payloads = NULL;

    if (!positions || !grow_marks(batch, room) || !grow_keys(batch, room))
        return false;
    if (batch->pub.format != MILL_CELLS) {
        payloads =
            array_grow(batch, batch->payloads, used, room, sizeof(*payloads));
        if (!payloads)
            return false;
    }
    batch->positions = positions;
    batch->payloads = payloads;
    batch->pub.positions = positions;
    batch->pub.payloads = payloads;
    batch->row_room = room;
    return true;
}

bool
cells_reshape(struct batch *batch, uint32_t used, uint32_t rows,
              uint32_t stride)
{
    struct mill_batch *pub = &batch->pub;
    size_t size = sizeof(*pub->cells);
    struct mill_value *cells =
        arena_alloc(&batch->arena, (size_t)rows * stride * size);

    if (!cells)
        return false;
    if (stride == pub->stride && used)
        memcpy(cells, pub->cells, (size_t)used * stride * size);
    else
        for (size_t row = 0; row < used; row++)
            memcpy(cells + row * stride, pub->cells + row * pub->stride,
                   pub->columns * size);
    pub->cells = cells;
    pub->stride = stride;
    batch->cell_room = rows;
    return true;
}

/* Cells are what is dear to move, so beyond the first few rows room is made for
 * as many as the batch will hold if the others are like them. */
static uint32_t
room_for_cells(const struct batch *batch)
{
    uint32_t rows = batch->pub.rows;
    uint32_t room = room_for(rows + 1);
    size_t bytes = batch->stored_bytes;

    if (rows != ROWS_FIRST || bytes == 0)
        return room;
    size_t expected = BATCH_BYTES * rows / bytes;
    expected += expected / 8;
    if (expected > BATCH_ROWS)
        expected = BATCH_ROWS;
    return expected > room ? (uint32_t)expected : room;
}

/* Room for one more row, cells included where there are cells. */
static bool
row_prepare(struct batch *batch, bool cells)
{
    struct mill_batch *pub = &batch->pub;

    if (pub->rows == UINT32_MAX / 2 || !rows_reserve(batch, pub->rows + 1))
        return false;
    if (cells && batch->cell_room <= pub->rows) {
        uint32_t stride = pub->stride;

        if (stride < pub->columns)
            stride = pub->columns;
        if (stride == 0)
            stride = 1;
        if (!cells_reshape(batch, pub->rows, room_for_cells(batch), stride))
            return false;
    }
    return true;
}

static void
row_finish(struct batch *batch, uint64_t position)
{
    uint32_t row = batch->pub.rows++;

    batch->positions[row] = position;
    if (batch->marks)
        batch->marks[row] = ROW_LIVE;
    if (batch->origins)
        batch->origins[row] = ROW_NO_ORIGIN;
    if (batch->keys)
        batch->keys[row] = (struct mill_bytes){ 0 };
}

struct mill_value *
mill_batch_add_row(struct mill_batch *pub, uint64_t position)
{
    struct batch *batch = batch_of(pub);

    if (pub->format != MILL_CELLS || !row_prepare(batch, true))
        return NULL;
    struct mill_value *cells = mill_batch_row(pub, pub->rows);
    memset(cells, 0, pub->stride * sizeof(*cells));
    row_finish(batch, position);
    return cells;
}

bool
mill_batch_add_payload(struct mill_batch *pub, enum mill_format format,
                       struct mill_bytes data, uint64_t position)
{
    struct batch *batch = batch_of(pub);

    if (format == MILL_CELLS || (pub->rows > 0 && pub->format != format))
        return false;
    if (pub->rows == 0 && pub->format != format) {
        pub->format = format;
        batch->row_room = 0;
    }
    if (!row_prepare(batch, false))
        return false;
    batch->payloads[pub->rows] = data;
    batch->payload_bytes += data.len;
    row_finish(batch, position);
    return true;
}

bool
mill_batch_set_key(struct mill_batch *pub, size_t row, struct mill_bytes data)
{
    struct batch *batch = batch_of(pub);
    size_t size = batch->row_room * sizeof(*batch->keys);

    if (row >= pub->rows)
        return false;
    if (!batch->keys) {
        batch->keys = arena_alloc(&batch->arena, size);
        if (!batch->keys)
            return false;
        memset(batch->keys, 0, size);
        pub->keys = batch->keys;
    }
    batch->keys[row] = data;
    return true;
}

bool
marks_reserve(struct batch *batch)
{
    if (batch->marks)
        return true;
    batch->marks = arena_alloc(&batch->arena, batch->row_room);
    if (!batch->marks)
        return false;
    memset(batch->marks, ROW_LIVE, batch->row_room);
    return true;
}

/* The first word on a row holds. */
static void
row_mark(struct batch *batch, size_t row, enum row_mark mark)
{
    if (row >= batch->pub.rows)
        return;
    if (!marks_reserve(batch))
        batch->failed = true;
    else if (batch->marks[row] == ROW_LIVE)
        batch->marks[row] = (uint8_t)mark;
}

void
mill_filter_row(struct mill_batch *pub, size_t row)
{
    row_mark(batch_of(pub), row, ROW_FILTERED);
}

void
mill_deliver_row(struct mill_batch *pub, size_t row)
{
    row_mark(batch_of(pub), row, ROW_DELIVERED);
}

static struct rejection *
rejection_add(struct batch *batch)
{
    if (batch->rejection_count == batch->rejection_room) {
        uint32_t room = batch->rejection_room ? batch->rejection_room * 2 : 16;
        struct rejection *rejections =
            array_grow(batch, batch->rejections, batch->rejection_count, room,
                       sizeof(*rejections));

        if (!rejections)
            return NULL;
        batch->rejections = rejections;
        batch->rejection_room = room;
    }
    return &batch->rejections[batch->rejection_count];
}

/* ROW as it came or as JSON, before anybody changes it further. */
static bool
capture_row(struct batch *batch, uint32_t row, bool undecoded,
            struct mill_bytes *text)
{
    struct mill_buffer json = { 0 };
    char *copy;

    if (batch->payloads && (undecoded || !batch->edited)) {
        *text = batch->payloads[row];
        return true;
    }
    mill_json_write_row(&json, &batch->pub, row, NULL);
    copy = json.failed ? NULL : arena_alloc_bytes(&batch->arena, json.len);
    if (copy)
        memcpy(copy, json.data, json.len);
    *text = (struct mill_bytes){ copy, json.len };
    mill_buffer_finish(&json);
    return copy;
}

void
row_reject(struct batch *batch, uint32_t row, bool undecoded,
           const char *reason)
{
    struct mill_bytes text;

    if (row >= batch->pub.rows)
        return;
    /* First of all, for it may decode the batch, which may reject the row. */
    if (!capture_row(batch, row, undecoded, &text)) {
        batch->failed = true;
        return;
    }
    size_t size = strlen(reason) + 1;
    char *copy = arena_alloc_bytes(&batch->arena, size);
    struct rejection *rejection = rejection_add(batch);
    if (!copy || !rejection || !marks_reserve(batch)) {
        batch->failed = true;
        return;
    }
    /* The first that settles a row has settled it. */
    if (batch->marks[row] != ROW_LIVE)
        return;
    memcpy(copy, reason, size);
    /* It may quote what isn't text, and may have been cut short. */
    utf8_force(copy, size - 1);
    *rejection = (struct rejection){ row, copy, text };
    batch->rejection_count++;
    batch->marks[row] = ROW_REJECTED;
}

void
mill_reject_row(struct mill_batch *pub, size_t row, const char *format, ...)
{
    char reason[REASON_MOST];
    va_list args;

    if (row >= pub->rows)
        return;
    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    row_reject(batch_of(pub), (uint32_t)row, false,
               *reason ? reason : "no reason was given");
}

bool
mill_row_is_gone(const struct mill_batch *pub, size_t row)
{
    const struct batch *batch = (const struct batch *)pub;

    return batch->marks && row < pub->rows && batch->marks[row] != ROW_LIVE;
}

bool
mill_row_payload(const struct mill_batch *pub, size_t row,
                 struct mill_bytes *payload)
{
    const struct batch *batch = (const struct batch *)pub;

    if (!row_is_payload(batch) || row >= pub->rows)
        return false;
    *payload = pub->payloads[row];
    return true;
}

static bool
origins_reserve(struct batch *batch)
{
    if (batch->origins)
        return true;
    size_t size = batch->row_room * sizeof(*batch->origins);
    batch->origins = arena_alloc(&batch->arena, size);
    if (!batch->origins)
        return false;
    memset(batch->origins, 0xff, size);
    return true;
}

struct mill_value *
mill_batch_derive_row(struct mill_batch *pub, size_t row)
{
    struct batch *batch = batch_of(pub);
    uint32_t added = pub->rows;

    batch->whole = true; /* the new row goes behind all of them */
    if (row >= pub->rows || !batch_decode(batch) || !row_prepare(batch, true)
        || !origins_reserve(batch))
        return NULL;
    row_finish(batch, batch->positions[row]);
    row_move(batch, added, (uint32_t)row);
    batch->payload_bytes += batch->payloads ? batch->payloads[row].len : 0;
    batch->origins[added] = batch->origins[row] == ROW_NO_ORIGIN
                                ? (uint32_t)row
                                : batch->origins[row];
    return mill_batch_row(pub, added);
}

void
row_move(struct batch *batch, uint32_t to, uint32_t from)
{
    struct mill_batch *pub = &batch->pub;

    if (to == from)
        return;
    batch->positions[to] = batch->positions[from];
    if (batch->payloads)
        batch->payloads[to] = batch->payloads[from];
    if (batch->keys)
        batch->keys[to] = batch->keys[from];
    if (pub->cells)
        memcpy(mill_batch_row(pub, to), mill_batch_row(pub, from),
               pub->columns * sizeof(*pub->cells));
}

void
mill_batch_move_row(struct mill_batch *pub, size_t to, size_t from)
{
    struct batch *batch = batch_of(pub);

    if (to >= pub->rows || from >= pub->rows || to == from)
        return;
    if (batch->payloads)
        batch->payload_bytes +=
            batch->payloads[from].len - batch->payloads[to].len;
    row_move(batch, (uint32_t)to, (uint32_t)from);
    if (batch->marks)
        batch->marks[to] = batch->marks[from];
    if (batch->origins)
        batch->origins[to] = batch->origins[from];
}

void
rows_cut(struct batch *batch, uint32_t rows)
{
    batch->pub.rows = rows;
    batch->payload_bytes = 0;
    for (uint32_t row = 0; batch->payloads && row < rows; row++)
        batch->payload_bytes += batch->payloads[row].len;
}

void
mill_batch_truncate(struct mill_batch *pub, size_t rows)
{
    struct batch *batch = batch_of(pub);

    while (pub->rows > rows) {
        pub->rows--;
        if (batch->payloads)
            batch->payload_bytes -= batch->payloads[pub->rows].len;
    }
}
