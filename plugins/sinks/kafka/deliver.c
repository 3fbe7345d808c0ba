/* SPDX-License-Identifier: Apache-2.0 */

/*
 * deliver - messages into librdkafka, delivery reports out of it
 *
 * A broker that refuses a message for its size or shape refuses all that came
 * in one request with it, and doesn't say which it was.  Each of those is a
 * suspect: it goes again with no other under way, and only what is refused then
 * is a dead letter.
 */

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sink.h"

/* Messages that are handed over with one call. */
#define CHUNK 512

/* --- reports --- */

static void
note_refusal(struct message *message, rd_kafka_resp_err_t error)
{
    bool alone = message->state == MESSAGE_ALONE;

    message->error = (int16_t)error;
    message->state = alone ? MESSAGE_REFUSED : MESSAGE_SUSPECT;
}

static void
on_report(rd_kafka_t *client, const rd_kafka_message_t *report, void *opaque)
{
    struct kafka *kafka = opaque;
    struct kafka_sink *sink = kafka->self;
    struct message *message = report->_private;
    enum mill_verdict verdict;

    (void)client;
    sink->outstanding--;
    if (!report->err) {
        message->state = MESSAGE_DELIVERED;
        message->partition = report->partition;
        message->offset = report->offset;
        return;
    }
    verdict = kafka_verdict(report->err, true);
    sink->transaction.failed = true;
    if (verdict == MILL_REJECT) {
        note_refusal(message, report->err);
        return;
    }
    /* It goes again. */
    message->state =
        message->state == MESSAGE_ALONE ? MESSAGE_SUSPECT : MESSAGE_TO_SEND;
    message->parcel->next = 0;
    if (verdict == MILL_FATAL)
        sink->final = report->err;
    else
        sink->mended = report->err;
}

void
deliver_configure(rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
}

void
deliver_refuse(const struct message *message)
{
    rd_kafka_resp_err_t error = message->error;

    mill_reject_row(message->parcel->batch, message->row,
                    "a message of %zu bytes is refused: %s%s",
                    message->value.len + message->key.len,
                    rd_kafka_err2str(error), kafka_advice(error));
}

/* --- waiting --- */

/* Serves reports until none is outstanding, or no more than MOST are. */
static enum mill_verdict
wait_below(struct kafka_sink *sink, struct mill_stage *stage, size_t most)
{
    int64_t since = clock_ms();

    while (sink->outstanding > most && !sink->kafka.fatal) {
        size_t before = sink->outstanding;

        /* Doesn't wait for linger. */
        if (most == 0)
            rd_kafka_flush(sink->kafka.client, SINK_STEP_MS);
        else
            kafka_poll(&sink->kafka, SINK_STEP_MS);
        if (sink->outstanding < before) {
            kafka_recovered(&sink->kafka);
            since = clock_ms();
        }
        if (sink->outstanding > most
            && (atomic_load(&sink->cancelled)
                || clock_ms() - since > SINK_PATIENCE_MS))
            return mill_fail(stage, MILL_RETRY,
                             "%zu messages wait for a broker: %s%s",
                             sink->outstanding, kafka_trouble(&sink->kafka),
                             kafka_advice(sink->kafka.error));
    }
    if (sink->kafka.fatal)
        return mill_fail(stage, MILL_RETRY, "the producer has failed: %s",
                         kafka_trouble(&sink->kafka));
    return MILL_OK;
}

enum mill_verdict
deliver_wait(struct kafka_sink *sink, struct mill_stage *stage)
{
    return wait_below(sink, stage, 0);
}

/* --- producing --- */

/* What producing MESSAGE came to: OK, also where it was refused at once. */
static enum mill_verdict
produced(struct kafka_sink *sink, struct mill_stage *stage,
         struct message *message, rd_kafka_resp_err_t error)
{
    const struct parcel *parcel = message->parcel;
    enum mill_verdict verdict;

    if (!error) {
        sink->outstanding++;
        return MILL_OK;
    }
    verdict = kafka_verdict(error, true);
    message->state = MESSAGE_TO_SEND;
    if (verdict == MILL_REJECT) {
        message->state = MESSAGE_REFUSED;
        message->error = (int16_t)error;
        return MILL_OK;
    }
    if (error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
        return mill_fail(stage, MILL_FATAL,
                         "the topic \"%s\" has no partition %d; it has %d",
                         parcel->topic_name, parcel->partition,
                         parcel->topic->partitions);
    return mill_fail(stage, verdict, "cannot send to the topic \"%s\": %s%s",
                     parcel->topic_name, rd_kafka_err2str(error),
                     kafka_advice(error));
}

static rd_kafka_headers_t *
headers_of(const struct kafka_sink *sink, const struct message *message)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(sink->header_count);
    const char *at = message->headers.data;

    for (size_t i = 0; i < sink->header_count; i++) {
        uint32_t len;

        memcpy(&len, at, sizeof(len));
        at += sizeof(len);
        rd_kafka_header_add(headers, sink->header_list[i].name, -1, at, len);
        at += len;
    }
    return headers;
}

/* One with all that a message can have. */
static rd_kafka_resp_err_t
produce_one(struct kafka_sink *sink, struct message *message)
{
    const struct parcel *parcel = message->parcel;
    rd_kafka_headers_t *headers =
        sink->header_count ? headers_of(sink, message) : NULL;
    rd_kafka_resp_err_t error = rd_kafka_producev(
        sink->kafka.client, RD_KAFKA_V_RKT(parcel->topic->handle),
        RD_KAFKA_V_PARTITION(parcel->partition), RD_KAFKA_V_MSGFLAGS(0),
        RD_KAFKA_V_VALUE((void *)(uintptr_t)message->value.data,
                         message->value.len),
        RD_KAFKA_V_KEY(message->key.data, message->key.len),
        RD_KAFKA_V_TIMESTAMP(message->timestamp), RD_KAFKA_V_OPAQUE(message),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);

    if (error && headers)
        rd_kafka_headers_destroy(headers);
    return error;
}

/* Room in librdkafka's queue. */
static enum mill_verdict
make_room(struct kafka_sink *sink, struct mill_stage *stage)
{
    size_t most = sink->outstanding > CHUNK ? sink->outstanding - CHUNK : 0;

    return wait_below(sink, stage, most);
}

static enum mill_verdict
send_one(struct kafka_sink *sink, struct mill_stage *stage,
         struct message *message, enum message_state state)
{
    for (;;) {
        rd_kafka_resp_err_t error;
        enum mill_verdict verdict;

        message->state = (uint8_t)state;
        error = produce_one(sink, message);
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            return produced(sink, stage, message, error);
        message->state = MESSAGE_TO_SEND;
        verdict = make_room(sink, stage);
        if (verdict != MILL_OK)
            return verdict;
    }
}

/* As many as a call takes, from parcel->next on.  *FULL: librdkafka's queue is.
 */
static enum mill_verdict
send_chunk(struct kafka_sink *sink, struct mill_stage *stage,
           struct parcel *parcel, bool *full)
{
    enum mill_verdict verdict = MILL_OK;
    int count = 0;

    *full = false;
    for (; parcel->next < parcel->count && count < CHUNK; parcel->next++) {
        struct message *message = &parcel->messages[parcel->next];

        if (message->state != MESSAGE_TO_SEND)
            continue;
        message->state = MESSAGE_UNDER_WAY;
        sink->chunk[count++] = (rd_kafka_message_t){
            .payload = (void *)(uintptr_t)message->value.data,
            .len = message->value.len,
            .key = (void *)(uintptr_t)message->key.data,
            .key_len = message->key.len,
            ._private = message,
        };
    }
    if (count > 0)
        rd_kafka_produce_batch(parcel->topic->handle, parcel->partition, 0,
                               sink->chunk, count);
    for (int i = 0; i < count; i++) {
        struct message *message = sink->chunk[i]._private;
        rd_kafka_resp_err_t error = sink->chunk[i].err;
        enum mill_verdict one;

        if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            message->state = MESSAGE_TO_SEND;
            *full = true;
            continue;
        }
        one = produced(sink, stage, message, error);
        verdict = one == MILL_OK ? verdict : one;
    }
    if (*full || verdict != MILL_OK)
        parcel->next = 0;
    return verdict;
}

/* The fast way knows neither headers nor times, nor transactions. */
static bool
goes_one_by_one(const struct kafka_sink *sink)
{
    return sink->transactions || sink->header_count > 0 || sink->timestamp;
}

static enum mill_verdict
send_singly(struct kafka_sink *sink, struct mill_stage *stage,
            struct parcel *parcel)
{
    for (; parcel->next < parcel->count; parcel->next++) {
        struct message *message = &parcel->messages[parcel->next];
        enum mill_verdict verdict = MILL_OK;

        if (message->state == MESSAGE_TO_SEND)
            verdict = send_one(sink, stage, message, MESSAGE_UNDER_WAY);
        if (verdict != MILL_OK)
            return verdict;
    }
    return MILL_OK;
}

enum mill_verdict
deliver_send(struct kafka_sink *sink, struct mill_stage *stage,
             struct parcel *parcel)
{
    enum mill_verdict verdict = MILL_OK;

    if (!parcel->topic)
        verdict = topic_find(sink, stage, parcel->topic_name, &parcel->topic);
    if (verdict == MILL_OK && goes_one_by_one(sink))
        return send_singly(sink, stage, parcel);
    while (verdict == MILL_OK && parcel->next < parcel->count) {
        bool full;

        verdict = send_chunk(sink, stage, parcel, &full);
        if (verdict == MILL_OK && full)
            verdict = make_room(sink, stage);
    }
    return verdict;
}

/* --- all of it --- */

enum mill_verdict
deliver_suspects(struct kafka_sink *sink, struct mill_stage *stage,
                 struct parcel *parcel)
{
    for (size_t i = 0; i < parcel->count; i++) {
        struct message *message = &parcel->messages[i];
        enum mill_verdict verdict;

        if (message->state != MESSAGE_SUSPECT)
            continue;
        verdict = send_one(sink, stage, message, MESSAGE_ALONE);
        if (verdict == MILL_OK)
            verdict = deliver_wait(sink, stage);
        if (message->state == MESSAGE_TO_SEND)
            message->state = MESSAGE_SUSPECT;
        if (verdict != MILL_OK)
            return verdict;
    }
    return MILL_OK;
}

static bool
is_left(const struct kafka_sink *sink)
{
    for (size_t i = 0; i < sink->parcels.count; i++) {
        const struct parcel *parcel = sink->parcels.items[i];

        for (size_t k = 0; k < parcel->count; k++)
            if (parcel->messages[k].state < MESSAGE_DELIVERED)
                return true;
    }
    return false;
}

static enum mill_verdict
say_final(struct kafka_sink *sink, struct mill_stage *stage)
{
    rd_kafka_resp_err_t error = sink->final;

    sink->final = RD_KAFKA_RESP_ERR_NO_ERROR;
    return mill_fail(stage, MILL_FATAL, "the broker takes no messages: %s%s",
                     rd_kafka_err2str(error), kafka_advice(error));
}

enum mill_verdict
deliver_all(struct kafka_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    for (size_t i = 0; verdict == MILL_OK && i < sink->parcels.count; i++)
        verdict = deliver_send(sink, stage, sink->parcels.items[i]);
    if (verdict == MILL_OK)
        verdict = deliver_wait(sink, stage);
    for (size_t i = 0; verdict == MILL_OK && i < sink->parcels.count; i++)
        verdict = deliver_suspects(sink, stage, sink->parcels.items[i]);
    if (sink->final)
        return say_final(sink, stage);
    if (verdict == MILL_OK && is_left(sink))
        return mill_fail(stage, MILL_RETRY, "messages go again: %s",
                         rd_kafka_err2str(sink->mended));
    return verdict;
}

static bool
settle(struct message *message)
{
    struct mill_batch *batch = message->parcel->batch;
    struct mill_receipt receipt = { .partition = message->partition,
                                    .offset = message->offset };

    if (message->state == MESSAGE_SETTLED)
        return true;
    if (message->state == MESSAGE_REFUSED)
        deliver_refuse(message);
    else if (mill_wants_receipts(batch)
             && !mill_give_receipt(batch, message->row, &receipt))
        return false;
    message->state = MESSAGE_SETTLED;
    return true;
}

enum mill_verdict
deliver_settle(struct kafka_sink *sink, struct mill_stage *stage)
{
    for (size_t i = 0; i < sink->parcels.count; i++) {
        struct parcel *parcel = sink->parcels.items[i];

        for (size_t k = 0; k < parcel->count; k++)
            if (!settle(&parcel->messages[k]))
                return mill_fail(stage, MILL_RETRY, "no memory for receipts");
    }
    parcels_clear(&sink->parcels);
    return MILL_OK;
}
