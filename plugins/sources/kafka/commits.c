/* SPDX-License-Identifier: Apache-2.0 */

/*
 * commits - tells the group how far all sinks have come
 *
 * The core says for each partition what is settled (commit); what is due goes
 * to the group in one request for all partitions, one at a time, so that no
 * older one that is tried again can overtake a newer one.  Beside each offset
 * goes the name of the partition's life; see life.h.
 *
 * While the group agrees anew on who has what, nothing is committed: an offset
 * that comes in the name of the old agreement just after the new one was made
 * would have librdkafka take all our partitions for lost.  Only the requests
 * that pass by tell when that is, so we look at them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "kafka.h"
#include "life.h"

/* After a commit that failed. */
#define PAUSE_NS ((int64_t)1000 * 1000 * 1000)

/* An agreement that takes longer has left somebody out, and isn't waited for.
 */
#define AGREE_NS ((int64_t)30 * 1000 * 1000 * 1000)

/* Numbers of requests in Kafka's protocol. */
#define JOIN_GROUP 11
#define SYNC_GROUP 14

/* One look for an answer, while all that is left to do is to wait for it. */
#define STEP_MS 100

static bool
is_due(const struct share *share)
{
    return share->done != share->sent;
}

static bool
any_due(const struct kafka_source *source)
{
    for (size_t i = 0; i < source->shares.count; i++)
        if (is_due(source->shares.list[i]))
            return true;
    return false;
}

/* False: no memory. */
static bool
add(rd_kafka_topic_partition_list_t *list, const struct share *share)
{
    char metadata[LIFE_METADATA_ROOM];
    rd_kafka_topic_partition_t *one =
        rd_kafka_topic_partition_list_add(list, share->topic, share->number);

    life_print(share->life, metadata);
    one->offset = (int64_t)share->done;
    one->metadata = strdup(metadata);
    one->metadata_size = one->metadata ? strlen(metadata) : 0;
    return one->metadata != NULL;
}

/* The partitions went to others while we were silent; whoever has them now
 * reads on from the last commit. */
static bool
is_too_late(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION
           || error == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID
           || error == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

/* Rights that are missing won't come by asking again.  TOPIC is the one of the
 * offset that was refused. */
static void
note_refusal(struct kafka_source *source, rd_kafka_resp_err_t error,
             const char *topic)
{
    bool iam = kafka_is_iam(&source->options);

    if (error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        snprintf(source->refused, sizeof(source->refused),
                 "cannot commit offsets to the group: %s; give this user %s on "
                 "the group \"%s\"",
                 rd_kafka_err2str(error),
                 iam ? "kafka-cluster:AlterGroup" : "an ACL for READ",
                 source->group);
    if (error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        snprintf(source->refused, sizeof(source->refused),
                 "cannot commit offsets to the group: %s; give this user %s on "
                 "the topic \"%s\"",
                 rd_kafka_err2str(error),
                 iam ? "kafka-cluster:ReadData" : "an ACL for READ", topic);
}

static void
tell(const struct kafka_source *source, rd_kafka_resp_err_t error)
{
    if (error == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS)
        return; /* it is tried again, and works once the group is settled */
    if (is_too_late(error))
        mill_log(source->stage, MILL_WARN,
                 "the group takes no offsets of ours: %s; whoever has the "
                 "partitions now reads them from the last that it took",
                 rd_kafka_err2str(error));
    else
        mill_log(source->stage, MILL_WARN,
                 "cannot commit offsets to the group: %s; the next commit will "
                 "cover them",
                 rd_kafka_err2str(error));
}

/* The answer to a commit. */
static void
on_answer(rd_kafka_t *client, rd_kafka_resp_err_t error,
          rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct kafka_source *source = opaque;
    rd_kafka_resp_err_t worst = error;

    (void)client;
    source->committing = false;
    for (int i = 0; list && i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *one = &list->elems[i];
        struct share *share =
            shares_find(&source->shares, one->topic, one->partition);

        if (one->err)
            worst = one->err;
        note_refusal(source, one->err, one->topic);
        /* One of a life that has ended since is nobody's business. */
        if (share && (error || one->err)
            && share->sent == (uint64_t)one->offset)
            share->sent = SHARE_NEVER;
    }
    if (!worst || source->refused[0])
        return;
    source->commit_after_ns = clock_ns() + PAUSE_NS;
    tell(source, worst);
}

/* Starts a commit of all that is due, unless one is under way. */
static void
begin(struct kafka_source *source)
{
    if (source->committing || source->refused[0] || !any_due(source)
        || clock_ns() < source->commit_after_ns)
        return;

    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)source->shares.count);
    bool whole = true;

    for (size_t i = 0; i < source->shares.count; i++)
        if (is_due(source->shares.list[i]))
            whole = whole && add(list, source->shares.list[i]);
    /* Without memory the next try will do. */
    if (whole
        && rd_kafka_commit_queue(source->kafka.client, list, source->answers,
                                 on_answer, source)
               == RD_KAFKA_RESP_ERR_NO_ERROR) {
        source->committing = true;
        for (size_t i = 0; i < source->shares.count; i++)
            source->shares.list[i]->sent = source->shares.list[i]->done;
    }
    rd_kafka_topic_partition_list_destroy(list);
}

void
commits_send(struct kafka_source *source)
{
    int64_t since = atomic_load(&source->watch->agreeing_ns);

    if (since == 0 || clock_ns() - since > AGREE_NS)
        begin(source);
}

void
commits_serve(struct kafka_source *source)
{
    rd_kafka_queue_poll_callback(source->answers, 0);
}

bool
commits_finish(struct kafka_source *source, int64_t until_ns)
{
    while (source->committing || any_due(source)) {
        int64_t left_ms = (until_ns - clock_ns()) / 1000000;

        begin(source);
        if (left_ms <= 0 || source->refused[0])
            return false;
        rd_kafka_queue_poll_callback(
            source->answers, left_ms < STEP_MS ? (int)left_ms : STEP_MS);
    }
    return true;
}

/* --- what passes by, in librdkafka's own threads ---------------------------
 */

static rd_kafka_resp_err_t
on_request(rd_kafka_t *client, int fd, const char *broker, int32_t broker_id,
           int16_t key, int16_t version, int32_t number, size_t size,
           void *opaque)
{
    struct watch *watch = opaque;

    (void)client, (void)fd, (void)broker, (void)broker_id;
    (void)version, (void)number, (void)size;
    if (key == JOIN_GROUP)
        atomic_store(&watch->agreeing_ns, clock_ns());
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t
on_response(rd_kafka_t *client, int fd, const char *broker, int32_t broker_id,
            int16_t key, int16_t version, int32_t number, size_t size,
            int64_t took, rd_kafka_resp_err_t error, void *opaque)
{
    struct watch *watch = opaque;

    (void)client, (void)fd, (void)broker, (void)broker_id;
    (void)version, (void)number, (void)size, (void)took, (void)error;
    if (key == JOIN_GROUP)
        atomic_store(&watch->answered, true);
    if (key == SYNC_GROUP)
        atomic_store(&watch->agreeing_ns, 0);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t
on_new(rd_kafka_t *client, const rd_kafka_conf_t *conf, void *opaque, char *why,
       size_t room)
{
    rd_kafka_resp_err_t error = rd_kafka_interceptor_add_on_request_sent(
        client, "millrace", on_request, opaque);

    (void)conf, (void)why, (void)room;
    if (error)
        return error;
    return rd_kafka_interceptor_add_on_response_received(client, "millrace",
                                                         on_response, opaque);
}

bool
commits_watch(struct kafka_source *source, rd_kafka_conf_t *conf)
{
    source->watch = calloc(1, sizeof(*source->watch));
    return source->watch
           && rd_kafka_conf_interceptor_add_on_new(conf, "millrace", on_new,
                                                   source->watch)
                  == RD_KAFKA_RESP_ERR_NO_ERROR;
}
