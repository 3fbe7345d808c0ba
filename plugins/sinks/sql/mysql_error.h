/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_error - whose fault an error is: a row's, the moment's, or for good */

#ifndef SQL_MYSQL_ERROR_H
#define SQL_MYSQL_ERROR_H

#include <millrace/plugin.h>

/* REJECT, RETRY or FATAL.  REACHED: a connection worked before, so that what
 * looks like a wrong setting is rather a server in trouble. */
enum mill_verdict mysql_error_verdict(unsigned number, bool reached);

/* "; check ..." or "". */
const char *mysql_error_advice(unsigned number);

#endif /* SQL_MYSQL_ERROR_H */
