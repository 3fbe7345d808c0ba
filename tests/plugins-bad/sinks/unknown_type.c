/* SPDX-License-Identifier: Apache-2.0 */

/* unknown_type - an option of a type that there isn't */

#include "bad.h"

static const struct mill_option options[] = {
    { .name = "number", .type = (enum mill_option_type)99, .help = "A number" },
    { 0 },
};

const struct mill_plugin mill_plugin = {
    BAD_SINK("unknown_type"),
    .options = options,
};
