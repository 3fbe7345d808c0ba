/* SPDX-License-Identifier: Apache-2.0 */

/* crash - crashes in its constructor */

#include "bad.h"

/* No null pointer: a sanitizer would step in before the crash. */
__attribute__((constructor)) static void
crash(void)
{
    char *volatile nowhere = (char *)16;

    *nowhere = 1;
}

const struct mill_plugin mill_plugin = { BAD_SINK("crash") };
