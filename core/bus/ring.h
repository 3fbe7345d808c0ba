/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ring - a bounded queue between exactly two threads
 *
 * One thread pushes, one thread pops, and neither ever waits for the other: a
 * full ring refuses a push, an empty ring has nothing to pop.  Waiting, and so
 * back-pressure, is the business of channel.h, which is built on this.
 *
 * What the pusher wrote before a push is visible to the popper after the pop.
 */

#ifndef BUS_RING_H
#define BUS_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring;

/* Holds up to CAPACITY items, a power of two.  NULL: no memory. */
struct ring *ring_create(size_t capacity);

/* Frees the ring, not what is still in it.  NULL is fine. */
void ring_destroy(struct ring *ring);

/* Pusher only.  False: the ring is full, and ITEM is still the caller's. */
bool ring_push(struct ring *ring, void *item);

/* Popper only.  NULL: the ring is empty. */
void *ring_pop(struct ring *ring);

/* Either thread, or a third: a count that was true a moment ago. */
size_t ring_count(const struct ring *ring);

#endif /* BUS_RING_H */
