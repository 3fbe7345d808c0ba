/* SPDX-License-Identifier: Apache-2.0 */

/* twister - MT19937 after Matsumoto and Nishimura, drawn from as CPython does
 */

#include "twister.h"

#define SHIFT 397u
#define UPPER 0x80000000u
#define LOWER 0x7fffffffu

static void
seed_word(struct twister *twister, uint32_t word)
{
    uint32_t *words = twister->words;

    words[0] = word;
    for (uint32_t i = 1; i < TWISTER_WORDS; i++)
        words[i] = 1812433253u * (words[i - 1] ^ (words[i - 1] >> 30)) + i;
    twister->next = TWISTER_WORDS;
}

static uint32_t
stirred(const uint32_t *words, size_t i, uint32_t factor)
{
    uint32_t before = words[i - 1];

    return words[i] ^ ((before ^ (before >> 30)) * factor);
}

/* One step of either seeding round; the last word is the next round's first. */
static size_t
step(uint32_t *words, size_t i)
{
    if (i + 1 < TWISTER_WORDS)
        return i + 1;
    words[0] = words[TWISTER_WORDS - 1];
    return 1;
}

static void
seed_array(struct twister *twister, const uint32_t *key, size_t count)
{
    uint32_t *words = twister->words;
    size_t i = 1;
    size_t j = 0;

    seed_word(twister, 19650218u);
    for (size_t left = TWISTER_WORDS; left > 0; left--) {
        words[i] = stirred(words, i, 1664525u) + key[j] + (uint32_t)j;
        i = step(words, i);
        j = (j + 1) % count;
    }
    for (size_t left = TWISTER_WORDS - 1; left > 0; left--) {
        words[i] = stirred(words, i, 1566083941u) - (uint32_t)i;
        i = step(words, i);
    }
    words[0] = UPPER;
}

void
twister_seed(struct twister *twister, int64_t seed)
{
    uint64_t size = seed < 0 ? -(uint64_t)seed : (uint64_t)seed;
    uint32_t key[2] = { (uint32_t)size, (uint32_t)(size >> 32) };

    seed_array(twister, key, key[1] ? 2 : 1);
}

static void
refill(uint32_t *words)
{
    for (size_t i = 0; i < TWISTER_WORDS; i++) {
        uint32_t joined =
            (words[i] & UPPER) | (words[(i + 1) % TWISTER_WORDS] & LOWER);

        words[i] = words[(i + SHIFT) % TWISTER_WORDS] ^ (joined >> 1)
                   ^ (joined & 1 ? 0x9908b0dfu : 0);
    }
}

static uint32_t
next_word(struct twister *twister)
{
    if (twister->next == TWISTER_WORDS) {
        refill(twister->words);
        twister->next = 0;
    }

    uint32_t word = twister->words[twister->next++];

    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c5680u;
    word ^= (word << 15) & 0xefc60000u;
    return word ^ (word >> 18);
}

/* As getrandbits(BITS): the low word is drawn first. */
static uint64_t
next_bits(struct twister *twister, unsigned bits)
{
    if (bits <= 32)
        return next_word(twister) >> (32 - bits);

    uint64_t low = next_word(twister);

    return low | (uint64_t)(next_word(twister) >> (64 - bits)) << 32;
}

uint64_t
twister_below(struct twister *twister, uint64_t bound)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(bound);
    uint64_t drawn;

    do
        drawn = next_bits(twister, bits);
    while (drawn >= bound);
    return drawn;
}
