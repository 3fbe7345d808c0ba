/* SPDX-License-Identifier: Apache-2.0 */

/* Tests of the bench itself, with the test plugins on it. */

#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "suite.h"

static struct harness *bench;

static void
teardown(void)
{
    harness_destroy(bench);
}

START_TEST(a_source_is_read_until_its_end)
{
    bench = harness_create(MILL_SOURCE, "rows");
    harness_set(bench, "rows", "2");
    harness_set(bench, "width", "4");

    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_read(bench), MILL_OK);
    ck_assert_str_eq(harness_rows(bench), "{\"id\":0,\"text\":\"0 0 \"}\n"
                                          "{\"id\":1,\"text\":\"1 1 \"}\n");
    ck_assert_int_eq(harness_read(bench), MILL_END);
}
END_TEST

START_TEST(a_source_goes_on_where_it_was)
{
    bench = harness_create(MILL_SOURCE, "rows");
    harness_set(bench, "rows", "5");
    harness_set(bench, "width", "2");
    harness_set_resume(bench, "rows", "0", 3, NULL);

    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_read(bench), MILL_OK);
    ck_assert_str_eq(harness_rows(bench), "{\"id\":4,\"text\":\"4 \"}\n");
}
END_TEST

START_TEST(a_transform_filters)
{
    bench = harness_create(MILL_TRANSFORM, "halve");

    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_apply(bench, "{\"a\":0}\n{\"a\":1}\n{\"a\":2}\n"),
                     MILL_OK);
    ck_assert_str_eq(harness_rows(bench), "{\"a\":0}\n{\"a\":2}\n");
    ck_assert_uint_eq(harness_filtered(bench), 1);
}
END_TEST

START_TEST(rows_that_are_no_json_are_rejected_before_the_plugin)
{
    bench = harness_create(MILL_TRANSFORM, "touch");

    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_apply(bench, "{\"a\":0}\n{\"a\":\n"), MILL_OK);
    ck_assert_str_eq(harness_rows(bench), "{\"a\":0}\n");
    ck_assert_ptr_nonnull(strstr(harness_rejected(bench), "byte"));
}
END_TEST

START_TEST(a_sink_writes_and_rejects)
{
    bench = harness_create(MILL_SINK, "flaky");
    harness_set(bench, "verdict", "reject");
    harness_set(bench, "after", "2");

    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_write(bench, "{\"a\":0}\n{\"a\":1}\n{\"a\":2}\n"),
                     MILL_OK);
    ck_assert_str_eq(harness_rejected(bench),
                     "refused for a test\nrefused for a test\n");
    ck_assert_int_eq(harness_flush(bench), MILL_OK);
}
END_TEST

START_TEST(a_verdict_comes_with_its_reason)
{
    bench = harness_create(MILL_SINK, "flaky");

    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_write(bench, "{\"a\":0}\n"), MILL_RETRY);
    ck_assert_str_eq(harness_said(bench), "cannot write: down for a test");
}
END_TEST

START_TEST(options_that_do_not_fit_are_refused)
{
    bench = harness_create(MILL_SINK, "flaky");
    harness_set(bench, "dwon", "5s");

    ck_assert_int_eq(harness_open(bench), MILL_FATAL);
    ck_assert_ptr_nonnull(strstr(harness_said(bench), "dwon"));
    ck_assert_ptr_nonnull(strstr(harness_said(bench), "down"));
}
END_TEST

START_TEST(a_log_line_is_kept)
{
    bench = harness_create(MILL_SINK, "stall");
    harness_set(bench, "after", "0");
    harness_set(bench, "pause", "1ms");

    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_write(bench, "{\"a\":0}\n"), MILL_OK);
    ck_assert_ptr_nonnull(strstr(harness_log(bench), "standing still"));
}
END_TEST

START_TEST(a_crash_leaves_options_and_makes_a_new_instance)
{
    bench = harness_create(MILL_SINK, "stall");
    harness_set(bench, "pause", "3ms");

    ck_assert_int_eq(harness_open(bench), MILL_OK);
    harness_crash(bench);
    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_write(bench, "{\"a\":0}\n"), MILL_OK);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("harness");
    TCase *tests = tcase_create("harness");

    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, a_source_is_read_until_its_end);
    tcase_add_test(tests, a_source_goes_on_where_it_was);
    tcase_add_test(tests, a_transform_filters);
    tcase_add_test(tests, rows_that_are_no_json_are_rejected_before_the_plugin);
    tcase_add_test(tests, a_sink_writes_and_rejects);
    tcase_add_test(tests, a_verdict_comes_with_its_reason);
    tcase_add_test(tests, options_that_do_not_fit_are_refused);
    tcase_add_test(tests, a_log_line_is_kept);
    tcase_add_test(tests, a_crash_leaves_options_and_makes_a_new_instance);
    suite_add_tcase(suite, tests);
    return suite;
}
