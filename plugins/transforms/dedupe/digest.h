/* SPDX-License-Identifier: Apache-2.0 */

/*
 * digest - a row, or the part of it that counts, in 128 bits
 *
 * Rows with the same columns, of the same types and values, have the same
 * digest, in whatever order the columns stand; others have the same one by
 * chance only, which nobody who doesn't know the key can help.
 */

#ifndef DEDUPE_DIGEST_H
#define DEDUPE_DIGEST_H

#include <millrace/plugin.h>

struct digest {
    uint64_t words[2];
};

/* SipHash-2-4 of 128 bits. */
struct digest digest_bytes(const struct digest *key, const void *data,
                           size_t len);

/* Appends a value to what is digested, so that no two values look alike. */
void digest_value(struct mill_buffer *to, const struct mill_value *value);

/* Appends bytes with their length. */
void digest_text(struct mill_buffer *to, const char *text, size_t len);

#endif /* DEDUPE_DIGEST_H */
