/* SPDX-License-Identifier: Apache-2.0 */

/*
 * answer - what a query gives, written as a table, as CSV or as JSON
 *
 *     table   the title, the columns below each other, how many rows
 *     csv     "# " and the title, then RFC 4180 with a header; NULL is nothing,
 *             an empty text is ""; an empty line ends it
 *     json    one line: {"title":...,"rows":[{...},...]}
 */

#ifndef SQL_ANSWER_H
#define SQL_ANSWER_H

#include <millrace/json.h>

enum answer_format { ANSWER_TABLE, ANSWER_CSV, ANSWER_JSON };

struct answer {
    enum answer_format format;
    const char *title;      /* borrowed */
    struct mill_buffer *to; /* where all answers go, one behind the other */

    /* the answer's own */
    size_t rows;
    size_t columns;
    struct mill_buffer names; /* each followed by NUL */
    struct mill_buffer cells; /* the table's, as struct answer_cell and text */
    size_t *widths;
};

/* A driver_row_fn with an answer for its ARG. */
bool answer_take(void *arg, const char *const *names,
                 const struct mill_value *cells, size_t count);

/* Frees what the answer owns. */
void answer_finish(struct answer *answer);

#endif /* SQL_ANSWER_H */
