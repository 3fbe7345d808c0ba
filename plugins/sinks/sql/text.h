/* SPDX-License-Identifier: Apache-2.0 */

/* text - pieces of SQL */

#ifndef SQL_TEXT_H
#define SQL_TEXT_H

#include <millrace/json.h>

#include "driver.h"

/* Appends a name between QUOTE. */
void text_name(struct mill_buffer *to, char quote, const char *name);

/* Appends TEXT as a literal.  Drivers see to it that a backslash in one is
 * nothing but a backslash. */
void text_literal(struct mill_buffer *to, const char *text);

/* Appends the query that describes the table NAME. */
void text_describe(struct mill_buffer *to, const struct driver_class *class,
                   const char *name);

/* Appends the names of the rows' columns of the table, parted by commas. */
void text_columns(struct mill_buffer *to, char quote, const struct rows *rows);

/* Appends the names of the key, parted by commas. */
void text_key(struct mill_buffer *to, char quote, const struct rows *rows);

/* True for a column of ROWS (by its index there) that is part of the key. */
bool text_is_key(const struct rows *rows, size_t i);

/* Appends `ON CONFLICT (key) DO UPDATE SET a = excluded.a, ...`. */
void text_on_conflict(struct mill_buffer *to, const struct rows *rows);

/* Appends the bytes as hexadecimal digits. */
void text_hex(struct mill_buffer *to, const struct mill_value *value);

/* Writes the digits, at most 20 bytes; returns their end. */
char *text_integer(char *to, int64_t number);

/* Room for a row of cells of which each is written as it is, between quotes, or
 * is a number or a word, and a separator behind. */
size_t text_quick_size(const struct rows *rows, const struct mill_value *cells);

/* The text of a value that isn't missing, NULL, a double or bytes, where the
 * column has no wishes of its own.  Appends. */
void text_value(struct mill_buffer *to, const struct mill_value *value);

/* The same as JSON, for a column that holds JSON: text that looks like an
 * object or a list is taken for one. */
void text_json(struct mill_buffer *to, const struct mill_value *value);

/* True where VALUE isn't a whole number, though it is a number. */
bool text_has_fraction(const struct mill_value *value);

#endif /* SQL_TEXT_H */
