/* SPDX-License-Identifier: Apache-2.0 */

/* driver - what all drivers share */

#include "driver.h"

#include <stdarg.h>
#include <stdio.h>

enum mill_verdict
driver_fail(struct driver *driver, enum mill_verdict verdict,
            const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(driver->said, sizeof(driver->said), format, args);
    va_end(args);
    return verdict;
}
