/* SPDX-License-Identifier: Apache-2.0 */

/*
 * json_index - where a row has bytes that end a run of plain text
 *
 * Finding the end of each text block by block makes every step wait for the one
 * before.  So the usual row, some hundred bytes, is first turned into a bitmap
 * as a whole, in steps that don't depend on each other, one bit a byte: quote,
 * backslash or control character.  The end of a text is then one load and one
 * count of zeros away.  In passing the row is checked to be UTF-8.
 */

#ifndef RECORD_JSON_INDEX_H
#define RECORD_JSON_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Rows of other lengths are read without. */
#define JSON_INDEX_LEAST 64
#define JSON_INDEX_MOST 4096

struct json_index {
    /* From the row's length on all bits are set. */
    uint64_t words[JSON_INDEX_MOST / 64 + 2];
};

/* False: LEN is too short or too long, or the row isn't UTF-8. */
bool json_index_make(struct json_index *index, const char *row, size_t len);

/* The same, without the instructions that not every machine has. */
bool json_index_make_anywhere(struct json_index *index, const char *row,
                              size_t len);

/* The first marked byte from AT on, or the row's length. */
static inline size_t
json_index_next(const struct json_index *index, size_t at)
{
    const char *bytes = (const char *)index->words;
    uint64_t word;

    /* Eight bytes from where AT's bit is, whatever word they are in. */
    memcpy(&word, bytes + at / 8, sizeof(word));
    word >>= at % 8;
    while (word == 0) {
        at = (at | 7) + 57;
        memcpy(&word, bytes + at / 8, sizeof(word));
    }
    return at + (size_t)__builtin_ctzll(word);
}

#endif /* RECORD_JSON_INDEX_H */
