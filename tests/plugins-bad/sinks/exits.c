/* SPDX-License-Identifier: Apache-2.0 */

/* exits - ends the process in its constructor */

#include <stdlib.h>

#include "bad.h"

__attribute__((constructor)) static void
leave(void)
{
    exit(7);
}

const struct mill_plugin mill_plugin = { BAD_SINK("exits") };
