/* SPDX-License-Identifier: Apache-2.0 */

/* Tests of runtime/memo.h. */

#include <stdio.h>
#include <string.h>

#include "runtime/memo.h"
#include "suite.h"

static struct memo memo;

static void
setup(void)
{
    memo = (struct memo){ 0 };
}

static void
teardown(void)
{
    memo_finish(&memo);
}

static size_t
changes(void)
{
    size_t count = 0;

    for (size_t i = 0; i < memo.count; i++)
        count += memo.notes[i].changed;
    return count;
}

START_TEST(an_empty_memo_knows_nothing)
{
    const char *key;
    const char *value;

    ck_assert_ptr_null(memo_get(&memo, "a"));
    ck_assert(!memo_at(&memo, 0, &key, &value));
}
END_TEST

START_TEST(a_value_is_copied_and_found_again)
{
    char key[] = "key";
    char value[] = "value";

    ck_assert(memo_put(&memo, key, value));
    key[0] = value[0] = '#';

    ck_assert_str_eq(memo_get(&memo, "key"), "value");
    ck_assert_ptr_null(memo_get(&memo, "#ey"));
}
END_TEST

START_TEST(a_later_value_takes_the_place_of_an_earlier)
{
    ck_assert(memo_put(&memo, "a", "1"));
    ck_assert(memo_put(&memo, "a", "2"));

    ck_assert_str_eq(memo_get(&memo, "a"), "2");
}
END_TEST

START_TEST(a_value_may_be_its_own_successor)
{
    ck_assert(memo_put(&memo, "a", "some text that is here to stay"));
    ck_assert(memo_put(&memo, "a", memo_get(&memo, "a")));

    ck_assert_str_eq(memo_get(&memo, "a"), "some text that is here to stay");
}
END_TEST

START_TEST(the_list_is_in_order_and_leaves_out_what_was_forgotten)
{
    const char *key;
    const char *value;

    ck_assert(memo_put(&memo, "c", "3"));
    ck_assert(memo_put(&memo, "a", "1"));
    ck_assert(memo_put(&memo, "b", "2"));
    ck_assert(memo_put(&memo, "b", NULL));

    ck_assert(memo_at(&memo, 0, &key, &value));
    ck_assert_str_eq(key, "a");
    ck_assert(memo_at(&memo, 1, &key, &value));
    ck_assert_str_eq(key, "c");
    ck_assert_str_eq(value, "3");
    ck_assert(!memo_at(&memo, 2, &key, &value));
    ck_assert_ptr_null(memo_get(&memo, "b"));
}
END_TEST

START_TEST(a_change_stays_one_until_it_is_stored)
{
    ck_assert(memo_put(&memo, "a", "1"));
    ck_assert(memo_put(&memo, "b", "2"));
    ck_assert_uint_eq(changes(), 2);

    memo_stored(&memo);
    ck_assert_uint_eq(changes(), 0);
    ck_assert_str_eq(memo_get(&memo, "a"), "1");

    ck_assert(memo_put(&memo, "a", NULL));
    ck_assert_uint_eq(changes(), 1);
}
END_TEST

START_TEST(what_was_forgotten_and_stored_is_gone)
{
    ck_assert(memo_put(&memo, "a", "1"));
    memo_stored(&memo);
    ck_assert(memo_put(&memo, "a", NULL));
    memo_stored(&memo);

    ck_assert_ptr_null(memo_get(&memo, "a"));
    ck_assert(memo_put(&memo, "a", "again"));
    ck_assert_str_eq(memo_get(&memo, "a"), "again");
}
END_TEST

START_TEST(many_keys_are_all_found)
{
    char key[32];

    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof(key), "key %d", (i * 7919) % 1000);
        ck_assert(memo_put(&memo, key, key));
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof(key), "key %d", i);
        ck_assert_str_eq(memo_get(&memo, key), key);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("memo");
    TCase *tests = tcase_create("memo");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, an_empty_memo_knows_nothing);
    tcase_add_test(tests, a_value_is_copied_and_found_again);
    tcase_add_test(tests, a_later_value_takes_the_place_of_an_earlier);
    tcase_add_test(tests, a_value_may_be_its_own_successor);
    tcase_add_test(tests,
                   the_list_is_in_order_and_leaves_out_what_was_forgotten);
    tcase_add_test(tests, a_change_stays_one_until_it_is_stored);
    tcase_add_test(tests, what_was_forgotten_and_stored_is_gone);
    tcase_add_test(tests, many_keys_are_all_found);
    suite_add_tcase(suite, tests);
    return suite;
}
