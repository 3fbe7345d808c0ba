/* SPDX-License-Identifier: Apache-2.0 */

/* aborts - aborts in its constructor, and says why */

#include <stdio.h>
#include <stdlib.h>

#include "bad.h"

__attribute__((constructor)) static void
give_up(void)
{
    fputs("the moon is in the wrong phase\n", stderr);
    abort();
}

const struct mill_plugin mill_plugin = { BAD_SINK("aborts") };
