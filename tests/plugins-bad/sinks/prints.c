/* SPDX-License-Identifier: Apache-2.0 */

/* prints - prints in its constructor */

#include <stdio.h>

#include "bad.h"

__attribute__((constructor)) static void
greet(void)
{
    puts("hello from a plugin");
}

const struct mill_plugin mill_plugin = { BAD_SINK("prints") };
