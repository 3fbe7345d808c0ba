/* SPDX-License-Identifier: Apache-2.0 */

/*
 * test_sink_kafka - what the sink `kafka` does when brokers answer with errors
 *
 * librdkafka's own mock of a cluster gives the errors; what a real broker makes
 * of all this is seen in tests/e2e/kafka-sink.
 */

#include "suite.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "../../plugins/sinks/kafka/sink.h"
#include "harness.h"
#include "kafka_mock.h"

/* Requests' numbers in Kafka's protocol. */
#define PRODUCE 0
#define OFFSET_FETCH 9

static struct kafka_mock mock;
static struct harness *sink;

static void
setup(void)
{
    kafka_mock_start(&mock);
    sink = harness_create(MILL_SINK, "kafka");
    harness_set(sink, "brokers",
                rd_kafka_mock_cluster_bootstraps(mock.cluster));
    harness_set(sink, "topic", "t");
    harness_set(sink, "properties", "reconnect.backoff.max.ms=200");
}

static void
teardown(void)
{
    harness_destroy(sink);
    kafka_mock_stop(&mock);
}

static void
opens(void)
{
    enum mill_verdict verdict = harness_open(sink);

    ck_assert_msg(verdict == MILL_OK, "open: %s", harness_said(sink));
}

static void
writes(const char *rows)
{
    enum mill_verdict verdict = harness_write(sink, rows);

    ck_assert_msg(verdict == MILL_OK, "write: %s", harness_said(sink));
}

static void
flushes(void)
{
    enum mill_verdict verdict = harness_flush(sink);

    ck_assert_msg(verdict == MILL_OK, "flush: %s", harness_said(sink));
}

/* What the topic holds, each value with "|" behind it. */
static void
holds(const char *values)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[200];
    char seen[2000] = "";
    rd_kafka_t *reader;
    rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(1);
    rd_kafka_message_t *message = NULL;
    bool end = false;

    rd_kafka_conf_set(conf, "bootstrap.servers",
                      rd_kafka_mock_cluster_bootstraps(mock.cluster), why,
                      sizeof(why));
    rd_kafka_conf_set(conf, "group.id", "reader", why, sizeof(why));
    rd_kafka_conf_set(conf, "enable.partition.eof", "true", why, sizeof(why));
    reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
    ck_assert_ptr_nonnull(reader);
    rd_kafka_topic_partition_list_add(all, "t", 0)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(reader, all);
    while (!end) {
        message = rd_kafka_consumer_poll(reader, 10000);
        ck_assert_ptr_nonnull(message);
        end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        if (!message->err)
            snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%.*s|",
                     (int)message->len, (const char *)message->payload);
        rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(all);
    rd_kafka_destroy(reader);
    ck_assert_str_eq(seen, values);
}

START_TEST(rows_go_as_they_came)
{
    opens();
    writes("{\"a\": 1}\n{\"a\":2}\n");
    writes("{\"a\":3}\n");
    flushes();
    holds("{\"a\": 1}|{\"a\":2}|{\"a\":3}|");
    flushes(); /* nothing more */
    holds("{\"a\": 1}|{\"a\":2}|{\"a\":3}|");
}
END_TEST

START_TEST(what_passes_is_sent_again_once)
{
    opens();
    rd_kafka_mock_push_request_errors(
        mock.cluster, PRODUCE, 2, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
    writes("1\n2\n");
    flushes();
    holds("1|2|");
}
END_TEST

START_TEST(rows_that_were_refused_with_others_are_tried_alone)
{
    opens();
    rd_kafka_mock_push_request_errors(mock.cluster, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    writes("1\n2\n3\n");
    flushes();
    ck_assert_str_eq(harness_rejected(sink), "");
    holds("1|2|3|");
}
END_TEST

START_TEST(a_row_that_is_refused_alone_is_rejected)
{
    opens();
    rd_kafka_mock_push_request_errors(mock.cluster, PRODUCE, 2,
                                      RD_KAFKA_RESP_ERR_INVALID_RECORD,
                                      RD_KAFKA_RESP_ERR_INVALID_RECORD);
    writes("1\n2\n3\n");
    flushes();
    ck_assert_ptr_nonnull(
        strstr(harness_rejected(sink), "a message of 1 bytes is refused: "));
    holds("2|3|");
}
END_TEST

START_TEST(who_may_not_write_is_told)
{
    opens();
    rd_kafka_mock_push_request_errors(
        mock.cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    writes("1\n");
    ck_assert_int_eq(harness_flush(sink), MILL_FATAL);
    ck_assert_ptr_nonnull(strstr(harness_said(sink), "ACL"));
}
END_TEST

START_TEST(a_broker_that_is_away_is_waited_for_a_while)
{
    opens();
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    writes("1\n2\n");
    ck_assert_int_eq(harness_flush(sink), MILL_RETRY);
    ck_assert_ptr_nonnull(
        strstr(harness_said(sink), "2 messages wait for a broker: "));
    rd_kafka_mock_broker_set_up(mock.cluster, 1);
    flushes();
    holds("1|2|");
}
END_TEST

START_TEST(a_full_queue_is_waited_for)
{
    char rows[2 * 300 + 1] = "";

    harness_set(sink, "properties", "queue.buffering.max.messages=10");
    opens();
    for (int i = 0; i < 300; i++)
        memcpy(rows + i * 2, "7\n", 3);
    writes(rows);
    flushes();
    for (int i = 0; i < 300; i++)
        rows[i * 2 + 1] = '|';
    holds(rows);
}
END_TEST

START_TEST(a_write_that_could_not_end_goes_on_where_it_was)
{
    struct mill_batch *batch = harness_batch(sink);
    struct kafka_sink *self;

    harness_set(sink, "properties", "queue.buffering.max.messages=2");
    opens();
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    for (uint64_t i = 0; i < 4; i++)
        ck_assert(mill_batch_add_payload(
            batch, MILL_JSON,
            (struct mill_bytes){ mill_batch_store(batch, &"1234"[i], 1), 1 },
            i));
    ck_assert_int_eq(harness_write_batch(sink, batch), MILL_RETRY);
    self = harness_instance(sink);
    ck_assert_uint_eq(self->outstanding, 2);
    rd_kafka_mock_broker_set_up(mock.cluster, 1);
    ck_assert_int_eq(harness_write_again(sink), MILL_OK);
    flushes();
    holds("1|2|3|4|");
}
END_TEST

START_TEST(a_producer_that_failed_is_followed_by_another)
{
    struct kafka_sink *self;

    opens();
    writes("1\n");
    flushes();
    self = harness_instance(sink);
    ck_assert_int_eq(rd_kafka_test_fatal_error(
                         self->kafka.client,
                         RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                         "a test"),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
    ck_assert_int_eq(harness_write(sink, "2\n"), MILL_RETRY);
    ck_assert_int_eq(harness_write_again(sink), MILL_OK);
    flushes();
    ck_assert_ptr_nonnull(strstr(harness_log(sink), "a new producer"));
    holds("1|2|");
}
END_TEST

/* librdkafka 2.0.2 crashes where a producer gets this answer. */
START_TEST(a_group_that_has_moved_is_asked_for_again)
{
    enum mill_verdict verdict;

    harness_set(sink, "transactions", "true");
    rd_kafka_mock_push_request_errors(mock.cluster, OFFSET_FETCH, 1,
                                      RD_KAFKA_RESP_ERR_NOT_COORDINATOR);
    verdict = harness_open(sink);
    if (verdict == MILL_RETRY) {
        ck_assert_ptr_nonnull(strstr(harness_said(sink), "coordinator"));
        harness_close(sink);
        verdict = harness_open(sink);
    }
    ck_assert_msg(verdict == MILL_OK, "open: %s", harness_said(sink));
    writes("1\n");
    flushes();
    holds("1|");
}
END_TEST

START_TEST(check_refuses_what_cannot_work)
{
    harness_set(sink, "properties", "acks=1");
    ck_assert_int_eq(harness_check(sink), MILL_FATAL);
    ck_assert_ptr_nonnull(strstr(harness_said(sink), "use the option acks"));
}
END_TEST

START_TEST(a_secret_is_not_in_what_is_said)
{
    harness_set(sink, "properties", "ssl.keystore.passwor=geheim");
    ck_assert_int_eq(harness_check(sink), MILL_FATAL);
    ck_assert_ptr_null(strstr(harness_said(sink), "geheim"));
    ck_assert_ptr_nonnull(
        strstr(harness_said(sink), "did you mean \"ssl.keystore.password\""));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sink kafka");
    TCase *tests = tcase_create("kafka");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, rows_go_as_they_came);
    tcase_add_test(tests, what_passes_is_sent_again_once);
    tcase_add_test(tests, rows_that_were_refused_with_others_are_tried_alone);
    tcase_add_test(tests, a_row_that_is_refused_alone_is_rejected);
    tcase_add_test(tests, who_may_not_write_is_told);
    tcase_add_test(tests, a_broker_that_is_away_is_waited_for_a_while);
    tcase_add_test(tests, a_full_queue_is_waited_for);
    tcase_add_test(tests, a_write_that_could_not_end_goes_on_where_it_was);
    tcase_add_test(tests, a_producer_that_failed_is_followed_by_another);
    tcase_add_test(tests, a_group_that_has_moved_is_asked_for_again);
    tcase_add_test(tests, check_refuses_what_cannot_work);
    tcase_add_test(tests, a_secret_is_not_in_what_is_said);
    suite_add_tcase(suite, tests);
    return suite;
}
