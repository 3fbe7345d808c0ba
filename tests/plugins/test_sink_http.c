/* SPDX-License-Identifier: Apache-2.0 */

/* test_sink_http - what goes out: bodies, headers, keys */

#include "suite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "http_bench.h"

/* --- bodies --- */

START_TEST(the_rest_proxy_gets_records)
{
    harness_set(sink, "key", "k");
    opens("/topics/u.{from}", "rest-proxy");
    answer_offsets(3);

    writes("{\"k\":\"a\\\"\",\"n\":1}\n{\"k\":7, \"n\":2}\n{\"n\":3}\n",
           MILL_OK);

    ck_assert_str_eq(http_server_line(server, 0),
                     "POST /topics/u.input HTTP/1.1");
    ck_assert_str_eq(http_server_header(server, 0, "Content-Type"),
                     "application/vnd.kafka.json.v2+json");
    ck_assert_str_eq(http_server_header(server, 0, "Accept"),
                     "application/vnd.kafka.v2+json");
    ck_assert_str_eq(http_server_body(server, 0),
                     "{\"records\":[{\"key\":\"a\\\"\",\"value\":"
                     "{\"k\":\"a\\\"\",\"n\":1}},{\"key\":7,\"value\":"
                     "{\"k\":7, \"n\":2}},{\"value\":{\"n\":3}}]}");
}
END_TEST

START_TEST(a_key_that_a_row_came_with_goes_on)
{
    static const char *const formats[] = { "rest-proxy", "rest-proxy-binary" };
    static const char *const keys[] = { "\"key\":\"k\\\"1\",",
                                        "\"key\":\"ayIx\"," };

    for (int i = 0; i < 2; i++) {
        struct mill_batch *batch;

        harness_destroy(sink);
        sink = harness_create(MILL_SINK, "http");
        opens("/topics/x", formats[i]);
        answer_offsets(2);
        batch = harness_batch(sink);
        ck_assert_int_eq(mill_batch_add_column(batch, "n", 1), 0);
        *mill_batch_add_row(batch, 0) = mill_int(1);
        *mill_batch_add_row(batch, 1) = mill_int(2);
        ck_assert(
            mill_batch_set_key(batch, 0, (struct mill_bytes){ "k\"1", 3 }));
        ck_assert_int_eq(harness_write_batch(sink, batch), MILL_OK);
        ck_assert_ptr_nonnull(
            strstr(http_server_body(server, (size_t)i), keys[i]));
        ck_assert_ptr_nonnull(strstr(http_server_body(server, (size_t)i),
                                     i ? ",{\"value\":\"eyJuIjoyfQ==\"}"
                                       : ",{\"value\":{\"n\":2}}"));
    }
}
END_TEST

START_TEST(a_key_that_is_no_text_is_no_json)
{
    struct mill_batch *batch;

    opens("/topics/x", "rest-proxy");
    batch = harness_batch(sink);
    ck_assert_int_eq(mill_batch_add_column(batch, "n", 1), 0);
    *mill_batch_add_row(batch, 0) = mill_int(1);
    ck_assert(mill_batch_set_key(batch, 0, (struct mill_bytes){ "\xff", 1 }));
    ck_assert_int_eq(harness_write_batch(sink, batch), MILL_OK);
    ck_assert_ptr_nonnull(strstr(harness_rejected(sink), "isn't UTF-8"));
    ck_assert_uint_eq(http_server_count(server), 0);
}
END_TEST

START_TEST(the_rest_proxy_gets_base64_where_asked)
{
    harness_set(sink, "key_text", "{stream}");
    opens("/topics/x", "rest-proxy-binary");
    answer_offsets(1);

    writes("{\"n\":1}\n", MILL_OK);

    ck_assert_str_eq(http_server_header(server, 0, "Content-Type"),
                     "application/vnd.kafka.binary.v2+json");
    ck_assert_str_eq(
        http_server_body(server, 0),
        "{\"records\":[{\"key\":\"cm93cw==\",\"value\":\"eyJuIjoxfQ==\"}]}");
}
END_TEST

START_TEST(kinesis_gets_one_record_a_request_where_the_url_says_so)
{
    harness_set(sink, "key", "n");
    opens("/test/streams/streaming-{stream}/record", "kinesis-api");
    harness_set_stream(sink, "a b", "0");
    for (int i = 0; i < 2; i++)
        http_server_answer(server, 200, "",
                           "{\"SequenceNumber\":\"1\",\"ShardId\":\"s\"}");

    writes("{\"n\":1}\n{\"n\":2}\n", MILL_OK);

    ck_assert_uint_eq(http_server_count(server), 2);
    ck_assert_str_eq(http_server_line(server, 0),
                     "PUT /test/streams/streaming-a%20b/record HTTP/1.1");
    ck_assert_str_eq(http_server_body(server, 1),
                     "{\"StreamName\":\"streaming-a b\",\"Data\":{\"n\":2},"
                     "\"PartitionKey\":\"2\"}");
    ck_assert_ptr_null(strstr(harness_log(sink), "doesn't pass on"));
}
END_TEST

START_TEST(kinesis_gets_many_as_text)
{
    harness_set(sink, "key_text", "k");
    opens("/streams/s/records", "kinesis-api");
    http_server_answer(server, 200, "",
                       "{\"FailedRecordCount\":0,\"Records\":[{"
                       "\"SequenceNumber\":\"1\"},{\"SequenceNumber\":\"2\"}"
                       "]}");

    writes("{\"n\":\"a\\\\\"}\n{\"n\":2}\n", MILL_OK);

    ck_assert_str_eq(http_server_body(server, 0),
                     "{\"records\":[{\"partition-key\":\"k\",\"data\":"
                     "\"{\\\"n\\\":\\\"a\\\\\\\\\\\"}\"},{\"partition-key\":"
                     "\"k\",\"data\":\"{\\\"n\\\":2}\"}]}");
}
END_TEST

START_TEST(a_row_without_a_partition_key_is_rejected)
{
    harness_set(sink, "key", "k");
    opens("/streams/s/records", "kinesis-api");
    http_server_answer(server, 200, "",
                       "{\"FailedRecordCount\":0,\"Records\":[{}]}");

    writes("{\"n\":1}\n{\"k\":\"x\"}\n{\"k\":\"\"}\n", MILL_OK);

    ck_assert_str_eq(harness_rejected(sink),
                     "no value in \"k\", and a partition key is needed\n"
                     "its partition key has 0 bytes: 1 to 256 characters will "
                     "do\n");
    ck_assert_str_eq(key_of(0), "input/input/rows/0/1");
}
END_TEST

START_TEST(anything_else_gets_an_array_or_lines)
{
    opens("/in?x=1", "json");
    writes("{\"n\":1}\n{\"n\":2}\n", MILL_OK);
    ck_assert_str_eq(http_server_body(server, 0), "[{\"n\":1},{\"n\":2}]");
    ck_assert_str_eq(http_server_header(server, 0, "Content-Type"),
                     "application/json");
    ck_assert_str_eq(http_server_line(server, 0), "POST /in?x=1 HTTP/1.1");

    harness_destroy(sink);
    sink = harness_create(MILL_SINK, "http");
    harness_set(sink, "method", "PUT");
    opens("/in", "ndjson");
    writes("{\"n\":1}\n{\"n\": 2}\n", MILL_OK);
    ck_assert_str_eq(http_server_body(server, 1), "{\"n\":1}\n{\"n\": 2}\n");
    ck_assert_str_eq(http_server_line(server, 1), "PUT /in HTTP/1.1");
}
END_TEST

START_TEST(a_row_that_is_no_json_takes_no_other_along)
{
    opens("/in", "json");
    writes("{\"n\":1}\n1}],[{\n{\"n\":2}\n", MILL_OK);
    ck_assert_str_eq(http_server_body(server, 0), "[{\"n\":1},{\"n\":2}]");
    ck_assert_ptr_nonnull(strstr(harness_rejected(sink), "at byte "));
}
END_TEST

START_TEST(bodies_are_packed_where_asked)
{
    char text[100];
    z_stream stream = { 0 };

    harness_set(sink, "compression", "gzip");
    opens("/in", "ndjson");
    writes("{\"n\":1}\n", MILL_OK);

    ck_assert_str_eq(http_server_header(server, 0, "Content-Encoding"), "gzip");
    ck_assert_int_eq(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = (unsigned char *)(uintptr_t)http_server_body(server, 0);
    stream.avail_in = (uInt)http_server_body_len(server, 0);
    stream.next_out = (unsigned char *)text;
    stream.avail_out = sizeof(text);
    ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    ck_assert_uint_eq(stream.total_out, 8);
    ck_assert_mem_eq(text, "{\"n\":1}\n", 8);
}
END_TEST

START_TEST(times_are_written_as_asked)
{
    struct mill_batch *batch;

    harness_set(sink, "time_separator", "T");
    opens("/in", "ndjson");
    batch = harness_batch(sink);
    ck_assert_int_eq(mill_batch_add_column(batch, "t", 1), 0);
    *mill_batch_add_row(batch, 0) = mill_timestamp(INT64_C(1598586767000000));
    ck_assert_int_eq(harness_write_batch(sink, batch), MILL_OK);
    ck_assert_str_eq(http_server_body(server, 0),
                     "{\"t\":\"2020-08-28T03:52:47\"}\n");
}
END_TEST

/* --- headers --- */

START_TEST(what_the_options_say_goes_out)
{
    setenv("SECRET", "s3cret", 1);
    harness_set(sink, "api_key", "${SECRET}");
    harness_set(sink, "token", "${SECRET}");
    harness_set(sink, "headers", "X-One: 1");
    harness_set(sink, "headers", "content-type: text/plain");
    opens("/in", "ndjson");
    writes("{\"n\":1}\n", MILL_OK);

    ck_assert_str_eq(http_server_header(server, 0, "x-api-key"), "s3cret");
    ck_assert_str_eq(http_server_header(server, 0, "Authorization"),
                     "Bearer s3cret");
    ck_assert_str_eq(http_server_header(server, 0, "X-One"), "1");
    ck_assert_str_eq(http_server_header(server, 0, "Content-Type"),
                     "text/plain");
    ck_assert_str_eq(http_server_header(server, 0, "Expect"), "");
    ck_assert_ptr_eq(
        strstr(http_server_header(server, 0, "User-Agent"), "millrace/"),
        http_server_header(server, 0, "User-Agent"));
    ck_assert_ptr_null(strstr(harness_log(sink), "s3cret"));
}
END_TEST

START_TEST(user_and_password_are_basic_authentication)
{
    setenv("SECRET", "open sesame", 1);
    harness_set(sink, "user", "Aladdin");
    harness_set(sink, "password", "${SECRET}");
    opens("/in", "ndjson");
    writes("{\"n\":1}\n", MILL_OK);
    ck_assert_str_eq(http_server_header(server, 0, "Authorization"),
                     "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}
END_TEST

/* --- limits and keys --- */

START_TEST(requests_are_cut_by_rows)
{
    harness_set(sink, "max_rows", "2");
    opens("/in", "ndjson");
    harness_set_position(sink, 10);
    writes("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", MILL_OK);
    ck_assert_uint_eq(http_server_count(server), 2);
    ck_assert_str_eq(http_server_body(server, 1), "{\"n\":3}\n");
    ck_assert_str_eq(key_of(0), "input/input/rows/0/10+1");
    ck_assert_str_eq(key_of(1), "input/input/rows/0/12");
}
END_TEST

START_TEST(requests_are_cut_by_bytes)
{
    harness_set(sink, "max_bytes", "17");
    opens("/in", "json");
    writes("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":123456789012}\n{\"n\":4}\n",
           MILL_OK);
    ck_assert_uint_eq(http_server_count(server), 3);
    ck_assert_str_eq(http_server_body(server, 0), "[{\"n\":1},{\"n\":2}]");
    ck_assert_str_eq(http_server_body(server, 1), "[{\"n\":3}]");
    ck_assert_str_eq(http_server_body(server, 2), "[{\"n\":4}]");
    ck_assert_str_eq(harness_rejected(sink),
                     "a request with it alone has 20 bytes, over max_bytes, "
                     "17\n");
}
END_TEST

START_TEST(a_key_never_outgrows_a_header)
{
    struct mill_batch *batch;

    opens("/in", "ndjson");
    batch = harness_batch(sink);
    ck_assert_int_eq(mill_batch_add_column(batch, "n", 1), 0);
    for (unsigned i = 0; i < 4000; i++)
        *mill_batch_add_row(batch, i * UINT64_C(10)) = mill_int(i);
    ck_assert_int_eq(harness_write_batch(sink, batch), MILL_OK);
    ck_assert_uint_ge(http_server_count(server), 3);
    for (size_t i = 0; i < http_server_count(server); i++)
        ck_assert_uint_lt(
            strlen(http_server_header(server, i, "Idempotency-Key")), 3100);
}
END_TEST

START_TEST(connections_share_a_batch)
{
    struct mill_batch *batch;

    harness_set(sink, "connections", "4");
    opens("/in", "ndjson");
    batch = harness_batch(sink);
    ck_assert_int_eq(mill_batch_add_column(batch, "n", 1), 0);
    for (unsigned i = 0; i < 400; i++)
        *mill_batch_add_row(batch, i) = mill_int(i);
    ck_assert_int_eq(harness_write_batch(sink, batch), MILL_OK);
    ck_assert_uint_eq(http_server_count(server), 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_ptr_nonnull(strstr(key_of(i), "+99"));
    writes("{\"n\":1}\n{\"n\":2}\n", MILL_OK);
    ck_assert_uint_eq(http_server_count(server), 5);
}
END_TEST

START_TEST(an_epoch_lasts_as_long_as_the_state)
{
    char first[200];

    opens("/in", "ndjson");
    writes("{\"n\":1}\n", MILL_OK);
    snprintf(first, sizeof(first), "%s",
             http_server_header(server, 0, "Idempotency-Key"));
    harness_crash(sink);
    ck_assert_int_eq(harness_open(sink), MILL_OK);
    harness_set_position(sink, 0);
    writes("{\"n\":1}\n", MILL_OK);
    ck_assert_str_eq(http_server_header(server, 1, "Idempotency-Key"), first);

    harness_destroy(sink);
    sink = harness_create(MILL_SINK, "http");
    opens("/in", "ndjson");
    writes("{\"n\":1}\n", MILL_OK);
    ck_assert_str_ne(http_server_header(server, 2, "Idempotency-Key"), first);
}
END_TEST

/* The epoch of request INDEX is that of another, or isn't. */
static bool
same_epoch(size_t index, size_t other)
{
    char first[100];

    snprintf(first, sizeof(first), "%s",
             http_server_header(server, index, "Idempotency-Key"));
    return strncmp(first, http_server_header(server, other, "Idempotency-Key"),
                   27)
           == 0;
}

static void
comes_again_at(const char *stream, uint64_t position)
{
    harness_crash(sink);
    ck_assert_int_eq(harness_open(sink), MILL_OK);
    harness_set_stream(sink, stream, "0");
    harness_set_position(sink, position);
    writes("{\"n\":1}\n", MILL_OK);
}

START_TEST(a_lane_whose_positions_begin_anew_gets_an_epoch_of_its_own)
{
    opens("/in", "ndjson");
    writes("{\"n\":1}\n", MILL_OK);
    ck_assert_int_eq(harness_flush(sink), MILL_OK);
    comes_again_at("rows", 1);
    ck_assert(same_epoch(0, 1));
    comes_again_at("rows", 0);
    ck_assert(!same_epoch(0, 2));
    ck_assert_ptr_nonnull(strstr(harness_log(sink), "was reset"));
    /* Nothing of that was settled: it is the same rows again. */
    comes_again_at("rows", 0);
    ck_assert(same_epoch(2, 3));
    ck_assert_int_eq(harness_flush(sink), MILL_OK);
    comes_again_at("rows", 1);
    ck_assert(same_epoch(2, 4));
    comes_again_at("others", 0);
    ck_assert(same_epoch(0, 5));
}
END_TEST

START_TEST(what_is_settled_is_told)
{
    opens("/in", "ndjson");
    writes("{\"n\":1}\n{\"n\":2}\n", MILL_OK);
    ck_assert_int_eq(harness_flush(sink), MILL_OK);
    writes("{\"n\":3}\n", MILL_OK);
    ck_assert_str_eq(http_server_header(server, 1, "Idempotency-Settled"), "");
    ck_assert_int_eq(harness_published(sink), MILL_OK);
    writes("{\"n\":4}\n", MILL_OK);
    ck_assert_str_eq(http_server_header(server, 2, "Idempotency-Settled"), "1");
    harness_set_stream(sink, "others", "0");
    harness_set_position(sink, 0);
    writes("{\"n\":4}\n", MILL_OK);
    ck_assert_str_eq(http_server_header(server, 3, "Idempotency-Settled"), "");
}
END_TEST

/* --- rows of one position --- */

/* Three rows at position 5 and one at 6. */
static struct mill_batch *
derived(void)
{
    struct mill_batch *batch = harness_batch(sink);

    ck_assert_int_eq(mill_batch_add_column(batch, "n", 1), 0);
    for (int i = 0; i < 4; i++)
        *mill_batch_add_row(batch, i < 3 ? 5 : 6) = mill_int(i);
    return batch;
}

START_TEST(rows_of_one_position_keep_their_numbers_when_some_have_left)
{
    opens("/in", "rest-proxy");
    http_server_answer(server, 200, "",
                       "{\"offsets\":[{\"partition\":0,\"offset\":1},"
                       "{\"error_code\":50002,\"error\":\"never\"},"
                       "{\"error_code\":50003,\"error\":\"not now\"},"
                       "{\"error_code\":50003,\"error\":\"not now\"}]}");
    answer_offsets(2);

    ck_assert_int_eq(harness_write_batch(sink, derived()), MILL_RETRY);
    ck_assert_str_eq(key_of(0), "input/input/rows/0/5:0+2,1");
    ck_assert_uint_eq(harness_delivered(sink), 1);
    ck_assert_str_eq(harness_rejected(sink),
                     "Kafka refuses it, error 50002: never\n");
    ck_assert_str_eq(harness_rows(sink), "{\"n\":2}\n{\"n\":3}\n");

    ck_assert_int_eq(write_again(), MILL_OK);
    ck_assert_str_eq(key_of(1), "input/input/rows/0/5:2,1");
}
END_TEST

static void
add_bodies(Suite *suite)
{
    TCase *tests = tcase_create("bodies");

    tcase_add_checked_fixture(tests, http_bench_setup, http_bench_teardown);
    tcase_add_test(tests, the_rest_proxy_gets_records);
    tcase_add_test(tests, a_key_that_a_row_came_with_goes_on);
    tcase_add_test(tests, a_key_that_is_no_text_is_no_json);
    tcase_add_test(tests, the_rest_proxy_gets_base64_where_asked);
    tcase_add_test(tests,
                   kinesis_gets_one_record_a_request_where_the_url_says_so);
    tcase_add_test(tests, kinesis_gets_many_as_text);
    tcase_add_test(tests, a_row_without_a_partition_key_is_rejected);
    tcase_add_test(tests, anything_else_gets_an_array_or_lines);
    tcase_add_test(tests, a_row_that_is_no_json_takes_no_other_along);
    tcase_add_test(tests, bodies_are_packed_where_asked);
    tcase_add_test(tests, times_are_written_as_asked);
    tcase_add_test(tests, what_the_options_say_goes_out);
    tcase_add_test(tests, user_and_password_are_basic_authentication);
    suite_add_tcase(suite, tests);
}

static void
add_keys(Suite *suite)
{
    TCase *tests = tcase_create("keys");

    tcase_add_checked_fixture(tests, http_bench_setup, http_bench_teardown);
    tcase_add_test(tests, requests_are_cut_by_rows);
    tcase_add_test(tests, requests_are_cut_by_bytes);
    tcase_add_test(tests, a_key_never_outgrows_a_header);
    tcase_add_test(tests, connections_share_a_batch);
    tcase_add_test(tests, an_epoch_lasts_as_long_as_the_state);
    tcase_add_test(tests,
                   a_lane_whose_positions_begin_anew_gets_an_epoch_of_its_own);
    tcase_add_test(tests, what_is_settled_is_told);
    tcase_add_test(tests,
                   rows_of_one_position_keep_their_numbers_when_some_have_left);
    suite_add_tcase(suite, tests);
}

Suite *
suite(void)
{
    Suite *suite = suite_create("sink http");

    add_bodies(suite);
    add_keys(suite);
    return suite;
}
