/* SPDX-License-Identifier: Apache-2.0 */

/* inbox - see inbox.h */

#include "inbox.h"

#include <string.h>

static struct share *
share_of(const struct shares *shares, const rd_kafka_message_t *message)
{
    return shares_find(shares, rd_kafka_topic_name(message->rkt),
                       message->partition);
}

static void
append(struct inbox *inbox, struct share *share, uint32_t index)
{
    inbox->follows[index] = INBOX_NONE;
    if (share->first == INBOX_NONE)
        share->first = index;
    else
        inbox->follows[share->last] = index;
    share->last = index;
    inbox->waiting++;
}

static void
discard(struct inbox *inbox, uint32_t index)
{
    rd_kafka_message_destroy(inbox->messages[index]);
    inbox->messages[index] = NULL;
}

void
inbox_look(struct inbox *inbox, rd_kafka_queue_t *queue,
           const struct shares *shares,
           void (*fault)(void *arg, const rd_kafka_message_t *message),
           void *arg)
{
    const rd_kafka_message_t *last = NULL; /* SHARE is its partition */
    struct share *share = NULL;
    ssize_t found =
        rd_kafka_consume_batch_queue(queue, 0, inbox->messages, INBOX_ROOM);

    inbox->count = found > 0 ? (uint32_t)found : 0;
    inbox->at = 0;
    for (uint32_t i = 0; i < inbox->count; i++) {
        const rd_kafka_message_t *message = inbox->messages[i];

        if (message->err) {
            fault(arg, message);
            discard(inbox, i);
            continue;
        }
        if (!last || last->rkt != message->rkt
            || last->partition != message->partition) {
            share = share_of(shares, message);
            last = share ? message : NULL;
        }
        if (share)
            append(inbox, share, i);
        else
            discard(inbox, i);
    }
}

struct share *
inbox_first(struct inbox *inbox, const struct shares *shares)
{
    while (inbox->at < inbox->count && !inbox->messages[inbox->at])
        inbox->at++;
    if (inbox->at == inbox->count)
        return NULL;
    return share_of(shares, inbox->messages[inbox->at]);
}

const rd_kafka_message_t *
inbox_peek(const struct inbox *inbox, const struct share *share)
{
    return share->first == INBOX_NONE ? NULL : inbox->messages[share->first];
}

void
inbox_drop(struct inbox *inbox, struct share *share)
{
    uint32_t index = share->first;

    share->first = inbox->follows[index];
    discard(inbox, index);
    inbox->waiting--;
}

void
inbox_forget(struct inbox *inbox, struct share *share)
{
    while (share->first != INBOX_NONE)
        inbox_drop(inbox, share);
}

void
inbox_finish(struct inbox *inbox)
{
    for (uint32_t i = 0; i < inbox->count; i++)
        if (inbox->messages[i])
            discard(inbox, i);
    inbox->count = inbox->at = inbox->waiting = 0;
}
