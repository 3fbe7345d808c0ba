/* SPDX-License-Identifier: Apache-2.0 */

/*
 * test_source_kafka_commits - what the source `kafka` does when the group
 * doesn't take its offsets
 *
 * librdkafka's own mock of a cluster refuses them; a real broker with ACLs does
 * in tests/e2e/kafka-rights.
 */

#include "suite.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "kafka_mock.h"

#define OFFSET_COMMIT 8 /* in Kafka's protocol */

static struct kafka_mock mock;
static struct harness *source;

static void
setup(void)
{
    kafka_mock_start(&mock);
    source = harness_create(MILL_SOURCE, "kafka");
    harness_set(source, "brokers",
                rd_kafka_mock_cluster_bootstraps(mock.cluster));
    harness_set(source, "topics", "t");
    harness_set(source, "group", "g");
    harness_set(source, "start", "earliest");
}

static void
teardown(void)
{
    harness_destroy(source);
    kafka_mock_stop(&mock);
}

static void
produce(const char *value)
{
    char why[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    rd_kafka_conf_set(conf, "bootstrap.servers",
                      rd_kafka_mock_cluster_bootstraps(mock.cluster), why,
                      sizeof(why));
    rd_kafka_t *producer =
        rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    ck_assert_ptr_nonnull(producer);
    ck_assert_int_eq(
        rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("t"),
                          RD_KAFKA_V_VALUE((void *)value, strlen(value)),
                          RD_KAFKA_V_END),
        0);
    ck_assert_int_eq(rd_kafka_flush(producer, 10000), 0);
    rd_kafka_destroy(producer);
}

/* Reads until a row comes, or something else than OK or IDLE. */
static enum mill_verdict
reads(void)
{
    enum mill_verdict verdict;

    do
        verdict = harness_read(source);
    while (verdict == MILL_IDLE
           || (verdict == MILL_OK && !*harness_rows(source)));
    return verdict;
}

/* Reads on until the log has TEXT: OK; or until the verdict is another. */
static enum mill_verdict
reads_until(const char *text)
{
    enum mill_verdict verdict = MILL_OK;

    while ((verdict == MILL_OK || verdict == MILL_IDLE)
           && !strstr(harness_log(source), text))
        verdict = harness_read(source);
    return verdict == MILL_IDLE ? MILL_OK : verdict;
}

static void
begins(void)
{
    ck_assert_msg(harness_open(source) == MILL_OK, "%s", harness_said(source));
    produce("{\"a\":1}");
    ck_assert_msg(reads() == MILL_OK, "%s", harness_said(source));
    ck_assert_str_eq(harness_rows(source), "{\"a\":1}\n");
}

static void
refuses(rd_kafka_resp_err_t error)
{
    rd_kafka_mock_push_request_errors(mock.cluster, OFFSET_COMMIT, 1, error);
}

START_TEST(a_right_on_the_group_that_is_missing_ends_the_run)
{
    begins();
    refuses(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
    ck_assert_int_eq(harness_commit(source, "t", "0", 0, NULL), MILL_OK);

    ck_assert_int_eq(reads_until("cannot commit"), MILL_FATAL);
    ck_assert_str_eq(harness_said(source),
                     "cannot commit offsets to the group: Broker: Group "
                     "authorization failed; give this user an ACL for READ on "
                     "the group \"g\"");
    harness_close(source);
    ck_assert_ptr_nonnull(
        strstr(harness_log(source), "not all offsets were committed"));
}
END_TEST

START_TEST(so_does_one_on_the_topic)
{
    begins();
    refuses(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    harness_commit(source, "t", "0", 0, NULL);

    ck_assert_int_eq(reads_until("cannot commit"), MILL_FATAL);
    ck_assert_ptr_nonnull(
        strstr(harness_said(source), "READ on the topic \"t\""));
}
END_TEST

START_TEST(a_group_that_takes_no_first_offset_is_not_read_from)
{
    refuses(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
    ck_assert_int_eq(harness_open(source), MILL_OK);
    produce("{\"a\":1}");

    ck_assert_int_eq(reads(), MILL_FATAL);
    ck_assert_ptr_nonnull(
        strstr(harness_said(source), "READ on the group \"g\""));
}
END_TEST

START_TEST(what_passes_is_tried_again)
{
    begins();
    refuses(RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE);
    harness_commit(source, "t", "0", 0, NULL);

    ck_assert_int_eq(reads_until("the next commit will cover them"), MILL_OK);
    harness_close(source);
    ck_assert_ptr_null(
        strstr(harness_log(source), "not all offsets were committed"));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("source kafka commits");
    TCase *tests = tcase_create("mock");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_right_on_the_group_that_is_missing_ends_the_run);
    tcase_add_test(tests, so_does_one_on_the_topic);
    tcase_add_test(tests, a_group_that_takes_no_first_offset_is_not_read_from);
    tcase_add_test(tests, what_passes_is_tried_again);
    suite_add_tcase(suite, tests);
    return suite;
}
