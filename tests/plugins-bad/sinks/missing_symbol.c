/* SPDX-License-Identifier: Apache-2.0 */

/* missing_symbol - calls a function that nobody has */

#include "bad.h"

MILL_API void mill_that_nobody_has(void);

static void
bad_close(void *self)
{
    (void)self;
    mill_that_nobody_has();
}

const struct mill_plugin mill_plugin = {
    BAD_SINK("missing_symbol"),
    .close = bad_close,
};
