/* SPDX-License-Identifier: Apache-2.0 */

/*
 * topic - topics by name
 *
 * To ask a broker for one topic may make it: many are set up so.  A name with a
 * slip would become a topic then; so all topics are asked for, which makes
 * none, and a name that isn't among them is either made on purpose or refused.
 */

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sink.h"

/* How long a topic that was just made may take to be there. */
#define APPEARS_MS 10000

/* --- making --- */

rd_kafka_event_t *
topic_answer(struct kafka_sink *sink, rd_kafka_queue_t *queue)
{
    rd_kafka_event_t *event = NULL;

    for (int waited = 0; !event && waited < 2 * SINK_ANSWER_MS
                         && !atomic_load(&sink->cancelled);
         waited += SINK_STEP_MS)
        event = rd_kafka_queue_poll(queue, SINK_STEP_MS);
    return event;
}

static rd_kafka_resp_err_t
created(struct kafka_sink *sink, rd_kafka_queue_t *queue,
        struct mill_buffer *why)
{
    rd_kafka_event_t *event = topic_answer(sink, queue);
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
    const char *said = "no answer in time";
    const rd_kafka_CreateTopics_result_t *result;
    const rd_kafka_topic_result_t **topics;
    size_t count = 0;

    if (event) {
        error = rd_kafka_event_error(event);
        said = rd_kafka_event_error_string(event);
    }
    result = event ? rd_kafka_event_CreateTopics_result(event) : NULL;
    topics =
        result ? rd_kafka_CreateTopics_result_topics(result, &count) : NULL;
    if (!error && count == 1) {
        error = rd_kafka_topic_result_error(topics[0]);
        said = rd_kafka_topic_result_error_string(topics[0]);
    }
    if (error)
        mill_buffer_print(why, "%s", said ? said : rd_kafka_err2str(error));
    if (event)
        rd_kafka_event_destroy(event);
    return error;
}

rd_kafka_resp_err_t
topic_create(struct kafka_sink *sink, const char *name, int64_t partitions,
             int64_t replication, struct mill_buffer *why)
{
    char said[KAFKA_SAID] = "";
    rd_kafka_t *client = sink->kafka.client;
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(
        name, partitions ? (int)partitions : -1,
        replication ? (int)replication : -1, said, sizeof(said));
    rd_kafka_resp_err_t error;

    if (!topic) {
        mill_buffer_print(why, "%s", said);
        return RD_KAFKA_RESP_ERR__INVALID_ARG;
    }

    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);

    rd_kafka_AdminOptions_set_request_timeout(options, SINK_ANSWER_MS, NULL, 0);
    rd_kafka_AdminOptions_set_operation_timeout(options, SINK_ANSWER_MS, NULL,
                                                0);
    rd_kafka_CreateTopics(client, &topic, 1, options, queue);
    error = created(sink, queue, why);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy(topic);
    return error;
}

/* --- looking up --- */

static const struct rd_kafka_metadata_topic *
among(const struct rd_kafka_metadata *metadata, const char *name)
{
    for (int i = 0; i < metadata->topic_cnt; i++)
        if (strcmp(metadata->topics[i].topic, name) == 0)
            return &metadata->topics[i];
    return NULL;
}

/* *PARTITIONS: how many the topic has; 0: it isn't there. */
static enum mill_verdict
count_partitions(struct kafka_sink *sink, const char *name, int32_t *partitions)
{
    const struct rd_kafka_metadata *metadata;
    const struct rd_kafka_metadata_topic *topic;
    rd_kafka_resp_err_t error = rd_kafka_metadata(sink->kafka.client, 1, NULL,
                                                  &metadata, SINK_ANSWER_MS);

    *partitions = 0;
    if (error) {
        kafka_poll(&sink->kafka, 0);
        return kafka_fail(&sink->kafka, error, rd_kafka_err2str(error),
                          "ask for the topics");
    }
    kafka_recovered(&sink->kafka);
    topic = among(metadata, name);
    if (topic && !topic->err)
        *partitions = topic->partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    return MILL_OK;
}

static enum mill_verdict
make(struct kafka_sink *sink, struct mill_stage *stage, const char *name)
{
    struct mill_buffer why = { 0 };
    rd_kafka_resp_err_t error = topic_create(
        sink, name, sink->create_partitions, sink->create_replication, &why);
    enum mill_verdict verdict = MILL_OK;

    if (error && error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
        verdict = kafka_verdict(error, true);
        mill_fail(stage, verdict, "cannot make the topic \"%s\": %s%s", name,
                  mill_buffer_text(&why), kafka_advice(error));
    } else if (!error)
        mill_log(stage, MILL_INFO, "made the topic \"%s\"", name);
    mill_buffer_finish(&why);
    return verdict;
}

static enum mill_verdict
wait_for(struct kafka_sink *sink, struct mill_stage *stage, const char *name,
         int32_t *partitions)
{
    int64_t end = clock_ms() + APPEARS_MS;

    while (clock_ms() < end && !atomic_load(&sink->cancelled)) {
        enum mill_verdict verdict = count_partitions(sink, name, partitions);

        if (verdict != MILL_OK || *partitions > 0)
            return verdict;
        kafka_poll(&sink->kafka, SINK_STEP_MS);
    }
    return mill_fail(stage, MILL_RETRY,
                     "the topic \"%s\" was made, and isn't there yet", name);
}

static enum mill_verdict
look_up(struct kafka_sink *sink, struct mill_stage *stage, const char *name,
        int32_t *partitions)
{
    const char *fault = kafka_topic_fault(name);
    enum mill_verdict verdict;

    if (fault)
        return mill_fail(stage, MILL_FATAL, "topic: \"%s\": %s", name, fault);
    verdict = count_partitions(sink, name, partitions);
    if (verdict != MILL_OK || *partitions > 0)
        return verdict;
    if (sink->create_partitions == 0)
        return mill_fail(stage, MILL_FATAL,
                         "there is no topic \"%s\", or this user may not see "
                         "it: make it, or set create_partitions, or check the "
                         "name",
                         name);
    verdict = make(sink, stage, name);
    return verdict == MILL_OK ? wait_for(sink, stage, name, partitions)
                              : verdict;
}

/* --- the list --- */

static struct topic *
add(struct kafka_sink *sink, const char *name, int32_t partitions)
{
    struct topic *topic = calloc(1, sizeof(*topic));

    if (!topic)
        return NULL;
    topic->name = strdup(name);
    topic->handle = rd_kafka_topic_new(sink->kafka.client, name, NULL);
    topic->partitions = partitions;
    if (!topic->name || !topic->handle) {
        if (topic->handle)
            rd_kafka_topic_destroy(topic->handle);
        free(topic->name);
        free(topic);
        return NULL;
    }
    topic->next = sink->topics;
    sink->topics = topic;
    return topic;
}

enum mill_verdict
topic_find(struct kafka_sink *sink, struct mill_stage *stage, const char *name,
           struct topic **topic)
{
    int32_t partitions;
    enum mill_verdict verdict;

    for (*topic = sink->topics; *topic; *topic = (*topic)->next)
        if (strcmp((*topic)->name, name) == 0)
            return MILL_OK;
    verdict = look_up(sink, stage, name, &partitions);
    if (verdict != MILL_OK)
        return verdict;
    *topic = add(sink, name, partitions);
    return *topic ? MILL_OK
                  : mill_fail(stage, MILL_RETRY, "no memory for a topic");
}

enum mill_verdict
topic_open(struct kafka_sink *sink, struct mill_stage *stage)
{
    struct topic *topic;

    if (strpbrk(sink->topic.text, "{}"))
        return MILL_OK;
    return topic_find(sink, stage, sink->topic.text, &topic);
}

void
topic_close(struct kafka_sink *sink)
{
    while (sink->topics) {
        struct topic *topic = sink->topics;

        sink->topics = topic->next;
        rd_kafka_topic_destroy(topic->handle);
        free(topic->name);
        free(topic);
    }
}
