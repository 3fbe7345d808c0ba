/* SPDX-License-Identifier: Apache-2.0 */

/* runs - rows of one scope that came before, for keys only; see keys.h */

#ifndef HTTP_RUNS_H
#define HTTP_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "idempotency.h"
#include "keys.h"

/* Rows that follow each other: COUNT positions, or COUNT ordinals of one. */
struct run {
    struct idempotency_row row;
    uint64_t count;
    uint32_t index; /* of the first, in its request */
    struct keys_holding *by;
};

/* Disjoint, by row. */
struct runs {
    struct run *list;
    size_t count;
    size_t room;
};

/* The rows of a key, one after the other. */
struct rows {
    bool named;
    struct idempotency_reader reader;
    uint64_t next;
    uint64_t count;
};

/* Returns the length of the key's scope; 0: it is no such key. */
size_t rows_begin(struct rows *rows, const struct keys_name *name);
enum idempotency_step rows_next(struct rows *rows, struct idempotency_row *row);

/* How many runs begin at ROW or before it. */
size_t runs_before(const struct runs *runs, const struct idempotency_row *row);

/* False: no memory. */
bool runs_add(struct runs *runs, const struct run *run);

/* Takes the row that stands INTO a run out of it.  False: no memory. */
bool runs_split(struct runs *runs, struct run *run, uint64_t into, bool same);

#endif /* HTTP_RUNS_H */
