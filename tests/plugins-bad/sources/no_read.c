/* SPDX-License-Identifier: Apache-2.0 */

/* no_read - a source that cannot read */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "no_read",
    .version = "1.0",
    .summary = "A plugin with one thing wrong",
};
