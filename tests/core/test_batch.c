/* SPDX-License-Identifier: Apache-2.0 */

/* test_batch - rows, sharing and copying of batches, lines as rows */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/one_batch.h"
#include "suite.h"

static void
add_payload(const char *text, uint64_t position)
{
    size_t len = strlen(text);
    char *copy = mill_batch_store(pub, text, len);
    struct mill_bytes data = { copy, len };

    ck_assert(mill_batch_add_payload(pub, MILL_JSON, data, position));
}

START_TEST(a_new_batch_is_empty_and_named)
{
    ck_assert_uint_eq(pub->rows, 0);
    ck_assert_uint_eq(pub->columns, 0);
    ck_assert_str_eq(pub->stream, "");
    ck_assert_str_eq(pub->partition, "0");
    ck_assert_int_eq(pub->format, MILL_CELLS);
    ck_assert(!mill_batch_is_full(pub));
}
END_TEST

START_TEST(stream_partition_and_cursor_are_copied)
{
    char text[] = "pin";

    ck_assert(mill_batch_set_stream(pub, text, text + 1));
    ck_assert(mill_batch_set_cursor(pub, text));
    memset(text, 'x', 3);

    ck_assert_str_eq(pub->stream, "pin");
    ck_assert_str_eq(pub->partition, "in");
    ck_assert_str_eq(batch->cursor, "pin");
}
END_TEST

START_TEST(rows_keep_cells_and_positions)
{
    one_batch_fill(5000);

    ck_assert_uint_eq(pub->rows, 5000);
    for (unsigned row = 0; row < 5000; row++) {
        ck_assert_uint_eq(pub->positions[row], row);
        ck_assert_int_eq(one_batch_cell(row, 0), row * 10);
        ck_assert_int_eq(one_batch_cell(row, 2), row * 10 + 2);
    }
}
END_TEST

START_TEST(a_new_row_is_missing_everywhere)
{
    one_batch_fill(1);
    mill_batch_truncate(pub, 0);

    mill_batch_add_row(pub, 1);

    for (unsigned column = 0; column < 3; column++)
        ck_assert_int_eq(mill_batch_row(pub, 0)[column].type, MILL_MISSING);
}
END_TEST

START_TEST(a_row_may_come_before_its_columns)
{
    ck_assert_ptr_nonnull(mill_batch_add_row(pub, 7));
    int column = mill_batch_add_column(pub, "late", 4);
    mill_batch_row(pub, 0)[column] = mill_bool(true);

    ck_assert_int_eq(column, 0);
    ck_assert(mill_batch_row(pub, 0)[0].boolean);
}
END_TEST

START_TEST(a_batch_is_full_by_rows)
{
    one_batch_fill(BATCH_ROWS - 1);
    ck_assert(!mill_batch_is_full(pub));

    mill_batch_add_row(pub, BATCH_ROWS);

    ck_assert(mill_batch_is_full(pub));
}
END_TEST

START_TEST(a_batch_is_full_by_the_text_of_its_cells)
{
    one_batch_fill(1);
    ck_assert_ptr_nonnull(mill_batch_alloc(pub, BATCH_BYTES - 1));
    ck_assert(!mill_batch_is_full(pub));

    mill_batch_store(pub, "x", 1);

    ck_assert(mill_batch_is_full(pub));
}
END_TEST

START_TEST(a_batch_is_full_by_its_payloads_not_by_what_was_read)
{
    size_t room;
    char *data = mill_batch_reserve(pub, 2 * BATCH_BYTES, &room);
    struct mill_bytes half = { data, BATCH_BYTES / 2 };

    mill_batch_use(pub, 2 * BATCH_BYTES);
    ck_assert(!mill_batch_is_full(pub));
    ck_assert(mill_batch_add_payload(pub, MILL_LINE, half, 0));
    ck_assert(!mill_batch_is_full(pub));

    ck_assert(mill_batch_add_payload(pub, MILL_LINE, half, 1));

    ck_assert(mill_batch_is_full(pub));
}
END_TEST

START_TEST(a_batch_has_rows_of_one_format)
{
    struct mill_bytes data = { "{}", 2 };

    ck_assert(mill_batch_add_payload(pub, MILL_JSON, data, 0));

    ck_assert(!mill_batch_add_payload(pub, MILL_LINE, data, 1));
    ck_assert(!mill_batch_add_payload(pub, MILL_CELLS, data, 1));
    ck_assert_ptr_null(mill_batch_add_row(pub, 1));
    ck_assert_uint_eq(pub->rows, 1);
}
END_TEST

START_TEST(the_bytes_of_a_row_are_given_while_they_say_what_it_says)
{
    struct mill_bytes bytes;

    add_payload("{\"n\": 1}", 0);
    ck_assert(mill_row_payload(pub, 0, &bytes));
    ck_assert_uint_eq(bytes.len, 8);
    ck_assert_ptr_eq(bytes.data, pub->payloads[0].data);
    ck_assert(batch_decode(batch)); /* looking changes nothing */
    ck_assert(mill_row_payload(pub, 0, &bytes));
    ck_assert(!mill_row_payload(pub, 1, &bytes));
    batch->edited = true;
    ck_assert(!mill_row_payload(pub, 0, &bytes));
}
END_TEST

START_TEST(payloads_stay_what_they_were)
{
    char text[32];

    for (unsigned row = 0; row < 1000; row++) {
        snprintf(text, sizeof(text), "{\"n\":%u}", row);
        add_payload(text, row * 2);
    }

    ck_assert_int_eq(pub->format, MILL_JSON);
    for (unsigned row = 0; row < 1000; row++) {
        int len = snprintf(text, sizeof(text), "{\"n\":%u}", row);

        ck_assert_uint_eq(pub->payloads[row].len, (size_t)len);
        ck_assert_mem_eq(pub->payloads[row].data, text, (size_t)len);
        ck_assert_uint_eq(pub->positions[row], row * 2);
    }
}
END_TEST

START_TEST(what_is_stored_ends_with_nul)
{
    char *copy = mill_batch_store(pub, "a\0b", 3);

    ck_assert_mem_eq(copy, "a\0b", 4);
    ck_assert_str_eq(mill_batch_store(pub, NULL, 0), "");
    ck_assert_ptr_null(mill_batch_store(pub, "x", SIZE_MAX));
}
END_TEST

START_TEST(a_row_moves_with_all_that_is_its)
{
    add_payload("{\"n\":0}", 5);
    add_payload("{\"n\":11}", 6);
    ck_assert(batch_decode(batch));

    mill_batch_move_row(pub, 0, 1);
    mill_batch_truncate(pub, 1);

    ck_assert_uint_eq(pub->rows, 1);
    ck_assert_uint_eq(pub->positions[0], 6);
    ck_assert_uint_eq(pub->payloads[0].len, 8);
    ck_assert_int_eq(one_batch_cell(0, 0), 11);
    ck_assert_uint_eq(batch->payload_bytes, 8);
}
END_TEST

START_TEST(a_batch_held_once_is_its_own_copy)
{
    ck_assert_ptr_eq(batch_own(batch), batch);
}
END_TEST

START_TEST(a_shared_batch_is_copied_before_it_changes)
{
    one_batch_fill(10);
    mill_batch_row(pub, 3)[1] =
        mill_text(MILL_TEXT, mill_batch_store(pub, "kept", 4), 4);
    struct batch *other = batch_retain(batch);

    struct batch *copy = batch_own(other);

    ck_assert_ptr_ne(copy, batch);
    mill_batch_row(&copy->pub, 0)[0] = mill_int(-1);
    mill_batch_add_column(&copy->pub, "mine", 4);
    mill_filter_row(&copy->pub, 1);
    ck_assert_int_eq(one_batch_cell(0, 0), 0);
    ck_assert_uint_eq(pub->columns, 3);
    ck_assert_ptr_null(batch->marks);

    batch_release(batch);
    batch = copy;
    pub = &copy->pub;
    ck_assert(mill_value_is(&mill_batch_row(pub, 3)[1], "kept"));
    one_batch_check_name(3, "mine");
}
END_TEST

START_TEST(a_copy_brings_marks_and_payloads)
{
    add_payload("{\"n\":0}", 5);
    add_payload("nonsense", 6);
    mill_batch_set_cursor(pub, "here");
    ck_assert(batch_decode(batch));

    struct batch *copy = batch_own(batch_retain(batch));

    ck_assert_uint_eq(copy->rejection_count, 1);
    ck_assert_int_eq(copy->marks[1], ROW_REJECTED);
    ck_assert_uint_eq(copy->pub.payloads[1].len, 8);
    ck_assert_uint_eq(copy->payload_bytes, batch->payload_bytes);
    ck_assert_str_eq(copy->cursor, "here");
    ck_assert(copy->decoded);
    batch_release(copy);
}
END_TEST

START_TEST(a_copy_can_grow)
{
    one_batch_fill(3);
    struct batch *copy = batch_own(batch_retain(batch));

    for (unsigned row = 3; row < 600; row++)
        ck_assert_ptr_nonnull(mill_batch_add_row(&copy->pub, row));

    ck_assert_uint_eq(copy->pub.rows, 600);
    ck_assert_int_eq(mill_batch_row(&copy->pub, 2)[2].integer, 22);
    batch_release(copy);
}
END_TEST

static void *
decode_and_read(void *arg)
{
    struct batch *mine = arg;
    uintptr_t sum = 0;

    if (!batch_decode(mine))
        return NULL;
    struct batch *copy = batch_own(mine);
    for (unsigned row = 0; row < copy->pub.rows; row++)
        sum += (uintptr_t)mill_batch_row(&copy->pub, row)[0].integer;
    batch_release(copy);
    return (void *)sum; /* NOLINT(performance-no-int-to-ptr) */
}

START_TEST(two_stages_may_decode_a_shared_batch_at_once)
{
    pthread_t threads[4];
    char text[32];

    for (unsigned row = 0; row < 1000; row++) {
        snprintf(text, sizeof(text), "{\"n\":%u}", row);
        add_payload(text, row);
    }
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, decode_and_read,
                                        batch_retain(batch)),
                         0);
    for (int i = 0; i < 4; i++) {
        void *sum;

        pthread_join(threads[i], &sum);
        ck_assert_uint_eq((uintptr_t)sum, 999 * 1000 / 2);
    }
}
END_TEST

START_TEST(lines_become_one_column)
{
    struct mill_bytes plain = { "plain", 5 };
    struct mill_bytes quoted = { "say \"\xc3\xa9\"", 8 };
    struct mill_bytes broken = { "abc\xff", 4 };
    struct mill_bytes empty = { "", 0 };

    mill_batch_add_payload(pub, MILL_LINE, plain, 0);
    mill_batch_add_payload(pub, MILL_LINE, quoted, 1);
    mill_batch_add_payload(pub, MILL_LINE, broken, 2);
    mill_batch_add_payload(pub, MILL_LINE, empty, 3);
    ck_assert(batch_decode(batch));

    ck_assert_uint_eq(pub->columns, 1);
    one_batch_check_name(0, "line");
    ck_assert(mill_value_is(&mill_batch_row(pub, 0)[0], "plain"));
    ck_assert_int_eq(mill_batch_row(pub, 0)[0].flags, MILL_PLAIN);
    ck_assert(mill_value_is(&mill_batch_row(pub, 1)[0], quoted.data));
    ck_assert_int_eq(mill_batch_row(pub, 1)[0].flags, 0);
    ck_assert_int_eq(mill_batch_row(pub, 2)[0].type, MILL_MISSING);
    ck_assert(mill_value_is(&mill_batch_row(pub, 3)[0], ""));
    ck_assert_uint_eq(batch->rejection_count, 1);
    ck_assert_str_eq(batch->rejections[0].reason, "at byte 3: invalid UTF-8");
}
END_TEST

START_TEST(releasing_no_batch_is_fine)
{
    batch_release(NULL);
}
END_TEST

START_TEST(delivered_rows_leave_and_are_counted)
{
    struct sweep swept;
    struct batch *dead;

    one_batch_fill(5);
    mill_deliver_row(pub, 1);
    mill_deliver_row(pub, 4);
    mill_reject_row(pub, 4, "too late");
    mill_reject_row(pub, 2, "refused");
    mill_deliver_row(pub, 2);
    mill_deliver_row(pub, 5);
    ck_assert(mill_row_is_gone(pub, 1));
    ck_assert(!mill_row_is_gone(pub, 0));

    ck_assert(batch_sweep(batch, &swept, &dead));

    ck_assert_uint_eq(pub->rows, 2);
    ck_assert_uint_eq(pub->positions[0], 0);
    ck_assert_uint_eq(pub->positions[1], 3);
    ck_assert_uint_eq(swept.delivered.rows, 2);
    ck_assert_uint_eq(swept.rejected.rows, 1);
    ck_assert_uint_eq(dead->pub.rows, 1);
    batch_release(dead);
    ck_assert(batch_sweep(batch, &swept, &dead));
    ck_assert_uint_eq(swept.delivered.rows, 0);
}
END_TEST

START_TEST(one_lost_and_another_doubled_shows_in_the_tally)
{
    one_batch_fill(10);
    struct tally before = batch_tally(batch);

    mill_batch_move_row(pub, 5, 4);

    struct tally after = batch_tally(batch);
    ck_assert_uint_eq(before.rows, after.rows);
    ck_assert(!tally_equal(&before, &after));
}
END_TEST

START_TEST(rows_out_of_order_show)
{
    one_batch_fill(3);
    ck_assert(batch_in_order(batch));

    mill_batch_move_row(pub, 0, 2);

    ck_assert(!batch_in_order(batch));
}
END_TEST

START_TEST(rows_are_skipped_before_cells_are_there)
{
    add_payload("{}", 1);
    add_payload("{\"n\":5}", 2);

    ck_assert_uint_eq(batch_skip(batch, 1).rows, 1);
    ck_assert_uint_eq(pub->rows, 1);
    ck_assert_uint_eq(batch->payload_bytes, 7);
    ck_assert_uint_eq(batch_last_position(batch), 2);
    ck_assert(batch_decode(batch));
    ck_assert_int_eq(one_batch_cell(0, 0), 5);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("batch");
    TCase *tests = tcase_create("batch");

    tcase_add_checked_fixture(tests, one_batch_setup, one_batch_teardown);
    tcase_add_test(tests, a_new_batch_is_empty_and_named);
    tcase_add_test(tests, stream_partition_and_cursor_are_copied);
    tcase_add_test(tests, rows_keep_cells_and_positions);
    tcase_add_test(tests, a_new_row_is_missing_everywhere);
    tcase_add_test(tests, a_row_may_come_before_its_columns);
    tcase_add_test(tests, a_batch_is_full_by_rows);
    tcase_add_test(tests, a_batch_is_full_by_the_text_of_its_cells);
    tcase_add_test(tests, a_batch_is_full_by_its_payloads_not_by_what_was_read);
    tcase_add_test(tests, a_batch_has_rows_of_one_format);
    tcase_add_test(tests,
                   the_bytes_of_a_row_are_given_while_they_say_what_it_says);
    tcase_add_test(tests, payloads_stay_what_they_were);
    tcase_add_test(tests, what_is_stored_ends_with_nul);
    tcase_add_test(tests, a_row_moves_with_all_that_is_its);
    tcase_add_test(tests, a_batch_held_once_is_its_own_copy);
    tcase_add_test(tests, a_shared_batch_is_copied_before_it_changes);
    tcase_add_test(tests, a_copy_brings_marks_and_payloads);
    tcase_add_test(tests, a_copy_can_grow);
    tcase_add_test(tests, two_stages_may_decode_a_shared_batch_at_once);
    tcase_add_test(tests, lines_become_one_column);
    tcase_add_test(tests, rows_are_skipped_before_cells_are_there);
    tcase_add_test(tests, releasing_no_batch_is_fine);
    tcase_add_test(tests, delivered_rows_leave_and_are_counted);
    tcase_add_test(tests, one_lost_and_another_doubled_shows_in_the_tally);
    tcase_add_test(tests, rows_out_of_order_show);
    suite_add_tcase(suite, tests);
    return suite;
}
