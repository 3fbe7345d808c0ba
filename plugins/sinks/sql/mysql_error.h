/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_error - whose fault an error is: a row's, the moment's, or for good */

#ifndef SQL_MYSQL_ERROR_H
#define SQL_MYSQL_ERROR_H

#include <millrace/plugin.h>

/* REJECT for what is wrong with a row, else as maria_verdict(). */
enum mill_verdict mysql_error_verdict(unsigned number, bool reached);

#endif /* SQL_MYSQL_ERROR_H */
