/* SPDX-License-Identifier: Apache-2.0 */

/* bad_fallback - an option's default is no value of its type */

#include "bad.h"

static const struct mill_option options[] = {
    MILL_OPTION(struct bad, number, "A number", .fallback = "many"),
    { 0 },
};

const struct mill_plugin mill_plugin = {
    BAD_SINK("bad_fallback"),
    .options = options,
};
