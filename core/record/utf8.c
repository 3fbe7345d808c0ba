/* SPDX-License-Identifier: Apache-2.0 */

/* utf8 - see utf8.h */

#include "record/utf8.h"

#include <millrace/batch.h>

#include "record/scan.h"

static inline bool
is_tail(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The second byte is where overlong forms, surrogates and what is too large
 * show. */
static inline bool
starts_three(unsigned char lead, unsigned char second)
{
    if (!is_tail(second))
        return false;
    return lead == 0xe0 ? second >= 0xa0 : lead != 0xed || second < 0xa0;
}

static inline bool
starts_four(unsigned char lead, unsigned char second)
{
    if (!is_tail(second) || lead > 0xf4)
        return false;
    return lead == 0xf0 ? second >= 0x90 : lead != 0xf4 || second < 0x90;
}

/* The bytes of the character at AT that isn't ASCII; 0: it is none. */
static inline size_t
character_len(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0];

    if (lead < 0xe0)
        return lead >= 0xc2 && left >= 2 && is_tail(at[1]) ? 2 : 0;
    if (left < 3 || !is_tail(at[2]))
        return 0;
    if (lead < 0xf0)
        return starts_three(lead, at[1]) ? 3 : 0;
    return left >= 4 && is_tail(at[3]) && starts_four(lead, at[1]) ? 4 : 0;
}

const char *
utf8_check(const char *at, const char *end)
{
    while (at < end) {
        if (end - at >= SCAN_BLOCK) {
            uint32_t high = scan_block(at).high;

            if (!high) {
                at += SCAN_BLOCK;
                continue;
            }
            at += __builtin_ctz(high);
        }
        while (at < end && (unsigned char)*at >= 0x80) {
            size_t len =
                character_len((const unsigned char *)at, (size_t)(end - at));

            if (len == 0)
                return at;
            at += len;
        }
        if (end - at < SCAN_BLOCK)
            while (at < end && (unsigned char)*at < 0x80)
                at++;
    }
    return end;
}

bool
mill_utf8_valid(const char *text, size_t len)
{
    return len == 0 || utf8_valid(text, text + len);
}

void
utf8_force(char *text, size_t len)
{
    if (mill_utf8_valid(text, len))
        return;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] >= 0x80)
            text[i] = '?';
}

char *
utf8_put(char *to, uint32_t character)
{
    if (character < 0x80) {
        *to++ = (char)character;
    } else if (character < 0x800) {
        *to++ = (char)(0xc0 | character >> 6);
        *to++ = (char)(0x80 | (character & 0x3f));
    } else if (character < 0x10000) {
        *to++ = (char)(0xe0 | character >> 12);
        *to++ = (char)(0x80 | (character >> 6 & 0x3f));
        *to++ = (char)(0x80 | (character & 0x3f));
    } else {
        *to++ = (char)(0xf0 | character >> 18);
        *to++ = (char)(0x80 | (character >> 12 & 0x3f));
        *to++ = (char)(0x80 | (character >> 6 & 0x3f));
        *to++ = (char)(0x80 | (character & 0x3f));
    }
    return to;
}
