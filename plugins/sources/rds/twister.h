/* SPDX-License-Identifier: Apache-2.0 */

/*
 * twister - the numbers that CPython's random.seed(N) leads to
 *
 * The reference emulator's draws are Python's, so this is its generator
 * (MT19937), its way to seed it with an integer and its way to draw below a
 * bound.  The same seed gives the same draws for ever.
 */

#ifndef RDS_TWISTER_H
#define RDS_TWISTER_H

#include <stddef.h>
#include <stdint.h>

#define TWISTER_WORDS 624u

struct twister {
    uint32_t words[TWISTER_WORDS];
    size_t next; /* TWISTER_WORDS: all were handed out */
};

/* As random.seed(SEED); like Python's, it takes no notice of the sign. */
void twister_seed(struct twister *twister, int64_t seed);

/* As random.randrange(0, BOUND), which must be 1 or more. */
uint64_t twister_below(struct twister *twister, uint64_t bound);

#endif /* RDS_TWISTER_H */
