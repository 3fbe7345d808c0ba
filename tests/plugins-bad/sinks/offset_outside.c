/* SPDX-License-Identifier: Apache-2.0 */

/* offset_outside - an option lies behind the instance */

#include "bad.h"

static const struct mill_option options[] = {
    { .name = "number",
      .type = MILL_OPTION_INT,
      .offset = sizeof(struct bad) - 4,
      .help = "A number" },
    { 0 },
};

const struct mill_plugin mill_plugin = {
    BAD_SINK("offset_outside"),
    .options = options,
};
