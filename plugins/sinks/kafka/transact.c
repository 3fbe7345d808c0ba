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
 * Once the core has stored a transaction's marks too, later ones need not hold
 * them: so the texts don't grow with all lanes that there ever were.
 *
 * A client can be shut out (fenced) by another that begins a session under the
 * same id, or because its transaction took longer than transaction.timeout.ms.
 * Where it can't have been the time, it was another process.
 */

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "transact.h"

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
    int64_t age = clock_ms() - transaction->begun_ms;

    if (is_fenced(code))
        return transaction->begun && age >= transaction->limit_ms ? MILL_RETRY
                                                                  : MILL_FATAL;
    return kafka_verdict(code, true) == MILL_FATAL ? MILL_FATAL : MILL_RETRY;
}

enum mill_verdict
transact_fail(struct kafka_sink *sink, struct mill_stage *stage,
              rd_kafka_error_t *error, const char *what)
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
        return transact_fail(sink, stage, error, "begin the transaction");
    transaction->begun = true;
    transaction->failed = false;
    transaction->begun_ms = clock_ms();
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
    char *name = transact_group(sink, k);
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
        memory = marks_set(&transaction->marks, mark.key, mark.position,
                           transaction->number + 1);
    if (memory)
        parts = marks_write(&transaction->marks, transaction->run,
                            transaction->number + 1, &texts);
    for (size_t k = 0, at = 0; k < parts && !error; k++) {
        error = put_text(sink, k, texts.data + at);
        at += strlen(texts.data + at) + 1;
    }
    mill_buffer_finish(&texts);
    if (error)
        return transact_fail(sink, stage, error,
                             "put how far it came into transaction");
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
        return transact_fail(sink, stage, error, "commit the transaction");
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

void
transact_published(struct kafka_sink *sink)
{
    struct transaction *transaction = &sink->transaction;

    if (transaction->number > 0)
        marks_forget(&transaction->marks, transaction->number);
}
