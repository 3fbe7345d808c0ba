/* SPDX-License-Identifier: Apache-2.0 */

/* program - main(); everything else is in the library, so that tests and
 * plugins share one copy of it */

#include "cli/cli.h"

int
main(int argc, char **argv)
{
    return mill_main(argc, argv);
}
