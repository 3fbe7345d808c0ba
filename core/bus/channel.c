/* SPDX-License-Identifier: Apache-2.0 */

/* channel - a ring, a queue behind it, and two gates; see channel.h */

#include "bus/channel.h"

#include <stdlib.h>

#include "bus/ring.h"

/* An item that the ring had no room for; the producer's alone. */
struct queued {
    struct queued *next;
    void *item; /* NULL: it is in the store, as */
    void *token;
};

struct channel {
    struct ring *ring;
    struct gate *producer;
    struct gate *consumer;
    struct queued *first;
    struct queued **last; /* where the next one is hung up */
    size_t queued;
    size_t stored; /* so many of them are in the store */
    struct channel_store store;
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

void
channel_use_store(struct channel *channel, const struct channel_store *store)
{
    channel->store = *store;
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

/* The first that queues; NULL: it can't be had from the store. */
static void *
first_item(struct channel *channel)
{
    struct queued *head = channel->first;

    if (head->item)
        return head->item;
    head->item = channel->store.get(channel->store.arg, head->token);
    if (head->item)
        channel->stored--;
    return head->item;
}

size_t
channel_backlog(struct channel *channel)
{
    bool moved = false;

    while (channel->first && ring_count(channel->ring) < CHANNEL_SLOTS) {
        void *item = first_item(channel);

        if (!item || !ring_push(channel->ring, item))
            break;
        unqueue(channel);
        moved = true;
    }
    if (moved)
        gate_wake(channel->consumer);
    return channel->queued;
}

bool
channel_is_full(struct channel *channel)
{
    size_t left = channel_backlog(channel);

    if (!channel->store.put)
        return left > 0;
    return left - channel->stored > CHANNEL_QUEUE;
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
    if (channel->store.put
        && channel->queued - channel->stored >= CHANNEL_QUEUE)
        entry->token = channel->store.put(channel->store.arg, item);
    if (entry->token) {
        entry->item = NULL;
        channel->stored++;
    }
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

    while (!item && channel->first) {
        void *token = channel->first->token;

        item = unqueue(channel);
        if (item)
            break;
        channel->stored--;
        channel->store.drop(channel->store.arg, token);
    }
    return item;
}
