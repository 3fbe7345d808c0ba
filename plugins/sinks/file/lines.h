/* SPDX-License-Identifier: Apache-2.0 */

/*
 * lines - rows that lie in the batch as the lines that they would be written as
 *
 * A source that reads lines, or makes them, leaves them one behind the other.
 * They are then handed to the kernel from there, in a few pieces, and not
 * copied row by row.
 */

#ifndef FILE_LINES_H
#define FILE_LINES_H

#include "output.h"

/* As many as are written at a time.  Rows lie in as many chunks as the batch
 * has: a handful. */
#define LINES_PIECES OUTPUT_PIECES

/* Fills in PIECES, LINES_PIECES of them at most, which point into the batch and
 * come to all of its rows, each with a newline.  0: some row isn't there as it
 * has to be written. */
size_t lines_find(const struct mill_batch *batch, struct mill_bytes *pieces);

#endif /* FILE_LINES_H */
