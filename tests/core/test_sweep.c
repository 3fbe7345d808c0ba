/* SPDX-License-Identifier: Apache-2.0 */

/* test_sweep - marked rows leave, derived rows take their place, dead letters
 * are made, and the books get their figures */

#include <stdio.h>
#include <string.h>

#include <millrace/json.h>

#include "core/one_batch.h"
#include "suite.h"

static struct sweep swept;
static struct batch *dead;

static void
setup(void)
{
    one_batch_setup();
    dead = NULL;
    mill_batch_set_stream(pub, "pin", "7");
}

static void
teardown(void)
{
    batch_release(dead);
    one_batch_teardown();
}

static void
add_payload(const char *text, size_t len, uint64_t position)
{
    struct mill_bytes data = { mill_batch_store(pub, text, len), len };

    ck_assert(mill_batch_add_payload(pub, MILL_JSON, data, position));
}

/* Rows {"n":0} to {"n":ROWS - 1}, at positions 0, 10, 20, ... */
static void
fill(unsigned rows)
{
    char text[32];

    for (unsigned row = 0; row < rows; row++) {
        int len = snprintf(text, sizeof(text), "{\"n\":%u}", row);

        add_payload(text, (size_t)len, row * UINT64_C(10));
    }
    ck_assert(batch_decode(batch));
}

/* What the n of each row is, in order: "0 2 3". */
static const char *
numbers(void)
{
    static char text[256];
    size_t len = 0;

    text[0] = '\0';
    for (unsigned row = 0; row < pub->rows; row++)
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                row ? " %lld" : "%lld",
                                (long long)mill_batch_row(pub, row)[0].integer);
    return text;
}

static void
sweep(void)
{
    ck_assert(batch_sweep(batch, &swept, &dead));
}

/* Column COLUMN of dead letter ROW is TEXT. */
static void
check_dead(unsigned row, const char *column, const char *text)
{
    int index = mill_batch_column(&dead->pub, column);

    ck_assert_int_ge(index, 0);
    ck_assert_uint_lt(row, dead->pub.rows);
    const struct mill_value *value = &mill_batch_row(&dead->pub, row)[index];
    if (!text) {
        ck_assert_int_eq(value->type, MILL_NULL);
        return;
    }
    ck_assert_int_eq(value->type, MILL_TEXT);
    ck_assert_uint_eq(value->len, strlen(text));
    ck_assert_mem_eq(value->text, text, value->len);
}

START_TEST(nothing_marked_changes_nothing)
{
    fill(3);

    sweep();

    ck_assert_str_eq(numbers(), "0 1 2");
    ck_assert_ptr_null(dead);
    ck_assert_uint_eq(swept.filtered.rows + swept.rejected.rows, 0);
}
END_TEST

START_TEST(filtered_rows_leave_and_are_counted)
{
    fill(5);
    struct tally before = batch_tally(batch);
    mill_filter_row(pub, 0);
    mill_filter_row(pub, 3);
    ck_assert_uint_eq(pub->rows, 5);

    sweep();

    ck_assert_str_eq(numbers(), "1 2 4");
    ck_assert_uint_eq(swept.filtered.rows, 2);
    ck_assert_uint_eq(pub->positions[2], 40);
    struct tally after = batch_tally(batch);
    tally_add(&after, &swept.filtered);
    ck_assert(tally_equal(&before, &after));
    ck_assert_ptr_null(dead);
}
END_TEST

START_TEST(all_rows_may_leave)
{
    fill(3);
    for (unsigned row = 0; row < 3; row++)
        mill_filter_row(pub, row);

    sweep();

    ck_assert_uint_eq(pub->rows, 0);
    ck_assert_uint_eq(batch->payload_bytes, 0);
}
END_TEST

START_TEST(a_second_sweep_starts_anew)
{
    fill(3);
    mill_filter_row(pub, 0);
    sweep();
    mill_filter_row(pub, 0);

    sweep();

    ck_assert_str_eq(numbers(), "2");
    ck_assert_uint_eq(swept.filtered.rows, 1);
}
END_TEST

START_TEST(rejected_rows_become_dead_letters)
{
    fill(4);
    mill_reject_row(pub, 2, "row %d is %s", 2, "bad");

    sweep();

    ck_assert_str_eq(numbers(), "0 1 3");
    ck_assert_uint_eq(swept.rejected.rows, 1);
    ck_assert_ptr_nonnull(dead);
    ck_assert_uint_eq(dead->pub.rows, 1);
    ck_assert_uint_eq(dead->pub.positions[0], 20);
    ck_assert_str_eq(dead->pub.stream, "pin");
    ck_assert_str_eq(dead->pub.partition, "7");
    check_dead(0, "reason", "row 2 is bad");
    check_dead(0, "row", "{\"n\":2}");
    check_dead(0, "encoding", NULL);
}
END_TEST

START_TEST(dead_letters_stand_in_the_order_of_positions)
{
    fill(5);
    mill_reject_row(pub, 4, "d");
    mill_reject_row(pub, 1, "a");
    mill_reject_row(pub, 3, "c");
    mill_reject_row(pub, 2, "b");

    sweep();

    ck_assert_uint_eq(dead->pub.rows, 4);
    ck_assert(batch_in_order(dead));
    check_dead(0, "reason", "a");
    check_dead(3, "reason", "d");
    ck_assert_str_eq(numbers(), "0");
}
END_TEST

START_TEST(the_first_word_on_a_row_holds)
{
    fill(2);
    mill_reject_row(pub, 0, "first");
    mill_reject_row(pub, 0, "second");
    mill_filter_row(pub, 0);
    mill_filter_row(pub, 1);
    mill_reject_row(pub, 1, "too late");

    sweep();

    ck_assert_uint_eq(swept.rejected.rows, 1);
    ck_assert_uint_eq(swept.filtered.rows, 1);
    ck_assert_uint_eq(dead->pub.rows, 1);
    check_dead(0, "reason", "first");
}
END_TEST

START_TEST(rows_that_do_not_exist_can_not_be_marked)
{
    fill(1);
    mill_filter_row(pub, 1);
    mill_reject_row(pub, 99, "no such row");

    sweep();

    ck_assert_str_eq(numbers(), "0");
}
END_TEST

START_TEST(an_edited_row_is_dead_as_what_it_became)
{
    fill(2);
    mill_batch_row(pub, 1)[0] = mill_int(77);
    batch->edited = true;
    mill_reject_row(pub, 1, "no");

    sweep();

    check_dead(0, "row", "{\"n\":77}");
}
END_TEST

START_TEST(what_was_never_decoded_is_dead_as_it_came)
{
    add_payload("{\"n\":1", 6, 0);
    ck_assert(batch_decode(batch));
    batch->edited = true;

    sweep();

    ck_assert_uint_eq(pub->rows, 0);
    check_dead(0, "row", "{\"n\":1");
    check_dead(0, "reason", "at byte 6: a comma or } is missing");
}
END_TEST

START_TEST(bytes_that_are_no_text_go_as_base64)
{
    add_payload("{\"n\":\"\xff\xfe\"}", 10, 3);
    ck_assert(batch_decode(batch));

    sweep();

    check_dead(0, "row", "eyJuIjoi//4ifQ==");
    check_dead(0, "encoding", "base64");
    check_dead(0, "reason", "at byte 6: invalid UTF-8");
}
END_TEST

START_TEST(a_reason_is_text_whatever_it_quotes)
{
    fill(1);
    mill_reject_row(pub, 0, "what is \"%s\"?", "\xff\xc3\xa9");

    sweep();

    check_dead(0, "reason", "what is \"???\"?");
}
END_TEST

START_TEST(a_long_reason_is_cut)
{
    char text[5000];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    fill(1);
    mill_reject_row(pub, 0, "%s", text);

    sweep();

    const struct mill_value *reason = &mill_batch_row(&dead->pub, 0)[0];
    ck_assert_uint_gt(reason->len, 500);
    ck_assert_uint_lt(reason->len, 2000);
}
END_TEST

START_TEST(rows_of_cells_are_dead_as_json)
{
    struct mill_value *cells = mill_batch_add_row(pub, 9);
    int column = mill_batch_add_column(pub, "name", 4);

    cells = mill_batch_row(pub, 0);
    cells[column] = mill_text(MILL_TEXT, "a\"b", 3);
    mill_reject_row(pub, 0, "no");

    sweep();

    check_dead(0, "row", "{\"name\":\"a\\\"b\"}");
}
END_TEST

START_TEST(a_derived_row_stands_behind_its_origin)
{
    fill(3);
    struct mill_value *cells = mill_batch_derive_row(pub, 0);
    ck_assert_ptr_nonnull(cells);
    cells[0] = mill_int(100);
    mill_batch_derive_row(pub, 1)[0] = mill_int(101);
    mill_batch_derive_row(pub, 0)[0] = mill_int(200);

    sweep();

    ck_assert_str_eq(numbers(), "0 100 200 1 101 2");
    ck_assert_uint_eq(swept.added.rows, 3);
    ck_assert(batch_in_order(batch));
    ck_assert_uint_eq(pub->positions[2], 0);
    ck_assert_uint_eq(pub->positions[4], 10);
}
END_TEST

START_TEST(a_row_can_be_derived_from_a_derived_one)
{
    fill(2);
    mill_batch_derive_row(pub, 0)[0] = mill_int(100);
    mill_batch_derive_row(pub, 2)[0] = mill_int(101);

    sweep();

    ck_assert_str_eq(numbers(), "0 100 101 1");
}
END_TEST

START_TEST(the_origin_may_leave_and_what_came_of_it_stay)
{
    fill(2);
    mill_batch_derive_row(pub, 0)[0] = mill_int(100);
    mill_batch_derive_row(pub, 1)[0] = mill_int(101);
    batch->edited = true;
    mill_filter_row(pub, 0);
    mill_reject_row(pub, 3, "derived and bad");

    sweep();

    ck_assert_str_eq(numbers(), "100 1");
    ck_assert_uint_eq(swept.added.rows, 2);
    ck_assert_uint_eq(swept.filtered.rows, 1);
    ck_assert_uint_eq(swept.rejected.rows, 1);
    check_dead(0, "row", "{\"n\":101}");
}
END_TEST

START_TEST(the_books_balance_over_everything_at_once)
{
    fill(500);
    struct tally in = batch_tally(batch);
    for (unsigned row = 0; row < 500; row++) {
        if (row % 3 == 0)
            mill_filter_row(pub, row);
        if (row % 5 == 0)
            mill_reject_row(pub, row, "five");
        if (row % 7 == 0)
            ck_assert_ptr_nonnull(mill_batch_derive_row(pub, row));
    }

    sweep();

    struct tally went = batch_tally(batch);
    tally_add(&went, &swept.filtered);
    tally_add(&went, &swept.rejected);
    tally_add(&in, &swept.added);
    ck_assert(tally_equal(&in, &went));
    ck_assert_uint_eq(dead->pub.rows, swept.rejected.rows);
    ck_assert(batch_in_order(batch));
    ck_assert(batch_in_order(dead));
}
END_TEST

START_TEST(rows_that_were_cut_off_take_their_marks_along)
{
    fill(3);
    mill_reject_row(pub, 2, "gone");
    mill_batch_truncate(pub, 2);

    sweep();

    ck_assert_str_eq(numbers(), "0 1");
    ck_assert_uint_eq(swept.rejected.rows, 0);
}
END_TEST

START_TEST(skip_removes_what_was_settled_before)
{
    fill(5);
    struct tally before = batch_tally(batch);

    struct tally skipped = batch_skip(batch, 20);

    ck_assert_uint_eq(skipped.rows, 3);
    ck_assert_str_eq(numbers(), "3 4");
    ck_assert_uint_eq(pub->first, 21);
    struct tally after = batch_tally(batch);
    tally_add(&after, &skipped);
    ck_assert(tally_equal(&before, &after));
}
END_TEST

START_TEST(a_row_that_cannot_be_decoded_is_rejected_once)
{
    struct mill_bytes line = { mill_batch_store(pub, "\xff", 1), 1 };

    mill_batch_add_column(pub, "n", 1); /* edited, so it has to be decoded */
    ck_assert(mill_batch_add_payload(pub, MILL_LINE, line, 7));
    mill_reject_row(pub, 0, "too large");
    sweep();
    ck_assert_uint_eq(dead->pub.rows, 1);
    check_dead(0, "reason", "at byte 0: invalid UTF-8");
}
END_TEST

START_TEST(skip_leaves_a_rejected_row_rejected_and_no_other)
{
    fill(6);
    mill_reject_row(pub, 4, "four");
    mill_reject_row(pub, 1, "one");

    ck_assert_uint_eq(batch_skip(batch, 20).rows, 3);
    sweep();

    ck_assert_str_eq(numbers(), "3 5");
    ck_assert_uint_eq(swept.rejected.rows, 1);
    ck_assert_uint_eq(dead->pub.rows, 1);
    ck_assert_uint_eq(dead->pub.positions[0], 40);
    ck_assert_str_eq(mill_batch_row(&dead->pub, 0)[0].text, "four");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sweep");
    TCase *tests = tcase_create("sweep");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, nothing_marked_changes_nothing);
    tcase_add_test(tests, filtered_rows_leave_and_are_counted);
    tcase_add_test(tests, all_rows_may_leave);
    tcase_add_test(tests, a_second_sweep_starts_anew);
    tcase_add_test(tests, rejected_rows_become_dead_letters);
    tcase_add_test(tests, dead_letters_stand_in_the_order_of_positions);
    tcase_add_test(tests, the_first_word_on_a_row_holds);
    tcase_add_test(tests, rows_that_do_not_exist_can_not_be_marked);
    tcase_add_test(tests, an_edited_row_is_dead_as_what_it_became);
    tcase_add_test(tests, what_was_never_decoded_is_dead_as_it_came);
    tcase_add_test(tests, bytes_that_are_no_text_go_as_base64);
    tcase_add_test(tests, a_reason_is_text_whatever_it_quotes);
    tcase_add_test(tests, a_long_reason_is_cut);
    tcase_add_test(tests, rows_of_cells_are_dead_as_json);
    tcase_add_test(tests, a_derived_row_stands_behind_its_origin);
    tcase_add_test(tests, a_row_can_be_derived_from_a_derived_one);
    tcase_add_test(tests, the_origin_may_leave_and_what_came_of_it_stay);
    tcase_add_test(tests, the_books_balance_over_everything_at_once);
    tcase_add_test(tests, rows_that_were_cut_off_take_their_marks_along);
    tcase_add_test(tests, skip_removes_what_was_settled_before);
    tcase_add_test(tests, a_row_that_cannot_be_decoded_is_rejected_once);
    tcase_add_test(tests, skip_leaves_a_rejected_row_rejected_and_no_other);
    suite_add_tcase(suite, tests);
    return suite;
}
