/* SPDX-License-Identifier: Apache-2.0 */

/*
 * share - the partitions of the group that are ours just now
 *
 * Sorted by topic and number, so that a message finds its own fast.
 */

#ifndef KAFKA_SHARE_H
#define KAFKA_SHARE_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Offset that was never committed. */
#define SHARE_NEVER UINT64_MAX

/* Hexadecimal digits of a life, and a NUL. */
#define SHARE_LIFE_ROOM 17

struct share {
    char *topic;
    int32_t number;
    char partition[12]; /* the number, as text */

    /* Which of several meanings its offsets have; see life.h. */
    char life[SHARE_LIFE_ROOM];

    uint64_t start; /* where it began to be ours */
    uint64_t next;  /* behind the last record that was handed on */
    uint64_t done;  /* all before it is settled: the offset to commit */
    uint64_t sent;  /* the offset that was committed, or is being */

    uint64_t end;            /* how far it reached when it became ours */
    bool ended;              /* its end was met */
    bool heard;              /* a record has come; see group_listen() */
    rd_kafka_queue_t *queue; /* what it has for us; NULL: not yet asked for */
    bool astray;             /* Kafka has nothing at `next` */

    uint32_t first; /* its records in the inbox: the first of them, */
    uint32_t last;  /* and the last; see inbox.h */
};

/* Zeroed memory is an empty one. */
struct shares {
    struct share **list;
    size_t count;
};

/* NULL: it isn't ours. */
struct share *shares_find(const struct shares *shares, const char *topic,
                          int32_t number);

/* Adds one that isn't there yet.  NULL: no memory. */
struct share *shares_add(struct shares *shares, const char *topic,
                         int32_t number);

void shares_remove(struct shares *shares, struct share *share);
void shares_finish(struct shares *shares);

#endif /* KAFKA_SHARE_H */
