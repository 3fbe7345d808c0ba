/* SPDX-License-Identifier: Apache-2.0 */

/* test_common_kafka - what errors mean, and which property was meant */

#include "suite.h"

#include <check.h>
#include <string.h>

#include "kafka/client.h"
#include "kafka/nearest.h"

START_TEST(a_property_with_a_slip_is_recognized)
{
    char nearest[NEAREST_ROOM];

    ck_assert(nearest_property("linger.msec", nearest));
    ck_assert_str_eq(nearest, "linger.ms");
    ck_assert(nearest_property("acsk", nearest)); /* of a topic, and an alias */
    ck_assert_str_eq(nearest, "acks");
    ck_assert(!nearest_property("max.message.bytes.of.topic", nearest));
    ck_assert(!nearest_property("", nearest));
    ck_assert(!nearest_property("a.name.that.is.much.longer.than.any.property."
                                "of.librdkafka.has.ever.been",
                                nearest));
}
END_TEST

START_TEST(an_error_is_of_a_message_of_the_moment_or_for_good)
{
    ck_assert_int_eq(kafka_verdict(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, true),
                     MILL_REJECT);
    ck_assert_int_eq(kafka_verdict(RD_KAFKA_RESP_ERR_INVALID_RECORD, true),
                     MILL_REJECT);
    ck_assert_int_eq(kafka_verdict(RD_KAFKA_RESP_ERR__TRANSPORT, false),
                     MILL_RETRY);
    ck_assert_int_eq(kafka_verdict(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, true),
                     MILL_RETRY);
    ck_assert_int_eq(kafka_verdict(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, true),
                     MILL_FATAL);
    ck_assert_int_eq(
        kafka_verdict(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, true),
        MILL_FATAL);
}
END_TEST

START_TEST(a_password_is_wrong_only_where_it_never_worked)
{
    ck_assert_int_eq(kafka_verdict(RD_KAFKA_RESP_ERR__AUTHENTICATION, false),
                     MILL_FATAL);
    ck_assert_int_eq(kafka_verdict(RD_KAFKA_RESP_ERR__AUTHENTICATION, true),
                     MILL_RETRY);
    ck_assert_ptr_nonnull(
        strstr(kafka_advice(RD_KAFKA_RESP_ERR__AUTHENTICATION), "password"));
    /* A topic that was removed meanwhile has no partitions any more. */
    ck_assert_ptr_nonnull(strstr(
        kafka_advice(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION), "make the topic"));
    ck_assert_str_eq(kafka_advice(RD_KAFKA_RESP_ERR_NO_ERROR), "");
}
END_TEST

START_TEST(the_name_of_a_topic_is_looked_at)
{
    char name[251];

    ck_assert_ptr_null(kafka_topic_fault("0affe.pin_2-x"));
    ck_assert_ptr_nonnull(kafka_topic_fault(""));
    ck_assert_ptr_nonnull(kafka_topic_fault("."));
    ck_assert_ptr_nonnull(kafka_topic_fault(".."));
    ck_assert_ptr_nonnull(kafka_topic_fault("a/b"));
    ck_assert_ptr_nonnull(kafka_topic_fault("a b"));
    memset(name, 'x', sizeof(name));
    name[250] = '\0';
    ck_assert_ptr_nonnull(kafka_topic_fault(name));
    name[249] = '\0';
    ck_assert_ptr_null(kafka_topic_fault(name));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("common kafka");
    TCase *tests = tcase_create("kafka");

    tcase_add_test(tests, a_property_with_a_slip_is_recognized);
    tcase_add_test(tests, an_error_is_of_a_message_of_the_moment_or_for_good);
    tcase_add_test(tests, a_password_is_wrong_only_where_it_never_worked);
    tcase_add_test(tests, the_name_of_a_topic_is_looked_at);
    suite_add_tcase(suite, tests);
    return suite;
}
