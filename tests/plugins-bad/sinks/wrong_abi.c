/* SPDX-License-Identifier: Apache-2.0 */

/* wrong_abi - was built for the ABI after this one */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    .abi = MILL_ABI_VERSION + 1,
    .size = sizeof(struct mill_plugin),
    .option_size = sizeof(struct mill_option),
    .kind = MILL_SINK,
    .name = "wrong_abi",
    .version = "1.0",
    .summary = "A plugin with one thing wrong",
    .sink.write = bad_batch,
};
