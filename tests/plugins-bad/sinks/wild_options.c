/* SPDX-License-Identifier: Apache-2.0 */

/* wild_options - its option table is nowhere */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    BAD_SINK("wild_options"),
    .options = (const struct mill_option *)4096,
};
