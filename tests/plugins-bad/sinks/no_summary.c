/* SPDX-License-Identifier: Apache-2.0 */

/* no_summary - has no summary */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,  .kind = MILL_SINK,       .name = "no_summary",
    .version = "1.0", .sink.write = bad_batch,
};
