/* SPDX-License-Identifier: Apache-2.0 */

/*
 * postgres_row - the messages of COPY ... TO STDOUT (FORMAT binary)
 *
 * The first has a header before its row, the last is a trailer, and each row is
 * the count of its fields, then length and bytes of each.
 */

#ifndef RDS_POSTGRES_ROW_H
#define RDS_POSTGRES_ROW_H

#include "driver.h"

/* Makes room for the cells of COUNT columns; false: no memory. */
bool postgres_row_room(struct mill_value **cells, size_t *room, size_t count);

/* The length of the header that DATA begins with; 0: it doesn't. */
size_t postgres_row_header(const char *data, size_t len);

/* True where BLOCK holds no row: nothing behind the header, or the trailer. */
bool postgres_row_is_trailer(const struct mill_bytes *block);

/* Splits ROW's block into CELLS, as many as TABLE has columns or, KEYS_ONLY,
 * columns of its key, and sets count and size.  False: it isn't such a row. */
bool postgres_row_split(const struct table *table, bool keys_only,
                        struct mill_value *cells, struct row *row);

#endif /* RDS_POSTGRES_ROW_H */
