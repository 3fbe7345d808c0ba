/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_none - what stands in for mysql.c in a build without libmariadb */

#include "driver.h"

bool
mysql_check(const struct url *url, const char **why)
{
    (void)url;
    *why = "this build has no mysql: configure didn't find libmariadb "
           "(apt-get install libmariadb-dev)";
    return false;
}

struct driver *
mysql_create(const struct url *url, struct mill_duration timeout)
{
    (void)url;
    (void)timeout;
    return NULL;
}
