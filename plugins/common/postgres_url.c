/* SPDX-License-Identifier: Apache-2.0 */

/* postgres_url - what may stand in a url of postgresql: */

#include "database.h"

#include <string.h>

static bool
is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

bool
postgres_url_check(const struct url *url, const char **why)
{
    static const char *const names[] = { "sslmode", "sslrootcert", "sslcert",
                                         "sslkey",  "socket",      "schema",
                                         NULL };
    static const char *const modes[] = { "disable",   "prefer",      "require",
                                         "verify-ca", "verify-full", NULL };
    const char *mode = url_query(url, "sslmode");
    const char *database = database_name(url);

    *why = NULL;
    if (!url->host || !url->host[0])
        *why = "the host is missing: "
               "postgresql://user:password@host:port/database";
    else if (!database[0] || strchr(database, '/'))
        *why = "after the host comes one name, of the database: "
               "postgresql://user:password@host:port/database";
    for (size_t i = 0; i < url->query_count; i++)
        if (!is_one_of(url->query[i].name, names))
            *why = "behind the question mark there can be sslmode, "
                   "sslrootcert, sslcert, sslkey, socket and schema";
    if (mode && !is_one_of(mode, modes))
        *why = "sslmode is one of disable, prefer, require, verify-ca and "
               "verify-full";
    return !*why;
}
