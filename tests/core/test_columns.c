/* SPDX-License-Identifier: Apache-2.0 */

/* test_columns - columns are added, named, renamed, dropped and reordered */

#include <stdio.h>
#include <string.h>

#include "record/batch.h"
#include "suite.h"

static struct pool *pool;
static struct batch *batch;
static struct mill_batch *pub;

static void
setup(void)
{
    pool = pool_create((size_t)4 << 20);
    ck_assert_ptr_nonnull(pool);
    batch = batch_create(pool);
    ck_assert_ptr_nonnull(batch);
    pub = &batch->pub;
}

static void
teardown(void)
{
    batch_release(batch);
    ck_assert_uint_eq(pool_used(pool), 0);
    pool_destroy(pool);
}

/* Three columns a, b, c and ROWS rows of row * 10 + column. */
static void
fill(unsigned rows)
{
    for (int column = 0; column < 3; column++)
        ck_assert_int_eq(mill_batch_add_column(pub, &"abc"[column], 1), column);
    for (unsigned row = 0; row < rows; row++) {
        struct mill_value *cells = mill_batch_add_row(pub, row);

        ck_assert_ptr_nonnull(cells);
        for (int column = 0; column < 3; column++)
            cells[column] = mill_int(row * 10 + column);
    }
}

static int64_t
cell(unsigned row, unsigned column)
{
    const struct mill_value *value = &mill_batch_row(pub, row)[column];

    return value->type == MILL_INT ? value->integer : -(int64_t)value->type;
}

static void
check_name(unsigned column, const char *name)
{
    ck_assert_uint_lt(column, pub->columns);
    ck_assert_uint_eq(pub->names[column].len, strlen(name));
    ck_assert_str_eq(pub->names[column].data, name);
    ck_assert_int_eq(mill_batch_column(pub, name), (int)column);
}

START_TEST(a_column_is_added_once)
{
    fill(2);

    ck_assert_int_eq(mill_batch_add_column(pub, "b", 1), 1);
    ck_assert_uint_eq(pub->columns, 3);
    ck_assert_int_eq(mill_batch_column(pub, "nope"), -1);
}
END_TEST

START_TEST(a_late_column_is_missing_in_the_rows_before)
{
    char name[16];

    fill(40);
    for (int i = 0; i < 50; i++) {
        int len = snprintf(name, sizeof(name), "late%d", i);

        ck_assert_int_eq(mill_batch_add_column(pub, name, (size_t)len), 3 + i);
    }

    for (unsigned row = 0; row < 40; row++) {
        ck_assert_int_eq(cell(row, 2), row * 10 + 2);
        for (unsigned column = 3; column < 53; column++)
            ck_assert_int_eq(cell(row, column), 0);
    }
    check_name(52, "late49");
}
END_TEST

START_TEST(a_name_may_hold_any_byte)
{
    ck_assert_int_eq(mill_batch_add_column(pub, "a\0\"", 3), 0);
    ck_assert_int_eq(mill_batch_add_column(pub, "", 0), 1);
    ck_assert_int_eq(mill_batch_add_column(pub, "a", 1), 2);

    ck_assert_mem_eq(pub->names[0].data, "a\0\"", 4);
    check_name(1, "");
    check_name(2, "a");
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

    fill(3);
    ck_assert(mill_batch_arrange(pub, order, names, 2));

    ck_assert_uint_eq(pub->columns, 2);
    check_name(0, "first");
    check_name(1, "c");
    ck_assert_int_eq(cell(2, 0), 20);
    ck_assert_int_eq(cell(2, 1), 22);
    ck_assert_int_eq(mill_batch_column(pub, "b"), -1);
    ck_assert(batch->edited);
}
END_TEST

START_TEST(arrange_reorders)
{
    int order[] = { 2, 0, 1 };

    fill(300);
    ck_assert(mill_batch_arrange(pub, order, NULL, 3));

    check_name(0, "c");
    check_name(2, "b");
    for (unsigned row = 0; row < 300; row++) {
        ck_assert_int_eq(cell(row, 0), row * 10 + 2);
        ck_assert_int_eq(cell(row, 1), row * 10);
        ck_assert_int_eq(cell(row, 2), row * 10 + 1);
    }
}
END_TEST

START_TEST(arrange_makes_new_columns)
{
    int order[] = { -1, 0, 1, 2, -1, -1, -1 };
    struct mill_bytes names[7] = { { "x", 1 },  { NULL, 0 }, { NULL, 0 },
                                   { NULL, 0 }, { "y", 1 },  { "z", 1 },
                                   { "", 0 } };

    fill(10);
    ck_assert(mill_batch_arrange(pub, order, names, 7));

    check_name(0, "x");
    check_name(6, "");
    ck_assert_int_eq(cell(9, 0), 0);
    ck_assert_int_eq(cell(9, 3), 92);
    ck_assert_int_eq(cell(9, 6), 0);
    ck_assert_ptr_nonnull(mill_batch_add_row(pub, 10));
}
END_TEST

START_TEST(arrange_to_no_column_at_all)
{
    fill(2);
    ck_assert(mill_batch_arrange(pub, NULL, NULL, 0));

    ck_assert_uint_eq(pub->columns, 0);
    ck_assert_int_eq(mill_batch_add_column(pub, "new", 3), 0);
    ck_assert_int_eq(cell(1, 0), 0);
}
END_TEST

START_TEST(arrange_refuses_what_makes_no_sense)
{
    int beyond[] = { 3 };
    int nameless[] = { -1 };

    fill(1);

    ck_assert(!mill_batch_arrange(pub, beyond, NULL, 1));
    ck_assert(!mill_batch_arrange(pub, nameless, NULL, 1));
    ck_assert_uint_eq(pub->columns, 3);
    check_name(2, "c");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("columns");
    TCase *tests = tcase_create("columns");

    tcase_add_checked_fixture(tests, setup, teardown);
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
