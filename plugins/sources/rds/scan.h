/* SPDX-License-Identifier: Apache-2.0 */

/*
 * scan - looks a text over once: is it UTF-8, would JSON have to escape it? And
 * copies it meanwhile, where it goes somewhere anyway.
 *
 * In the header, because a row is a dozen short texts and a call costs as much
 * as looking at one.
 */

#ifndef RDS_SCAN_H
#define RDS_SCAN_H

#include <millrace/batch.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* How many bytes behind a text may be looked at here (not used), and how many
 * behind a copy are written. */
#define SCAN_SLACK 16u

enum { SCAN_ESCAPE = 1, SCAN_WIDE = 2 };

#ifdef __SSE2__
/* The bytes of 16 that JSON escapes are all ones. */
static inline __m128i
scan_escapes(__m128i bytes)
{
    __m128i control =
        _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));

    return _mm_or_si128(control, _mm_or_si128(quote, slash));
}

static inline __m128i
scan_load(const char *text)
{
    return _mm_loadu_si128((const __m128i *)(const void *)text);
}

static inline void
scan_store(char *to, __m128i bytes)
{
    _mm_storeu_si128((__m128i *)(void *)to, bytes);
}

/* The bytes go to TO, if that isn't NULL, on the way. */
static inline unsigned
scan_bytes(const char *text, size_t len, char *to)
{
    unsigned wanted = len < 16 ? (1u << len) - 1 : 0xffff;
    __m128i bytes = scan_load(text);
    __m128i escapes = scan_escapes(bytes);
    __m128i wide = bytes;

    if (to)
        scan_store(to, bytes);
    for (size_t next = 16; next < len; next += 16) {
        /* The last sixteen, some of them for the second time. */
        size_t at = next + 16 <= len ? next : len - 16;

        bytes = scan_load(text + at);
        escapes = _mm_or_si128(escapes, scan_escapes(bytes));
        wide = _mm_or_si128(wide, bytes);
        if (to)
            scan_store(to + at, bytes);
    }
    return ((unsigned)_mm_movemask_epi8(escapes) & wanted ? SCAN_ESCAPE : 0)
           | ((unsigned)_mm_movemask_epi8(wide) & wanted ? SCAN_WIDE : 0);
}
#else
static inline unsigned
scan_bytes(const char *text, size_t len, char *to)
{
    unsigned found = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (to)
            to[i] = text[i];
        if (byte >= 0x80)
            found |= SCAN_WIDE;
        else if (byte < ' ' || byte == '"' || byte == '\\')
            found |= SCAN_ESCAPE;
    }
    return found;
}
#endif

/* A MILL_TEXT with MILL_PLAIN where that is true; MILL_BYTES where it isn't
 * valid UTF-8.  TEXT is borrowed and must have SCAN_SLACK bytes behind it. */
static inline struct mill_value
scan_text(const char *text, size_t len)
{
    unsigned found = scan_bytes(text, len, NULL);
    struct mill_value value = mill_text(MILL_TEXT, text, len);

    if (found & SCAN_WIDE && !mill_utf8_valid(text, len))
        value.type = MILL_BYTES;
    else if (!(found & SCAN_ESCAPE))
        value.flags = MILL_PLAIN;
    return value;
}

/* Copies TEXT to TO; true: TO is what JSON has between its quotes.  Both must
 * have SCAN_SLACK bytes behind them. */
static inline bool
scan_copy(char *to, const char *text, size_t len)
{
    unsigned found = scan_bytes(text, len, to);

    return found == 0 || (found == SCAN_WIDE && mill_utf8_valid(text, len));
}

#endif /* RDS_SCAN_H */
