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
 */

#ifndef BUS_CHANNEL_H
#define BUS_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "bus/gate.h"

/* Slots of a ring: 16 full batches of 256 KiB are 4 MiB. */
#define CHANNEL_SLOTS 16

struct channel;

/* PRODUCER and CONSUMER are woken as things change, and outlive the channel.
 * NULL: no memory. */
struct channel *channel_create(struct gate *producer, struct gate *consumer);

/* Frees the channel, not the items in it: pop them first.  NULL is fine. */
void channel_destroy(struct channel *channel);

/* Producer only.  ITEM isn't NULL.  False: no memory to queue it. */
bool channel_put(struct channel *channel, void *item);

/* Producer only: moves what queues into the ring as far as there is room; how
 * many are left outside. */
size_t channel_backlog(struct channel *channel);

/* Producer only: no more will be put. */
void channel_end(struct channel *channel);

/* Consumer only.  NULL: nothing there just now. */
void *channel_pop(struct channel *channel);

/* Consumer only: all was popped, and no more will come. */
bool channel_ended(struct channel *channel);

/* Consumer only: there is something to pop, or the end to see. */
bool channel_waiting(struct channel *channel);

/* After both threads are done: what is left, from the ring and behind it. */
void *channel_drain(struct channel *channel);

#endif /* BUS_CHANNEL_H */
