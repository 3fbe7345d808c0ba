/* SPDX-License-Identifier: Apache-2.0 */

/* life - see life.h */

#include "life.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static const char mine[] = "millrace 1 ";

void
life_begin(char life[SHARE_LIFE_ROOM])
{
    uint64_t drawn;

    /* Without the kernel's dice the clock must do: two lives of one partition
     * don't begin within a nanosecond. */
    if (getrandom(&drawn, sizeof(drawn), GRND_NONBLOCK) != sizeof(drawn)) {
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        drawn = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    }
    snprintf(life, SHARE_LIFE_ROOM, "%016" PRIx64, drawn);
}

void
life_print(const char *life, char metadata[LIFE_METADATA_ROOM])
{
    snprintf(metadata, LIFE_METADATA_ROOM, "%s%s", mine, life);
}

bool
life_parse(const char *metadata, size_t len, char life[SHARE_LIFE_ROOM])
{
    size_t prefix = sizeof(mine) - 1;
    size_t digits = SHARE_LIFE_ROOM - 1;

    if (!metadata || len != prefix + digits
        || memcmp(metadata, mine, prefix) != 0)
        return false;
    memcpy(life, metadata + prefix, digits);
    life[digits] = '\0';
    return strspn(life, "0123456789abcdef") == digits;
}
