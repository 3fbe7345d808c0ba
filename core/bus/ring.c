/* SPDX-License-Identifier: Apache-2.0 */

/* ring - one pusher, one popper, two free-running positions; see ring.h */

#include "bus/ring.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#define CACHE_LINE 64

/*
 * The positions count all pushes and all pops there ever were; an item's slot
 * is its position modulo the capacity, and the difference of the two is the
 * fill, also after they wrap.
 *
 * Each side has a cache line of its own, so that a push doesn't take the
 * popper's line away, and remembers where it last saw the other side, so that
 * it looks over only when it seems to have run out of room or items.
 */
struct ring {
    size_t mask;
    void **slots;

    alignas(CACHE_LINE) struct {
        atomic_size_t position;
        size_t popped; /* what the pusher last saw */
    } push;

    alignas(CACHE_LINE) struct {
        atomic_size_t position;
        size_t pushed; /* what the popper last saw */
    } pop;
};

struct ring *
ring_create(size_t capacity)
{
    assert(capacity > 0 && (capacity & (capacity - 1)) == 0);

    struct ring *ring = aligned_alloc(CACHE_LINE, sizeof(*ring));
    if (!ring)
        return NULL;

    *ring = (struct ring){ .mask = capacity - 1 };
    ring->slots = calloc(capacity, sizeof(*ring->slots));
    if (!ring->slots) {
        ring_destroy(ring);
        return NULL;
    }
    return ring;
}

void
ring_destroy(struct ring *ring)
{
    if (!ring)
        return;
    free(ring->slots);
    free(ring);
}

bool
ring_push(struct ring *ring, void *item)
{
    size_t here =
        atomic_load_explicit(&ring->push.position, memory_order_relaxed);

    if (here - ring->push.popped > ring->mask) {
        ring->push.popped =
            atomic_load_explicit(&ring->pop.position, memory_order_acquire);
        if (here - ring->push.popped > ring->mask)
            return false;
    }

    ring->slots[here & ring->mask] = item;
    atomic_store_explicit(&ring->push.position, here + 1, memory_order_release);
    return true;
}

void *
ring_pop(struct ring *ring)
{
    size_t here =
        atomic_load_explicit(&ring->pop.position, memory_order_relaxed);

    if (here == ring->pop.pushed) {
        ring->pop.pushed =
            atomic_load_explicit(&ring->push.position, memory_order_acquire);
        if (here == ring->pop.pushed)
            return NULL;
    }

    void *item = ring->slots[here & ring->mask];
    atomic_store_explicit(&ring->pop.position, here + 1, memory_order_release);
    return item;
}

size_t
ring_count(const struct ring *ring)
{
    size_t popped =
        atomic_load_explicit(&ring->pop.position, memory_order_acquire);
    size_t pushed =
        atomic_load_explicit(&ring->push.position, memory_order_acquire);

    return pushed - popped;
}
