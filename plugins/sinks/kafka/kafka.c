/* SPDX-License-Identifier: Apache-2.0 */

/*
 * kafka - send each row as a message to a topic
 *
 *     pins = {
 *         sink        = "kafka";
 *         from        = "pin";
 *         brokers     = [ "127.0.0.1:9092" ];
 *         topic       = "${USER_ID:-demo}.{from}";
 *         key         = "unique_id";
 *         compression = "lz4";
 *     };
 *
 * The message is the row as JSON: the very bytes that it came as where nothing
 * changed it, or with `value` one column of it.  Its key is the one that the
 * source's service kept beside it, or with `key` a column.
 *
 * A row is delivered when the brokers that `acks` asks for have it.  What they
 * refuse (a message that is too large, say) becomes a dead letter; while none
 * of them answers, rows wait.  After a crash rows since the last checkpoint are
 * sent again.
 *
 * With `transactions` each checkpoint is one Kafka transaction, which also
 * holds how far the sink has come, as texts beside the offsets of the groups
 * ID.0, ID.1, ... (ID: transactional_id).  So a read_committed consumer sees
 * each row once, whatever is killed.  Kafka forgets those texts when the
 * pipeline has not run for offsets.retention.minutes (a week), and only what
 * this project keeps in its own state is left then.
 */

#include <stdlib.h>
#include <string.h>

#include "sink.h"

#define CHUNK_ROOM 512

static const char *const compressions[] = { "none", "gzip", "snappy",
                                            "lz4",  "zstd", NULL };
static const char *const acks[] = { "all", "1", "0", NULL };
static const char *const separators[] = { "blank", "T", NULL };

static const struct mill_option options[] = {
#include "kafka/option_rows.inc"
    MILL_OPTION(struct kafka_sink, topic,
                "Topic of each batch, such as \"pins\" or \"{stream}\"",
                .required = true),
    MILL_OPTION(struct kafka_sink, partition,
                "Partition of each batch, such as \"{partition}\"; by default "
                "the key tells, or chance"),
    MILL_OPTION(struct kafka_sink, key,
                "Column whose text is the key; by default the one that the "
                "row has at its source"),
    MILL_OPTION(struct kafka_sink, no_key, "Send no key at all",
                .fallback = "false"),
    MILL_OPTION(struct kafka_sink, value,
                "Column whose text or bytes are the message; by default the "
                "row as JSON"),
    MILL_OPTION(struct kafka_sink, timestamp,
                "Column with the message's time, a number being milliseconds; "
                "by default the time when it is sent"),
    MILL_OPTION(struct kafka_sink, headers,
                "Headers of each message, \"name=value\", with fields such as "
                "{stream} or {offset} in the value"),
    MILL_OPTION(struct kafka_sink, time_separator,
                "Between date and time of a timestamp", .fallback = "blank",
                .choices = separators),
    MILL_OPTION(struct kafka_sink, compression, "Pack what is sent",
                .fallback = "none", .choices = compressions),
    MILL_OPTION(struct kafka_sink, acks,
                "Which replicas must have a message before it counts as "
                "delivered",
                .fallback = "all", .choices = acks),
    MILL_OPTION(struct kafka_sink, linger,
                "How long a message may wait for others to go with it",
                .fallback = "5ms", .least = 0, .most = 900000000000),
    MILL_OPTION(struct kafka_sink, idempotent,
                "Let the broker drop what it already has when librdkafka sends "
                "again",
                .fallback = "true"),
    MILL_OPTION(struct kafka_sink, create_partitions,
                "Make a topic that isn't there, with so many partitions; 0: "
                "that ends the run",
                .fallback = "0", .least = 0, .most = 100000),
    MILL_OPTION(struct kafka_sink, create_replication,
                "Replicas of a topic that is made; 0: as the broker has it",
                .fallback = "0", .least = 0, .most = 1000),
    MILL_OPTION(struct kafka_sink, transactions,
                "One transaction a checkpoint: each row once for consumers "
                "that read only what is committed",
                .fallback = "false"),
    MILL_OPTION(struct kafka_sink, transactional_id,
                "Name of these transactions, one a sink; by default "
                "millrace-PIPELINE-STAGE"),
    { 0 },
};

static const struct kafka_property properties[] = {
    { "enable.idempotence", NULL, "use the option idempotent" },
    { "acks", NULL, "use the option acks" },
    { "request.required.acks", NULL, "use the option acks" },
    { "compression.type", NULL, "use the option compression" },
    { "compression.codec", NULL, "use the option compression" },
    { "linger.ms", NULL, "use the option linger" },
    { "queue.buffering.max.ms", NULL, "use the option linger" },
    { "transactional.id", NULL, "use the option transactional_id" },
    { "message.timeout.ms", NULL, "rows wait until they are delivered" },
    { "delivery.timeout.ms", NULL, "rows wait until they are delivered" },
    { "delivery.report.only.error", "false", "it settles rows" },
    { "enabled_events", NULL, "it is the plugin's own" },
    { "queue.buffering.max.messages", "1000000", NULL },
    { "socket.nagle.disable", "true", NULL },
    { "socket.keepalive.enable", "true", NULL },
    { NULL, NULL, NULL },
};

/* --- check --- */

static enum mill_verdict
check_delivery(const struct kafka_sink *sink, struct mill_stage *stage)
{
    bool all = strcmp(sink->acks, "all") == 0;

    if (sink->idempotent && !all)
        return mill_fail(stage, MILL_FATAL,
                         "acks: idempotent sending needs \"all\"; or set "
                         "idempotent = false");
    if (sink->transactions && !sink->idempotent)
        return mill_fail(stage, MILL_FATAL,
                         "idempotent: transactions need it to be true");
    if (sink->transactions && !sink->transactional_id
        && (mill_source_flags(stage) & MILL_MOVES))
        return mill_fail(stage, MILL_FATAL,
                         "transactional_id: processes that share the "
                         "partitions of a source need one each, or they shut "
                         "each other out: \"%s-${HOSTNAME}\", say",
                         mill_stage_name(stage));
    if (sink->transactional_id && !sink->transactions)
        return mill_fail(stage, MILL_FATAL,
                         "transactional_id is of no use without transactions "
                         "= true");
    if (sink->create_replication && !sink->create_partitions)
        return mill_fail(stage, MILL_FATAL,
                         "create_replication is of no use without "
                         "create_partitions");
    return MILL_OK;
}

static void
promise(const struct kafka_sink *sink, struct mill_stage *stage)
{
    if (strcmp(sink->acks, "all") != 0)
        mill_no_promise(stage, "with acks less than \"all\" a broker that "
                               "fails may lose what it took");
    else if (!sink->transactions)
        mill_no_promise(stage, "without transactions what was sent since then "
                               "is sent again");
    else if (mill_source_flags(stage) & MILL_MOVES)
        mill_no_promise(stage,
                        "where its source's partitions move to another "
                        "process, that one cannot know what was sent of them");
}

static enum mill_verdict
kafka_sink_check(void *self, struct mill_stage *stage)
{
    struct kafka_sink *sink = self;
    enum mill_verdict verdict =
        kafka_check(&sink->connection, stage, properties);

    if (verdict == MILL_OK)
        verdict = message_check(sink, stage);
    if (verdict == MILL_OK)
        verdict = check_delivery(sink, stage);
    if (verdict == MILL_OK)
        promise(sink, stage);
    return verdict;
}

/* --- the client --- */

static bool
set_milliseconds(rd_kafka_conf_t *conf, struct mill_stage *stage,
                 const char *name, struct mill_duration time,
                 const char *option)
{
    struct mill_buffer text = { 0 };
    bool set;

    mill_buffer_print(&text, "%.6f", (double)time.ns / 1e6);
    set = kafka_conf_set(conf, stage, name, mill_buffer_text(&text), option);
    mill_buffer_finish(&text);
    return set;
}

static bool
set_all(const struct kafka_sink *sink, struct mill_stage *stage,
        rd_kafka_conf_t *conf)
{
    const char *id = sink->transaction.id;

    return kafka_conf_set(conf, stage, "enable.idempotence",
                          sink->idempotent ? "true" : "false", "idempotent")
           && kafka_conf_set(conf, stage, "acks", sink->acks, "acks")
           && kafka_conf_set(conf, stage, "compression.type", sink->compression,
                             "compression")
           && set_milliseconds(conf, stage, "linger.ms", sink->linger, "linger")
           && (id ? kafka_conf_set(conf, stage, "transactional.id", id,
                                   "transactional_id")
                  : kafka_conf_set(conf, stage, "message.timeout.ms", "0",
                                   "librdkafka"));
}

static void
note_limit(struct kafka_sink *sink, const rd_kafka_conf_t *conf)
{
    char text[32] = "";
    size_t len = sizeof(text);

    rd_kafka_conf_get(conf, "transaction.timeout.ms", text, &len);
    sink->transaction.limit_ms = strtoll(text, NULL, 10);
}

static enum mill_verdict
make_client(struct kafka_sink *sink, struct mill_stage *stage)
{
    rd_kafka_conf_t *conf = kafka_conf(&sink->connection, stage, properties);
    enum mill_verdict verdict;

    if (!conf)
        return MILL_FATAL;
    if (!set_all(sink, stage, conf)) {
        rd_kafka_conf_destroy(conf);
        return MILL_FATAL;
    }
    note_limit(sink, conf);
    deliver_configure(conf);
    pthread_mutex_lock(&sink->lock);
    verdict = kafka_open(&sink->kafka, &sink->connection, stage,
                         RD_KAFKA_PRODUCER, conf, sink);
    pthread_mutex_unlock(&sink->lock);
    return verdict;
}

void
sink_disconnect(struct kafka_sink *sink)
{
    topic_close(sink);
    pthread_mutex_lock(&sink->lock);
    kafka_close(&sink->kafka);
    pthread_mutex_unlock(&sink->lock);
    sink->outstanding = 0;
    parcels_rewind(&sink->parcels, sink->transactions);
}

enum mill_verdict
sink_connect(struct kafka_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict;

    if (sink->kafka.client && !sink->kafka.fatal)
        return MILL_OK;
    if (sink->kafka.client) {
        mill_log(stage, MILL_WARN,
                 "a new producer, for the last one failed: "
                 "%s",
                 kafka_trouble(&sink->kafka));
        sink_disconnect(sink);
    }
    verdict = make_client(sink, stage);
    if (verdict == MILL_OK)
        verdict = kafka_connect(&sink->kafka, SINK_PATIENCE_MS);
    if (verdict == MILL_OK && sink->transactions)
        verdict = transact_connected(sink, stage);
    if (verdict != MILL_OK && sink->kafka.client)
        sink_disconnect(sink);
    return verdict;
}

/* --- callbacks --- */

static enum mill_verdict
kafka_sink_open(void *self, struct mill_stage *stage)
{
    struct kafka_sink *sink = self;
    enum mill_verdict verdict = kafka_sink_check(self, stage);

    if (verdict != MILL_OK)
        return verdict;
    if (!sink->has_lock)
        pthread_mutex_init(&sink->lock, NULL);
    sink->has_lock = true;
    atomic_store(&sink->cancelled, false);
    sink->chunk = calloc(CHUNK_ROOM, sizeof(*sink->chunk));
    if (!sink->chunk)
        return mill_fail(stage, MILL_RETRY, "no memory to open");
    verdict = message_open(sink, stage);
    if (verdict == MILL_OK && sink->transactions)
        verdict = transact_open(sink, stage);
    if (verdict == MILL_OK)
        verdict = sink_connect(sink, stage);
    return verdict == MILL_OK ? topic_open(sink, stage) : verdict;
}

static enum mill_verdict
name_partition(struct kafka_sink *sink, struct mill_stage *stage,
               const struct mill_batch *batch, int32_t *partition)
{
    const char *text;
    char *end;
    long number;

    *partition = RD_KAFKA_PARTITION_UA;
    if (!sink->partition.text)
        return MILL_OK;
    sink->name.len = 0;
    mill_template_fill(stage, &sink->partition, batch, 0, 0, &sink->name);
    text = mill_buffer_text(&sink->name);
    if (!*text)
        return MILL_OK;
    number = strtol(text, &end, 10);
    if (*end || *text < '0' || *text > '9' || number > INT32_MAX)
        return mill_fail(stage, MILL_FATAL,
                         "partition: \"%s\" is no number of a partition", text);
    *partition = (int32_t)number;
    return MILL_OK;
}

static enum mill_verdict
fill_parcel(struct kafka_sink *sink, struct mill_stage *stage,
            struct mill_batch *batch, struct parcel *parcel)
{
    enum mill_verdict verdict =
        name_partition(sink, stage, batch, &parcel->partition);

    if (verdict != MILL_OK)
        return verdict;
    sink->name.len = 0;
    mill_template_fill(stage, &sink->topic, batch, 0, 0, &sink->name);
    parcel->topic_name = strdup(mill_buffer_text(&sink->name));
    if (!parcel->topic_name)
        return mill_fail(stage, MILL_RETRY, "no memory for a topic's name");
    verdict = topic_find(sink, stage, parcel->topic_name, &parcel->topic);
    return verdict == MILL_OK ? message_make(sink, stage, batch, parcel)
                              : verdict;
}

enum mill_verdict
sink_parcel(struct kafka_sink *sink, struct mill_stage *stage,
            struct mill_batch *batch, struct parcel **parcel)
{
    enum mill_verdict verdict;

    *parcel = parcels_find(&sink->parcels, batch);
    if (*parcel)
        return MILL_OK;
    *parcel = parcels_add(&sink->parcels, batch);
    if (!*parcel)
        return mill_fail(stage, MILL_RETRY, "no memory for %u messages",
                         batch->rows);
    verdict = fill_parcel(sink, stage, batch, *parcel);
    if (verdict != MILL_OK)
        parcels_drop(&sink->parcels);
    return verdict;
}

static enum mill_verdict
write_batch(struct kafka_sink *sink, struct mill_stage *stage,
            struct mill_batch *batch)
{
    struct parcel *parcel;
    enum mill_verdict verdict = sink_connect(sink, stage);

    if (verdict == MILL_OK)
        verdict = sink_parcel(sink, stage, batch, &parcel);
    if (verdict != MILL_OK)
        return verdict;
    verdict = deliver_send(sink, stage, parcel);
    kafka_poll(&sink->kafka, 0);
    if (parcel->count < batch->rows)
        parcel_number(parcel);
    return verdict;
}

static enum mill_verdict
kafka_sink_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct kafka_sink *sink = self;

    if (sink->transactions)
        return transact_write(sink, stage, batch);
    return write_batch(sink, stage, batch);
}

static enum mill_verdict
kafka_sink_flush(void *self, struct mill_stage *stage)
{
    struct kafka_sink *sink = self;
    enum mill_verdict verdict;

    if (sink->transactions)
        return transact_flush(sink, stage);
    verdict = sink_connect(sink, stage);
    if (verdict == MILL_OK)
        verdict = deliver_all(sink, stage);
    mill_fail_point("kafka-after-delivery");
    return verdict == MILL_OK ? deliver_settle(sink, stage) : verdict;
}

static enum mill_verdict
kafka_sink_published(void *self, struct mill_stage *stage)
{
    (void)stage;
    transact_published(self);
    return MILL_OK;
}

static void
kafka_sink_cancel(void *self)
{
    struct kafka_sink *sink = self;

    atomic_store(&sink->cancelled, true);
}

static void
kafka_sink_close(void *self)
{
    struct kafka_sink *sink = self;

    if (sink->has_lock) {
        sink_disconnect(sink);
        pthread_mutex_destroy(&sink->lock);
    }
    sink->has_lock = false;
    parcels_finish(&sink->parcels);
    message_close(sink);
    transact_close(sink);
    free(sink->chunk);
    sink->chunk = NULL;
    sink->mended = sink->final = RD_KAFKA_RESP_ERR_NO_ERROR;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "kafka",
    .version = "1.0",
    .summary = "Send each row as a message to a Kafka topic",
    .flags = MILL_TAKES_PAYLOADS | MILL_KEEPS_BATCHES | MILL_EXACTLY_ONCE,
    .instance_size = sizeof(struct kafka_sink),
    .options = options,
    .check = kafka_sink_check,
    .open = kafka_sink_open,
    .close = kafka_sink_close,
    .cancel = kafka_sink_cancel,
    .sink.write = kafka_sink_write,
    .sink.flush = kafka_sink_flush,
    .sink.published = kafka_sink_published,
    .sink.admin = admin_answer,
};
