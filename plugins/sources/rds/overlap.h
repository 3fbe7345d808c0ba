/* SPDX-License-Identifier: Apache-2.0 */

/*
 * overlap - reads a span behind the last value again, for rows that came late
 *
 * A row that is committed after others with higher values were read would be
 * missed.  So each query begins a span before the highest value, and what was
 * already sent from there is remembered: by the value, and by the rest of the
 * key, an integer as it is, anything else as a hash of 64 bits.  The cursor has
 * all of it, as differences:
 *
 *     {"last":1000,"time":false,"sent":[990,17,5,1,5,1]}
 */

#ifndef RDS_OVERLAP_H
#define RDS_OVERLAP_H

#include "driver.h"

/* What the option says. */
struct overlap_span {
    int64_t number; /* of a column of integers */
    int64_t us;     /* of a column of moments */
};

struct overlap_row;

struct overlap {
    bool on;
    struct overlap_span span;
    bool begun;
    bool is_time;
    int64_t last; /* the highest value; microseconds where it is a time */
    struct overlap_row *rows; /* sent, in order */
    size_t count;
    size_t room;
};

/* Reads "1000" or "5s"; false: it is neither. */
bool overlap_parse(const char *text, struct overlap_span *span);

/* OK: ROW wasn't sent before, and is noted as sent now.  IDLE: it was.  FATAL:
 * *WHY (static text) says why it can't be known. */
enum mill_verdict overlap_take(struct overlap *overlap,
                               const struct table *table, const struct row *row,
                               const char **why);

/* The value to begin at; its text lies in TEXT. */
struct mill_value overlap_begin(const struct overlap *overlap,
                                char text[MILL_TIMESTAMP_ROOM]);

/* Sets the highest value from VALUE, a key's first; false: it can't be. */
bool overlap_start(struct overlap *overlap, const struct mill_value *value);

/* Forgets what lies before the span, and appends the cursor. */
void overlap_print(struct overlap *overlap, struct mill_buffer *to);

/* Reads a cursor with the help of BATCH's memory; false: it isn't one, or no
 * memory. */
bool overlap_read(struct overlap *overlap, struct mill_batch *batch,
                  const char *cursor);

/* Zeroed memory is fine. */
void overlap_finish(struct overlap *overlap);

#endif /* RDS_OVERLAP_H */
