/* SPDX-License-Identifier: Apache-2.0 */

/* clock - the clock that waiting goes by: nobody sets it */

#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds, or milliseconds, since some moment before the process began.
 * Any thread. */
static inline int64_t
clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t
clock_ms(void)
{
    return clock_ns() / 1000000;
}

#endif /* COMMON_CLOCK_H */
