/* SPDX-License-Identifier: Apache-2.0 */

/*
 * inbox - records that were taken from librdkafka and not yet handed on
 *
 * librdkafka gives the records of all partitions in one queue, a fetch's of one
 * partition behind those of another.  A batch holds one partition; so what one
 * look into the queue brings is parted here, each partition's records joined to
 * a list, and a batch takes one list at a time.  Looking is cheap by the
 * thousand, and dear by the record.
 */

#ifndef KAFKA_INBOX_H
#define KAFKA_INBOX_H

#include <librdkafka/rdkafka.h>

#include "share.h"

/* Records that one look brings at most. */
#define INBOX_ROOM 1024u

#define INBOX_NONE UINT32_MAX

/* Zeroed memory is an empty one. */
struct inbox {
    rd_kafka_message_t *messages[INBOX_ROOM]; /* NULL: taken */
    uint32_t follows[INBOX_ROOM]; /* the next of the same partition */
    uint32_t count;               /* what the last look brought */
    uint32_t at;                  /* none is left before this one */
    uint32_t waiting;             /* that aren't taken */
};

/* Looks into QUEUE, without waiting; only where none is waiting.  Messages that
 * are errors go to FAULT; those of partitions that aren't ours any more are
 * dropped. */
void inbox_look(struct inbox *inbox, rd_kafka_queue_t *queue,
                const struct shares *shares,
                void (*fault)(void *arg, const rd_kafka_message_t *message),
                void *arg);

/* The partition of the oldest record.  NULL: none is waiting. */
struct share *inbox_first(struct inbox *inbox, const struct shares *shares);

/* The oldest record of SHARE, or NULL; it stays in the inbox until it is
 * dropped. */
const rd_kafka_message_t *inbox_peek(const struct inbox *inbox,
                                     const struct share *share);
void inbox_drop(struct inbox *inbox, struct share *share);

/* Drops all records of SHARE: it isn't ours any more. */
void inbox_forget(struct inbox *inbox, struct share *share);

void inbox_finish(struct inbox *inbox);

#endif /* KAFKA_INBOX_H */
