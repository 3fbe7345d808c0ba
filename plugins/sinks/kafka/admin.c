/* SPDX-License-Identifier: Apache-2.0 */

/*
 * admin - what a source may ask about topics; see sink.admin
 *
 * Runs in the asking thread beside the sink's own, with the same client: no
 * mill_fail(), no state but what sink->lock guards.
 */

#include <string.h>

#include "sink.h"

static enum mill_answer
answer_of(rd_kafka_resp_err_t error)
{
    switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        return MILL_ANSWERED;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
        return MILL_THERE;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        return MILL_NOT_THERE;
    default:
        return kafka_verdict(error, true) == MILL_FATAL ? MILL_REFUSED
                                                        : MILL_UNAVAILABLE;
    }
}

static void
put_name(struct mill_buffer *to, const char *name)
{
    mill_json_write_text(to, name, strlen(name), NULL);
}

static enum mill_answer
list(const struct rd_kafka_metadata *metadata, struct mill_buffer *reply)
{
    bool first = true;

    mill_buffer_add(reply, "[", 1);
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const char *name = metadata->topics[i].topic;

        if (strncmp(name, "__", 2) == 0)
            continue; /* the brokers' own */
        if (!first)
            mill_buffer_add(reply, ",", 1);
        put_name(reply, name);
        first = false;
    }
    mill_buffer_add(reply, "]", 1);
    return MILL_ANSWERED;
}

static enum mill_answer
describe(const struct rd_kafka_metadata *metadata, const char *name,
         struct mill_buffer *reply)
{
    const struct rd_kafka_metadata_topic *topic = NULL;

    for (int i = 0; i < metadata->topic_cnt && !topic; i++)
        if (strcmp(metadata->topics[i].topic, name) == 0)
            topic = &metadata->topics[i];
    if (!topic || topic->err) {
        mill_buffer_print(reply, "there is no topic \"%s\"", name);
        return MILL_NOT_THERE;
    }
    mill_buffer_print(reply, "{\"name\":");
    put_name(reply, name);
    mill_buffer_print(reply, ",\"partitions\":[");
    for (int i = 0; i < topic->partition_cnt; i++)
        mill_buffer_print(reply, "%s%d", i ? "," : "", topic->partitions[i].id);
    mill_buffer_print(reply, "]}");
    return MILL_ANSWERED;
}

static enum mill_answer
look(struct kafka_sink *sink, const char *name, struct mill_buffer *reply)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t error = rd_kafka_metadata(sink->kafka.client, 1, NULL,
                                                  &metadata, SINK_ANSWER_MS);
    enum mill_answer answer;

    if (error) {
        mill_buffer_print(reply, "%s", rd_kafka_err2str(error));
        return MILL_UNAVAILABLE;
    }
    answer = name ? describe(metadata, name, reply) : list(metadata, reply);
    rd_kafka_metadata_destroy(metadata);
    return answer;
}

static enum mill_answer
create(struct kafka_sink *sink, const struct mill_request *request,
       struct mill_buffer *reply)
{
    const char *fault = kafka_topic_fault(request->name);
    rd_kafka_resp_err_t error;

    if (fault) {
        mill_buffer_print(reply, "%s", fault);
        return MILL_REFUSED;
    }
    error = topic_create(sink, request->name,
                         request->partitions ? request->partitions
                                             : sink->create_partitions,
                         sink->create_replication, reply);
    if (!error) {
        mill_buffer_print(reply, "{\"name\":");
        put_name(reply, request->name);
        mill_buffer_add(reply, "}", 1);
    }
    return answer_of(error);
}

static rd_kafka_resp_err_t
deleted(struct kafka_sink *sink, rd_kafka_queue_t *queue,
        struct mill_buffer *reply)
{
    rd_kafka_event_t *event = topic_answer(sink, queue);
    const rd_kafka_topic_result_t **topics;
    rd_kafka_resp_err_t error;
    size_t count = 0;

    if (!event) {
        mill_buffer_print(reply, "no answer in time");
        return RD_KAFKA_RESP_ERR__TIMED_OUT;
    }
    error = rd_kafka_event_error(event);
    if (!error) {
        topics = rd_kafka_DeleteTopics_result_topics(
            rd_kafka_event_DeleteTopics_result(event), &count);
        error = count == 1 ? rd_kafka_topic_result_error(topics[0])
                           : RD_KAFKA_RESP_ERR__FAIL;
    }
    if (error)
        mill_buffer_print(reply, "%s", rd_kafka_err2str(error));
    rd_kafka_event_destroy(event);
    return error;
}

static enum mill_answer delete (struct kafka_sink *sink, const char *name,
                                struct mill_buffer *reply) {
    rd_kafka_t *client = sink->kafka.client;
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(name);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DELETETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_resp_err_t error;

    rd_kafka_AdminOptions_set_request_timeout(options, SINK_ANSWER_MS, NULL, 0);
    rd_kafka_AdminOptions_set_operation_timeout(options, SINK_ANSWER_MS, NULL,
                                                0);
    rd_kafka_DeleteTopics(client, &topic, 1, options, queue);
    error = deleted(sink, queue, reply);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_DeleteTopic_destroy(topic);
    if (!error) mill_buffer_print(reply, "{}");
    return answer_of(error);
}

enum mill_answer
admin_answer(void *self, struct mill_stage *stage,
             const struct mill_request *request, struct mill_buffer *reply)
{
    struct kafka_sink *sink = self;
    enum mill_answer answer = MILL_UNSUPPORTED;

    (void)stage;
    pthread_mutex_lock(&sink->lock);
    if (!sink->kafka.client) {
        mill_buffer_print(reply, "no broker answers just now");
        answer = MILL_UNAVAILABLE;
    } else if (request->verb == MILL_ADMIN_LIST)
        answer = look(sink, NULL, reply);
    else if (request->verb == MILL_ADMIN_DESCRIBE)
        answer = look(sink, request->name, reply);
    else if (request->verb == MILL_ADMIN_CREATE)
        answer = create(sink, request, reply);
    else if (request->verb == MILL_ADMIN_DELETE)
        answer = delete (sink, request->name, reply);
    pthread_mutex_unlock(&sink->lock);
    return answer;
}
