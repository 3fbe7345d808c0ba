/* SPDX-License-Identifier: Apache-2.0 */

/* base64 - see <millrace/json.h> */

#include <stdint.h>

#include <millrace/json.h>

char *
mill_base64_encode(char *to, const void *data, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *from = data;

    for (; len >= 3; len -= 3, from += 3) {
        uint32_t bits =
            (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];

        *to++ = digits[bits >> 18];
        *to++ = digits[bits >> 12 & 63];
        *to++ = digits[bits >> 6 & 63];
        *to++ = digits[bits & 63];
    }
    if (len > 0) {
        uint32_t bits =
            (uint32_t)from[0] << 16 | (len > 1 ? (uint32_t)from[1] << 8 : 0);

        *to++ = digits[bits >> 18];
        *to++ = digits[bits >> 12 & 63];
        *to++ = len > 1 ? digits[bits >> 6 & 63] : '=';
        *to++ = '=';
    }
    return to;
}

/* The six bits of a digit, or -1. */
static int
value_of(char digit)
{
    if (digit >= 'A' && digit <= 'Z')
        return digit - 'A';
    if (digit >= 'a' && digit <= 'z')
        return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9')
        return digit - '0' + 52;
    return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

bool
mill_base64_decode(char *to, const char *text, size_t len, size_t *bytes)
{
    size_t at = 0;

    if (len % 4 != 0)
        return false;
    for (size_t i = 0; i < len; i += 4) {
        uint32_t bits = 0;
        size_t pad = 0;

        for (size_t k = 0; k < 4; k++) {
            int value = value_of(text[i + k]);

            pad += text[i + k] == '=';
            if (value < 0 && (text[i + k] != '=' || i + 4 < len || k < 2))
                return false;
            if (value >= 0 && pad > 0)
                return false;
            bits = bits << 6 | (uint32_t)(value < 0 ? 0 : value);
        }
        to[at++] = (char)(bits >> 16);
        if (pad < 2)
            to[at++] = (char)(bits >> 8);
        if (pad < 1)
            to[at++] = (char)bits;
    }
    *bytes = at;
    return true;
}
