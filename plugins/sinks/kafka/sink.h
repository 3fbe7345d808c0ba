/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sink - what the parts of the sink `kafka` share
 *
 * kafka.c      options and callbacks
 * message.c    from a batch's rows to messages
 * parcel.c     the messages of one batch, and what became of each
 * deliver.c    producing, waiting, what delivery reports say
 * topic.c      topics: looked up, and made where that is wanted
 * transact.c   one Kafka transaction a checkpoint, with the marks in it
 * session.c    which of them was the last, and how far it came
 * marks.c      those marks as the texts that Kafka keeps beside offsets
 * admin.c      answers about topics for a source that asks
 */

#ifndef KAFKA_SINK_H
#define KAFKA_SINK_H

#include <pthread.h>
#include <stdatomic.h>

#include "kafka/client.h"
#include "marks.h"
#include "parcel.h"

/* So long without any delivery, and a callback gives up for now. */
#define SINK_PATIENCE_MS 5000
/* How long librdkafka may take over one answer that we wait for. */
#define SINK_ANSWER_MS 5000
/* Between two looks at whether the run wants us back. */
#define SINK_STEP_MS 100

struct header {
    char *name;
    struct mill_template value; /* the options' */
};

struct topic {
    char *name;
    rd_kafka_topic_t *handle;
    int32_t partitions;
    struct topic *next;
};

/* See transact.c. */
struct transaction {
    char *id;

    char run[MARKS_RUN_ROOM];
    uint64_t number; /* of the transactions that were committed */
    struct marks marks;
    bool begun;
    bool in_doubt; /* the last one may or may not have been committed */
    bool done;     /* it was: what is handed again is there already */
    bool failed;   /* nothing more can come of this one */
    bool open;     /* the marks were read in open */
    int64_t begun_ms;
    int64_t limit_ms; /* transaction.timeout.ms */
};

struct kafka_sink {
    struct kafka_options connection; /* first: see options.h */
    struct mill_template topic;
    struct mill_template partition;
    const char *key;
    bool no_key;
    const char *value;
    const char *timestamp;
    const char *const *headers;
    const char *time_separator;
    const char *compression;
    const char *acks;
    struct mill_duration linger;
    bool idempotent;
    int64_t create_partitions;
    int64_t create_replication;
    bool transactions;
    const char *transactional_id;

    struct kafka kafka;
    pthread_mutex_t lock; /* of kafka.client, against admin */
    bool has_lock;
    atomic_bool cancelled;

    struct header *header_list;
    size_t header_count;
    struct mill_buffer text; /* of the batch that is made into messages */
    struct mill_buffer name; /* of its topic; its partition */
    struct topic *topics;
    struct parcels parcels;
    size_t outstanding; /* messages without a delivery report */
    rd_kafka_resp_err_t
        mended;                /* the last error of a message that goes again */
    rd_kafka_resp_err_t final; /* one that sending again won't mend; 0 */
    rd_kafka_message_t *chunk; /* for rd_kafka_produce_batch() */
    struct transaction transaction;
};

/* --- kafka.c --- */

/* Opens the client where there is none, or where it is of no more use; what was
 * under way is to be sent again. */
enum mill_verdict sink_connect(struct kafka_sink *sink,
                               struct mill_stage *stage);
/* Ends the client and all that hangs on it. */
void sink_disconnect(struct kafka_sink *sink);

/* The parcel of BATCH, made where there is none yet, with its topic. */
enum mill_verdict sink_parcel(struct kafka_sink *sink, struct mill_stage *stage,
                              struct mill_batch *batch, struct parcel **parcel);

/* --- message.c --- */

/* What is wrong with the options that messages are made by. */
enum mill_verdict message_check(struct kafka_sink *sink,
                                struct mill_stage *stage);
/* Takes the headers apart. */
enum mill_verdict message_open(struct kafka_sink *sink,
                               struct mill_stage *stage);
void message_close(struct kafka_sink *sink);

/* Makes PARCEL of the rows of BATCH that aren't rejected; rejects those that no
 * message can be made of. */
enum mill_verdict message_make(struct kafka_sink *sink,
                               struct mill_stage *stage,
                               struct mill_batch *batch, struct parcel *parcel);

/* --- topic.c --- */

/* The topic of that name, which is there.  RETRY or FATAL: mill_fail() was
 * called. */
enum mill_verdict topic_find(struct kafka_sink *sink, struct mill_stage *stage,
                             const char *name, struct topic **topic);
/* Asks for the topic where its name is known without a batch. */
enum mill_verdict topic_open(struct kafka_sink *sink, struct mill_stage *stage);
void topic_close(struct kafka_sink *sink);

/* Asks for one to be made; PARTITIONS and REPLICATION 0: as the broker has it.
 * WHY takes what the broker said. */
rd_kafka_resp_err_t topic_create(struct kafka_sink *sink, const char *name,
                                 int64_t partitions, int64_t replication,
                                 struct mill_buffer *why);

/* The event that answers what was asked for with QUEUE; NULL: none came, or the
 * run is ending. */
rd_kafka_event_t *topic_answer(struct kafka_sink *sink,
                               rd_kafka_queue_t *queue);

/* --- deliver.c --- */

void deliver_configure(rd_kafka_conf_t *conf);

/* Hands what is to be sent of PARCEL to librdkafka. */
enum mill_verdict deliver_send(struct kafka_sink *sink,
                               struct mill_stage *stage, struct parcel *parcel);

/* Waits until there is a report of every message that is under way.  RETRY:
 * nothing came for a while. */
enum mill_verdict deliver_wait(struct kafka_sink *sink,
                               struct mill_stage *stage);

/* Sends all that is left of all parcels, until each row is delivered or
 * refused. */
enum mill_verdict deliver_all(struct kafka_sink *sink,
                              struct mill_stage *stage);

/* Gives receipts, and rejects what was refused. */
enum mill_verdict deliver_settle(struct kafka_sink *sink,
                                 struct mill_stage *stage);

/* Sends each of those that were refused with others, and nothing beside it. */
enum mill_verdict deliver_suspects(struct kafka_sink *sink,
                                   struct mill_stage *stage,
                                   struct parcel *parcel);

/* Rejects the row of a message that was refused. */
void deliver_refuse(const struct message *message);

/* --- session.c --- */

/* Everything that marks and numbers need; in open. */
enum mill_verdict transact_open(struct kafka_sink *sink,
                                struct mill_stage *stage);
/* With a client that has just connected: ends what an earlier one left behind,
 * and finds out how far that had come. */
enum mill_verdict transact_connected(struct kafka_sink *sink,
                                     struct mill_stage *stage);
void transact_close(struct kafka_sink *sink);

/* --- transact.c --- */

enum mill_verdict transact_write(struct kafka_sink *sink,
                                 struct mill_stage *stage,
                                 struct mill_batch *batch);
/* The transaction's end, with the marks in it. */
enum mill_verdict transact_flush(struct kafka_sink *sink,
                                 struct mill_stage *stage);
/* The core has stored what the last flush committed. */
void transact_published(struct kafka_sink *sink);

/* --- admin.c --- */

enum mill_answer admin_answer(void *self, struct mill_stage *stage,
                              const struct mill_request *request,
                              struct mill_buffer *reply);

#endif /* KAFKA_SINK_H */
