/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_none - what stands in for mysql.c in a build without libmariadb */

#include "driver.h"

struct driver *
mysql_create(const struct url *url, struct mill_duration timeout)
{
    (void)url;
    (void)timeout;
    return NULL;
}
