/* SPDX-License-Identifier: Apache-2.0 */

/* test_transform_fields - columns renamed, dropped, nulled, cast, joined. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "suite.h"

static struct harness *bench;

static void
setup(void)
{
    bench = harness_create(MILL_TRANSFORM, "fields");
}

static void
teardown(void)
{
    harness_destroy(bench);
}

static const char *
apply(const char *rows)
{
    ck_assert_msg(harness_check(bench) == MILL_OK, "%s", harness_said(bench));
    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_apply(bench, rows), MILL_OK);
    return harness_rows(bench);
}

/* One option, or two: OPTION=VALUE. */
static const struct {
    const char *option;
    const char *value;
    const char *option2;
    const char *value2;
    const char *rows;
    const char *out;
} changes[] = {
    { "rename", "index:ind", NULL, NULL, "{\"index\":1,\"a\":2}\n",
      "{\"ind\":1,\"a\":2}\n" },
    { "rename", "a:b", "rename", "b:c", "{\"a\":1,\"b\":2}\n",
      "{\"b\":1,\"c\":2}\n" },
    { "rename", "a:b", "rename", "b:a", "{\"a\":1,\"b\":2}\n",
      "{\"b\":1,\"a\":2}\n" },
    { "rename", "a\\:b:c", NULL, NULL, "{\"a:b\":1}\n", "{\"c\":1}\n" },
    { "rename", "index:ind", NULL, NULL, "{\"index\":1}\n{\"ind\":2}\n",
      "{\"ind\":1}\n{\"ind\":2}\n" },
    { "rename", "none:b", NULL, NULL, "{\"a\":1}\n", "{\"a\":1}\n" },
    { "drop", "b", NULL, NULL, "{\"a\":1,\"b\":2,\"c\":3}\n",
      "{\"a\":1,\"c\":3}\n" },
    { "drop", "none", NULL, NULL, "{\"a\":1}\n", "{\"a\":1}\n" },
    { "keep", "b", NULL, NULL, "{\"a\":1,\"b\":2,\"c\":3}\n", "{\"b\":2}\n" },
    { "order", "c", "order", "b", "{\"a\":1,\"b\":2,\"c\":3}\n",
      "{\"c\":3,\"b\":2,\"a\":1}\n" },
    { "order", "x", "rename", "b:x", "{\"a\":1,\"b\":2}\n",
      "{\"x\":2,\"a\":1}\n" },
    { "order", "none", NULL, NULL, "{\"a\":1}\n", "{\"a\":1}\n" },
    { "drop", "b", "rename", "a:b", "{\"a\":1,\"b\":2}\n", "{\"b\":1}\n" },

    { "null_if", "a:User Info Error", NULL, NULL,
      "{\"a\":\"User Info Error\"}\n{\"a\":\"User Info Error.\"}\n",
      "{\"a\":null}\n{\"a\":\"User Info Error.\"}\n" },
    { "null_if", "a:", NULL, NULL, "{\"a\":\"\"}\n{\"a\":0}\n",
      "{\"a\":null}\n{\"a\":0}\n" },
    { "null_if", "a:x:y", NULL, NULL, "{\"a\":\"x:y\"}\n", "{\"a\":null}\n" },
    { "null_if", "a:0", NULL, NULL,
      "{\"a\":0}\n{\"a\":0.0}\n{\"a\":\"0\"}\n{\"a\":1}\n",
      "{\"a\":null}\n{\"a\":null}\n{\"a\":null}\n{\"a\":1}\n" },
    { "null_if", "a:false", NULL, NULL, "{\"a\":false}\n{\"a\":true}\n",
      "{\"a\":null}\n{\"a\":true}\n" },
    { "null_if", "a:x", "null_if", "a:y", "{\"a\":\"x\"}\n{\"a\":\"y\"}\n",
      "{\"a\":null}\n{\"a\":null}\n" },

    { "strip_prefix", "a:Local save in ", NULL, NULL,
      "{\"a\":\"Local save in /data\"}\n{\"a\":\"/Local save in \"}\n",
      "{\"a\":\"/data\"}\n{\"a\":\"/Local save in \"}\n" },
    { "strip_prefix", "a:n", "cast", "a:int", "{\"a\":\"n5\"}\n",
      "{\"a\":5}\n" },

    { "cast", "a:int", NULL, NULL, "{\"a\":\"5\"}\n{\"a\":null}\n{\"b\":1}\n",
      "{\"a\":5}\n{\"a\":null}\n{\"b\":1}\n" },
    { "cast", "a:count", NULL, NULL, "{\"a\":\"1.5M\"}\n",
      "{\"a\":1500000}\n" },
    { "cast", "a:timestamp", NULL, NULL, "{\"a\":\"2020-08-28T03:52:47\"}\n",
      "{\"a\":\"2020-08-28 03:52:47\"}\n" },
    { "cast", "a:int", NULL, NULL, "{\"a\":\"x\"}\n", "{\"a\":null}\n" },
    { "null_if", "a:none", "cast", "a:int", "{\"a\":\"none\"}\n",
      "{\"a\":null}\n" },

    { "concat", "n:a+b", NULL, NULL, "{\"a\":\"x\",\"b\":5}\n",
      "{\"a\":\"x\",\"b\":5,\"n\":\"x 5\"}\n" },
    { "concat", "n:a+b", NULL, NULL, "{\"a\":\"x\",\"b\":null}\n",
      "{\"a\":\"x\",\"b\":null,\"n\":null}\n" },
    { "concat", "n:a+b", "separator", "", "{\"a\":\"x\",\"b\":\"y\"}\n",
      "{\"a\":\"x\",\"b\":\"y\",\"n\":\"xy\"}\n" },
    { "concat", "a:a+b", NULL, NULL, "{\"a\":\"x\",\"b\":\"y\"}\n",
      "{\"a\":\"x y\",\"b\":\"y\"}\n" },
    { "concat", "n:a\\+b+c", NULL, NULL, "{\"a+b\":\"x\",\"c\":\"y\"}\n",
      "{\"a+b\":\"x\",\"c\":\"y\",\"n\":\"x y\"}\n" },
    { "array", "xy:x+y", "keep", "xy", "{\"x\":1.50,\"y\":null}\n",
      "{\"xy\":[1.50,null]}\n" },
    { "array", "xy:x+z", NULL, NULL, "{\"x\":1}\n",
      "{\"x\":1,\"xy\":[1,null]}\n" },
    { "cast", "x:number", "array", "xy:x+y", "{\"x\":\"1.5\",\"y\":2}\n",
      "{\"x\":1.5,\"y\":2,\"xy\":[1.5,2]}\n" },
};

START_TEST(columns_change_as_asked)
{
    harness_set(bench, changes[_i].option, changes[_i].value);
    if (changes[_i].option2)
        harness_set(bench, changes[_i].option2, changes[_i].value2);
    ck_assert_str_eq(apply(changes[_i].rows), changes[_i].out);
}
END_TEST

START_TEST(renaming_nulling_and_dropping_go_together)
{
    harness_set(bench, "rename", "index:ind");
    harness_set(bench, "null_if", "poster_name:User Info Error");
    harness_set(bench, "drop", "downloaded");
    ck_assert_str_eq(
        apply("{\"index\":1,\"poster_name\":\"User Info Error\","
              "\"downloaded\":0,\"category\":\"art\"}\n"
              "{\"index\":2,\"poster_name\":\"Ada\",\"downloaded\":1,"
              "\"category\":\"art\"}\n"),
        "{\"ind\":1,\"poster_name\":null,\"category\":\"art\"}\n"
        "{\"ind\":2,\"poster_name\":\"Ada\",\"category\":\"art\"}\n");
    ck_assert_uint_eq(harness_count(bench, "nulled poster_name"), 1);
}
END_TEST

START_TEST(nothing_asked_leaves_the_rows_alone)
{
    ck_assert_str_eq(apply("{\"a\":1,\"b\":\"x\"}\n"),
                     "{\"a\":1,\"b\":\"x\"}\n");
}
END_TEST

START_TEST(a_value_that_cant_be_cast_is_counted)
{
    harness_set(bench, "cast", "a:int");
    apply("{\"a\":\"x\"}\n{\"a\":\"1\"}\n{\"a\":\"y\"}\n");
    ck_assert_uint_eq(harness_count(bench, "bad a"), 2);
}
END_TEST

START_TEST(a_value_that_cant_be_cast_rejects_its_row_where_asked)
{
    harness_set(bench, "null_if", "b:-");
    harness_set(bench, "cast", "a:int");
    harness_set(bench, "drop", "b");
    harness_set(bench, "on_bad", "reject");
    ck_assert_str_eq(apply("{\"a\":\"x\",\"b\":\"-\"}\n{\"a\":\"1\"}\n"),
                     "{\"a\":1}\n");
    ck_assert_str_eq(harness_rejected(bench),
                     "a: \"x\" is not a whole number of 64 bits\n");
}
END_TEST

START_TEST(a_renaming_that_meets_its_name_counts_what_it_replaces)
{
    harness_set(bench, "rename", "index:ind");
    ck_assert_str_eq(apply("{\"index\":1,\"ind\":7}\n{\"index\":2}\n"),
                     "{\"ind\":1}\n{\"ind\":2}\n");
    ck_assert_uint_eq(harness_count(bench, "replaced by rename"), 1);
}
END_TEST

static const struct {
    const char *option;
    const char *value;
    const char *said;
} faults[] = {
    { "rename", "index", "rename: \"index\" isn't of the form OLD:NEW" },
    { "rename", ":b", "rename: \":b\" isn't of the form OLD:NEW" },
    { "rename", "a:", "rename: \"a\" gets no name" },
    { "null_if", "a", "null_if: \"a\" isn't of the form COLUMN:VALUE" },
    { "strip_prefix", "a", "isn't of the form COLUMN:PREFIX" },
    { "cast", "a", "isn't of the form COLUMN:TYPE" },
    { "cast", "a:integer", "cast: \"a\": there is no type \"integer\" (int," },
    { "concat", "a", "isn't of the form NEW:COLUMN+COLUMN" },
    { "concat", "a:", "concat: \"a:\" lacks the name of a part" },
    { "array", "a:b+", "array: \"a:b+\" lacks the name of a part" },
};

START_TEST(an_entry_that_is_none_is_refused)
{
    harness_set(bench, faults[_i].option, faults[_i].value);
    ck_assert_int_eq(harness_check(bench), MILL_FATAL);
    ck_assert_msg(strstr(harness_said(bench), faults[_i].said), "said %s",
                  harness_said(bench));
}
END_TEST

static const char *const contradictions[][5] = {
    { "rename", "a:b", "rename", "a:c", "\"a\" is renamed twice" },
    { "rename", "a:c", "rename", "b:c", "both \"a\" and \"b\" become \"c\"" },
    { "keep", "a", "drop", "a", "both keep and drop name \"a\"" },
    { "order", "a", "order", "a", "order names \"a\" twice" },
};

START_TEST(entries_that_contradict_each_other_are_refused)
{
    const char *const *given = contradictions[_i];

    harness_set(bench, given[0], given[1]);
    harness_set(bench, given[2], given[3]);
    ck_assert_int_eq(harness_check(bench), MILL_FATAL);
    ck_assert_msg(strstr(harness_said(bench), given[4]), "said %s",
                  harness_said(bench));
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

Suite *
suite(void)
{
    Suite *suite = suite_create("transform fields");
    TCase *cases = tcase_create("columns");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, columns_change_as_asked, 0, COUNT(changes));
    tcase_add_test(cases, renaming_nulling_and_dropping_go_together);
    tcase_add_test(cases, nothing_asked_leaves_the_rows_alone);
    tcase_add_test(cases, a_value_that_cant_be_cast_is_counted);
    tcase_add_test(cases,
                   a_value_that_cant_be_cast_rejects_its_row_where_asked);
    tcase_add_test(cases,
                   a_renaming_that_meets_its_name_counts_what_it_replaces);
    tcase_add_loop_test(cases, an_entry_that_is_none_is_refused, 0,
                        COUNT(faults));
    tcase_add_loop_test(cases, entries_that_contradict_each_other_are_refused,
                        0, COUNT(contradictions));
    suite_add_tcase(suite, cases);
    return suite;
}
