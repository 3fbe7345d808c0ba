/* SPDX-License-Identifier: Apache-2.0 */

/* postgres_type - what types columns have, and get */

#ifndef SQL_POSTGRES_TYPE_H
#define SQL_POSTGRES_TYPE_H

#include <libpq-fe.h>

#include "driver.h"

/* The kind of a type as pg_type has it in typname. */
enum kind postgres_type_kind(const char *type);

/* As driver_class.type_name. */
void postgres_type_name(const struct driver *driver,
                        const struct column *column, struct mill_buffer *to);

/* Gives all rows of a result.  False: no memory. */
bool postgres_type_rows(const PGresult *result, driver_row_fn *row, void *arg);

#endif /* SQL_POSTGRES_TYPE_H */
