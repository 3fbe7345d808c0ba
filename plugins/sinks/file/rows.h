/* SPDX-License-Identifier: Apache-2.0 */

/* rows - a batch's rows as lines of JSON, in the style that the options ask */

#ifndef FILE_ROWS_H
#define FILE_ROWS_H

#include <millrace/plugin.h>

struct rows {
    bool hashmap;                 /* the byte-exact mode: see hashmap.h */
    bool spread;                  /* this batch came as JSON of several lines */
    struct mill_json_style style; /* order points into the member below */
    int order[MILL_COLUMNS_MAX];
    uint32_t hashes[MILL_COLUMNS_MAX];
};

/* HASHMAP: keys, characters and doubles as Java has them.  SEPARATOR: between
 * date and time. */
void rows_init(struct rows *rows, bool hashmap, char separator);

/* Once a batch, before its rows are written. */
enum mill_verdict rows_begin(struct rows *rows, struct mill_stage *stage,
                             struct mill_batch *batch);

/* Appends one row and a newline. */
void rows_write(struct rows *rows, struct mill_batch *batch, size_t row,
                struct mill_buffer *to);

#endif /* FILE_ROWS_H */
