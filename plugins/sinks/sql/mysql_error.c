/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_error - the error numbers of rows that are refused */

#include "mysql_error.h"

#include <mysqld_error.h>

#include "maria.h"

/* MySQL's only, or too new for MariaDB's header. */
enum {
    CHECK_CONSTRAINT_VIOLATED = 3819,
    INVALID_JSON_TEXT = 3140,
    CONSTRAINT_FAILED = 4025,
};

static const unsigned about_rows[] = {
    ER_DUP_ENTRY,
    ER_DUP_ENTRY_WITH_KEY_NAME,
    ER_DUP_UNKNOWN_IN_INDEX,
    ER_BAD_NULL_ERROR,
    ER_NO_DEFAULT_FOR_FIELD,
    ER_DATA_TOO_LONG,
    ER_WARN_DATA_OUT_OF_RANGE,
    WARN_DATA_TRUNCATED,
    ER_TRUNCATED_WRONG_VALUE,
    ER_TRUNCATED_WRONG_VALUE_FOR_FIELD,
    ER_NO_REFERENCED_ROW,
    ER_NO_REFERENCED_ROW_2,
    ER_ROW_IS_REFERENCED,
    ER_ROW_IS_REFERENCED_2,
    ER_SIGNAL_EXCEPTION,
    ER_INVALID_CHARACTER_STRING,
    ER_CANNOT_CONVERT_CHARACTER,
    ER_DATA_OUT_OF_RANGE,
    ER_TOO_BIG_ROWSIZE,
    ER_NO_PARTITION_FOR_GIVEN_VALUE,
    ER_ILLEGAL_VALUE_FOR_TYPE,
    ER_CANT_CREATE_GEOMETRY_OBJECT,
    CHECK_CONSTRAINT_VIOLATED,
    INVALID_JSON_TEXT,
    CONSTRAINT_FAILED,
};

enum mill_verdict
mysql_error_verdict(unsigned number, bool reached)
{
    for (size_t i = 0; i < sizeof(about_rows) / sizeof(*about_rows); i++)
        if (about_rows[i] == number)
            return MILL_REJECT;
    return maria_verdict(number, reached);
}
