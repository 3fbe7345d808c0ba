/* SPDX-License-Identifier: Apache-2.0 */

/* postgres_none - what stands in for postgres_url.c in a build without libpq */

#include "database.h"

bool
postgres_url_check(const struct url *url, const char **why)
{
    (void)url;
    *why = "this build has no postgresql: configure didn't find libpq "
           "(apt-get install libpq-dev)";
    return false;
}
