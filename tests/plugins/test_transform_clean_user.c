/* SPDX-License-Identifier: Apache-2.0 */

/* test_transform_clean_user - the reference's rules for user_data, and every
 * way to have them otherwise */

#include <check.h>
#include <string.h>

#include "harness.h"
#include "suite.h"

static struct harness *bench;

static void
setup(void)
{
    bench = harness_create(MILL_TRANSFORM, "clean_user");
}

static void
teardown(void)
{
    harness_destroy(bench);
}

/* Opens with what was set and cleans ROWS. */
static const char *
clean(const char *rows)
{
    ck_assert_msg(harness_check(bench) == MILL_OK, "%s", harness_said(bench));
    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_apply(bench, rows), MILL_OK);
    return harness_rows(bench);
}

#define USER                                                                   \
    "{\"ind\":7528,\"first_name\":\"Ada\",\"last_name\":\"Byron\",\"age\":"    \
    "\"36\",\"date_joined\":\"2015-12-10 00:00:00\"}\n"

static const struct {
    const char *option;
    const char *value;
    const char *row;
    const char *out;
} people[] = {
    { NULL, NULL, USER,
      "{\"ind\":7528,\"user_name\":\"Ada Byron\",\"age\":36,"
      "\"date_joined\":\"2015-12-10 00:00:00\"}\n" },
    { "separator", "", USER,
      "{\"ind\":7528,\"user_name\":\"AdaByron\",\"age\":36,"
      "\"date_joined\":\"2015-12-10 00:00:00\"}\n" },
    { "user_name", "list", USER,
      "{\"ind\":7528,\"user_name\":[\"Ada\",\"Byron\"],\"age\":36,"
      "\"date_joined\":\"2015-12-10 00:00:00\"}\n" },
    { "age_type", "text", USER,
      "{\"ind\":7528,\"user_name\":\"Ada Byron\",\"age\":\"36\","
      "\"date_joined\":\"2015-12-10 00:00:00\"}\n" },
    { "null_name", "Byron", USER,
      "{\"ind\":7528,\"user_name\":null,\"age\":36,"
      "\"date_joined\":\"2015-12-10 00:00:00\"}\n" },
    { NULL, NULL,
      "{\"ind\":1,\"first_name\":\"Ada\",\"last_name\":null,\"age\":36,"
      "\"date_joined\":\"2015-12-10T00:00:00.5Z\"}\n",
      "{\"ind\":1,\"user_name\":null,\"age\":36,"
      "\"date_joined\":\"2015-12-10 00:00:00.500000\"}\n" },
    { "empty", "null",
      "{\"ind\":1,\"first_name\":\"Ada\",\"last_name\":\" \",\"age\":36,"
      "\"date_joined\":null}\n",
      "{\"ind\":1,\"user_name\":null,\"age\":36,\"date_joined\":null}\n" },
};

START_TEST(a_person_is_cleaned_as_asked)
{
    if (people[_i].option)
        harness_set(bench, people[_i].option, people[_i].value);
    ck_assert_str_eq(clean(people[_i].row), people[_i].out);
}
END_TEST

START_TEST(a_person_without_an_age_or_a_date_is_nulled_and_counted)
{
    ck_assert_str_eq(
        clean("{\"ind\":1,\"first_name\":\"Ada\",\"last_name\":\"Byron\","
              "\"age\":\"old\",\"date_joined\":\"2015-13-01\"}\n"),
        "{\"ind\":1,\"user_name\":\"Ada Byron\",\"age\":null,"
        "\"date_joined\":null}\n");
    ck_assert_uint_eq(harness_count(bench, "bad age"), 1);
    ck_assert_uint_eq(harness_count(bench, "bad date_joined"), 1);
}
END_TEST

START_TEST(a_person_without_an_age_is_rejected_where_asked)
{
    harness_set(bench, "on_bad", "reject");
    ck_assert_str_eq(clean("{\"ind\":1,\"age\":\"old\"}\n"), "");
    ck_assert_str_eq(harness_rejected(bench),
                     "age: \"old\" is not a whole number of 64 bits\n");
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

Suite *
suite(void)
{
    Suite *suite = suite_create("transform clean_user");
    TCase *cases = tcase_create("cleaning");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, a_person_is_cleaned_as_asked, 0, COUNT(people));
    tcase_add_test(cases,
                   a_person_without_an_age_or_a_date_is_nulled_and_counted);
    tcase_add_test(cases, a_person_without_an_age_is_rejected_where_asked);
    suite_add_tcase(suite, cases);
    return suite;
}
