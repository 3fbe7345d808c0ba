/* SPDX-License-Identifier: Apache-2.0 */

/* letters - entries and digests as text: base64, without padding */

#ifndef DEDUPE_LETTERS_H
#define DEDUPE_LETTERS_H

#include "window.h"

/* 27 bytes: the digest, the position, and a lane below LETTERS_LANES. */
#define LETTERS_ENTRY 36
#define LETTERS_LANES (1u << 24)
void letters_write(char to[LETTERS_ENTRY], const struct entry *entry);

/* False: that isn't an entry. */
bool letters_read(const char *text, struct entry *entry);

/* The same for a digest alone, NUL-terminated. */
#define LETTERS_DIGEST_ROOM (LETTERS_ENTRY + 1)
void letters_write_digest(char to[LETTERS_DIGEST_ROOM],
                          const struct digest *digest);
bool letters_read_digest(const char *text, struct digest *digest);

#endif /* DEDUPE_LETTERS_H */
