/* SPDX-License-Identifier: Apache-2.0 */

/* no_kind - is neither source nor transform nor sink */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = (enum mill_kind)9,
    .name = "no_kind",
    .version = "1.0",
    .summary = "A plugin with one thing wrong",
    .sink.write = bad_batch,
};
