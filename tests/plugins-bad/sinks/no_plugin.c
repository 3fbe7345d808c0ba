/* SPDX-License-Identifier: Apache-2.0 */

/* no_plugin - a shared object, but no plugin */

#include "bad.h"

MILL_API int no_plugin_at_all(void);

int
no_plugin_at_all(void)
{
    return (int)bad_batch(NULL, NULL, NULL);
}
