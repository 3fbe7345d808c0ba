/* SPDX-License-Identifier: Apache-2.0 */

/* suite - the one main() of all test programs: runs what suite() lists */

#include <stdlib.h>

#include "suite.h"

int
main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_run_all(runner, CK_NORMAL);

    int failed = srunner_ntests_failed(runner);

    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
