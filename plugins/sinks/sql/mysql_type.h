/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_type - what types columns have, and get */

#ifndef SQL_MYSQL_TYPE_H
#define SQL_MYSQL_TYPE_H

#include <mysql.h>

#include "driver.h"

/* The kind of a type as information_schema.COLUMNS has it in DATA_TYPE. */
enum kind mysql_type_kind(const char *type);

/* Appends the type of a column that is created; COLLATION is the server's that
 * looks at each byte, blanks at the end too. */
void mysql_type_name(const struct column *column, const char *collation,
                     struct mill_buffer *to);

/* A field of a row in the text protocol. */
struct mill_value mysql_type_value(const MYSQL_FIELD *field, const char *text,
                                   size_t len);

#endif /* SQL_MYSQL_TYPE_H */
