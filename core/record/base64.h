/* SPDX-License-Identifier: Apache-2.0 */

/* base64 - bytes as text, RFC 4648 section 4 */

#ifndef RECORD_BASE64_H
#define RECORD_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* How many characters LEN bytes become. */
static inline size_t
base64_len(size_t len)
{
    return len / 3 * 4 + (len % 3 ? 4 : 0);
}

/* Writes base64_len(LEN) characters, no NUL; returns where they end. */
char *base64_encode(char *to, const void *data, size_t len);

/* Writes the bytes of LEN characters to TO, which has room for LEN / 4 * 3, and
 * how many they are to *BYTES.  False: not base64 with its padding. */
bool base64_decode(char *to, const char *text, size_t len, size_t *bytes);

#endif /* RECORD_BASE64_H */
