/* SPDX-License-Identifier: Apache-2.0 */

/* session - a client's first words: which transaction was the last, and how far
 * it came; see transact.c for what that is good for */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "transact.h"

/* --- what is ours --- */

static enum mill_verdict
make_run(struct transaction *transaction, struct mill_stage *stage)
{
    const char *known = mill_state_get(stage, "run");
    unsigned char bytes[(MARKS_RUN_ROOM - 1) / 2];

    if (known) {
        snprintf(transaction->run, sizeof(transaction->run), "%s", known);
        return MILL_OK;
    }
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return mill_fail(stage, MILL_RETRY, "no random numbers to be had");
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(transaction->run + 2 * i, 3, "%02x", bytes[i]);
    mill_state_put(stage, "run", transaction->run);
    return mill_state_store(stage);
}

enum mill_verdict
transact_open(struct kafka_sink *sink, struct mill_stage *stage)
{
    struct mill_buffer id = { 0 };

    mill_transacts(stage);
    if (sink->transactional_id)
        mill_buffer_print(&id, "%s", sink->transactional_id);
    else
        mill_buffer_print(&id, "millrace-%s-%s", mill_pipeline_name(stage),
                          mill_stage_name(stage));
    sink->transaction.id = strdup(mill_buffer_text(&id));
    mill_buffer_finish(&id);
    if (!sink->transaction.id)
        return mill_fail(stage, MILL_RETRY, "no memory to open");
    return make_run(&sink->transaction, stage);
}

void
transact_close(struct kafka_sink *sink)
{
    free(sink->transaction.id);
    marks_finish(&sink->transaction.marks);
    sink->transaction = (struct transaction){ 0 };
}

char *
transact_group(const struct kafka_sink *sink, size_t k)
{
    char *name;

    return asprintf(&name, "%s.%zu", sink->transaction.id, k) < 0 ? NULL : name;
}

/* --- reading the marks --- */

/* What was found in the groups. */
struct found {
    struct marks marks;
    uint64_t number;
    size_t parts;
};

static bool
read_text(const struct transaction *transaction, struct found *found,
          const rd_kafka_topic_partition_t *partition)
{
    uint64_t number = 0;
    size_t parts = 0;
    bool memory = true;

    if (!partition->metadata || partition->metadata_size == 0)
        return true;
    if (!marks_read(&found->marks, transaction->run, partition->metadata,
                    partition->metadata_size, &number, &parts, &memory))
        return memory;
    if (number > found->number) {
        found->number = number;
        found->parts = parts;
    }
    return true;
}

static enum mill_verdict
read_result(struct kafka_sink *sink, struct kafka *reader,
            const rd_kafka_group_result_t *group, struct found *found)
{
    const rd_kafka_topic_partition_list_t *list =
        rd_kafka_group_result_partitions(group);
    const rd_kafka_error_t *error = rd_kafka_group_result_error(group);

    if (error)
        return kafka_fail(reader, rd_kafka_error_code(error),
                          rd_kafka_error_string(error),
                          "read how far the last transaction came");
    for (int i = 0; list && i < list->cnt; i++) {
        rd_kafka_resp_err_t why = list->elems[i].err;

        if (why)
            return kafka_fail(reader, why, rd_kafka_err2str(why),
                              "read how far the last transaction came");
        if (!read_text(&sink->transaction, found, &list->elems[i]))
            return mill_fail(reader->stage, MILL_RETRY, "no memory for marks");
    }
    return MILL_OK;
}

static enum mill_verdict
read_event(struct kafka_sink *sink, struct kafka *reader,
           rd_kafka_event_t *event, struct found *found)
{
    const rd_kafka_ListConsumerGroupOffsets_result_t *result;
    const rd_kafka_group_result_t **groups;
    size_t count = 0;

    if (!event)
        return mill_fail(reader->stage, MILL_RETRY,
                         "cannot read how far the last transaction came: no "
                         "answer in time");
    if (rd_kafka_event_error(event))
        return kafka_fail(reader, rd_kafka_event_error(event),
                          rd_kafka_event_error_string(event),
                          "read how far the last transaction came");
    result = rd_kafka_event_ListConsumerGroupOffsets_result(event);
    groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
    return count == 1 ? read_result(sink, reader, groups[0], found) : MILL_OK;
}

/* Offsets that a transaction holds which isn't over yet are waited for. */
static enum mill_verdict
read_group(struct kafka_sink *sink, struct kafka *reader, const char *name,
           struct found *found)
{
    rd_kafka_t *client = reader->client;
    rd_kafka_ListConsumerGroupOffsets_t *group =
        rd_kafka_ListConsumerGroupOffsets_new(name, NULL);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(
        client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_event_t *event;
    enum mill_verdict verdict;

    rd_kafka_AdminOptions_set_request_timeout(options, SINK_ANSWER_MS, NULL, 0);
    rd_kafka_error_t *error =
        rd_kafka_AdminOptions_set_require_stable_offsets(options, 1);
    if (error)
        rd_kafka_error_destroy(error);
    rd_kafka_ListConsumerGroupOffsets(client, &group, 1, options, queue);
    event = topic_answer(sink, queue);
    kafka_poll(reader, 0);
    verdict = read_event(sink, reader, event, found);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ListConsumerGroupOffsets_destroy(group);
    return verdict;
}

/*
 * A client that can ask for the offsets of a group: a consumer, which joins
 * none.  Where the broker answers that it isn't the group's coordinator (any
 * more), librdkafka (2.0) wants to tell its own group, which a producer hasn't
 * got, and crashes.
 */
static enum mill_verdict
open_reader(struct kafka_sink *sink, struct mill_stage *stage,
            struct kafka *reader)
{
    static const struct kafka_property properties[] = {
        { "group.id", NULL, NULL },
        { "log_level", "3", NULL }, /* producers' properties are no news */
        { NULL, NULL, NULL },
    };
    rd_kafka_conf_t *conf = kafka_conf(&sink->connection, stage, properties);

    if (!conf)
        return MILL_FATAL;
    if (!kafka_conf_set(conf, stage, "group.id", sink->transaction.id,
                        "transactional_id")) {
        rd_kafka_conf_destroy(conf);
        return MILL_FATAL;
    }
    reader->reached = sink->kafka.reached;
    return kafka_open(reader, &sink->connection, stage, RD_KAFKA_CONSUMER, conf,
                      sink);
}

static enum mill_verdict
read_groups(struct kafka_sink *sink, struct kafka *reader, struct found *found)
{
    for (size_t k = 0; k == 0 || k < found->parts; k++) {
        char *name = transact_group(sink, k);
        enum mill_verdict verdict =
            name ? read_group(sink, reader, name, found)
                 : mill_fail(reader->stage, MILL_RETRY, "no memory for marks");

        free(name);
        if (verdict != MILL_OK)
            return verdict;
    }
    return MILL_OK;
}

static enum mill_verdict
read_marks(struct kafka_sink *sink, struct mill_stage *stage,
           struct found *found)
{
    struct kafka reader = { 0 };
    enum mill_verdict verdict = open_reader(sink, stage, &reader);

    if (verdict != MILL_OK)
        return verdict;
    verdict = read_groups(sink, &reader, found);
    kafka_close(&reader);
    return verdict;
}

/* --- sessions --- */

/* The first one of this process: what is found is where we are. */
static enum mill_verdict
adopt(struct transaction *transaction, struct mill_stage *stage,
      struct found *found)
{
    for (size_t i = 0; i < found->marks.count; i++) {
        struct mill_mark mark = { found->marks.items[i].key,
                                  found->marks.items[i].position };

        if (!mill_mark_found(stage, &mark))
            return mill_fail(stage, MILL_RETRY, "no memory for marks");
    }
    marks_finish(&transaction->marks);
    transaction->marks = found->marks;
    transaction->number = found->number;
    transaction->open = true;
    found->marks = (struct marks){ 0 };
    return MILL_OK;
}

/* A later one: was the last transaction of the one before committed? */
static enum mill_verdict
settle_doubt(struct transaction *transaction, struct mill_stage *stage,
             const struct found *found)
{
    if (transaction->in_doubt && found->number == transaction->number + 1)
        transaction->done = true;
    else if (found->number < transaction->number)
        return mill_fail(stage, MILL_FATAL,
                         "the offsets of group \"%s.0\" are gone that tell how "
                         "far the transactions came: was the topic or the "
                         "group removed?  What was sent is there; reset the "
                         "state to start over",
                         transaction->id);
    else if (found->number != transaction->number)
        return mill_fail(stage, MILL_FATAL,
                         "another process sends as transactional id \"%s\", "
                         "with a copy of this state: stop one of them",
                         transaction->id);
    transaction->in_doubt = false;
    return MILL_OK;
}

enum mill_verdict
transact_connected(struct kafka_sink *sink, struct mill_stage *stage)
{
    struct transaction *transaction = &sink->transaction;
    struct found found = { .number = 0 };
    enum mill_verdict verdict;
    rd_kafka_error_t *error =
        rd_kafka_init_transactions(sink->kafka.client, 2 * SINK_ANSWER_MS);

    transaction->begun = transaction->failed = false;
    if (error)
        return transact_fail(sink, stage, error,
                             "begin a session of transactions");
    verdict = read_marks(sink, stage, &found);
    if (verdict == MILL_OK)
        verdict = transaction->open ? settle_doubt(transaction, stage, &found)
                                    : adopt(transaction, stage, &found);
    marks_finish(&found.marks);
    return verdict;
}
