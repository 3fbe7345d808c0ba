/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tests of what a plugin was compiled against: sizes, offsets and numbers of
 * the public headers, on 64-bit machines.  Where one of these changes,
 * MILL_ABI_VERSION has to grow with it, and then the line here.
 */

#include <millrace/plugin.h>

#include "suite.h"

START_TEST(the_version_is_the_one_that_these_numbers_belong_to)
{
    ck_assert_int_eq(MILL_ABI_VERSION, 2);
}
END_TEST

START_TEST(a_cell_is_sixteen_bytes)
{
    ck_assert_uint_eq(sizeof(struct mill_value), 16);
    ck_assert_uint_eq(offsetof(struct mill_value, type), 0);
    ck_assert_uint_eq(offsetof(struct mill_value, flags), 1);
    ck_assert_uint_eq(offsetof(struct mill_value, scale), 2);
    ck_assert_uint_eq(offsetof(struct mill_value, len), 4);
    ck_assert_uint_eq(offsetof(struct mill_value, text), 8);
}
END_TEST

START_TEST(types_keep_their_numbers)
{
    ck_assert_int_eq(MILL_MISSING, 0);
    ck_assert_int_eq(MILL_NULL, 1);
    ck_assert_int_eq(MILL_INT, 3);
    ck_assert_int_eq(MILL_TEXT, 7);
    ck_assert_int_eq(MILL_TIMESTAMP, 9);
    ck_assert_int_eq(MILL_MAP, 11);
}
END_TEST

START_TEST(verdicts_and_flags_keep_their_numbers)
{
    ck_assert_int_eq(MILL_OK, 0);
    ck_assert_int_eq(MILL_END, 2);
    ck_assert_int_eq(MILL_FATAL, 5);
    ck_assert_int_eq(MILL_REPLAYS, 1);
    ck_assert_int_eq(MILL_TRANSACTS, 32);
}
END_TEST

START_TEST(a_batch_keeps_its_members_in_place)
{
    ck_assert_uint_eq(offsetof(struct mill_batch, cells), 16);
    ck_assert_uint_eq(offsetof(struct mill_batch, names), 24);
    ck_assert_uint_eq(offsetof(struct mill_batch, positions), 32);
    ck_assert_uint_eq(offsetof(struct mill_batch, first), 40);
    ck_assert_uint_eq(offsetof(struct mill_batch, stream), 48);
    ck_assert_uint_eq(offsetof(struct mill_batch, partition), 56);
    ck_assert_uint_eq(offsetof(struct mill_batch, payloads), 72);
    ck_assert_uint_eq(sizeof(struct mill_batch), 88);
}
END_TEST

START_TEST(a_plugin_and_its_options_keep_their_sizes)
{
    ck_assert_uint_eq(sizeof(struct mill_option), 72);
    ck_assert_uint_eq(sizeof(struct mill_plugin), 144);
    ck_assert_uint_eq(offsetof(struct mill_plugin, kind), 12);
    ck_assert_uint_eq(offsetof(struct mill_plugin, name), 16);
    ck_assert_uint_eq(offsetof(struct mill_plugin, options), 56);
    ck_assert_uint_eq(offsetof(struct mill_plugin, open), 72);
}
END_TEST

START_TEST(the_macro_says_what_it_was_compiled_with)
{
    static const struct mill_plugin plugin = { MILL_PLUGIN_ABI };

    ck_assert_uint_eq(plugin.abi, MILL_ABI_VERSION);
    ck_assert_uint_eq(plugin.size, sizeof(struct mill_plugin));
    ck_assert_uint_eq(plugin.option_size, sizeof(struct mill_option));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("abi");
    TCase *tests = tcase_create("abi");

    tcase_add_test(tests, the_version_is_the_one_that_these_numbers_belong_to);
    tcase_add_test(tests, a_cell_is_sixteen_bytes);
    tcase_add_test(tests, types_keep_their_numbers);
    tcase_add_test(tests, verdicts_and_flags_keep_their_numbers);
    tcase_add_test(tests, a_batch_keeps_its_members_in_place);
    tcase_add_test(tests, a_plugin_and_its_options_keep_their_sizes);
    tcase_add_test(tests, the_macro_says_what_it_was_compiled_with);
    suite_add_tcase(suite, tests);
    return suite;
}
