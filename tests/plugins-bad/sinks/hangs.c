/* SPDX-License-Identifier: Apache-2.0 */

/* hangs - never comes back from its constructor */

#include <unistd.h>

#include "bad.h"

__attribute__((constructor)) static void
wait_for_ever(void)
{
    for (;;)
        pause();
}

const struct mill_plugin mill_plugin = { BAD_SINK("hangs") };
