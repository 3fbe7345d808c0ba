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
