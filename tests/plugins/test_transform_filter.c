/* SPDX-License-Identifier: Apache-2.0 */

/* test_transform_filter - conditions: what they keep, and what is wrong with
 * those that are refused. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "suite.h"

static struct harness *bench;

static void
setup(void)
{
    bench = harness_create(MILL_TRANSFORM, "filter");
}

static void
teardown(void)
{
    harness_destroy(bench);
}

/* True where the condition keeps the row. */
static bool
keeps(const char *where, const char *row)
{
    char line[400];

    snprintf(line, sizeof(line), "%s\n", row);
    harness_set(bench, "where", where);
    ck_assert_msg(harness_check(bench) == MILL_OK, "%s: %s", where,
                  harness_said(bench));
    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_apply(bench, line), MILL_OK);
    ck_assert_uint_eq(harness_filtered(bench), *harness_rows(bench) == '\0');
    return *harness_rows(bench) != '\0';
}

static const struct {
    const char *where;
    const char *row;
    bool kept;
} conditions[] = {
    { "a == 1", "{\"a\":1}", true },
    { "a == 1", "{\"a\":2}", false },
    { "a != 1", "{\"a\":2}", true },
    { "a < 2", "{\"a\":1}", true },
    { "a < 1", "{\"a\":1}", false },
    { "a <= 1", "{\"a\":1}", true },
    { "a > -1", "{\"a\":0}", true },
    { "a >= 1", "{\"a\":1}", true },
    { "a >= 1", "{\"a\":0}", false },
    { "1 < a", "{\"a\":2}", true },
    { "a < b", "{\"a\":1,\"b\":2}", true },
    { "a < b", "{\"a\":2,\"b\":2}", false },

    /* Exactly, whatever the numbers are written as. */
    { "a == 9007199254740993", "{\"a\":9007199254740993}", true },
    { "a == 9007199254740992", "{\"a\":9007199254740993}", false },
    { "a > 9007199254740992.5", "{\"a\":9007199254740993}", true },
    { "a == 1.0", "{\"a\":1}", true },
    { "a == 1", "{\"a\":1.0}", true },
    { "a == 0.1", "{\"a\":0.1}", true },
    { "a == 0.1", "{\"a\":0.10000000000000000001}", false },
    { "a < 1e400", "{\"a\":1e399}", true },
    { "a > 9223372036854775807", "{\"a\":9223372036854775808}", true },
    { "a == 1e3", "{\"a\":1000}", true },
    { "a == -0", "{\"a\":0}", true },

    /* Text. */
    { "s == 'x'", "{\"s\":\"x\"}", true },
    { "s == \"x\"", "{\"s\":\"x\"}", true },
    { "s == 'it''s'", "{\"s\":\"it's\"}", true },
    { "s == \"a\"\"b\"", "{\"s\":\"a\\\"b\"}", true },
    { "s == ''", "{\"s\":\"\"}", true },
    { "s < 'b'", "{\"s\":\"a\"}", true },
    { "s < 'ab'", "{\"s\":\"a\"}", true },
    { "s > 'Z'", "{\"s\":\"a\"}", true },
    { "s == '\u00e9'", "{\"s\":\"\u00e9\"}", true },
    { "s == 'a'", "{\"s\":\"a\\u0000\"}", false },
    { "s contains 'bc'", "{\"s\":\"abcd\"}", true },
    { "s contains 'x'", "{\"s\":\"abcd\"}", false },
    { "s contains ''", "{\"s\":\"abcd\"}", true },
    { "s not contains 'x'", "{\"s\":\"abcd\"}", true },
    { "s starts_with 'ab'", "{\"s\":\"abcd\"}", true },
    { "s starts_with 'b'", "{\"s\":\"abcd\"}", false },
    { "s ends_with 'cd'", "{\"s\":\"abcd\"}", true },
    { "s ends_with 'abcde'", "{\"s\":\"abcd\"}", false },
    { "s starts_with t", "{\"s\":\"abcd\",\"t\":\"abc\"}", true },
    { "s matches '^a.*d$'", "{\"s\":\"abcd\"}", true },
    { "s matches '^[0-9]+[kM]?$'", "{\"s\":\"12k\"}", true },
    { "s matches '^[0-9]+[kM]?$'", "{\"s\":\"User Info Error\"}", false },
    { "s matches '^$'", "{\"s\":\"\"}", true },
    { "s not matches '^a'", "{\"s\":\"b\"}", true },

    /* Times. */
    { "t >= '2018-01-01'", "{\"t\":\"2018-01-01 00:00:00\"}", true },

    /* Lists of values. */
    { "a in (1, 2, 3)", "{\"a\":2}", true },
    { "a in (1, 2, 3)", "{\"a\":4}", false },
    { "a not in (1, 2)", "{\"a\":4}", true },
    { "s in ('x')", "{\"s\":\"x\"}", true },
    { "a in (1.0)", "{\"a\":1}", true },
    { "a in (1, null)", "{\"a\":1}", true },
    { "a not in (2, null)", "{\"a\":1}", false },

    /* Null and missing are neither true nor false. */
    { "a is null", "{\"a\":null}", true },
    { "a is null", "{\"b\":1}", true },
    { "a is not null", "{\"a\":0}", true },
    { "a is not null", "{\"a\":null}", false },
    { "a == 1", "{\"a\":null}", false },
    { "a != 1", "{\"a\":null}", false },
    { "not a == 1", "{\"a\":null}", false },
    { "a == 1 or b == 1", "{\"a\":null,\"b\":1}", true },
    { "a == 1 and b == 1", "{\"a\":null,\"b\":1}", false },
    { "not (a == 1 and b == 1)", "{\"a\":null,\"b\":2}", true },
    { "a not in (1)", "{\"a\":null}", false },
    { "s not contains 'x'", "{\"s\":null}", false },

    /* What doesn't fit together. */
    { "s == 5", "{\"s\":\"5\"}", false },
    { "not s == 5", "{\"s\":\"5\"}", false },
    { "a contains 'x'", "{\"a\":5}", false },
    { "l == m", "{\"l\":[1,{\"x\":2}],\"m\":[1,{\"x\":2}]}", true },
    { "l != m", "{\"l\":[1],\"m\":[2]}", true },
    { "l < m", "{\"l\":[1],\"m\":[2]}", false },

    /* Truth by itself. */
    { "b", "{\"b\":true}", true },
    { "b", "{\"b\":false}", false },
    { "not b", "{\"b\":false}", true },
    { "b == true", "{\"b\":true}", true },
    { "b != false", "{\"b\":true}", true },
    { "true", "{}", true },
    { "not true", "{}", false },
    { "b", "{\"b\":1}", false },

    /* How it is put together. */
    { "a == 1 or a == 2 and b == 9", "{\"a\":1,\"b\":0}", true },
    { "(a == 1 or a == 2) and b == 9", "{\"a\":1,\"b\":0}", false },
    { "not a == 1 and b == 1", "{\"a\":2,\"b\":1}", true },
    { "not not a == 1", "{\"a\":1}", true },
    { "a == 1 AND NOT b IN (2)", "{\"a\":1,\"b\":1}", true },
    { "  ( ( a==1 ) )  ", "{\"a\":1}", true },
    { "`is` == 1", "{\"is\":1}", true },
    { "`a``b` == 1", "{\"a`b\":1}", true },
    { "a.b-c == 1", "{\"a.b-c\":1}", true },
    { "\u00fcber == 1", "{\"\u00fcber\":1}", true },
};

START_TEST(a_condition_keeps_what_it_says)
{
    ck_assert_msg(keeps(conditions[_i].where, conditions[_i].row)
                      == conditions[_i].kept,
                  "%s on %s", conditions[_i].where, conditions[_i].row);
}
END_TEST

static const struct {
    const char *where;
    const char *said;
} faults[] = {
    { " ", "character 2: the condition ends where a column or a value should" },
    { "a =", "character 3: = compares nothing: write ==" },
    { "a == ", "character 6: the condition ends where a quoted text or a" },
    { "a == 'x", "character 6: the closing ' is missing" },
    { "a == 1 b",
      "character 8: and, or, or the end should stand before \"b\"" },
    { "a == 1 && b", "character 8: && isn't known: write and" },
    { "a || b", "character 3: || isn't known: write or" },
    { "(a == 1", "character 8: the condition ends where and, or or )" },
    { "a == 1)", "character 7: and, or, or the end should stand before \")\"" },
    { "a in 1", "character 6: ( should stand before \"1\"" },
    { "a in ()", "character 7: a number or a quoted text should stand" },
    { "a in (b)", "character 7: a number or a quoted text should stand" },
    { "a in (1 2)", "character 9: ) or , should stand before \"2)\"" },
    { "a is 5", "character 6: null should stand before \"5\"" },
    { "a not 5", "character 7: in, contains, starts_with, ends_with or" },
    { "a == null", "character 3: nothing compares with null: write is null" },
    { "null == a", "character 6: nothing compares with null: write is null" },
    { "a contains 5", "character 12: only a text can be looked for" },
    { "a matches '('", "character 11: not a regular expression: " },
    { "a matches b", "character 11: matches takes a quoted regular" },
    { "5", "character 2: the condition ends where a comparison such as ==" },
    { "5k == 1", "character 1: \"5k\" is no number" },
    { "a == 1.", "character 6: \"1.\" is no number" },
    { "a # 1", "character 3: # isn't known here" },
    { "a`b` == 1", "character 2: and, or, or the end should stand before" },
    { "`` == 1", "character 1: a column without a name" },
    { "and", "character 1: a column or a value should stand before \"and\"" },
};

START_TEST(a_condition_that_is_none_is_refused_with_its_place)
{
    harness_set(bench, "where", faults[_i].where);
    ck_assert_int_eq(harness_check(bench), MILL_FATAL);
    ck_assert_msg(strstr(harness_said(bench), faults[_i].said),
                  "%s: said %s, not %s", faults[_i].where, harness_said(bench),
                  faults[_i].said);
}
END_TEST

START_TEST(nesting_without_end_is_refused)
{
    char where[400];

    memset(where, '(', 200);
    memcpy(where + 200, "a", 2);
    harness_set(bench, "where", where);
    ck_assert_int_eq(harness_check(bench), MILL_FATAL);
    ck_assert_ptr_nonnull(strstr(harness_said(bench), "more than 100"));
}
END_TEST

START_TEST(what_doesnt_fit_is_counted)
{
    ck_assert(!keeps("s > 5 or s contains 'x'", "{\"s\":\"5\"}"));
    ck_assert_uint_eq(harness_count(bench, "incomparable"), 1);
}
END_TEST

START_TEST(rows_go_on_as_they_came)
{
    harness_set(bench, "where", "a == 1");
    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(
        harness_apply(bench, "{ \"a\" : 1.0 }\n{\"a\":2}\n{\"a\": 1}\n"),
        MILL_OK);
    ck_assert_str_eq(harness_rows(bench), "{ \"a\" : 1.0 }\n{\"a\": 1}\n");
    ck_assert_uint_eq(harness_filtered(bench), 1);
}
END_TEST

START_TEST(timestamps_compare_with_quoted_times)
{
    struct mill_batch *batch = harness_batch(bench);
    int column = mill_batch_add_column(batch, "t", 1);
    int64_t time = 0;

    ck_assert(mill_timestamp_parse("2020-08-28 03:52:47", 19, &time));
    for (int64_t i = -1; i <= 1; i++) {
        struct mill_value *row = mill_batch_add_row(batch, (uint64_t)(i + 1));

        row[column] = mill_timestamp(time + i);
    }
    harness_set(bench, "where",
                "t <= '2020-08-28T03:52:47' and "
                "'2020-08-28T03:52:47Z' <= t");
    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_apply_batch(bench, batch), MILL_OK);
    ck_assert_uint_eq(harness_filtered(bench), 2);
    ck_assert_str_eq(harness_rows(bench), "{\"t\":\"2020-08-28 03:52:47\"}\n");
}
END_TEST

START_TEST(doubles_compare_as_they_are_written)
{
    struct mill_batch *batch = harness_batch(bench);
    int column = mill_batch_add_column(batch, "a", 1);
    const double doubles[] = { 0.1, 0.3, 9007199254740992.0 };

    for (size_t i = 0; i < 3; i++)
        mill_batch_add_row(batch, i)[column] = mill_double(doubles[i]);
    harness_set(bench, "where",
                "a == 0.1 or a == 9007199254740992 "
                "or a == 9007199254740993");
    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_apply_batch(bench, batch), MILL_OK);
    ck_assert_uint_eq(harness_filtered(bench), 1);
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

Suite *
suite(void)
{
    Suite *suite = suite_create("transform filter");
    TCase *cases = tcase_create("conditions");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, a_condition_keeps_what_it_says, 0,
                        COUNT(conditions));
    tcase_add_loop_test(cases,
                        a_condition_that_is_none_is_refused_with_its_place, 0,
                        COUNT(faults));
    tcase_add_test(cases, nesting_without_end_is_refused);
    tcase_add_test(cases, what_doesnt_fit_is_counted);
    tcase_add_test(cases, rows_go_on_as_they_came);
    tcase_add_test(cases, timestamps_compare_with_quoted_times);
    tcase_add_test(cases, doubles_compare_as_they_are_written);
    suite_add_tcase(suite, cases);
    return suite;
}
