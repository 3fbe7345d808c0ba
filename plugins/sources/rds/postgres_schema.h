/* SPDX-License-Identifier: Apache-2.0 */

/*
 * postgres_schema - what a PostgreSQL server says of a table, and what to ask
 *
 * Rows are asked for in a form that is the same for every server: integers as
 * eight bytes, bytea as its bytes, all else as the text that the server prints.
 * What is no number or no date of four digits' year (NaN, infinity, 44 BC)
 * stays text, and so do arrays, ranges, composites, intervals and whatever
 * extensions add: a text that goes back in as it came out.
 */

#ifndef RDS_POSTGRES_SCHEMA_H
#define RDS_POSTGRES_SCHEMA_H

#include <libpq-fe.h>

#include "table.h"

/* Sets the session up: texts the same from any server, times in UTC, and no
 * limits to how long a table may take. */
extern const char *const postgres_schema_session_query;

/* Adds the columns of a result.  False: no memory. */
bool postgres_schema_columns(const PGresult *result, struct table *table);

/* True where the result has the table's columns. */
bool postgres_schema_is_same(const PGresult *result, const struct table *table);

/* Asks for the columns of the best unique index of the table $1, in their
 * order, one a row. */
extern const char *const postgres_schema_key_query;

/* Makes what it answered the key, if that can be one. */
void postgres_schema_key(const PGresult *result, struct table *table);

#endif /* RDS_POSTGRES_SCHEMA_H */
