/* SPDX-License-Identifier: Apache-2.0 */

/* test_columns - columns are added, named, renamed, dropped and reordered */

#include <stdio.h>
#include <string.h>

#include "core/one_batch.h"
#include "suite.h"

START_TEST(a_column_is_added_once)
{
    one_batch_fill(2);

    ck_assert_int_eq(mill_batch_add_column(pub, "b", 1), 1);
    ck_assert_uint_eq(pub->columns, 3);
    ck_assert_int_eq(mill_batch_column(pub, "nope"), -1);
}
END_TEST

START_TEST(a_late_column_is_missing_in_the_rows_before)
{
    char name[16];

    one_batch_fill(40);
    for (int i = 0; i < 50; i++) {
        int len = snprintf(name, sizeof(name), "late%d", i);

        ck_assert_int_eq(mill_batch_add_column(pub, name, (size_t)len), 3 + i);
    }

    for (unsigned row = 0; row < 40; row++) {
        ck_assert_int_eq(one_batch_cell(row, 2), row * 10 + 2);
        for (unsigned column = 3; column < 53; column++)
            ck_assert_int_eq(one_batch_cell(row, column), 0);
    }
    one_batch_check_name(52, "late49");
}
END_TEST

START_TEST(a_name_may_hold_any_byte)
{
    ck_assert_int_eq(mill_batch_add_column(pub, "a\0\"", 3), 0);
    ck_assert_int_eq(mill_batch_add_column(pub, "", 0), 1);
    ck_assert_int_eq(mill_batch_add_column(pub, "a", 1), 2);

    ck_assert_mem_eq(pub->names[0].data, "a\0\"", 4);
    one_batch_check_name(1, "");
    one_batch_check_name(2, "a");
}
END_TEST

START_TEST(columns_end_at_the_limit)
{
    char name[16];

    for (unsigned i = 0; i < MILL_COLUMNS_MAX; i++) {
        int len = snprintf(name, sizeof(name), "c%u", i);

        ck_assert_int_eq(mill_batch_add_column(pub, name, (size_t)len), (int)i);
    }

    ck_assert_int_eq(mill_batch_add_column(pub, "more", 4), -1);
    ck_assert_int_eq(mill_batch_add_column(pub, "c1023", 5), 1023);
    ck_assert_uint_eq(pub->columns, MILL_COLUMNS_MAX);
}
END_TEST

START_TEST(arrange_drops_renames_and_keeps)
{
    int order[] = { 0, 2 };
    struct mill_bytes names[] = { { "first", 5 }, { NULL, 0 } };

    one_batch_fill(3);
    ck_assert(mill_batch_arrange(pub, order, names, 2));

    ck_assert_uint_eq(pub->columns, 2);
    one_batch_check_name(0, "first");
    one_batch_check_name(1, "c");
    ck_assert_int_eq(one_batch_cell(2, 0), 20);
    ck_assert_int_eq(one_batch_cell(2, 1), 22);
    ck_assert_int_eq(mill_batch_column(pub, "b"), -1);
    ck_assert(batch->edited);
}
END_TEST

START_TEST(arrange_reorders)
{
    int order[] = { 2, 0, 1 };

    one_batch_fill(300);
    ck_assert(mill_batch_arrange(pub, order, NULL, 3));

    one_batch_check_name(0, "c");
    one_batch_check_name(2, "b");
    for (unsigned row = 0; row < 300; row++) {
        ck_assert_int_eq(one_batch_cell(row, 0), row * 10 + 2);
        ck_assert_int_eq(one_batch_cell(row, 1), row * 10);
        ck_assert_int_eq(one_batch_cell(row, 2), row * 10 + 1);
    }
}
END_TEST

START_TEST(arrange_makes_new_columns)
{
    int order[] = { -1, 0, 1, 2, -1, -1, -1 };
    struct mill_bytes names[7] = { { "x", 1 },  { NULL, 0 }, { NULL, 0 },
                                   { NULL, 0 }, { "y", 1 },  { "z", 1 },
                                   { "", 0 } };

    one_batch_fill(10);
    ck_assert(mill_batch_arrange(pub, order, names, 7));

    one_batch_check_name(0, "x");
    one_batch_check_name(6, "");
    ck_assert_int_eq(one_batch_cell(9, 0), 0);
    ck_assert_int_eq(one_batch_cell(9, 3), 92);
    ck_assert_int_eq(one_batch_cell(9, 6), 0);
    ck_assert_ptr_nonnull(mill_batch_add_row(pub, 10));
}
END_TEST

START_TEST(arrange_to_no_column_at_all)
{
    one_batch_fill(2);
    ck_assert(mill_batch_arrange(pub, NULL, NULL, 0));

    ck_assert_uint_eq(pub->columns, 0);
    ck_assert_int_eq(mill_batch_add_column(pub, "new", 3), 0);
    ck_assert_int_eq(one_batch_cell(1, 0), 0);
}
END_TEST

START_TEST(arrange_refuses_what_makes_no_sense)
{
    int beyond[] = { 3 };
    int nameless[] = { -1 };

    one_batch_fill(1);

    ck_assert(!mill_batch_arrange(pub, beyond, NULL, 1));
    ck_assert(!mill_batch_arrange(pub, nameless, NULL, 1));
    ck_assert_uint_eq(pub->columns, 3);
    one_batch_check_name(2, "c");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("columns");
    TCase *tests = tcase_create("columns");

    tcase_add_checked_fixture(tests, one_batch_setup, one_batch_teardown);
    tcase_add_test(tests, a_column_is_added_once);
    tcase_add_test(tests, a_late_column_is_missing_in_the_rows_before);
    tcase_add_test(tests, a_name_may_hold_any_byte);
    tcase_add_test(tests, columns_end_at_the_limit);
    tcase_add_test(tests, arrange_drops_renames_and_keeps);
    tcase_add_test(tests, arrange_reorders);
    tcase_add_test(tests, arrange_makes_new_columns);
    tcase_add_test(tests, arrange_to_no_column_at_all);
    tcase_add_test(tests, arrange_refuses_what_makes_no_sense);
    suite_add_tcase(suite, tests);
    return suite;
}
