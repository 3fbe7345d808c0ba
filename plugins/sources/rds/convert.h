/* SPDX-License-Identifier: Apache-2.0 */

/*
 * convert - a database's row becomes a batch's row
 *
 * Types keep their meaning: an integer that 64 bits can't hold stays the text
 * of a number, a DECIMAL its digits, FLOAT what the server printed; DATETIME
 * and TIMESTAMP become timestamps, and DATE and TIME, for which there is no
 * type, stay text.  A row with text that isn't UTF-8 is rejected.
 */

#ifndef RDS_CONVERT_H
#define RDS_CONVERT_H

#include <millrace/json.h>

#include "driver.h"

/* What becomes of a date that is none, such as 0000-00-00 00:00:00. */
enum zero_dates { ZERO_NULL, ZERO_TEXT, ZERO_REJECT };

struct converter {
    struct mill_stage *stage;
    const struct table *table;
    enum zero_dates zero_dates;
    /* Rows become JSON at once, and this is room for what is on its way there;
     * NULL: they become cells. */
    struct mill_buffer *text;
};

/* Gives an empty batch the table's name and, for cells, its columns. */
bool convert_begin(const struct converter *converter, struct mill_batch *batch);

/* False: the batch is full, or it begins with what is left of a row over
 * max_record, which no other row can follow. */
bool convert_has_room(const struct converter *converter,
                      const struct mill_batch *batch);

/* Appends ROW at POSITION; one that is over max_record goes to the dead
 * letters. False: no memory. */
bool convert_add(const struct converter *converter, struct mill_batch *batch,
                 const struct row *row, uint64_t position);

/* A row under way. */
struct making {
    const struct converter *converter;
    struct mill_batch *batch; /* whose memory its cells take */
    size_t row;
    const char *reject; /* why the row can't go on; NULL: it can */
    const char *column;
};

/* Makes cell I of ROW.  COPY is where the row's block was copied to, or NULL.
 * False: no memory. */
bool convert_cell(struct making *making, const struct row *row,
                  const char *copy, size_t i, struct mill_value *cell);

/* Rejects the row that was made in BATCH, if it can't go on. */
void convert_reject(const struct making *making, struct mill_batch *batch);

#endif /* RDS_CONVERT_H */
