/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_type - what a column of a MySQL result means */

#ifndef RDS_MYSQL_TYPE_H
#define RDS_MYSQL_TYPE_H

#include <mysql.h>

#include "table.h"

/* All but the name. */
struct column mysql_type(const MYSQL_FIELD *field);

#endif /* RDS_MYSQL_TYPE_H */
