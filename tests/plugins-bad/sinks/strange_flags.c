/* SPDX-License-Identifier: Apache-2.0 */

/* strange_flags - sets a flag that there isn't */

#include "bad.h"

const struct mill_plugin mill_plugin = {
    BAD_SINK("strange_flags"),
    .flags = UINT32_C(1) << 30,
};
