/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_row - rows as (..., ...) behind VALUES, for sessions where a backslash
 * is only that */

#ifndef SQL_MYSQL_ROW_H
#define SQL_MYSQL_ROW_H

#include "driver.h"

/* Appends a row.  NULL, or the name of a column that would cut digits off its
 * value without a word; TO then holds a part of the row. */
const char *mysql_row(struct mill_buffer *to, const struct rows *rows,
                      size_t row);

#endif /* SQL_MYSQL_ROW_H */
