/* SPDX-License-Identifier: Apache-2.0 */

/* maria_none - what stands in for maria_url.c in a build without libmariadb */

#include "database.h"

bool
maria_url_check(const struct url *url, const char **why)
{
    (void)url;
    *why = "this build has no mysql: configure didn't find libmariadb "
           "(apt-get install libmariadb-dev)";
    return false;
}
