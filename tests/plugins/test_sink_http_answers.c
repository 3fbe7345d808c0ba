/* SPDX-License-Identifier: Apache-2.0 */

/* test_sink_http_answers - what comes back: answers, the network's failures;
 * and options that are refused */

#include "suite.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http_bench.h"
#include "runtime/stage.h"

/* --- answers for single records --- */

START_TEST(only_what_failed_is_sent_again)
{
    opens("/topics/x", "rest-proxy");
    http_server_answer(
        server, 200, "",
        "{\"offsets\":[{\"partition\":0,\"offset\":1,\"error_code\":null},"
        "{\"partition\":null,\"offset\":null,\"error_code\":50003,"
        "\"error\":\"expired\"},"
        "{\"partition\":0,\"offset\":2,\"error_code\":null}]}");
    answer_offsets(1);

    writes("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", MILL_RETRY);
    said("Kafka could not take 1 of 3 records just now: expired");
    ck_assert_uint_eq(harness_delivered(sink), 2);
    ck_assert_int_eq(write_again(), MILL_OK);
    ck_assert_str_eq(http_server_body(server, 1),
                     "{\"records\":[{\"value\":{\"n\":2}}]}");
    ck_assert_str_eq(key_of(1), "input/input/rows/0/1");
}
END_TEST

START_TEST(a_reply_that_does_not_count_right_tells_nothing)
{
    opens("/topics/x", "rest-proxy");
    answer_offsets(1);
    http_server_answer(server, 200, "", "<html>hello</html>");
    http_server_answer(server, 200, "", "");
    http_server_answer(server, 200, "",
                       "{\"offsets\":[{\"partition\":0},{\"offset\":7}]}");
    writes("{\"n\":1}\n{\"n\":2}\n", MILL_RETRY);
    said("not with an offset for each of 2 records");
    ck_assert_uint_eq(harness_delivered(sink), 0);
    ck_assert_int_eq(write_again(), MILL_RETRY);
    ck_assert_int_eq(write_again(), MILL_RETRY);
    ck_assert_uint_eq(harness_delivered(sink), 0);
    ck_assert_int_eq(write_again(), MILL_RETRY);
    ck_assert_uint_eq(harness_delivered(sink), 1);
}
END_TEST

START_TEST(kinesis_is_asked_again_for_what_it_throttled)
{
    harness_set(sink, "key_text", "k");
    opens("/streams/s/records", "kinesis-api");
    http_server_answer(
        server, 200, "",
        "{\"FailedRecordCount\":2,\"Records\":[{\"SequenceNumber\":\"1\"},"
        "{\"ErrorCode\":\"ProvisionedThroughputExceededException\","
        "\"ErrorMessage\":\"Rate exceeded\"},"
        "{\"ErrorCode\":\"ValidationException\",\"ErrorMessage\":\"no\"}]}");
    http_server_answer(server, 200, "",
                       "{\"FailedRecordCount\":0,\"Records\":[{}]}");

    writes("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", MILL_RETRY);
    said("Kinesis could not take 1 of 3 records just now: "
         "ProvisionedThroughputExceededException: Rate exceeded");
    ck_assert_str_eq(harness_rejected(sink),
                     "Kinesis refuses it, ValidationException: no\n");
    ck_assert_int_eq(write_again(), MILL_OK);
    ck_assert_str_eq(key_of(1), "input/input/rows/0/1");
}
END_TEST

START_TEST(kinesis_errors_in_a_200_are_errors)
{
    harness_set(sink, "key_text", "k");
    opens("/streams/s/record", "kinesis-api");
    http_server_answer(server, 200, "",
                       "{\"__type\":\"LimitExceededException\","
                       "\"message\":\"slow down\"}");
    http_server_answer(server, 200, "",
                       "{\"__type\":\"com.amazonaws#ValidationException\","
                       "\"message\":\"too long\"}");
    http_server_answer(server, 400, "",
                       "{\"__type\":\"ResourceNotFoundException\","
                       "\"message\":\"Stream s not found\"}");
    writes("{\"n\":1}\n", MILL_RETRY);
    said("LimitExceededException: slow down");
    ck_assert_int_eq(write_again(), MILL_OK);
    ck_assert_ptr_nonnull(
        strstr(harness_rejected(sink), "ValidationException: too long"));
    writes("{\"n\":1}\n", MILL_FATAL);
    said("Stream s not found");
}
END_TEST

START_TEST(a_gateway_that_hides_the_reply_is_told_of_once)
{
    const char *found;

    harness_set(sink, "key_text", "k");
    opens("/streams/s/records", "kinesis-api");
    http_server_answer(server, 200, "", "{\"result\":\"ok\"}");
    writes("{\"n\":1}\n", MILL_OK);
    writes("{\"n\":2}\n", MILL_OK);
    found = strstr(harness_log(sink), "doesn't pass on what Kinesis answers");
    ck_assert_ptr_nonnull(found);
    ck_assert_ptr_null(strstr(found + 1, "doesn't pass on"));
}
END_TEST

/* --- answers for the whole request --- */

START_TEST(a_refused_request_is_halved_to_the_row_that_is_wrong)
{
    opens("/in", "json");
    http_server_answer(server, 422, "", "{\"message\":\"no\"}");    /* 0 to 3 */
    http_server_answer(server, 200, "", "");                        /* 0, 1 */
    http_server_answer(server, 413, "", "");                        /* 2, 3 */
    http_server_answer(server, 400, "", "{\"message\":\"bad n\"}"); /* 2 */

    writes("{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", MILL_OK);

    ck_assert_uint_eq(http_server_count(server), 5);
    ck_assert_str_eq(http_server_body(server, 1), "[{\"n\":0},{\"n\":1}]");
    ck_assert_str_eq(http_server_body(server, 4), "[{\"n\":3}]");
    ck_assert_ptr_nonnull(
        strstr(harness_rejected(sink), "/in answers 400: bad n\n"));
    ck_assert_str_eq(harness_rows(sink), "{\"n\":0}\n{\"n\":1}\n{\"n\":3}\n");
}
END_TEST

static size_t
count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (text = strstr(text, part); text; text = strstr(text + 1, part))
        count++;
    return count;
}

START_TEST(halves_of_requests_with_holes_are_right_too)
{
    harness_set(sink, "connections", "3");
    harness_set(sink, "max_rows", "3");
    opens("/in", "json");
    for (int i = 0; i < 5; i++)
        http_server_answer(server, 422, "", "");
    writes("{\"n\":0}\n{\"n\":1}\nx\n{\"n\":3}\n{\"n\":4}\ny\n{\"n\":6}\n"
           "{\"n\":7}\n",
           MILL_OK);
    /* Which ones are refused is a matter of who is quicker. */
    ck_assert_uint_eq(count_of(harness_rows(sink), "{")
                          + count_of(harness_rejected(sink), "answers 422"),
                      6);
    ck_assert_uint_ge(count_of(harness_rejected(sink), "answers 422"), 1);
    ck_assert_uint_eq(http_server_count(server) % 2, 0);
}
END_TEST

/* STATUS and BODY end in VERDICT, and the message has PART. */
static void
comes_to(int status, const char *lines, const char *body,
         enum mill_verdict verdict, const char *part)
{
    http_server_answer(server, status, lines, body);
    writes("{\"n\":1}\n", verdict);
    said(part);
    if (verdict == MILL_RETRY)
        ck_assert_int_eq(write_again(), MILL_OK); /* for the next one */
}

START_TEST(what_may_pass_is_tried_again)
{
    opens("/in", "json");
    comes_to(500, "", "", MILL_RETRY, "/in answers 500");
    comes_to(502, "", "", MILL_RETRY, "answers 502");
    comes_to(503, "", "busy", MILL_RETRY, "answers 503: busy");
    comes_to(504, "", "{\"message\":\"Endpoint request timed out\"}",
             MILL_RETRY, "answers 504: Endpoint request timed out");
    comes_to(408, "", "", MILL_RETRY, "answers 408");
    comes_to(429, "", "", MILL_RETRY, "answers 429");
    comes_to(404, "", "{\"error_code\":40401,\"message\":\"no topic\"}",
             MILL_RETRY, "answers 404: no topic; create the topic");
}
END_TEST

START_TEST(what_never_works_ends_the_run)
{
    opens("/in?secret=x", "json");
    comes_to(301, "Location: https://x/\r\n", "", MILL_FATAL,
             "it sends us elsewhere");
    comes_to(401, "", "{\"error_code\":40101,\"message\":\"who?\"}", MILL_FATAL,
             "answers 401: who?; put user and password");
    comes_to(403, "", "{\"message\":\"Missing Authentication Token\"}",
             MILL_FATAL, "no such path, method or stage");
    comes_to(403, "", "{\"message\":\"Forbidden\"}", MILL_FATAL,
             "put api_key right");
    comes_to(403, "", "{\"error_code\":40301,\"message\":\"acl\"}", MILL_FATAL,
             "answers 403: acl; the server knows us");
    comes_to(404, "", "", MILL_FATAL, "put the url right");
    comes_to(405, "", "", MILL_FATAL, "or the method right");
    comes_to(415, "", "", MILL_FATAL, "another format");
    comes_to(501, "", "", MILL_FATAL, "answers 501");
    ck_assert_ptr_null(strstr(harness_said(sink), "secret"));
}
END_TEST

START_TEST(headers_that_are_too_long_are_no_fault_of_a_row)
{
    http_server_answer(server, 431, "", "");
    http_server_answer(server, 200, "", "");
    http_server_answer(server, 431, "", "");
    opens("/in", "ndjson");
    writes("{\"n\":1}\n{\"n\":2}\n", MILL_FATAL);
    said("answers 431; it takes no headers of that length");
    ck_assert_uint_eq(http_server_count(server), 3);
    ck_assert_str_eq(harness_rejected(sink), "");
}
END_TEST

START_TEST(a_pause_that_is_asked_for_is_passed_on)
{
    struct mill_stage *stage;

    opens("/in", "json");
    http_server_answer(server, 429, "Retry-After: 7\r\n", "");
    writes("{\"n\":1}\n", MILL_RETRY);
    stage = harness_stage(sink);
    ck_assert_int_eq(stage->pause_ns, INT64_C(7000000000));
}
END_TEST

START_TEST(nothing_is_begun_behind_a_failure)
{
    harness_set(sink, "max_rows", "1");
    opens("/in", "json");
    http_server_answer(server, 200, "", "");
    http_server_answer(server, 503, "", "");
    writes("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", MILL_RETRY);
    ck_assert_uint_eq(http_server_count(server), 2);
    ck_assert_uint_eq(harness_delivered(sink), 1);
    ck_assert_int_eq(write_again(), MILL_OK);
    ck_assert_str_eq(http_server_body(server, 2), "[{\"n\":2}]");
    ck_assert_str_eq(http_server_body(server, 3), "[{\"n\":3}]");
}
END_TEST

/* --- the network --- */

START_TEST(a_connection_that_breaks_is_tried_again)
{
    opens("/in", "json");
    http_server_answer(server, 0, "", "");
    writes("{\"n\":1}\n", MILL_RETRY);
    said("/in: ");
    ck_assert_int_eq(write_again(), MILL_OK);
    ck_assert_uint_eq(http_server_count(server), 1);
}
END_TEST

/* Its status says that the rows are stored, and that is all that is asked. */
START_TEST(a_reply_that_is_longer_than_anybody_reads_is_one)
{
    size_t len = (size_t)17 * 1024 * 1024;
    char *body = malloc(len + 1);

    ck_assert_ptr_nonnull(body);
    memset(body, ' ', len);
    body[len] = '\0';
    http_server_answer(server, 200, "", body);
    opens("/in", "ndjson");
    writes("{\"n\":1}\n", MILL_OK);
    ck_assert_uint_eq(http_server_count(server), 1);
    free(body);
}
END_TEST

START_TEST(an_answer_that_does_not_come_is_waited_for_only_so_long)
{
    harness_set(sink, "timeout", "100ms");
    opens("/in", "json");
    http_server_answer(server, -1, "", "");
    writes("{\"n\":1}\n", MILL_RETRY);
    said("timed out");
}
END_TEST

START_TEST(a_server_that_is_not_there_is_found_out_by_open)
{
    set_path("/in");
    http_server_stop(server);
    server = NULL;
    ck_assert_int_eq(harness_open(sink), MILL_RETRY);
    said("Failed to connect");
    harness_close(sink);
    ck_assert_int_eq(harness_open(sink), MILL_RETRY);
}
END_TEST

START_TEST(a_server_that_does_not_speak_tls_is_found_out)
{
    char url[100];

    snprintf(url, sizeof(url), "https://127.0.0.1:%d/",
             http_server_port(server));
    harness_set(sink, "url", url);
    harness_set(sink, "tls_ca", "/nonexistent.pem");
    ck_assert_int_eq(harness_open(sink), MILL_FATAL);
    said("tls_ca must be a file");
}
END_TEST

static void *
cancel_soon(void *arg)
{
    struct timespec pause = { .tv_nsec = 100000000 };

    nanosleep(&pause, NULL);
    stage_cancel(arg);
    return NULL;
}

START_TEST(a_wait_can_be_cancelled)
{
    pthread_t thread;

    opens("/in", "json");
    http_server_answer(server, -1, "", "");
    pthread_create(&thread, NULL, cancel_soon, harness_stage(sink));
    writes("{\"n\":1}\n", MILL_RETRY);
    pthread_join(thread, NULL);
    said("stopped while waiting");
}
END_TEST

START_TEST(requests_are_under_way_together)
{
    harness_set(sink, "connections", "4");
    harness_set(sink, "max_rows", "1");
    harness_set(sink, "timeout", "300ms");
    opens("/in", "json");
    for (int i = 0; i < 3; i++)
        http_server_answer(server, -1, "", "");
    http_server_answer(server, 200, "", "");
    writes("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n{\"n\":5}\n",
           MILL_RETRY);
    /* Three hang; the fourth connection did what there was to do. */
    ck_assert_uint_eq(http_server_count(server), 5);
    ck_assert_uint_eq(harness_delivered(sink), 2);
}
END_TEST

/* --- options --- */

static void
refused(const char *name, const char *value, const char *why)
{
    harness_destroy(sink);
    sink = harness_create(MILL_SINK, "http");
    if (strcmp(name, "url") != 0)
        harness_set(sink, "url", "http://127.0.0.1:1/streams/s/record");
    harness_set(sink, name, value);
    ck_assert_int_eq(harness_check(sink), MILL_FATAL);
    said(why);
}

START_TEST(what_makes_no_sense_is_refused)
{
    setenv("SECRET", "two\nlines", 1);
    setenv("WHOLE", "http://me:pass@host/", 1);
    refused("url", "ftp://host/", "must begin with http");
    refused("url", "http://", "it is no URL");
    refused("url", "http://host/#x", "never sent");
    refused("url", "${WHOLE}", "give user and password as options");
    refused("url", "http://host/{offset}", "{offset} has no place");
    refused("format", "kinesis-api", "needs a partition key");
    refused("headers", "no colon", "isn't \"Name: value\"");
    refused("headers", "X: a\r\nY: b", "isn't \"Name: value\"");
    refused("headers", "Idempotency-Key: 1", "is set by the sink itself");
    refused("api_key", "${SECRET}", "more than one line");
    refused("password", "${SECRET}", "needs a `user`");
    refused("tls_key", "x.pem", "needs a `tls_cert`");
    refused("key_text", "{HH}", "{HH} has no place");
}
END_TEST

static void
add_answers(Suite *suite)
{
    TCase *tests = tcase_create("answers");

    tcase_add_checked_fixture(tests, http_bench_setup, http_bench_teardown);
    tcase_add_test(tests, only_what_failed_is_sent_again);
    tcase_add_test(tests, a_reply_that_does_not_count_right_tells_nothing);
    tcase_add_test(tests, kinesis_is_asked_again_for_what_it_throttled);
    tcase_add_test(tests, kinesis_errors_in_a_200_are_errors);
    tcase_add_test(tests, a_gateway_that_hides_the_reply_is_told_of_once);
    tcase_add_test(tests, a_refused_request_is_halved_to_the_row_that_is_wrong);
    tcase_add_test(tests, halves_of_requests_with_holes_are_right_too);
    tcase_add_test(tests, what_may_pass_is_tried_again);
    tcase_add_test(tests, what_never_works_ends_the_run);
    tcase_add_test(tests, headers_that_are_too_long_are_no_fault_of_a_row);
    tcase_add_test(tests, a_pause_that_is_asked_for_is_passed_on);
    tcase_add_test(tests, nothing_is_begun_behind_a_failure);
    suite_add_tcase(suite, tests);
}

Suite *
suite(void)
{
    Suite *suite = suite_create("sink http answers");
    TCase *tests = tcase_create("network");

    add_answers(suite);
    tcase_add_checked_fixture(tests, http_bench_setup, http_bench_teardown);
    tcase_add_test(tests, a_connection_that_breaks_is_tried_again);
    tcase_add_test(tests, a_reply_that_is_longer_than_anybody_reads_is_one);
    tcase_add_test(tests,
                   an_answer_that_does_not_come_is_waited_for_only_so_long);
    tcase_add_test(tests, a_server_that_is_not_there_is_found_out_by_open);
    tcase_add_test(tests, a_server_that_does_not_speak_tls_is_found_out);
    tcase_add_test(tests, a_wait_can_be_cancelled);
    tcase_add_test(tests, requests_are_under_way_together);
    tcase_add_test(tests, what_makes_no_sense_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}
