/* SPDX-License-Identifier: Apache-2.0 */

/* no_write - a sink that cannot write */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "no_write",
    .version = "1.0",
    .summary = "A plugin with one thing wrong",
};
