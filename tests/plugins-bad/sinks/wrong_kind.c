/* SPDX-License-Identifier: Apache-2.0 */

/* wrong_kind - a source among the sinks */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "wrong_kind",
    .version = "1.0",
    .summary = "A plugin with one thing wrong",
    .source.read = bad_batch,
};
