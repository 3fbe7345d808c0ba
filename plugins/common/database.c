/* SPDX-License-Identifier: Apache-2.0 */

/* database - see database.h */

#include "database.h"

#include <string.h>

enum database
database_of(const struct url *url)
{
    static const struct {
        const char *scheme;
        enum database database;
    } schemes[] = {
        { "sqlite", DATABASE_SQLITE },
        { "mysql", DATABASE_MYSQL },
        { "postgresql", DATABASE_POSTGRES },
        { "postgres", DATABASE_POSTGRES }, /* libpq takes both */
    };

    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
        if (strcmp(url->scheme, schemes[i].scheme) == 0)
            return schemes[i].database;
    return DATABASE_UNKNOWN;
}

const char *
database_name(const struct url *url)
{
    return url->path[0] == '/' ? url->path + 1 : url->path;
}

static bool
sqlite_url_check(const struct url *url, const char **why)
{
    *why = NULL;
    if (url->host)
        *why = "sqlite takes a path and no host: sqlite:PATH";
    else if (!url->path[0])
        *why = "the path is missing: sqlite:PATH";
    else if (url->query_count > 0)
        *why = "sqlite takes no settings behind a question mark";
    return !*why;
}

static bool
url_check(const struct url *url, const char **why)
{
    switch (database_of(url)) {
    case DATABASE_SQLITE:
        return sqlite_url_check(url, why);
    case DATABASE_MYSQL:
        return maria_url_check(url, why);
    default:
        return postgres_url_check(url, why);
    }
}

enum mill_verdict
database_check(struct mill_stage *stage, const char *text)
{
    enum mill_verdict verdict = MILL_OK;
    struct url url = { 0 };
    const char *why;

    if (!url_parse(&url, text, &why))
        return mill_fail(stage, MILL_FATAL, "url: %s", why);
    if (database_of(&url) == DATABASE_UNKNOWN)
        verdict = mill_fail(stage, MILL_FATAL,
                            "url: no driver for %s:, there are sqlite:, "
                            "mysql: and postgresql:",
                            url.scheme);
    else if (!url_check(&url, &why))
        verdict = mill_fail(stage, MILL_FATAL, "url: %s", why);
    url_finish(&url);
    return verdict;
}
