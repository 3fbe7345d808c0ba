/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_schema - columns and key of a table, from what the server tells of it
 */

#ifndef RDS_MYSQL_SCHEMA_H
#define RDS_MYSQL_SCHEMA_H

#include <mysql.h>

#include "table.h"

/* Gives TABLE the columns of a result of SELECT *.  False: no memory. */
bool schema_columns(MYSQL_RES *result, struct table *table);

/* Gives TABLE its key, from a stored result of SHOW INDEX; none where no index
 * is one. */
void schema_key(MYSQL_RES *result, struct table *table);

/* True where RESULT has the columns of TABLE. */
bool schema_is_same(const MYSQL_RES *result, const struct table *table);

#endif /* RDS_MYSQL_SCHEMA_H */
