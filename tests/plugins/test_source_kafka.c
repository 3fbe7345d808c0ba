/* SPDX-License-Identifier: Apache-2.0 */

/* The parts of the source `kafka` that need no broker; the rest is in
 * tests/e2e/kafka-source and kafka-group. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/sources/kafka/life.h"
#include "../../plugins/sources/kafka/row.h"
#include "../../plugins/sources/kafka/share.h"
#include "suite.h"

/* TEXT as it comes out; NULL: refused. */
static const char *
joined(const char *text)
{
    static char copy[200];

    snprintf(copy, sizeof(copy), "%s", text);
    return row_join_lines(copy, strlen(copy)) ? copy : NULL;
}

START_TEST(lines_between_values_are_joined)
{
    ck_assert_str_eq(joined("{\n  \"a\":\r\n1\n}\n"), "{   \"a\":  1 } ");
    ck_assert_str_eq(joined("{\"a\":\"b\"}"), "{\"a\":\"b\"}");
    ck_assert_str_eq(joined(""), "");
}
END_TEST

START_TEST(a_line_break_within_a_text_is_refused)
{
    ck_assert_ptr_null(joined("{\"a\":\"b\nc\"}"));
    ck_assert_ptr_null(joined("{\"a\":\"\\\"\n\"}"));
    ck_assert_ptr_null(joined("{\"a\n\":1}"));
    /* The backslash is one of two: the quote ends the text. */
    ck_assert_str_eq(joined("{\"a\":\"\\\\\"\n}"), "{\"a\":\"\\\\\" }");
    ck_assert_str_eq(joined("{\"a\\n\":\n1}"), "{\"a\\n\": 1}");
}
END_TEST

START_TEST(metadata_of_ours_is_known_again)
{
    char life[SHARE_LIFE_ROOM];
    char again[SHARE_LIFE_ROOM];
    char text[LIFE_METADATA_ROOM];

    life_begin(life);
    life_print(life, text);
    ck_assert(life_parse(text, strlen(text), again));
    ck_assert_str_eq(life, again);
    life_begin(again);
    ck_assert_str_ne(life, again);
}
END_TEST

START_TEST(metadata_of_others_is_not_ours)
{
    static const char *const others[] = {
        "",
        "millrace",
        "millrace 1 ",
        "millrace 1 0123456789abcde",
        "millrace 1 0123456789abcdeg",
        "millrace 1 0123456789abcdef0",
        "millrace 2 0123456789abcdef",
        "NO_METADATA",
    };
    char life[SHARE_LIFE_ROOM];

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        ck_assert_msg(!life_parse(others[i], strlen(others[i]), life), "%s",
                      others[i]);
    ck_assert(!life_parse(NULL, 0, life));
}
END_TEST

START_TEST(a_partition_is_found_among_many_and_gone_when_removed)
{
    struct shares shares = { 0 };
    static const char *const topics[] = { "b", "a", "c" };

    for (int32_t i = 0; i < 300; i++)
        ck_assert_ptr_nonnull(
            shares_add(&shares, topics[i % 3], (i * 7) % 300));
    ck_assert_uint_eq(shares.count, 300);
    for (int32_t i = 0; i < 300; i++) {
        struct share *share =
            shares_find(&shares, topics[i % 3], (i * 7) % 300);

        ck_assert_ptr_nonnull(share);
        ck_assert_str_eq(share->topic, topics[i % 3]);
        ck_assert_int_eq(share->number, (i * 7) % 300);
        ck_assert_int_eq(strtol(share->partition, NULL, 10), share->number);
        ck_assert_ptr_null(
            shares_find(&shares, topics[(i + 1) % 3], (i * 7) % 300));
        if (i % 2 == 0)
            shares_remove(&shares, share);
    }
    ck_assert_uint_eq(shares.count, 150);
    for (int32_t i = 0; i < 300; i++)
        ck_assert_int_eq(
            shares_find(&shares, topics[i % 3], (i * 7) % 300) != NULL, i % 2);
    shares_finish(&shares);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("source kafka");
    TCase *tests = tcase_create("parts");

    tcase_add_test(tests, lines_between_values_are_joined);
    tcase_add_test(tests, a_line_break_within_a_text_is_refused);
    tcase_add_test(tests, metadata_of_ours_is_known_again);
    tcase_add_test(tests, metadata_of_others_is_not_ours);
    tcase_add_test(tests,
                   a_partition_is_found_among_many_and_gone_when_removed);
    suite_add_tcase(suite, tests);
    return suite;
}
