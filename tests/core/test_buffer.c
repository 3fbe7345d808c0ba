/* SPDX-License-Identifier: Apache-2.0 */

/* test_buffer - texts that grow */

#include <stdint.h>
#include <string.h>

#include <millrace/json.h>

#include "suite.h"

static struct mill_buffer out;

static void
setup(void)
{
    out = (struct mill_buffer){ 0 };
}

static void
teardown(void)
{
    mill_buffer_finish(&out);
}

START_TEST(a_buffer_grows_and_keeps_what_it_has)
{
    for (int i = 0; i < 1000; i++)
        mill_buffer_print(&out, "%d,", i % 10);

    ck_assert_uint_eq(out.len, 2000);
    ck_assert_mem_eq(out.data + 1990, "5,6,7,8,9,", 10);
    mill_buffer_add(&out, NULL, 0);
    ck_assert_uint_eq(strlen(mill_buffer_text(&out)), 2000);
}
END_TEST

START_TEST(an_empty_buffer_is_an_empty_text)
{
    ck_assert_str_eq(mill_buffer_text(&out), "");
    mill_buffer_finish(&out);
    ck_assert_ptr_null(out.data);
}
END_TEST

START_TEST(a_buffer_that_failed_takes_no_more)
{
    mill_buffer_add(&out, "kept", 4);

    ck_assert_ptr_null(mill_buffer_room(&out, SIZE_MAX));

    ck_assert(out.failed);
    mill_buffer_add(&out, "x", 1);
    mill_buffer_print(&out, "x");
    ck_assert_uint_eq(out.len, 4);
    ck_assert_str_eq(mill_buffer_text(&out), "");
}
END_TEST

START_TEST(room_is_for_the_caller_to_fill)
{
    char *to = mill_buffer_room(&out, 1000);

    ck_assert_ptr_nonnull(to);
    memset(to, 'x', 1000);
    out.len += 3;
    ck_assert_str_eq(mill_buffer_text(&out), "xxx");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("buffer");
    TCase *tests = tcase_create("buffer");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_buffer_grows_and_keeps_what_it_has);
    tcase_add_test(tests, an_empty_buffer_is_an_empty_text);
    tcase_add_test(tests, a_buffer_that_failed_takes_no_more);
    tcase_add_test(tests, room_is_for_the_caller_to_fill);
    suite_add_tcase(suite, tests);
    return suite;
}
