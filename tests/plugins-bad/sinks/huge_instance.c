/* SPDX-License-Identifier: Apache-2.0 */

/* huge_instance - wants an instance of a terabyte */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "huge_instance",
    .version = "1.0",
    .summary = "A plugin with one thing wrong",
    .instance_size = (size_t)1 << 40,
    .sink.write = bad_batch,
};
