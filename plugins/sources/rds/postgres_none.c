/* SPDX-License-Identifier: Apache-2.0 */

/* postgres_none - what stands in for postgres.c in a build without libpq */

#include "driver.h"

struct driver *
postgres_create(const struct url *url, struct mill_duration timeout)
{
    (void)url;
    (void)timeout;
    return NULL;
}
