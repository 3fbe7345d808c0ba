/* SPDX-License-Identifier: Apache-2.0 */

/* member - becomes a member of the group, and ceases to be one */

#include <stdlib.h>

#include "clock.h"
#include "kafka.h"

/* How long the first broker is waited for, until the core pauses. */
#define CONNECT_MS 3000

/* How long a stop waits for the group to let us in, so that we can leave. */
#define JOIN_NS ((int64_t)5 * 1000 * 1000 * 1000)

/* How long the answer to the last commit may take. */
#define COMMIT_NS ((int64_t)5 * 1000 * 1000 * 1000)

/* And how long leaving the group may, which librdkafka tries for 5 s. */
#define LEAVE_NS ((int64_t)6 * 1000 * 1000 * 1000)

/* librdkafka keeps this much of what it fetched, of all partitions together. */
static const struct kafka_property properties[] = {
    { "enable.auto.commit", "false",
      "offsets are committed once every sink has stored the records" },
    { "enable.auto.offset.store", "false",
      "offsets are committed once every sink has stored the records" },
    { "auto.offset.reset", "error", "use the option start" },
    { "partition.assignment.strategy", "cooperative-sticky",
      "all members of the group have to have the same" },
    { "group.id", NULL, "use the option group" },
    { "group.instance.id", NULL, "use the option instance_id" },
    { "isolation.level", NULL, "use the option isolation" },
    { "enable.partition.eof", NULL, "use the option until" },
    { "allow.auto.create.topics", "false", NULL },
    { "queued.max.messages.kbytes", "16384", NULL },
    { "fetch.max.bytes", "8388608", NULL },
    { "topic.metadata.refresh.interval.ms", "10000", NULL },
    { NULL, NULL, NULL },
};

enum mill_verdict
member_check(struct kafka_source *source, struct mill_stage *stage)
{
    return kafka_check(&source->options, stage, properties);
}

/* --- entering ------------------------------------------------------------- */

static bool
set_group(struct kafka_source *source, rd_kafka_conf_t *conf)
{
    struct mill_stage *stage = source->stage;
    struct mill_buffer group = { 0 };
    bool set;

    if (source->group)
        mill_buffer_print(&group, "%s", source->group);
    else
        mill_buffer_print(&group, "%s.%s", mill_pipeline_name(stage),
                          mill_stage_name(stage));
    set = kafka_conf_set(conf, stage, "group.id", mill_buffer_text(&group),
                         "group");
    mill_log(stage, MILL_INFO, "consumer group %s", mill_buffer_text(&group));
    mill_buffer_finish(&group);
    return set;
}

static bool
set_rest(struct kafka_source *source, rd_kafka_conf_t *conf)
{
    struct mill_stage *stage = source->stage;

    return set_group(source, conf)
           && (!source->instance_id
               || kafka_conf_set(conf, stage, "group.instance.id",
                                 source->instance_id, "instance_id"))
           && (!source->to_the_end
               || kafka_conf_set(conf, stage, "enable.partition.eof", "true",
                                 "until"))
           && (!topics_have_pattern(source->topics)
               || kafka_conf_set(conf, stage, "topic.blacklist", "^__",
                                 "topics"))
           && kafka_conf_set(conf, stage, "isolation.level", source->isolation,
                             "isolation");
}

/* Every queue that may get something while we wait writes to our eventfd. */
static void
listen_to(const struct kafka_source *source, rd_kafka_queue_t *queue)
{
    static const uint64_t one = 1;

    rd_kafka_queue_io_event_enable(queue, source->event, &one, sizeof(one));
}

static enum mill_verdict
subscribe(struct kafka_source *source)
{
    rd_kafka_t *client = source->kafka.client;
    rd_kafka_topic_partition_list_t *list = topics_list(source->topics);
    rd_kafka_queue_t *group;
    rd_kafka_resp_err_t error;

    if (!list)
        return mill_fail(source->stage, MILL_RETRY, "no memory for `topics`");
    rd_kafka_poll_set_consumer(client);
    source->records = rd_kafka_queue_new(client);
    source->answers = rd_kafka_queue_new(client);
    group = rd_kafka_queue_get_consumer(client);
    listen_to(source, group);
    listen_to(source, source->records);
    listen_to(source, source->answers);
    rd_kafka_queue_destroy(group);
    error = rd_kafka_subscribe(client, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (!error)
        return MILL_OK;
    return mill_fail(source->stage, MILL_FATAL,
                     "cannot subscribe to these topics: %s",
                     rd_kafka_err2str(error));
}

enum mill_verdict
member_enter(struct kafka_source *source)
{
    rd_kafka_conf_t *conf =
        kafka_conf(&source->options, source->stage, properties);
    enum mill_verdict verdict;

    if (!conf || !set_rest(source, conf)) {
        if (conf)
            rd_kafka_conf_destroy(conf);
        return MILL_FATAL;
    }
    if (!commits_watch(source, conf)) {
        rd_kafka_conf_destroy(conf);
        return mill_fail(source->stage, MILL_RETRY, "no memory to open");
    }
    rd_kafka_conf_set_rebalance_cb(conf, group_rebalance);
    verdict = kafka_open(&source->kafka, &source->options, source->stage,
                         RD_KAFKA_CONSUMER, conf, source);
    if (verdict == MILL_OK)
        verdict = kafka_connect(&source->kafka, CONNECT_MS);
    return verdict == MILL_OK ? subscribe(source) : verdict;
}

/* --- leaving -------------------------------------------------------------- */

/*
 * Where a consumer is destroyed that was answered that it may join, and wasn't
 * given partitions (or none) yet, librdkafka (2.0) ends the process: it frees
 * what the assignor has only then.  It doesn't tell whether the answer was yes.
 */
static bool
is_half_joined(const struct kafka_source *source)
{
    return !source->assigned && atomic_load(&source->watch->answered);
}

static void
finish_joining(const struct kafka_source *source, int64_t until_ns)
{
    while (is_half_joined(source) && clock_ns() < until_ns) {
        rd_kafka_message_t *message =
            rd_kafka_consumer_poll(source->kafka.client, 50);

        if (message)
            rd_kafka_message_destroy(message);
    }
}

/* Closes the consumer.  What it wants of us is served to the very end: it would
 * wait for that for ever. */
static bool
close_consumer(const struct kafka_source *source, int64_t until_ns)
{
    rd_kafka_t *client = source->kafka.client;
    rd_kafka_queue_t *group = rd_kafka_queue_new(client);
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(client, group);
    bool closed = error != NULL;

    while (!closed && clock_ns() < until_ns) {
        rd_kafka_queue_poll_callback(group, 50);
        closed = rd_kafka_consumer_closed(client) != 0;
    }
    rd_kafka_error_destroy(error);
    rd_kafka_queue_destroy(group);
    return closed;
}

void
member_leave(struct kafka_source *source)
{
    finish_joining(source, clock_ns() + JOIN_NS);
    commits_serve(source);
    if (!commits_finish(source, clock_ns() + COMMIT_NS))
        mill_log(source->stage, source->refused[0] ? MILL_ERROR : MILL_WARN,
                 "not all offsets were committed: %s; what was delivered since "
                 "the last commit may be delivered again",
                 source->refused[0] ? source->refused
                                    : kafka_trouble(&source->kafka));
    if (source->given)
        rd_kafka_incremental_assign(source->kafka.client, source->given);
    /* Without an answer to that it doesn't close. */
    source->kafka.stuck =
        source->committing || !close_consumer(source, clock_ns() + LEAVE_NS);
    source->kafka.keep = is_half_joined(source);
}
