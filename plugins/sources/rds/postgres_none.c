/* SPDX-License-Identifier: Apache-2.0 */

/* postgres_none - what stands in for postgres.c in a build without libpq */

#include "driver.h"

bool
postgres_check(const struct url *url, const char **why)
{
    (void)url;
    *why = "this build has no postgresql: configure didn't find libpq "
           "(apt-get install libpq-dev)";
    return false;
}

struct driver *
postgres_create(const struct url *url, struct mill_duration timeout)
{
    (void)url;
    (void)timeout;
    return NULL;
}
