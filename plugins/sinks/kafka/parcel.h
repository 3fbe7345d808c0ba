/* SPDX-License-Identifier: Apache-2.0 */

/*
 * parcel - the messages of one batch, and what became of each
 *
 * A message points into the memory of its batch, which the core keeps until a
 * flush says OK.  Rows that write rejected leave the batch behind it, so from
 * then on message i is row i.
 */

#ifndef KAFKA_PARCEL_H
#define KAFKA_PARCEL_H

#include <librdkafka/rdkafka.h>

#include <millrace/plugin.h>

enum message_state {
    MESSAGE_TO_SEND,
    MESSAGE_UNDER_WAY, /* librdkafka has it */
    MESSAGE_SUSPECT,   /* refused together with others: goes again, alone */
    MESSAGE_ALONE,     /* under way, and nothing else is */
    MESSAGE_DELIVERED,
    MESSAGE_REFUSED,
    MESSAGE_SETTLED, /* its row was given its receipt, or rejected */
};

struct message {
    struct parcel *parcel;
    struct mill_bytes value;   /* data NULL: none, a tombstone */
    struct mill_bytes key;     /* data NULL: none */
    struct mill_bytes headers; /* values, each behind its length (uint32_t) */
    int64_t timestamp;         /* milliseconds; 0: now */
    uint32_t row;              /* of the batch, during this callback */
    int64_t offset;
    int32_t partition;
    int16_t error;
    uint8_t state; /* enum message_state */
};

struct topic;

struct parcel {
    struct mill_batch *batch;
    struct topic *topic; /* NULL: to be looked up again, by its name */
    char *topic_name;
    int32_t partition; /* RD_KAFKA_PARTITION_UA: by the key */
    struct message *messages;
    size_t count;
    size_t room;
    size_t next; /* no message before it is to be sent */
};

struct parcels {
    struct parcel **items; /* those that are in use come first */
    size_t count;
    size_t made;
};

/* The one that was made for BATCH, or NULL. */
struct parcel *parcels_find(struct parcels *parcels,
                            const struct mill_batch *batch);

/* One more, for BATCH, without messages; room for as many as it has rows.
 * NULL: no memory. */
struct parcel *parcels_add(struct parcels *parcels, struct mill_batch *batch);

/* Gives back the one that was added last. */
void parcels_drop(struct parcels *parcels);

/* All of them are done with. */
void parcels_clear(struct parcels *parcels);

/* The client is gone: what was under way is to be sent again, and so is what
 * was delivered where ALL. */
void parcels_rewind(struct parcels *parcels, bool all);

/* Message AT is gone, as its row will be. */
void parcel_remove(struct parcel *parcel, size_t at);

/* At the end of write: message i is row i, once rejected rows have left. */
void parcel_number(struct parcel *parcel);

void parcels_finish(struct parcels *parcels);

#endif /* KAFKA_PARCEL_H */
