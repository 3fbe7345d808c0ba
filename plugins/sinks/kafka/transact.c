/* SPDX-License-Identifier: Apache-2.0 */

/*
 * transact - one Kafka transaction a checkpoint
 *
 * Beside its messages a transaction commits offsets, for groups of our own, and
 * with them texts that say how far the sink has come (marks.h) and which
 * transaction this is.  Both come about together or not at all.
 *
 * Whatever goes wrong, there is one way out: the client is thrown away with all
 * that it had under way, RETRY makes the core hand everything again, and a new
 * client begins a session.  That ends the transaction of the last one, for
 * good or ill, and then reads which number was committed: so a commit that was
 * never answered is known to have come about or not.
 *
 * A client can be shut out (fenced) by another that begins a session under the
 * same id, or because its transaction took longer than transaction.timeout.ms.
 * Where it can't have been the time, it was another process.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "sink.h"

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

/* "ID.K"; the caller frees it. */
static char *
group_name(const struct kafka_sink *sink, size_t k)
{
    char *name;

    return asprintf(&name, "%s.%zu", sink->transaction.id, k) < 0 ? NULL : name;
}

/* --- failing --- */

/* Throws the client away.  What was handed comes again, or the run ends. */
static enum mill_verdict
give_up(struct kafka_sink *sink, enum mill_verdict verdict)
{
    sink_disconnect(sink);
    sink->transaction.begun = sink->transaction.failed = false;
    return verdict;
}

static bool
is_fenced(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__FENCED
           || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED
           || code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

/* Being shut out is final, unless it may have been the time. */
static enum mill_verdict
verdict_of(const struct transaction *transaction, rd_kafka_resp_err_t code)
{
    int64_t age = sink_now_ms() - transaction->begun_ms;

    if (is_fenced(code))
        return transaction->begun && age >= transaction->limit_ms ? MILL_RETRY
                                                                  : MILL_FATAL;
    return kafka_verdict(code, true) == MILL_FATAL ? MILL_FATAL : MILL_RETRY;
}

/* Takes ERROR. */
static enum mill_verdict
fail(struct kafka_sink *sink, struct mill_stage *stage, rd_kafka_error_t *error,
     const char *what)
{
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    enum mill_verdict verdict = verdict_of(&sink->transaction, code);

    mill_fail(stage, verdict, "cannot %s \"%s\": %s%s", what,
              sink->transaction.id, rd_kafka_error_string(error),
              kafka_advice(code));
    rd_kafka_error_destroy(error);
    return give_up(sink, verdict);
}

/* After a verdict of what doesn't know about transactions. */
static enum mill_verdict
fail_with(struct kafka_sink *sink, struct mill_stage *stage,
          enum mill_verdict verdict)
{
    char why[KAFKA_SAID];
    rd_kafka_resp_err_t code =
        rd_kafka_fatal_error(sink->kafka.client, why, sizeof(why));

    if (code)
        verdict = mill_fail(stage, verdict_of(&sink->transaction, code),
                            "the transaction \"%s\" has failed: %s%s",
                            sink->transaction.id, why, kafka_advice(code));
    return give_up(sink, verdict);
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
read_result(struct kafka_sink *sink, struct mill_stage *stage,
            const rd_kafka_group_result_t *group, struct found *found)
{
    const rd_kafka_topic_partition_list_t *list =
        rd_kafka_group_result_partitions(group);
    const rd_kafka_error_t *error = rd_kafka_group_result_error(group);

    if (error)
        return kafka_fail(&sink->kafka, rd_kafka_error_code(error),
                          rd_kafka_error_string(error),
                          "read how far the last transaction came");
    for (int i = 0; list && i < list->cnt; i++) {
        rd_kafka_resp_err_t why = list->elems[i].err;

        if (why)
            return kafka_fail(&sink->kafka, why, rd_kafka_err2str(why),
                              "read how far the last transaction came");
        if (!read_text(&sink->transaction, found, &list->elems[i]))
            return mill_fail(stage, MILL_RETRY, "no memory for marks");
    }
    return MILL_OK;
}

static enum mill_verdict
read_event(struct kafka_sink *sink, struct mill_stage *stage,
           rd_kafka_event_t *event, struct found *found)
{
    const rd_kafka_ListConsumerGroupOffsets_result_t *result;
    const rd_kafka_group_result_t **groups;
    size_t count = 0;

    if (!event)
        return mill_fail(stage, MILL_RETRY,
                         "cannot read how far the last transaction came: no "
                         "answer in time");
    if (rd_kafka_event_error(event))
        return kafka_fail(&sink->kafka, rd_kafka_event_error(event),
                          rd_kafka_event_error_string(event),
                          "read how far the last transaction came");
    result = rd_kafka_event_ListConsumerGroupOffsets_result(event);
    groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
    return count == 1 ? read_result(sink, stage, groups[0], found) : MILL_OK;
}

/* Offsets that a transaction holds which isn't over yet are waited for. */
static enum mill_verdict
read_group(struct kafka_sink *sink, struct mill_stage *stage, const char *name,
           struct found *found)
{
    rd_kafka_t *client = sink->kafka.client;
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
    verdict = read_event(sink, stage, event, found);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ListConsumerGroupOffsets_destroy(group);
    return verdict;
}

static enum mill_verdict
read_marks(struct kafka_sink *sink, struct mill_stage *stage,
           struct found *found)
{
    for (size_t k = 0; k == 0 || k < found->parts; k++) {
        char *name = group_name(sink, k);
        enum mill_verdict verdict =
            name ? read_group(sink, stage, name, found)
                 : mill_fail(stage, MILL_RETRY, "no memory for marks");

        free(name);
        if (verdict != MILL_OK)
            return verdict;
    }
    return MILL_OK;
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
        return fail(sink, stage, error, "begin a session of transactions");
    verdict = read_marks(sink, stage, &found);
    if (verdict == MILL_OK)
        verdict = transaction->open ? settle_doubt(transaction, stage, &found)
                                    : adopt(transaction, stage, &found);
    marks_finish(&found.marks);
    return verdict;
}

/* --- writing --- */

static enum mill_verdict
begin(struct kafka_sink *sink, struct mill_stage *stage)
{
    struct transaction *transaction = &sink->transaction;
    rd_kafka_error_t *error;

    if (transaction->begun)
        return MILL_OK;
    error = rd_kafka_begin_transaction(sink->kafka.client);
    if (error)
        return fail(sink, stage, error, "begin the transaction");
    transaction->begun = true;
    transaction->failed = false;
    transaction->begun_ms = sink_now_ms();
    /* Long before the broker ends it. */
    mill_flush_within(
        stage, (struct mill_duration){ transaction->limit_ms / 4 * 1000000 });
    return MILL_OK;
}

/* Rows that are refused are rejected here: their transaction is handed again
 * without them, or never had them. */
static void
reject_refused(struct parcel *parcel)
{
    for (size_t i = parcel->count; i > 0; i--) {
        if (parcel->messages[i - 1].state != MESSAGE_REFUSED)
            continue;
        deliver_refuse(&parcel->messages[i - 1]);
        parcel_remove(parcel, i - 1);
    }
}

static enum mill_verdict
send_parcel(struct kafka_sink *sink, struct mill_stage *stage,
            struct parcel *parcel)
{
    bool suspects = false;
    enum mill_verdict verdict = deliver_send(sink, stage, parcel);

    for (size_t i = 0; i < parcel->count; i++)
        suspects = suspects || parcel->messages[i].state == MESSAGE_SUSPECT;
    if (verdict != MILL_OK || !suspects)
        return verdict;
    verdict = deliver_wait(sink, stage);
    return verdict == MILL_OK ? deliver_suspects(sink, stage, parcel) : verdict;
}

static enum mill_verdict
say_failed(struct kafka_sink *sink, struct mill_stage *stage)
{
    rd_kafka_resp_err_t error = sink->final ? sink->final : sink->mended;
    enum mill_verdict verdict = sink->final ? MILL_FATAL : MILL_RETRY;

    if (!error) /* no broker is to be waited for */
        mill_retry_after(stage, (struct mill_duration){ 1000000 });
    mill_fail(stage, verdict,
              "messages of the transaction \"%s\" were refused: %s%s",
              sink->transaction.id,
              error ? rd_kafka_err2str(error)
                    : "it is sent again, those that are suspect one by one",
              kafka_advice(error));
    sink->final = sink->mended = RD_KAFKA_RESP_ERR_NO_ERROR;
    return verdict;
}

static enum mill_verdict
write_parcel(struct kafka_sink *sink, struct mill_stage *stage,
             struct mill_batch *batch)
{
    struct parcel *parcel;
    enum mill_verdict verdict = sink_parcel(sink, stage, batch, &parcel);

    if (verdict != MILL_OK)
        return fail_with(sink, stage, verdict);
    verdict = send_parcel(sink, stage, parcel);
    if (verdict == MILL_OK)
        kafka_poll(&sink->kafka, 0);
    reject_refused(parcel);
    if (verdict == MILL_OK && sink->transaction.failed)
        verdict = say_failed(sink, stage);
    if (verdict != MILL_OK)
        verdict = fail_with(sink, stage, verdict);
    if (parcel->count < batch->rows)
        parcel_number(parcel);
    return verdict;
}

enum mill_verdict
transact_write(struct kafka_sink *sink, struct mill_stage *stage,
               struct mill_batch *batch)
{
    enum mill_verdict verdict = sink_connect(sink, stage);

    if (verdict == MILL_OK && sink->transaction.done)
        return MILL_OK; /* it was committed after all */
    if (verdict == MILL_OK)
        verdict = begin(sink, stage);
    return verdict == MILL_OK ? write_parcel(sink, stage, batch) : verdict;
}

/* --- the end --- */

/* One text beside an offset of group K. */
static rd_kafka_error_t *
put_text(struct kafka_sink *sink, size_t k, const char *text)
{
    struct parcel *parcel = sink->parcels.items[0];
    char *name = group_name(sink, k);
    rd_kafka_consumer_group_metadata_t *group;
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_topic_partition_t *place;
    rd_kafka_error_t *error;

    if (!name)
        return rd_kafka_error_new(RD_KAFKA_RESP_ERR__FAIL, "no memory");
    group = rd_kafka_consumer_group_metadata_new(name);
    list = rd_kafka_topic_partition_list_new(1);
    place = rd_kafka_topic_partition_list_add(list, parcel->topic_name, 0);
    place->offset = 0;
    place->metadata = strdup(text);
    place->metadata_size = place->metadata ? strlen(text) : 0;
    error = rd_kafka_send_offsets_to_transaction(sink->kafka.client, list,
                                                 group, SINK_ANSWER_MS);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_consumer_group_metadata_destroy(group);
    free(name);
    return error;
}

static enum mill_verdict
put_marks(struct kafka_sink *sink, struct mill_stage *stage)
{
    struct transaction *transaction = &sink->transaction;
    struct mill_buffer texts = { 0 };
    rd_kafka_error_t *error = NULL;
    struct mill_mark mark;
    bool memory = true;
    size_t parts = 0;

    for (size_t i = 0; memory && mill_mark_at(stage, i, &mark); i++)
        memory = marks_set(&transaction->marks, mark.key, mark.position);
    if (memory)
        parts = marks_write(&transaction->marks, transaction->run,
                            transaction->number + 1, &texts);
    for (size_t k = 0, at = 0; k < parts && !error; k++) {
        error = put_text(sink, k, texts.data + at);
        at += strlen(texts.data + at) + 1;
    }
    mill_buffer_finish(&texts);
    if (error)
        return fail(sink, stage, error, "put how far it came into transaction");
    if (parts == 0)
        return give_up(sink,
                       mill_fail(stage, MILL_RETRY, "no memory for marks"));
    return MILL_OK;
}

static enum mill_verdict
commit(struct kafka_sink *sink, struct mill_stage *stage)
{
    struct transaction *transaction = &sink->transaction;
    rd_kafka_error_t *error;

    mill_fail_point("kafka-before-commit");
    transaction->in_doubt = true;
    error = rd_kafka_commit_transaction(sink->kafka.client, SINK_ANSWER_MS);
    if (error)
        return fail(sink, stage, error, "commit the transaction");
    mill_fail_point("kafka-after-commit");
    transaction->in_doubt = false;
    transaction->done = true;
    return MILL_OK;
}

static enum mill_verdict
end(struct kafka_sink *sink, struct mill_stage *stage)
{
    enum mill_verdict verdict = deliver_wait(sink, stage);

    mill_fail_point("kafka-after-delivery");
    if (verdict == MILL_OK && (sink->transaction.failed || sink->final))
        verdict = say_failed(sink, stage);
    if (verdict != MILL_OK)
        return fail_with(sink, stage, verdict);
    verdict = put_marks(sink, stage);
    return verdict == MILL_OK ? commit(sink, stage) : verdict;
}

enum mill_verdict
transact_flush(struct kafka_sink *sink, struct mill_stage *stage)
{
    struct transaction *transaction = &sink->transaction;
    enum mill_verdict verdict = MILL_OK;

    if (transaction->begun && !transaction->done)
        verdict = end(sink, stage);
    if (verdict != MILL_OK)
        return verdict;
    transaction->begun = false;
    verdict = deliver_settle(sink, stage);
    if (verdict == MILL_OK && transaction->done) {
        transaction->done = false;
        transaction->number++;
    }
    return verdict;
}
