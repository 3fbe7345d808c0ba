/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_http - bodies of requests to the source `http` */

#include "suite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/sources/http/request.h"

static struct request_style style;
static struct request request;
static struct refusal why;
static char *body;

static void
setup(void)
{
    style = (struct request_style){ .max_record = 1000 };
}

static void
teardown(void)
{
    request_finish(&request);
    free(body);
    body = NULL;
}

/* An exact piece of memory, so that ASan sees a step beyond it. */
static bool
parse(const char *text)
{
    size_t len = strlen(text);

    teardown();
    body = malloc(len > 0 ? len : 1);
    ck_assert_ptr_nonnull(body);
    memcpy(body, text, len);
    return request_parse(&request, &style, body, len, &why);
}

static void
takes(const char *text)
{
    ck_assert_msg(parse(text), "%s: %d %s", text, why.code, why.text);
}

static void
refuses(const char *text, int status, int code, const char *says)
{
    ck_assert_msg(!parse(text), "%s was taken", text);
    ck_assert_msg(why.status == status && why.code == code
                      && strstr(why.text, says),
                  "%s: %d %d %s", text, why.status, why.code, why.text);
    ck_assert_uint_eq(request.count, 0);
    ck_assert_ptr_null(request.records);
}

static void
is_bytes(struct mill_bytes bytes, const char *text)
{
    ck_assert_msg(bytes.len == strlen(text)
                      && memcmp(bytes.data, text, bytes.len) == 0,
                  "%.*s, not %s", (int)bytes.len, bytes.data, text);
}

static void
is_value(size_t i, const char *text)
{
    is_bytes(request.records[i].value, text);
}

/* --- bodies ----------------------------------------------------------------
 */

START_TEST(json_values_go_on_as_the_bytes_that_they_are)
{
    takes("{\"records\":[{\"value\":{\"a\":1.50,\"b\":\"\\u00e9 x\"}},"
          "{\"value\":[]},{\"value\":null},{\"value\":1e400},{}]}");
    ck_assert_uint_eq(request.count, 5);
    is_value(0, "{\"a\":1.50,\"b\":\"\\u00e9 x\"}");
    is_value(1, "[]");
    is_value(2, "null");
    is_value(3, "1e400");
    is_value(4, "null");
    for (size_t i = 0; i < 5; i++) {
        ck_assert_ptr_null(request.records[i].key.data);
        ck_assert_int_eq(request.records[i].partition, -1);
        ck_assert_uint_eq(request.records[i].index, i);
        ck_assert_int_eq(request.records[i].format, MILL_JSON);
    }
}
END_TEST

START_TEST(white_space_goes_but_not_in_texts)
{
    takes(" {\n \"records\" : [ { \"value\" : { \"a b\" : \" \\\" x\" ,\r\n\t"
          "\"c\" : [ 1 , 2 ] } , \"key\" : { \"k\" : 1 } } ] } \n");
    is_value(0, "{\"a b\":\" \\\" x\",\"c\":[1,2]}");
    is_bytes(request.records[0].key, "{\"k\":1}");
}
END_TEST

START_TEST(keys_and_partitions_are_each_record_s)
{
    takes("{\"value_schema_id\":1,\"key_schema\":null,\"records\":["
          "{\"key\":\"a\",\"value\":1,\"partition\":7},"
          "{\"key\":null,\"value\":2,\"partition\":null},"
          "{\"partition\":2147483647,\"value\":3}]}");
    is_bytes(request.records[0].key, "\"a\"");
    ck_assert_int_eq(request.records[0].partition, 7);
    ck_assert_ptr_null(request.records[1].key.data);
    ck_assert_int_eq(request.records[1].partition, -1);
    ck_assert_int_eq(request.records[2].partition, 2147483647);
}
END_TEST

START_TEST(the_last_of_two_lists_of_records_counts)
{
    takes("{\"records\":[{\"value\":1},{\"value\":2}],"
          "\"records\":[{\"value\":3}]}");
    ck_assert_uint_eq(request.count, 1);
    is_value(0, "3");
}
END_TEST

START_TEST(binary_records_are_base64)
{
    style.binary = true;
    takes("{\"records\":[{\"key\":\"AP8=\",\"value\":\"aGVs\\/G8=\"},"
          "{\"value\":null},{\"value\":\"\"}]}");
    ck_assert_uint_eq(request.records[0].key.len, 2);
    ck_assert_mem_eq(request.records[0].key.data, "\0\xff", 2);
    ck_assert_uint_eq(request.records[0].value.len, 5);
    ck_assert_int_eq(request.records[0].format, MILL_LINE);
    ck_assert_uint_eq(request.records[1].value.len, 0);
    refuses("{\"records\":[{\"value\":\"a\"}]}", 422, 42206, "not base64");
    refuses("{\"records\":[{\"value\":{}}]}", 422, 42206, "base64 text");
    refuses("{\"records\":[{\"value\":1},{\"value\":\"AAAA\"}]}", 422, 42206,
            "Record 0");
}
END_TEST

START_TEST(binary_records_may_hold_json)
{
    style.binary = true;
    style.binary_json = true;
    takes("{\"records\":[{\"value\":\"eyJhIjoKMX0=\"},"
          "{\"value\":\"aGk=\"}]}");
    is_value(0, "{\"a\":1}");
    ck_assert_int_eq(request.records[0].format, MILL_JSON);
    is_value(1, "hi");
    ck_assert_int_eq(request.records[1].format, MILL_LINE);
}
END_TEST

START_TEST(values_that_were_encoded_twice_are_noticed)
{
    const char *text = "{\"records\":[{\"value\":\"{\\\"a\\\": \\\"\\u00e9\\\"}"
                       "\"},{\"value\":\"{not json\"},{\"value\":\"text\"},"
                       "{\"value\":\"[1]\"}]}";

    takes(text);
    ck_assert_uint_eq(request.wrapped, 2);
    is_value(0, "\"{\\\"a\\\": \\\"\\u00e9\\\"}\"");
    style.unwrap = true;
    takes(text);
    ck_assert_uint_eq(request.wrapped, 2);
    is_value(0, "{\"a\":\"\xc3\xa9\"}");
    is_value(1, "\"{not json\"");
    is_value(2, "\"text\"");
    is_value(3, "[1]");
}
END_TEST

START_TEST(bodies_without_records_are_refused)
{
    refuses("", 422, 422, "no body");
    refuses("null", 422, 422, "no body");
    refuses("{}", 422, 422, "may not be empty");
    refuses("{\"records\":[]}", 422, 422, "may not be empty");
    refuses("{\"records\":null}", 422, 422, "may not be empty");
    refuses("{\"records\":{}}", 422, 42206, "list");
    refuses("{\"records\":[1]}", 422, 42206, "object");
    refuses("[]", 422, 42206, "object");
    refuses("{\"ind\":1,\"timestamp\":\"x\"}", 422, 422,
            "Unrecognized field: ind");
    refuses("{\"records\":[{\"valeu\":1}]}", 422, 422,
            "Unrecognized field: valeu");
    style.one_place = true;
    refuses("{\"records\":[{\"value\":1,\"partition\":0}]}", 422, 422,
            "Unrecognized field: partition");
}
END_TEST

START_TEST(what_is_no_json_is_malformed)
{
    const char *const bad[] = {
        "{",
        "{\"records\"",
        "{\"records\":",
        "{\"records\":[",
        "{\"records\":[{",
        "{\"records\":[{\"value\"",
        "{\"records\":[{\"value\":",
        "{\"records\":[{\"value\":1",
        "{\"records\":[{\"value\":1}",
        "{\"records\":[{\"value\":1}]",
        "{\"records\":[{\"value\":1},]}",
        "{\"records\":[{\"value\":01}]}",
        "{\"records\":[{\"value\":1.}]}",
        "{\"records\":[{\"value\":-}]}",
        "{\"records\":[{\"value\":1e}]}",
        "{\"records\":[{\"value\":nul}]}",
        "{\"records\":[{\"value\":\"\\x\"}]}",
        "{\"records\":[{\"value\":\"\\u12g4\"}]}",
        "{\"records\":[{\"value\":\"a\nb\"}]}",
        "{\"records\":[{\"value\":{\"a\" 1}}]}",
        "{\"records\":[{\"value\":{1:1}}]}",
        "{\"records\":[{\"value\":[1 2]}]}",
        "{\"records\":[{\"value\":1}]} x",
        "{\"records\":[{\"value\":\"\xff\"}]}",
        "x",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        refuses(bad[i], 400, 400, "Malformed JSON");
}
END_TEST

START_TEST(limits_are_kept_at_the_edge)
{
    char text[2048];
    size_t deep = MILL_JSON_DEPTH;
    char *nested = calloc(1, 4 * deep + 64);
    char *end;

    snprintf(text, sizeof(text), "{\"records\":[{\"value\":\"%0998d\"}]}", 0);
    takes(text);
    snprintf(text, sizeof(text), "{\"records\":[{\"value\":\"%0999d\"}]}", 0);
    refuses(text, 413, 413, "1001 bytes");
    refuses("{\"records\":[{\"partition\":2147483648}]}", 422, 42206,
            "too large");
    refuses("{\"records\":[{\"partition\":-1}]}", 422, 42206, "partition");
    refuses("{\"records\":[{\"partition\":1.0}]}", 422, 42206, "partition");
    refuses("{\"records\":[{\"partition\":\"1\"}]}", 422, 42206, "partition");
    style.max_record = 4 * deep;
    for (size_t more = 0; more < 2; more++) {
        end = stpcpy(nested, "{\"records\":[{\"value\":");
        memset(end, '[', deep + more);
        memset(end + deep + more, ']', deep + more);
        memcpy(end + 2 * (deep + more), "}]}", 4);
        if (more == 0)
            takes(nested);
        else
            refuses(nested, 400, 400, "too deep");
    }
    free(nested);
}
END_TEST

START_TEST(kinesis_takes_any_data_of_one_record)
{
    style.kind = BODY_KINESIS_RECORD;
    takes("{\"StreamName\": \"s\", \"Data\": {\"ind\": 7528, \"t\": \"a b\"}, "
          "\"PartitionKey\": \"k\\u00e9\"}");
    ck_assert_uint_eq(request.count, 1);
    is_value(0, "{\"ind\":7528,\"t\":\"a b\"}");
    is_bytes(request.records[0].key, "k\xc3\xa9");
    refuses("{\"Data\":1}", 400, 400, "partition key");
    refuses("{\"PartitionKey\":\"k\"}", 400, 400, "data is missing");
    refuses("{\"Data\":1,\"PartitionKey\":\"\"}", 400, 400, "1 to 256");
    refuses("{\"Data\":1,\"PartitionKey\":2}", 400, 400, "text");
    refuses("null", 400, 400, "no body");
}
END_TEST

START_TEST(kinesis_data_of_many_are_texts)
{
    char text[70000];
    size_t len = 0;

    style.kind = BODY_KINESIS_RECORDS;
    takes("{\"records\":[{\"data\":\"{\\\"a\\\": 1}\",\"partition-key\":\"p\"},"
          "{\"data\":\"plain \\ud83d\\ude00\",\"partitionKey\":\"q\"},"
          "{\"Data\":{\"b\": 2},\"PartitionKey\":\"r\"}]}");
    is_value(0, "{\"a\":1}");
    ck_assert_int_eq(request.records[0].format, MILL_JSON);
    is_value(1, "plain \xf0\x9f\x98\x80");
    ck_assert_int_eq(request.records[1].format, MILL_LINE);
    is_value(2, "{\"b\":2}");
    refuses("{\"records\":[]}", 400, 400, "empty");
    refuses("{\"records\":7}", 400, 400, "list");
    refuses("{\"records\":[{\"data\":\"\\ud83d\",\"partition-key\":\"p\"}]}",
            400, 400, "surrogate");
    for (size_t count = REQUEST_KINESIS_MOST; count <= REQUEST_KINESIS_MOST + 1;
         count++) {
        len = (size_t)snprintf(text, sizeof(text), "{\"records\":[");
        for (size_t i = 0; i < count; i++)
            len += (size_t)snprintf(text + len, sizeof(text) - len,
                                    "%s{\"data\":\"x\",\"partition-key\":"
                                    "\"p\"}",
                                    i > 0 ? "," : "");
        snprintf(text + len, sizeof(text) - len, "]}");
        if (count == REQUEST_KINESIS_MOST)
            takes(text);
        else
            refuses(text, 400, 400, "more than 500");
    }
}
END_TEST

START_TEST(a_partition_key_has_256_characters_at_most)
{
    char text[2048] = "{\"Data\":1,\"PartitionKey\":\"";
    size_t len = strlen(text);

    style.kind = BODY_KINESIS_RECORD;
    for (size_t i = 0; i < 256; i++, len += 2)
        memcpy(text + len, "\xc3\xa9", 2);
    memcpy(text + len, "\"}", 3);
    takes(text);
    memcpy(text + len, "x\"}", 4);
    refuses(text, 400, 400, "1 to 256");
}
END_TEST

Suite *
suite(void)
{
    Suite *all = suite_create("source http");
    TCase *tests = tcase_create("request");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, json_values_go_on_as_the_bytes_that_they_are);
    tcase_add_test(tests, white_space_goes_but_not_in_texts);
    tcase_add_test(tests, keys_and_partitions_are_each_record_s);
    tcase_add_test(tests, the_last_of_two_lists_of_records_counts);
    tcase_add_test(tests, binary_records_are_base64);
    tcase_add_test(tests, binary_records_may_hold_json);
    tcase_add_test(tests, values_that_were_encoded_twice_are_noticed);
    tcase_add_test(tests, bodies_without_records_are_refused);
    tcase_add_test(tests, what_is_no_json_is_malformed);
    tcase_add_test(tests, limits_are_kept_at_the_edge);
    tcase_add_test(tests, kinesis_takes_any_data_of_one_record);
    tcase_add_test(tests, kinesis_data_of_many_are_texts);
    tcase_add_test(tests, a_partition_key_has_256_characters_at_most);
    suite_add_tcase(all, tests);
    return all;
}
