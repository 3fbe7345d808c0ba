/* SPDX-License-Identifier: Apache-2.0 */

/* Tests of runtime/books.h. */

#include <string.h>

#include "runtime/books.h"
#include "suite.h"

static struct tally
tally(uint64_t rows, uint64_t fingerprint)
{
    return (struct tally){ .rows = rows, .fingerprint = fingerprint };
}

START_TEST(empty_books_balance)
{
    struct books books = { 0 };

    ck_assert(books_balance(&books));
}
END_TEST

START_TEST(what_came_in_is_out_filtered_dead_skipped_or_in_flight)
{
    struct books books = { .in = tally(10, 100),
                           .added = tally(2, 20),
                           .out = tally(5, 50),
                           .filtered = tally(3, 30),
                           .dead = tally(1, 10),
                           .before = tally(1, 10),
                           .flight = tally(2, 20) };

    ck_assert(books_balance(&books));
}
END_TEST

START_TEST(a_lost_row_does_not_balance)
{
    struct books books = { .in = tally(10, 100), .out = tally(9, 91) };

    ck_assert(!books_balance(&books));
}
END_TEST

START_TEST(a_doubled_row_does_not_balance)
{
    struct books books = { .in = tally(10, 100), .out = tally(11, 107) };

    ck_assert(!books_balance(&books));
}
END_TEST

START_TEST(one_row_lost_and_another_doubled_do_not_cancel_out)
{
    struct books books = { .in = tally(10, 100), .out = tally(10, 99) };

    ck_assert(!books_balance(&books));
}
END_TEST

START_TEST(sums_may_pass_the_largest_number)
{
    struct books books = { .in = tally(2, 5),
                           .out = tally(1, UINT64_MAX),
                           .filtered = tally(1, 6) };

    ck_assert(books_balance(&books));
}
END_TEST

START_TEST(books_print_what_there_is_and_leave_out_noughts)
{
    struct books books = { .in = tally(571, 1),
                           .out = tally(564, 3),
                           .filtered = tally(7, UINT64_MAX - 1) };
    char text[BOOKS_ROOM];

    books_print(text, &books);

    ck_assert_str_eq(text, "in 571 = out 564 + filtered 7");
}
END_TEST

START_TEST(books_that_do_not_balance_say_so)
{
    struct books books = { .in = tally(5, 50), .out = tally(5, 40) };
    char text[BOOKS_ROOM];

    books_print(text, &books);

    ck_assert_str_eq(text, "in 5 but not = out 5");
}
END_TEST

START_TEST(the_longest_books_fit)
{
    struct tally most = tally(UINT64_MAX, 0);
    struct books books = { most, most, most, most, most, most, most, most };
    char text[BOOKS_ROOM];

    books_print(text, &books);

    ck_assert_uint_lt(strlen(text), BOOKS_ROOM);
    ck_assert_ptr_nonnull(strstr(text, "18446744073709551615"));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("books");
    TCase *tests = tcase_create("books");

    tcase_add_test(tests, empty_books_balance);
    tcase_add_test(tests,
                   what_came_in_is_out_filtered_dead_skipped_or_in_flight);
    tcase_add_test(tests, a_lost_row_does_not_balance);
    tcase_add_test(tests, a_doubled_row_does_not_balance);
    tcase_add_test(tests, one_row_lost_and_another_doubled_do_not_cancel_out);
    tcase_add_test(tests, sums_may_pass_the_largest_number);
    tcase_add_test(tests, books_print_what_there_is_and_leave_out_noughts);
    tcase_add_test(tests, books_that_do_not_balance_say_so);
    tcase_add_test(tests, the_longest_books_fit);
    suite_add_tcase(suite, tests);
    return suite;
}
