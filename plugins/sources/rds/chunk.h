/* SPDX-License-Identifier: Apache-2.0 */

/*
 * chunk - rows of one table, copied out of their driver
 */

#ifndef RDS_CHUNK_H
#define RDS_CHUNK_H

#include "driver.h"

#define CHUNK_ROWS ((size_t)512)
#define CHUNK_CELLS ((size_t)16384)
#define CHUNK_BYTES ((size_t)128 * 1024)

/* Zeroed memory is an empty one. */
struct chunk {
    struct row rows[CHUNK_ROWS];
    size_t count;
    struct mill_value *cells; /* of all rows, one after another */
    size_t cell_count;
    size_t cell_room;
    char *data; /* the texts of all rows */
    size_t len;
    size_t room;
};

enum chunk_taken { CHUNK_TOOK, CHUNK_FULL, CHUNK_NO_MEMORY };

/* Appends a copy of ROW.  An empty chunk takes a row of any size. */
enum chunk_taken chunk_add(struct chunk *chunk, const struct row *row);

/* Forgets the rows, and gives back what an unusually large one took. */
void chunk_clear(struct chunk *chunk);

void chunk_finish(struct chunk *chunk);

#endif /* RDS_CHUNK_H */
