/* SPDX-License-Identifier: Apache-2.0 */

/* no_apply - a transform that cannot apply */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "no_apply",
    .version = "1.0",
    .summary = "A plugin with one thing wrong",
};
