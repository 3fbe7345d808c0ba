/* SPDX-License-Identifier: Apache-2.0 */

/* driver - what all kinds of databases share */

#include "driver.h"

#include <stdarg.h>
#include <stdio.h>

enum mill_verdict
driver_fail(struct driver *driver, enum mill_verdict verdict,
            const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(driver->said, sizeof(driver->said), format, arguments);
    va_end(arguments);
    return verdict;
}
