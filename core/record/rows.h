/* SPDX-License-Identifier: Apache-2.0 */

/*
 * rows - what the files of a batch share: room for rows, columns and marks
 *
 * Only core/record includes this.  Every array lies in the batch's arena; one
 * that was outgrown stays there until the batch is freed, so arrays grow by
 * doubling and start at what most batches need.
 */

#ifndef RECORD_ROWS_H
#define RECORD_ROWS_H

#include "record/batch.h"

/* No origin: the row came as it is. */
#define ROW_NO_ORIGIN UINT32_MAX

/* Bytes behind a key that may be read, so that it is compared and copied in
 * whole blocks. */
#define KEY_PAD 32

/* Room for ROWS in positions, payloads, keys, marks and origins. */
bool rows_reserve(struct batch *batch, uint32_t rows);

/* Room for ROWS of STRIDE cells, each at least the columns; keeps the cells of
 * the first USED rows. */
bool cells_reshape(struct batch *batch, uint32_t used, uint32_t rows,
                   uint32_t stride);

/* Makes sure that marks are there; all rows live. */
bool marks_reserve(struct batch *batch);

/* Room for COUNT columns. */
bool columns_reserve(struct batch *batch, uint32_t count);

/* Appends a column to the names alone; cells are the caller's business. */
bool column_name_add(struct batch *batch, struct mill_bytes name);

/* Makes names[COLUMN] a copy of NAME, with its key. */
bool column_name_set(struct batch *batch, uint32_t column,
                     struct mill_bytes name);

/* The index of the column with that NAME, or -1. */
int column_find(const struct batch *batch, struct mill_bytes name);

/* Marks ROW as rejected.  REASON is copied. */
void row_reject(struct batch *batch, uint32_t row, bool undecoded,
                const char *reason);

/* Overwrites row TO with row FROM: cells, position, payload. */
void row_move(struct batch *batch, uint32_t to, uint32_t from);

/* Ends the batch behind the first ROWS rows, after rows were moved. */
void rows_cut(struct batch *batch, uint32_t rows);

/* --- rows that go together, see part.c --- */

/* Whether the batch may end before ROW. */
bool may_end(const struct batch *batch, uint32_t row);

/* How many of the rows get cells at this stride, to begin with. */
uint32_t rows_together(const struct batch *batch, uint32_t stride);

/* The stride that follows where all columns are used. */
uint32_t wider(const struct batch *batch);

/* Whether there is room for one more column at ROW beside the rows before it;
 * where not, it may end there. */
bool goes_together(const struct batch *batch, uint32_t row);

/* Whether the first row has so many columns that it is to stay alone. */
bool stays_alone(const struct batch *batch);

/* Whether the payloads still say what the rows say. */
static inline bool
row_is_payload(const struct batch *batch)
{
    return batch->pub.format != MILL_CELLS && !batch->edited;
}

/* Any thread that shares the batch may ask. */
static inline bool
batch_is_decoded(const struct batch *batch)
{
    return batch->pub.format == MILL_CELLS
           || __atomic_load_n(&batch->decoded, __ATOMIC_ACQUIRE);
}

#endif /* RECORD_ROWS_H */
