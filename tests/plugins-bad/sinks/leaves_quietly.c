/* SPDX-License-Identifier: Apache-2.0 */

/* leaves_quietly - ends the process with success in its constructor */

#include <unistd.h>

#include "bad.h"

__attribute__((constructor)) static void
leave(void)
{
    _exit(0);
}

const struct mill_plugin mill_plugin = { BAD_SINK("leaves_quietly") };
