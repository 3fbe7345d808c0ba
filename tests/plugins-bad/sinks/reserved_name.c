/* SPDX-License-Identifier: Apache-2.0 */

/* reserved_name - an option is called as the core's own */

#include "bad.h"

static const struct mill_option options[] = {
    { .name = "from", .type = MILL_OPTION_INT, .help = "A number" },
    { 0 },
};

const struct mill_plugin mill_plugin = {
    BAD_SINK("reserved_name"),
    .options = options,
};
