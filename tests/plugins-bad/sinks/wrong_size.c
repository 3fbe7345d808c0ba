/* SPDX-License-Identifier: Apache-2.0 */

/* wrong_size - its descriptor has another size */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    .abi = MILL_ABI_VERSION,
    .size = sizeof(struct mill_plugin) + 8,
    .option_size = sizeof(struct mill_option),
    .kind = MILL_SINK,
    .name = "wrong_size",
    .version = "1.0",
    .summary = "A plugin with one thing wrong",
    .sink.write = bad_batch,
};
