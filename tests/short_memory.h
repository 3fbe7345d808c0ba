/* SPDX-License-Identifier: Apache-2.0 */

/*
 * short_memory - allocations that fail from a given one on
 *
 * A test program that uses it is linked with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc.
 */

#ifndef TESTS_SHORT_MEMORY_H
#define TESTS_SHORT_MEMORY_H

/* How many allocations still succeed; negative: all. */
extern long memory_left;

#endif /* TESTS_SHORT_MEMORY_H */
