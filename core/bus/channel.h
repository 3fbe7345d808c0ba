/* SPDX-License-Identifier: Apache-2.0 */

/*
 * channel - a ring with somebody waiting at each end
 *
 * Joins one producing stage to one consuming stage.  A put always succeeds:
 * what the ring has no room for queues behind it, on the producer's side.  A
 * producer with one channel stops while anything queues (channel_backlog()),
 * which is the back-pressure; one with several goes on while any of them keeps
 * up, so that a sink that is down doesn't hold up its siblings before the
 * memory budget does.
 *
 * A channel with a store puts there what queues beyond a few items, and holds
 * up its producer only where the store takes no more.
 */

#ifndef BUS_CHANNEL_H
#define BUS_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "bus/gate.h"

/* Slots of a ring: 16 full batches of 256 KiB are 4 MiB. */
#define CHANNEL_SLOTS 16

/* Items of the queue that may wait there. */
#define CHANNEL_QUEUE 16

struct channel;

/* Where items wait that neither the ring nor the queue has room for.  All calls
 * come from the producer's thread, but for drop. */
struct channel_store {
    void *arg;
    /* Takes ITEM and returns what stands for it, or NULL: it can't, and ITEM
     * stays in memory. */
    void *(*put)(void *arg, void *item);
    /* The item back, and the end of TOKEN.  NULL: it can't be had; TOKEN stays,
     * and nothing that came later overtakes it. */
    void *(*get)(void *arg, void *token);
    /* After both threads are done: the end of TOKEN without its item. */
    void (*drop)(void *arg, void *token);
};

/* PRODUCER and CONSUMER are woken as things change, and outlive the channel.
 * NULL: no memory. */
struct channel *channel_create(struct gate *producer, struct gate *consumer);

/* Frees the channel, not the items in it: pop them first.  NULL is fine. */
void channel_destroy(struct channel *channel);

/* Before the first put.  STORE is copied. */
void channel_use_store(struct channel *channel,
                       const struct channel_store *store);

/* Producer only.  ITEM isn't NULL.  False: no memory to queue it. */
bool channel_put(struct channel *channel, void *item);

/* Producer only: moves what queues into the ring as far as there is room; how
 * many are left outside. */
size_t channel_backlog(struct channel *channel);

/* Producer only: the same; true while the producer had better not put more. */
bool channel_is_full(struct channel *channel);

/* Producer only: no more will be put. */
void channel_end(struct channel *channel);

/* Consumer only.  NULL: nothing there just now. */
void *channel_pop(struct channel *channel);

/* Consumer only: all was popped, and no more will come. */
bool channel_ended(struct channel *channel);

/* Consumer only: there is something to pop, or the end to see. */
bool channel_waiting(struct channel *channel);

/* After both threads are done: what is left, from the ring and behind it; what
 * is in the store is dropped. */
void *channel_drain(struct channel *channel);

#endif /* BUS_CHANNEL_H */
