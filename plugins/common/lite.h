/* SPDX-License-Identifier: Apache-2.0 */

/* lite - what the source rds and the sink sql share about SQLite */

#ifndef COMMON_LITE_H
#define COMMON_LITE_H

#include <sqlite3.h>

#include <millrace/batch.h>
#include <millrace/plugin.h>

/* What the result of a call, other than SQLITE_OK, means: RETRY or FATAL. */
enum mill_verdict lite_verdict(int result);

/* "; do this", or "". */
const char *lite_advice(int result);

/* Column I of the row that STATEMENT stands at: NULL, INT, DOUBLE, TEXT or
 * BYTES, as SQLite keeps it; until the next step. */
struct mill_value lite_value(sqlite3_stmt *statement, int i);

#endif /* COMMON_LITE_H */
