/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_error - a table of error numbers */

#include "mysql_error.h"

#include <errmsg.h>
#include <mysqld_error.h>

/* MySQL's only; MariaDB's header leaves it out. */
#define SECURE_TRANSPORT_REQUIRED 3159

/* What another try can't change.  All that isn't here is tried again, for the
 * time that the core allows. */
static const struct {
    unsigned number;
    const char *advice;
} lasting[] = {
    { ER_ACCESS_DENIED_ERROR, "; check user and password in the url" },
    { ER_DBACCESS_DENIED_ERROR, "; check the rights of the user" },
    { ER_TABLEACCESS_DENIED_ERROR, "; the user needs SELECT on it" },
    { ER_COLUMNACCESS_DENIED_ERROR, "; the user needs SELECT on it" },
    { ER_BAD_DB_ERROR, "; check the database at the end of the url" },
    { ER_NO_SUCH_TABLE, "; look at the option tables" },
    { ER_BAD_TABLE_ERROR, "; look at the option tables" },
    { ER_BAD_FIELD_ERROR, "; look at the option key" },
    { ER_HOST_NOT_PRIVILEGED, "; the server lets this host not in" },
    { ER_HOST_IS_BLOCKED, "; FLUSH HOSTS on the server lets it in again" },
    { ER_NOT_SUPPORTED_AUTH_MODE, "" },
    { ER_MUST_CHANGE_PASSWORD, "" },
    { SECURE_TRANSPORT_REQUIRED, "; add ssl=required to the url" },
    { ER_PARSE_ERROR, "" },
    { ER_NO_DB_ERROR, "" },
    { ER_VIEW_INVALID, "" },
    { ER_CRASHED_ON_USAGE, "; repair it on the server" },
    { CR_AUTH_PLUGIN_CANNOT_LOAD, "" },
};

enum mill_verdict
mysql_error_verdict(unsigned number, bool reached)
{
    if (number == CR_SSL_CONNECTION_ERROR)
        return reached ? MILL_RETRY : MILL_FATAL;
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
