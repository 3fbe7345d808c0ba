/* SPDX-License-Identifier: Apache-2.0 */

/* channel - a ring, a queue behind it, and two gates; see channel.h */

#include "bus/channel.h"

#include <stdlib.h>

#include "bus/ring.h"

/* An item that the ring had no room for; the producer's alone. */
struct queued {
    struct queued *next;
    void *item;
};

struct channel {
    struct ring *ring;
    struct gate *producer;
    struct gate *consumer;
    struct queued *first;
    struct queued **last; /* where the next one is hung up */
    size_t queued;
    atomic_bool ended; /* set after the last push */
};

struct channel *
channel_create(struct gate *producer, struct gate *consumer)
{
    struct channel *channel = calloc(1, sizeof(*channel));
    if (!channel)
        return NULL;

    channel->ring = ring_create(CHANNEL_SLOTS);
    channel->producer = producer;
    channel->consumer = consumer;
    channel->last = &channel->first;
    atomic_init(&channel->ended, false);
    if (!channel->ring) {
        channel_destroy(channel);
        return NULL;
    }
    return channel;
}

void
channel_destroy(struct channel *channel)
{
    if (!channel)
        return;
    ring_destroy(channel->ring);
    free(channel);
}

static void *
unqueue(struct channel *channel)
{
    struct queued *head = channel->first;
    void *item = head->item;

    channel->first = head->next;
    if (!channel->first)
        channel->last = &channel->first;
    channel->queued--;
    free(head);
    return item;
}

size_t
channel_backlog(struct channel *channel)
{
    bool moved = false;

    while (channel->first && ring_push(channel->ring, channel->first->item)) {
        unqueue(channel);
        moved = true;
    }
    if (moved)
        gate_wake(channel->consumer);
    return channel->queued;
}

bool
channel_put(struct channel *channel, void *item)
{
    if (channel_backlog(channel) == 0 && ring_push(channel->ring, item)) {
        gate_wake(channel->consumer);
        return true;
    }

    struct queued *entry = malloc(sizeof(*entry));
    if (!entry)
        return false;
    *entry = (struct queued){ .item = item };
    *channel->last = entry;
    channel->last = &entry->next;
    channel->queued++;
    return true;
}

void
channel_end(struct channel *channel)
{
    atomic_store_explicit(&channel->ended, true, memory_order_release);
    gate_wake(channel->consumer);
}

void *
channel_pop(struct channel *channel)
{
    void *item = ring_pop(channel->ring);

    /* A producer that waits for room is woken when half the ring is free, not
     * for each slot: a wake costs more than a batch. */
    if (item && ring_count(channel->ring) <= CHANNEL_SLOTS / 2)
        gate_wake(channel->producer);
    return item;
}

bool
channel_ended(struct channel *channel)
{
    return atomic_load_explicit(&channel->ended, memory_order_acquire)
           && ring_count(channel->ring) == 0;
}

bool
channel_waiting(struct channel *channel)
{
    return ring_count(channel->ring) > 0
           || atomic_load_explicit(&channel->ended, memory_order_acquire);
}

void *
channel_drain(struct channel *channel)
{
    void *item = ring_pop(channel->ring);

    if (item || !channel->first)
        return item;
    return unqueue(channel);
}
