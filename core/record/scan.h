/* SPDX-License-Identifier: Apache-2.0 */

/*
 * scan - text is looked at in blocks of 16 bytes
 *
 * What JSON has to stop at (quote, backslash, control character) and what UTF-8
 * has to look into (any byte above 127) comes as two bit masks a block.  SSE2
 * is part of every x86-64; other machines take the loop.
 */

#ifndef RECORD_SCAN_H
#define RECORD_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define SCAN_BLOCK 16

struct scan_masks {
    uint32_t special; /* bit n: byte n is a quote, backslash or control */
    uint32_t high;    /* bit n: byte n isn't ASCII */
};

static inline bool
scan_is_special(unsigned char byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

#ifdef __SSE2__
/* Turning bit 1 over puts the quote below the blank, with the controls. */
static inline struct scan_masks
scan_block(const char *at)
{
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i turned = _mm_xor_si128(block, _mm_set1_epi8(2));
    __m128i below =
        _mm_cmpeq_epi8(_mm_min_epu8(turned, _mm_set1_epi8(0x20)), turned);
    __m128i slash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));

    return (struct scan_masks){ (uint32_t)_mm_movemask_epi8(
                                    _mm_or_si128(below, slash)),
                                (uint32_t)_mm_movemask_epi8(block) };
}
#else
static inline struct scan_masks
scan_block(const char *at)
{
    struct scan_masks masks = { 0, 0 };

    for (int i = 0; i < SCAN_BLOCK; i++) {
        unsigned char byte = (unsigned char)at[i];

        masks.special |= (uint32_t)scan_is_special(byte) << i;
        masks.high |= (uint32_t)(byte >> 7) << i;
    }
    return masks;
}
#endif

/* The same for two blocks. */
static inline struct scan_masks
scan_two_blocks(const char *at)
{
    struct scan_masks first = scan_block(at);
    struct scan_masks second = scan_block(at + SCAN_BLOCK);

    return (struct scan_masks){ first.special | second.special << SCAN_BLOCK,
                                first.high | second.high << SCAN_BLOCK };
}

/* The first LEN bytes, at most a block of them, of A and B are the same.  Both
 * must have a whole block. */
static inline bool
scan_same(const char *a, const char *b, size_t len)
{
#ifdef __SSE2__
    __m128i left = _mm_loadu_si128((const __m128i *)(const void *)a);
    __m128i right = _mm_loadu_si128((const __m128i *)(const void *)b);
    uint32_t same = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(left, right));

    return (~same & ((1u << len) - 1)) == 0;
#else
    return memcmp(a, b, len) == 0;
#endif
}

/* The same where two blocks are too long: looks at the last 32 bytes from BEGIN
 * on, or at one after the other where there aren't as many. */
static inline const char *
scan_tail(const char *at, const char *begin, const char *end, uint32_t *high)
{
    size_t left = (size_t)(end - at);

    if (left == 0)
        return at;
    if (end - begin < 2 * SCAN_BLOCK) {
        for (; at < end && !scan_is_special((unsigned char)*at); at++)
            *high |= (unsigned char)*at >> 7;
        return at;
    }
    struct scan_masks masks = scan_two_blocks(end - 2 * SCAN_BLOCK);
    masks.special >>= 2 * SCAN_BLOCK - left;
    masks.high >>= 2 * SCAN_BLOCK - left;
    if (!masks.special) {
        *high |= masks.high;
        return end;
    }
    *high |= masks.high & (masks.special ^ (masks.special - 1));
    return at + __builtin_ctz(masks.special);
}

/* The first special byte from AT on, or END; BEGIN is the first byte that may
 * be read.  *HIGH becomes more than 0 where a byte before it isn't ASCII. */
static inline const char *
scan_text(const char *at, const char *begin, const char *end, uint32_t *high)
{
    while (end - at >= 2 * SCAN_BLOCK) {
        struct scan_masks masks = scan_two_blocks(at);

        if (masks.special) {
            *high |= masks.high & (masks.special ^ (masks.special - 1));
            return at + __builtin_ctz(masks.special);
        }
        *high |= masks.high;
        at += 2 * SCAN_BLOCK;
    }
    return scan_tail(at, begin, end, high);
}

#endif /* RECORD_SCAN_H */
