/* SPDX-License-Identifier: Apache-2.0 */

/* sqlite_bind - a cell for a statement's parameter */

#ifndef SQL_SQLITE_BIND_H
#define SQL_SQLITE_BIND_H

#include <sqlite3.h>

#include "driver.h"

/* Binds VALUE, which has to live until the statement is reset, to parameter AT;
 * ROOM is written over.  SQLITE_TOOBIG: an integer that SQLite can't hold. */
int sqlite_bind(struct mill_buffer *room, sqlite3_stmt *statement, int at,
                const struct mill_value *value, const struct column *column);

#endif /* SQL_SQLITE_BIND_H */
