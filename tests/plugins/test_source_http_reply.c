/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_http_reply - paths, media types and replies of the source `http`
 */

#include "suite.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "../../plugins/sources/http/reply.h"
#include "../../plugins/sources/http/route.h"

/* --- paths -----------------------------------------------------------------
 */

static void
goes(const char *method, const char *path, enum route_kind kind,
     const char *name, int32_t partition)
{
    struct route route;

    route_find(&route, method, path, "/test");
    ck_assert_msg(route.kind == kind, "%s %s is %d", method, path, route.kind);
    if (name)
        ck_assert_str_eq(route.name, name);
    ck_assert_int_eq(route.partition, partition);
}

START_TEST(paths_are_routed)
{
    goes("POST", "/test/topics/a.pin", ROUTE_PRODUCE, "a.pin", -1);
    goes("POST", "/test/topics/a/partitions/12", ROUTE_PRODUCE, "a", 12);
    goes("GET", "/test/topics", ROUTE_TOPICS, NULL, -1);
    goes("GET", "/test/topics/", ROUTE_TOPICS, NULL, -1);
    goes("GET", "/test/topics/a", ROUTE_TOPIC, "a", -1);
    goes("PUT", "/test/streams/s/record", ROUTE_PUT_RECORD, "s", -1);
    goes("PUT", "/test/streams/s/records", ROUTE_PUT_RECORDS, "s", -1);
    goes("GET", "/test/streams", ROUTE_STREAMS, NULL, -1);
    goes("GET", "/test/streams/s", ROUTE_STREAM, "s", -1);
    goes("POST", "/test/streams/s", ROUTE_STREAM_CREATE, "s", -1);
    goes("DELETE", "/test/streams/s", ROUTE_STREAM_DELETE, "s", -1);
    goes("GET", "/test", ROUTE_ALIVE, NULL, -1);
    goes("GET", "/test/", ROUTE_ALIVE, NULL, -1);
    goes("HEAD", "/test", ROUTE_ALIVE, NULL, -1);
    goes("HEAD", "/test/topics/a", ROUTE_TOPIC, "a", -1);
}
END_TEST

static void
decodes(const char *from, const char *to)
{
    char path[64];

    snprintf(path, sizeof(path), "%s", from);
    ck_assert_uint_eq(route_decode(path), strlen(to));
    ck_assert_str_eq(path, to);
}

START_TEST(paths_are_decoded_but_not_divided_by_that)
{
    decodes("/topics/a%2Epin", "/topics/a.pin");
    decodes("/t%c3%A9/%25", "/t\xc3\xa9/%");
    decodes("/a%2Fb", "/a%b");
    decodes("/a%00b", "/a%b");
    decodes("/%", "/%");
    decodes("/%4", "/%4");
    decodes("/%zz%4g%", "/%zz%4g%");
    decodes("", "");
}
END_TEST

static void
allows(const char *method, const char *path, const char *allow)
{
    struct route route;

    route_find(&route, method, path, "");
    ck_assert_int_eq(route.kind, ROUTE_NOT_SO);
    ck_assert_str_eq(route.allow, allow);
}

START_TEST(what_a_path_takes_is_told)
{
    allows("PUT", "/", "GET, HEAD");
    allows("PUT", "/topics", "GET, HEAD");
    allows("PUT", "/topics/a", "GET, HEAD, POST");
    allows("GET", "/topics/a/partitions/1", "POST");
    allows("HEAD", "/streams/s/record", "PUT");
    allows("POST", "/streams/s/records", "PUT");
    allows("PATCH", "/streams/s", "DELETE, GET, HEAD, POST");
}
END_TEST

START_TEST(other_paths_are_told_why)
{
    char name[300];

    goes("POST", "/topics/a", ROUTE_OTHER_BASE, NULL, -1);
    goes("POST", "/tester/topics/a", ROUTE_OTHER_BASE, NULL, -1);
    goes("POST", "/test/topic/a", ROUTE_NOWHERE, NULL, -1);
    goes("POST", "/test/topics/a/partitions", ROUTE_NOWHERE, NULL, -1);
    goes("POST", "/test/topics/a/partitions/x", ROUTE_NOWHERE, NULL, -1);
    goes("POST", "/test/topics/a/partitions/1/2", ROUTE_NOWHERE, NULL, -1);
    goes("POST", "/test/topics/a/parts/1", ROUTE_NOWHERE, NULL, -1);
    goes("PUT", "/test/streams/s/other", ROUTE_NOWHERE, NULL, -1);
    goes("DELETE", "/test/topics/a", ROUTE_NOT_SO, NULL, -1);
    goes("POST", "/test/topics", ROUTE_NOT_SO, NULL, -1);
    goes("POST", "/test/streams/s/record", ROUTE_NOT_SO, NULL, -1);
    goes("POST", "/test/topics/..", ROUTE_BAD_NAME, NULL, -1);
    goes("POST", "/test/topics/.", ROUTE_BAD_NAME, NULL, -1);
    goes("POST", "/test/topics/a b", ROUTE_BAD_NAME, NULL, -1);
    goes("POST", "/test/topics/\xc3\xa9", ROUTE_BAD_NAME, NULL, -1);
    snprintf(name, sizeof(name), "/test/topics/%0249d", 0);
    goes("POST", name, ROUTE_PRODUCE, NULL, -1);
    snprintf(name, sizeof(name), "/test/topics/%0250d", 0);
    goes("POST", name, ROUTE_BAD_NAME, NULL, -1);
}
END_TEST

START_TEST(media_types_choose_the_format)
{
    ck_assert_int_eq(media_of("application/vnd.kafka.json.v2+json"),
                     MEDIA_JSON);
    ck_assert_int_eq(media_of("Application/vnd.kafka.JSON.v2+json; charset=x"),
                     MEDIA_JSON);
    ck_assert_int_eq(media_of("application/vnd.kafka.binary.v2+json"),
                     MEDIA_BINARY);
    ck_assert_int_eq(media_of("application/json"), MEDIA_BINARY);
    ck_assert_int_eq(media_of("application/vnd.kafka.v2+json"), MEDIA_BINARY);
    ck_assert_int_eq(media_of("application/vnd.kafka.avro.v2+json"),
                     MEDIA_SCHEMA);
    ck_assert_int_eq(media_of("text/plain"), MEDIA_UNKNOWN);
    ck_assert_int_eq(media_of("application/jsonx"), MEDIA_UNKNOWN);
    ck_assert_int_eq(media_of(NULL), MEDIA_UNKNOWN);
    ck_assert_str_eq(media_reply(NULL), "application/vnd.kafka.v2+json");
    ck_assert_str_eq(media_reply("*/*"), "application/vnd.kafka.v2+json");
    ck_assert_str_eq(media_reply("text/html, application/json;q=0.5"),
                     "application/json");
    ck_assert_str_eq(media_reply("application/json, */*"),
                     "application/vnd.kafka.v2+json");
    ck_assert_str_eq(media_reply("application/vnd.kafka.json.v2+json"),
                     "application/vnd.kafka.v2+json");
    ck_assert_ptr_null(media_reply("text/html"));
}
END_TEST

/* --- replies ---------------------------------------------------------------
 */

static struct mill_buffer reply;

static void
says(const char *text)
{
    ck_assert_str_eq(mill_buffer_text(&reply), text);
    mill_buffer_finish(&reply);
}

START_TEST(each_record_has_its_entry)
{
    char reason[] = "no \"object\"";
    struct outcome outcomes[] = {
        { .state = OUTCOME_STORED, .partition = 0, .offset = 17 },
        { .state = OUTCOME_DEAD, .reason = reason },
        { .state = OUTCOME_OPEN },
    };

    reply_offsets(&reply, outcomes, 3, "late");
    says("{\"offsets\":[{\"partition\":0,\"offset\":17,\"error_code\":null,"
         "\"error\":null},{\"partition\":null,\"offset\":null,\"error_code\":"
         "50002,\"error\":\"no \\\"object\\\"\"},{\"partition\":null,\"offset\""
         ":null,\"error_code\":50003,\"error\":\"late\"}],\"key_schema_id\":"
         "null,\"value_schema_id\":null}");
    reply_put_records(&reply, outcomes, 3, "late");
    says("{\"FailedRecordCount\":2,\"Records\":[{\"SequenceNumber\":\"17\","
         "\"ShardId\":\"shardId-000000000000\"},{\"ErrorCode\":"
         "\"InvalidArgumentException\",\"ErrorMessage\":\"no \\\"object\\\"\"},"
         "{\"ErrorCode\":\"InternalFailure\",\"ErrorMessage\":\"late\"}]}");
    ck_assert_int_eq(reply_put_record(&reply, &outcomes[0], "late"), 200);
    says("{\"SequenceNumber\":\"17\",\"ShardId\":\"shardId-000000000000\"}");
    ck_assert_int_eq(reply_put_record(&reply, &outcomes[1], "late"), 400);
    says("{\"__type\":\"InvalidArgumentException\",\"message\":\"no "
         "\\\"object\\\"\"}");
    ck_assert_int_eq(reply_put_record(&reply, &outcomes[2], "late"), 500);
    says("{\"__type\":\"InternalFailure\",\"message\":\"late\"}");
}
END_TEST

START_TEST(refusals_are_spelt_as_each_api_does)
{
    struct refusal refusal;

    ck_assert(!refuse(&refusal, 404, 40401, "Topic %s", "not found."));
    reply_refusal(&reply, &refusal);
    says("{\"error_code\":40401,\"message\":\"Topic not found.\"}");
    ck_assert_int_eq(reply_kinesis_refusal(&reply, &refusal), 400);
    says("{\"__type\":\"ResourceNotFoundException\",\"message\":\"Topic not "
         "found.\"}");
    refuse(&refusal, 422, 422, "x");
    ck_assert_int_eq(reply_kinesis_refusal(&reply, &refusal), 400);
    says("{\"__type\":\"ValidationException\",\"message\":\"x\"}");
    reply_message(&reply, "Forbidden");
    says("{\"message\":\"Forbidden\"}");
}
END_TEST

START_TEST(what_a_sink_told_is_retold)
{
    const char topic[] = "{\"name\":\"t\",\"partitions\":[0,1]}";
    const char stream[] = "{\"name\":\"t\",\"partitions\":[\"shardId-7\"]}";
    int64_t count;

    reply_topic(&reply, "t", (struct mill_bytes){ topic, strlen(topic) });
    says("{\"name\":\"t\",\"configs\":{},\"partitions\":[{\"partition\":0,"
         "\"replicas\":[]},{\"partition\":1,\"replicas\":[]}]}");
    reply_stream(&reply, "t", (struct mill_bytes){ stream, strlen(stream) });
    says("{\"StreamDescription\":{\"StreamName\":\"t\",\"StreamStatus\":"
         "\"ACTIVE\",\"HasMoreShards\":false,\"Shards\":[{\"ShardId\":"
         "\"shardId-7\"}]}}");
    reply_streams(&reply, (struct mill_bytes){ "[\"a\"]", 5 });
    says("{\"HasMoreStreams\":false,\"StreamNames\":[\"a\"]}");
    ck_assert(reply_shard_count((struct mill_bytes){ NULL, 0 }, &count));
    ck_assert_int_eq(count, 0);
    ck_assert(reply_shard_count((struct mill_bytes){ "{\"ShardCount\":4}", 16 },
                                &count));
    ck_assert_int_eq(count, 4);
    ck_assert(!reply_shard_count((struct mill_bytes){ "[]", 2 }, &count));
    ck_assert(!reply_shard_count((struct mill_bytes){ "{", 1 }, &count));
}
END_TEST

Suite *
suite(void)
{
    Suite *all = suite_create("source http: reply");
    TCase *tests = tcase_create("reply");

    tcase_add_test(tests, paths_are_routed);
    tcase_add_test(tests, paths_are_decoded_but_not_divided_by_that);
    tcase_add_test(tests, what_a_path_takes_is_told);
    tcase_add_test(tests, other_paths_are_told_why);
    tcase_add_test(tests, media_types_choose_the_format);
    tcase_add_test(tests, each_record_has_its_entry);
    tcase_add_test(tests, refusals_are_spelt_as_each_api_does);
    tcase_add_test(tests, what_a_sink_told_is_retold);
    suite_add_tcase(all, tests);
    return all;
}
