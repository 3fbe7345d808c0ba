/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_error - tables of error numbers */

#include "mysql_error.h"

#include <errmsg.h>
#include <mysqld_error.h>

/* MySQL's only, or too new for MariaDB's header. */
enum {
    SECURE_TRANSPORT_REQUIRED = 3159,
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

/* What another try can't change.  All that isn't here is tried again, for the
 * time that the core allows. */
static const struct {
    unsigned number;
    const char *advice;
} lasting[] = {
    { ER_ACCESS_DENIED_ERROR, "; check user and password in the url" },
    { ER_DBACCESS_DENIED_ERROR, "; check the rights of the user" },
    { ER_TABLEACCESS_DENIED_ERROR, "; check the rights of the user" },
    { ER_COLUMNACCESS_DENIED_ERROR, "; check the rights of the user" },
    { ER_BAD_DB_ERROR, "; check the database at the end of the url" },
    { ER_NO_SUCH_TABLE, "" },
    { ER_BAD_TABLE_ERROR, "" },
    { ER_BAD_FIELD_ERROR, "" },
    { ER_HOST_NOT_PRIVILEGED, "; the server lets this host not in" },
    { ER_HOST_IS_BLOCKED, "; FLUSH HOSTS on the server lets it in again" },
    { ER_NOT_SUPPORTED_AUTH_MODE, "" },
    { ER_MUST_CHANGE_PASSWORD, "" },
    { SECURE_TRANSPORT_REQUIRED, "; add ssl=required to the url" },
    { ER_PARSE_ERROR, "" },
    { ER_NO_DB_ERROR, "" },
    { ER_VIEW_INVALID, "" },
    { ER_NON_INSERTABLE_TABLE, "" },
    { ER_CRASHED_ON_USAGE, "; repair it on the server" },
    { ER_BLOB_KEY_WITHOUT_LENGTH,
      "; say with the option types how long its key can be" },
    { ER_TOO_LONG_KEY, "; shorten it with the option types" },
    { ER_TOO_MANY_FIELDS, "" },
    { ER_DUP_FIELDNAME, "" },
    { ER_TOO_LONG_IDENT, "" },
    { ER_WRONG_COLUMN_NAME, "" },
    { ER_WRONG_TABLE_NAME, "" },
    { CR_AUTH_PLUGIN_CANNOT_LOAD, "" },
};

enum mill_verdict
mysql_error_verdict(unsigned number, bool reached)
{
    if (number == CR_SSL_CONNECTION_ERROR)
        return reached ? MILL_RETRY : MILL_FATAL;
    for (size_t i = 0; i < sizeof(about_rows) / sizeof(*about_rows); i++)
        if (about_rows[i] == number)
            return MILL_REJECT;
    for (size_t i = 0; i < sizeof(lasting) / sizeof(*lasting); i++)
        if (lasting[i].number == number)
            return MILL_FATAL;
    return MILL_RETRY;
}

const char *
mysql_error_advice(unsigned number)
{
    if (number == CR_SSL_CONNECTION_ERROR)
        return "; check ssl and ssl_ca in the url";
    if (number == CR_CONN_HOST_ERROR || number == CR_CONNECTION_ERROR)
        return "; does the server run there?";
    for (size_t i = 0; i < sizeof(lasting) / sizeof(*lasting); i++)
        if (lasting[i].number == number)
            return lasting[i].advice;
    return "";
}
