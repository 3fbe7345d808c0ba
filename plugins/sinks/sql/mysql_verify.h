/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_verify - what a table must be like for rows to be there once */

#ifndef SQL_MYSQL_VERIFY_H
#define SQL_MYSQL_VERIFY_H

#include "driver.h"

/* As driver_class.verify: it has transactions, and KEY is a unique index, the
 * only one that rows can meet. */
enum mill_verdict mysql_verify(struct driver *driver, const struct table *table,
                               const char *const *key);

#endif /* SQL_MYSQL_VERIFY_H */
