/* SPDX-License-Identifier: Apache-2.0 */

/* maria_url - what may stand in a url of mysql: */

#include "database.h"

#include <string.h>

static bool
check_query(const struct url *url, const char **why)
{
    const char *ssl = url_query(url, "ssl");

    for (size_t i = 0; i < url->query_count; i++) {
        const char *name = url->query[i].name;

        if (strcmp(name, "ssl") != 0 && strcmp(name, "ssl_ca") != 0
            && strcmp(name, "socket") != 0)
            *why = "behind the question mark there can be ssl, ssl_ca and "
                   "socket";
    }
    if (ssl && strcmp(ssl, "disabled") != 0 && strcmp(ssl, "required") != 0
        && strcmp(ssl, "verify_identity") != 0)
        *why = "ssl is one of disabled, required and verify_identity";
    else if (ssl && strcmp(ssl, "disabled") == 0 && url_query(url, "ssl_ca"))
        *why = "ssl_ca is of no use with ssl=disabled";
    return !*why;
}

bool
maria_url_check(const struct url *url, const char **why)
{
    const char *database = database_name(url);

    *why = NULL;
    if (!url->host || !url->host[0])
        *why = "the host is missing: mysql://user:password@host:port/database";
    else if (!database[0] || strchr(database, '/'))
        *why = "after the host comes one name, of the database: "
               "mysql://user:password@host:port/database";
    return !*why && check_query(url, why);
}
