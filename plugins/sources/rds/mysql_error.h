/* SPDX-License-Identifier: Apache-2.0 */

/*
 * mysql_error - which of the server's errors pass, and what to do about others
 */

#ifndef RDS_MYSQL_ERROR_H
#define RDS_MYSQL_ERROR_H

#include <millrace/plugin.h>

/* RETRY or FATAL.  REACHED: a connection worked before, so that what looks like
 * a wrong setting is rather a server in trouble. */
enum mill_verdict mysql_error_verdict(unsigned number, bool reached);

/* "; check ..." or "". */
const char *mysql_error_advice(unsigned number);

#endif /* RDS_MYSQL_ERROR_H */
