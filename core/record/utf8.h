/* SPDX-License-Identifier: Apache-2.0 */

/* utf8 - characters in and out, as RFC 3629 has them */

#ifndef RECORD_UTF8_H
#define RECORD_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first byte that can't be UTF-8, or END. */
const char *utf8_check(const char *at, const char *end);

/* Whether it is UTF-8 altogether; quicker where much of it isn't ASCII. */
bool utf8_wide(const char *at, const char *end);

/* From so many bytes on utf8_wide() is worth its start. */
#define UTF8_WIDE 96

static inline bool
utf8_valid(const char *at, const char *end)
{
    return end - at >= UTF8_WIDE ? utf8_wide(at, end)
                                 : utf8_check(at, end) == end;
}

/* Makes UTF-8 of what isn't: all that is no ASCII becomes "?". */
void utf8_force(char *text, size_t len);

/* Writes CHARACTER, at most U+10FFFF and no surrogate; up to four bytes.
 * Returns where it ends. */
char *utf8_put(char *to, uint32_t character);

#endif /* RECORD_UTF8_H */
