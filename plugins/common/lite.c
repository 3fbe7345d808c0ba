/* SPDX-License-Identifier: Apache-2.0 */

/* lite - see lite.h */

#include "lite.h"

enum mill_verdict
lite_verdict(int result)
{
    switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_SCHEMA:
    case SQLITE_FULL:
        return MILL_RETRY;
    default:
        return MILL_FATAL;
    }
}

const char *
lite_advice(int result)
{
    switch (result & 0xff) {
    case SQLITE_BUSY:
        return "; another program is writing";
    case SQLITE_CANTOPEN:
        return "; is there such a folder, and may it be written to?";
    default:
        return "";
    }
}

struct mill_value
lite_value(sqlite3_stmt *statement, int i)
{
    const char *text;

    switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER:
        return mill_int(sqlite3_column_int64(statement, i));
    case SQLITE_FLOAT:
        return mill_double(sqlite3_column_double(statement, i));
    case SQLITE_TEXT:
        text = (const char *)sqlite3_column_text(statement, i);
        return mill_text(MILL_TEXT, text ? text : "",
                         (size_t)sqlite3_column_bytes(statement, i));
    case SQLITE_BLOB:
        text = sqlite3_column_blob(statement, i);
        return mill_text(MILL_BYTES, text ? text : "",
                         (size_t)sqlite3_column_bytes(statement, i));
    default:
        return mill_null();
    }
}
