/* SPDX-License-Identifier: Apache-2.0 */

/* test_part - a batch whose rows don't go together is decoded as several */

#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#include "core/one_batch.h"
#include "suite.h"

static struct batch *later;

static void
setup(void)
{
    one_batch_setup();
    later = NULL;
    mill_batch_set_stream(pub, "pin", "7");
}

static void
teardown(void)
{
    batch_release(later);
    one_batch_teardown();
}

/* Appends {"kFIRST":0,...} of COUNT keys. */
static void
add_keys(unsigned first, unsigned count, uint64_t position)
{
    struct mill_bytes data;

    out.len = 0;
    mill_buffer_print(&out, "{");
    for (unsigned i = 0; i < count; i++)
        mill_buffer_print(&out, "%s\"k%u\":%u", i ? "," : "", first + i, i);
    mill_buffer_print(&out, "}");
    data = (struct mill_bytes){ mill_batch_store(pub, out.data, out.len),
                                out.len };
    ck_assert_ptr_nonnull(data.data);
    ck_assert(mill_batch_add_payload(pub, MILL_JSON, data, position));
}

/* Decodes the batch; KEPT of its rows stay, the rest comes later. */
static void
part(unsigned kept)
{
    unsigned rows = pub->rows;

    ck_assert(batch_decode(batch));
    ck_assert(batch_part(batch, &later));
    ck_assert_uint_eq(pub->rows, kept);
    ck_assert_uint_eq(batch->later, 0);
    ck_assert_uint_eq(later ? later->pub.rows : 0, rows - kept);
}

/* Goes on with what came later. */
static void
go_on(void)
{
    ck_assert_ptr_nonnull(later);
    batch_release(batch);
    batch = later;
    pub = &batch->pub;
    later = NULL;
}

START_TEST(rows_of_many_columns_go_on_in_a_batch_of_their_own)
{
    for (unsigned row = 0; row < 5; row++)
        add_keys(row * 400, 400, row * UINT64_C(10));

    part(2);
    ck_assert_uint_eq(pub->columns, 800);
    ck_assert_int_eq(mill_batch_row(pub, 1)[799].integer, 399);
    ck_assert(batch->parted);
    ck_assert_uint_eq(batch->before, 20);
    ck_assert_str_eq(later->pub.stream, "pin");
    ck_assert_str_eq(later->pub.partition, "7");
    ck_assert_uint_eq(later->pub.first, 20);
    ck_assert_uint_eq(later->pub.positions[2], 40);
    ck_assert(!later->parted);

    go_on();
    part(2);
    ck_assert_uint_eq(batch->before, 40);
    ck_assert_int_eq(mill_batch_column(pub, "k799"), -1);
    ck_assert_int_eq(mill_batch_column(pub, "k800"), 0);

    go_on();
    part(1);
    ck_assert_ptr_null(later);
    ck_assert(!batch->parted);
    ck_assert_ptr_null(batch->marks);
}
END_TEST

/* Also where the last part of a batch is parted anew. */
START_TEST(a_part_ends_where_the_part_that_it_is_of_did)
{
    for (unsigned row = 0; row < 3; row++)
        add_keys(row * 900, 900, row);
    batch->parted = true;
    batch->before = 7;

    part(1);
    ck_assert_uint_eq(batch->before, 1);
    ck_assert(later->parted);
    ck_assert_uint_eq(later->before, 7);
}
END_TEST

START_TEST(a_row_of_many_keys_goes_alone_to_leave_room_for_more)
{
    add_keys(0, MILL_COLUMNS_MAX, 0);
    add_keys(0, 1, 1);
    add_keys(0, COLUMNS_TOGETHER, 2);
    add_keys(0, 2, 3);

    part(1);
    ck_assert_uint_eq(pub->columns, MILL_COLUMNS_MAX);
    go_on();
    part(3);
    ck_assert_uint_eq(pub->columns, COLUMNS_TOGETHER);
    ck_assert_ptr_null(batch->marks);
}
END_TEST

START_TEST(a_row_of_too_many_keys_is_refused_once_it_is_alone)
{
    add_keys(0, 1, 0);
    add_keys(0, MILL_COLUMNS_MAX + 1, 1);
    add_keys(5, 1, 2);

    part(1);
    ck_assert_uint_eq(batch->rejection_count, 0);
    go_on();
    part(2);
    ck_assert_uint_eq(batch->rejection_count, 1);
    ck_assert_uint_eq(batch->rejections[0].row, 0);
    ck_assert_str_eq(batch->rejections[0].reason,
                     "at byte 11093: more than 1024 columns");
    ck_assert_uint_eq(pub->columns, 1);
    ck_assert_str_eq(pub->names[0].data, "k5");
}
END_TEST

/* A sink stores how far it has come as a position. */
START_TEST(after_a_row_that_goes_alone_few_columns_are_expected)
{
    add_keys(0, MILL_COLUMNS_MAX, 0);
    add_keys(0, 1, 1);
    add_keys(0, 1, 2);

    part(1);
    go_on();
    part(2);
    ck_assert_uint_lt(pub->stride, 64);
}
END_TEST

START_TEST(rows_of_one_position_stay_together)
{
    for (unsigned row = 0; row < 4; row++)
        add_keys(row * 500, 500, row < 3 ? 5 : 6);

    part(3);
    ck_assert_uint_eq(batch->before, 6);
    ck_assert_uint_eq(batch->rejection_count, 1);
    ck_assert_uint_eq(batch->rejections[0].row, 2);
}
END_TEST

START_TEST(sparse_rows_part_before_their_cells_are_too_many)
{
    for (unsigned row = 0; row < 4000; row++)
        add_keys(row % 600, 1, row);

    ck_assert(batch_decode(batch));
    ck_assert(batch_part(batch, &later));
    ck_assert_uint_le(pub->rows * pub->stride, CELLS_TOGETHER);
    ck_assert_uint_gt(pub->rows, 200);
    ck_assert_uint_eq(pub->rows + later->pub.rows, 4000);
    ck_assert_uint_lt(pool_used(pool), 16u << 20);
    ck_assert_int_eq(
        mill_batch_row(pub, pub->rows - 1)[(pub->rows - 1) % 600].type,
        MILL_INT);

    /* The next knows what to expect, and outgrows nothing. */
    go_on();
    ck_assert(batch_decode(batch));
    ck_assert(batch_part(batch, &later));
    ck_assert_uint_gt(pub->rows, 200);
    ck_assert_uint_lt(pool_used(pool), 4u << 20);
}
END_TEST

START_TEST(sparse_rows_of_one_position_get_the_cells_they_need)
{
    for (unsigned row = 0; row < 2000; row++)
        add_keys(row % 600, 1, 5);

    part(2000);
    ck_assert_uint_eq(pub->columns, 600);
    ck_assert_int_eq(mill_batch_row(pub, 1999)[1999 % 600].type, MILL_INT);
    ck_assert_int_eq(mill_batch_row(pub, 1999)[0].type, MILL_MISSING);
}
END_TEST

START_TEST(keys_go_with_their_rows)
{
    for (unsigned row = 0; row < 3; row++)
        add_keys(row * 900, 900, row);
    ck_assert(mill_batch_set_key(
        pub, 1, (struct mill_bytes){ mill_batch_store(pub, "key", 3), 3 }));

    part(1);
    ck_assert_uint_eq(later->pub.keys[0].len, 3);
    ck_assert_mem_eq(later->pub.keys[0].data, "key", 3);
    ck_assert_ptr_null(later->pub.keys[1].data);
}
END_TEST

/* Nor is there a part where something was done to it already. */
START_TEST(a_batch_that_is_whole_stays_whole)
{
    add_keys(0, 900, 0);
    add_keys(900, 900, 1);
    batch->whole = true;

    part(2);
    ck_assert_uint_eq(batch->rejection_count, 1);
    ck_assert_uint_eq(batch->rejections[0].row, 1);
}
END_TEST

START_TEST(writing_a_row_decodes_all_of_them)
{
    struct mill_json_style style = { .java_doubles = true };

    add_keys(0, 900, 0);
    add_keys(900, 1, 1);
    add_keys(901, 900, 2);
    out.len = 0;
    mill_json_write_row(&out, pub, 1, &style);
    ck_assert_str_eq(mill_buffer_text(&out), "{\"k900\":0}");
    ck_assert_uint_eq(batch->later, 0);
    ck_assert_uint_eq(batch->rejection_count, 1);
}
END_TEST

START_TEST(whoever_shares_a_batch_parts_a_copy)
{
    struct batch *mine;

    for (unsigned row = 0; row < 3; row++)
        add_keys(row * 900, 900, row);
    ck_assert(batch_decode(batch));
    mine = batch_own(batch_retain(batch));
    ck_assert_ptr_ne(mine, batch);
    ck_assert(batch_part(mine, &later));
    ck_assert_uint_eq(mine->pub.rows, 1);
    ck_assert_int_eq(mill_batch_row(&mine->pub, 0)[899].integer, 899);
    ck_assert_uint_eq(later->pub.rows, 2);
    ck_assert_uint_eq(pub->rows, 3);
    batch_release(mine);
    batch_release(later);
    later = NULL;

    part(1);
}
END_TEST

START_TEST(a_batch_is_had_as_it_came_though_others_have_decoded_it)
{
    struct mill_bytes payload;

    add_keys(0, 900, 0);
    add_keys(0, 1, 1);
    batch->payloads[1].len--;
    add_keys(900, 900, 2);
    ck_assert(batch_decode(batch));
    ck_assert_uint_eq(batch->rejection_count, 1);
    struct batch *mine = batch_own(batch_retain(batch));

    batch_undecode(mine);
    ck_assert_uint_eq(mine->pub.rows, 3);
    ck_assert(!mill_row_is_gone(&mine->pub, 1));
    ck_assert(mill_row_payload(&mine->pub, 1, &payload));
    ck_assert_mem_eq(payload.data, "{\"k0\":0", payload.len);

    ck_assert(batch_decode(mine));
    ck_assert(batch_part(mine, &later));
    ck_assert_uint_eq(mine->pub.rows, 2);
    ck_assert_uint_eq(mine->pub.columns, 900);
    ck_assert(mill_row_is_gone(&mine->pub, 1));
    batch_release(mine);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("part");
    TCase *tests = tcase_create("part");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, rows_of_many_columns_go_on_in_a_batch_of_their_own);
    tcase_add_test(tests, a_part_ends_where_the_part_that_it_is_of_did);
    tcase_add_test(tests, a_row_of_many_keys_goes_alone_to_leave_room_for_more);
    tcase_add_test(tests, a_row_of_too_many_keys_is_refused_once_it_is_alone);
    tcase_add_test(tests, after_a_row_that_goes_alone_few_columns_are_expected);
    tcase_add_test(tests, rows_of_one_position_stay_together);
    tcase_add_test(tests, sparse_rows_part_before_their_cells_are_too_many);
    tcase_add_test(tests, sparse_rows_of_one_position_get_the_cells_they_need);
    tcase_add_test(tests, keys_go_with_their_rows);
    tcase_add_test(tests, a_batch_that_is_whole_stays_whole);
    tcase_add_test(tests, writing_a_row_decodes_all_of_them);
    tcase_add_test(tests, whoever_shares_a_batch_parts_a_copy);
    tcase_add_test(tests,
                   a_batch_is_had_as_it_came_though_others_have_decoded_it);
    suite_add_tcase(suite, tests);
    return suite;
}
