/* SPDX-License-Identifier: Apache-2.0 */

/*
 * dice - numbers that look drawn, and are the same each time
 *
 * A row's dice depend on the seed, the table and the row's number and on
 * nothing else, so that any row can be made on its own.  Only integers and what
 * IEEE 754 fixes to the bit is used: the rows are the same on every machine.
 */

#ifndef GENERATE_DICE_H
#define GENERATE_DICE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

/* The finaliser of splitmix64: every bit in sways every bit out. */
static inline uint64_t
dice_mix(uint64_t bits)
{
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return bits ^ (bits >> 31);
}

static inline struct dice
dice_for(uint64_t seed, uint64_t table, uint64_t number)
{
    uint64_t base = dice_mix(seed * UINT64_C(0x9e3779b97f4a7c15) + table + 1);

    return (
        struct dice){ dice_mix(base + number * UINT64_C(0xd1342543de82ef95)) };
}

static inline uint64_t
dice_bits(struct dice *dice)
{
    dice->state += UINT64_C(0x9e3779b97f4a7c15);
    return dice_mix(dice->state);
}

/* 0 .. COUNT - 1. */
static inline uint32_t
dice_below(struct dice *dice, uint32_t count)
{
    return (uint32_t)((dice_bits(dice) >> 32) * count >> 32);
}

/* LEAST .. MOST. */
static inline uint32_t
dice_between(struct dice *dice, uint32_t least, uint32_t most)
{
    return least + dice_below(dice, most - least + 1);
}

/* True so many times in 10,000. */
static inline bool
dice_chance(struct dice *dice, uint32_t of_10000)
{
    return dice_below(dice, 10000) < of_10000;
}

/*
 * 0 .. COUNT - 1, small numbers far more often: half of them are below a sixth
 * of COUNT.  That is how the real ages, dates, places and people are spread.
 */
static inline uint64_t
dice_skewed(struct dice *dice, uint64_t count)
{
    double u = (double)(dice_bits(dice) >> 11) * 0x1p-53;

    return (uint64_t)(u * u * sqrt(u) * (double)count);
}

#endif /* GENERATE_DICE_H */
