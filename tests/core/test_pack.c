/* SPDX-License-Identifier: Apache-2.0 */

/* test_pack - batches become bytes and come back the same */

#include <pthread.h>
#include <string.h>

#include <millrace/json.h>

#include "core/one_batch.h"
#include "core/pack_parts.h"
#include "record/pack.h"
#include "suite.h"

/* The batch as it comes back; what it was packed into is gone by then, and it
 * would be packed the same again. */
static struct batch *
there_and_back(void)
{
    struct mill_buffer again = { 0 };

    ck_assert(batch_pack(batch, &out));
    struct batch *other = pack_undo();
    ck_assert(batch_pack(other, &again));
    ck_assert_uint_eq(again.len, out.len);
    ck_assert_mem_eq(again.data, out.data, out.len);
    memset(out.data, 'x', out.len);
    mill_buffer_finish(&out);
    mill_buffer_finish(&again);
    return other;
}

/* For batches that come back with all they had. */
static void
check_there_and_back(void)
{
    struct batch *other = there_and_back();

    pack_check_columns(batch, other);
    pack_check_rows(batch, other);
    pack_check_cells(batch, other);
    pack_check_rest(batch, other);
    ck_assert_int_eq(batch->decoded, other->decoded);
    batch_release(other);
}

/* --- cells --- */

START_TEST(a_new_batch_comes_back)
{
    check_there_and_back();
}
END_TEST

START_TEST(every_type_comes_back)
{
    pack_add_every_type();
    pack_add_every_type();
    mill_batch_set_stream(pub, "pins", "7");
    mill_batch_set_cursor(pub, "{\"offset\":7}");
    mill_batch_set_first(pub, 0);

    check_there_and_back();
}
END_TEST

START_TEST(values_nest_as_deep_as_json_may)
{
    struct mill_value value = pack_text(MILL_TEXT, "at the bottom");

    one_batch_fill(3);
    for (int depth = 0; depth < MILL_JSON_DEPTH; depth++) {
        size_t pair = depth % 2;
        struct mill_value *items =
            mill_batch_alloc(pub, (1 + pair) * sizeof(*items));

        items[0] = pack_text(MILL_TEXT, "key");
        items[pair] = value;
        value = mill_items(pair ? MILL_MAP : MILL_LIST, items, 1);
    }
    mill_batch_row(pub, 1)[1] = value;
    mill_batch_row(pub, 2)[0] = value;

    check_there_and_back();
}
END_TEST

START_TEST(text_of_any_length_comes_back)
{
    char content[600];

    mill_batch_add_column(pub, "", 0);
    for (size_t len = 0; len < sizeof(content); len++) {
        struct mill_value *cell = mill_batch_add_row(pub, len);

        for (size_t i = 0; i < len; i++)
            content[i] = (char)(i + len);
        *cell = mill_text(MILL_BYTES, mill_batch_store(pub, content, len), len);
    }

    check_there_and_back();
}
END_TEST

START_TEST(cells_that_stand_wide_apart_come_back)
{
    static const int order[] = { 2, 0 };

    one_batch_fill(500);
    ck_assert(mill_batch_arrange(pub, order, NULL, 2));
    ck_assert_uint_gt(pub->stride, pub->columns);

    check_there_and_back();
}
END_TEST

/* Rows that are added must not land on what lies behind the arrays. */
START_TEST(a_full_batch_comes_back_and_can_grow)
{
    one_batch_fill(BATCH_ROWS);
    mill_batch_set_stream(pub, "pins", "7");
    mill_batch_set_key(pub, 0, pack_bytes("key"));
    struct batch *other = there_and_back();

    pack_check_cells(batch, other);
    batch_release(batch);
    batch = other;
    pub = &other->pub;
    for (unsigned row = BATCH_ROWS; row < BATCH_ROWS + 16; row++)
        ck_assert_ptr_nonnull(mill_batch_add_row(pub, row));
    ck_assert_int_eq(mill_batch_add_column(pub, "late", 4), 3);
    mill_batch_row(pub, 1)[3] = mill_int(5);
    ck_assert_ptr_nonnull(mill_batch_derive_row(pub, 1));
    ck_assert(mill_batch_set_key(pub, BATCH_ROWS, pack_bytes("k")));
    mill_filter_row(pub, 0);
    ck_assert_int_eq(one_batch_cell(BATCH_ROWS - 1, 2), BATCH_ROWS * 10 - 8);
    ck_assert_int_eq(one_batch_cell(BATCH_ROWS + 16, 3), 5);
    ck_assert_uint_eq(pub->positions[BATCH_ROWS + 16], 1);
    ck_assert_uint_eq(pub->keys[0].len, 3);
    ck_assert_mem_eq(pub->keys[0].data, "key", 3);
    ck_assert_str_eq(pub->stream, "pins");
}
END_TEST

START_TEST(rows_before_their_columns_come_back)
{
    mill_batch_add_row(pub, 3);
    mill_batch_add_row(pub, 4);
    struct batch *other = there_and_back();

    int column = mill_batch_add_column(&other->pub, "late", 4);
    ck_assert_int_eq(column, 0);
    ck_assert_uint_eq(other->pub.rows, 2);
    for (uint32_t row = 0; row < 2; row++)
        ck_assert_uint_eq(mill_batch_row(&other->pub, row)[0].type,
                          MILL_MISSING);
    batch_release(other);
}
END_TEST

START_TEST(a_batch_that_lost_its_rows_comes_back)
{
    pack_add_every_type();
    mill_batch_truncate(pub, 0);
    struct batch *other = there_and_back();

    pack_check_columns(batch, other);
    pack_check_rest(batch, other);
    ck_assert_uint_eq(other->pub.rows, 0);
    ck_assert_ptr_nonnull(mill_batch_add_row(&other->pub, 9));
    batch_release(other);
}
END_TEST

/* --- payloads --- */

START_TEST(payloads_come_back_undecoded)
{
    pack_fill_payloads(BATCH_ROWS);

    check_there_and_back();
}
END_TEST

START_TEST(an_empty_line_comes_back)
{
    pack_add_payload(MILL_LINE, "", 1);
    pack_add_payload(MILL_LINE, "a", 2);
    pack_add_payload(MILL_LINE, "", 3);

    check_there_and_back();
}
END_TEST

START_TEST(what_a_sibling_decoded_is_decoded_again)
{
    pack_fill_payloads(200);
    ck_assert(batch_decode(batch));
    ck_assert_uint_eq(batch->rejection_count, 2);
    ck_assert_ptr_nonnull(batch->marks);

    struct batch *other = there_and_back();

    pack_check_rest(batch, other);
    pack_check_rows(batch, other);
    ck_assert(!other->decoded);
    ck_assert_ptr_null(other->pub.cells);
    ck_assert(batch_decode(other));
    pack_check_columns(batch, other);
    pack_check_cells(batch, other);
    ck_assert_mem_eq(other->marks, batch->marks, 200);
    ck_assert_uint_eq(other->rejection_count, 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(other->rejections[i].row, batch->rejections[i].row);
        ck_assert_str_eq(other->rejections[i].reason,
                         batch->rejections[i].reason);
    }
    batch_release(other);
}
END_TEST

/* Rows 0 and 1 have COLUMNS_TOGETHER keys each, none of them the other's. */
static void
add_wide_rows(void)
{
    struct mill_buffer text = { 0 };

    for (unsigned row = 0; row < 2; row++) {
        struct mill_bytes data;

        text.len = 0;
        for (unsigned i = 0; i < COLUMNS_TOGETHER; i++)
            mill_buffer_print(&text, "%c\"%c%u\":1", i ? ',' : '{',
                              row ? 'b' : 'a', i);
        mill_buffer_add(&text, "}", 1);
        data = (struct mill_bytes){ mill_batch_store(pub, text.data, text.len),
                                    text.len };
        ck_assert(mill_batch_add_payload(pub, MILL_JSON, data, row));
    }
    mill_buffer_finish(&text);
}

START_TEST(what_a_sibling_has_parted_can_be_parted_again)
{
    struct batch *later;

    add_wide_rows();
    ck_assert(batch_decode(batch));
    ck_assert_uint_eq(batch->later, 1);

    struct batch *other = there_and_back();

    ck_assert(batch_decode(other));
    ck_assert_uint_eq(other->rejection_count, 0);
    ck_assert(batch_part(other, &later));
    ck_assert_ptr_nonnull(later);
    batch_release(later);
    batch_release(other);
}
END_TEST

/* Else a sink would take it for all of its entry. */
START_TEST(a_part_comes_back_as_a_part)
{
    struct batch *later;

    add_wide_rows();
    ck_assert(batch_decode(batch));
    ck_assert(batch_part(batch, &later));
    batch_release(later);

    struct batch *other = there_and_back();

    ck_assert(other->parted);
    ck_assert_uint_eq(other->before, 1);
    pack_check_rest(batch, other);
    batch_release(other);
}
END_TEST

/* The first row to have them is gone, and the next has them turned. */
START_TEST(columns_keep_their_order_though_rows_are_gone)
{
    struct sweep sweep;
    struct batch *dead;

    pack_add_payload(MILL_JSON, "{\"a\":1,\"b\":2}", 1);
    pack_add_payload(MILL_JSON, "{\"b\":3,\"a\":4}", 2);
    ck_assert(batch_decode(batch));
    mill_filter_row(pub, 0);
    ck_assert(batch_sweep(batch, &sweep, &dead));
    struct batch *other = there_and_back();

    ck_assert(batch_decode(other));

    pack_check_columns(batch, other);
    pack_check_cells(batch, other);
    batch_release(other);
}
END_TEST

START_TEST(an_edited_batch_keeps_cells_and_payloads)
{
    struct sweep sweep;
    struct batch *dead;

    pack_fill_payloads(300);
    ck_assert(batch_decode(batch));
    ck_assert(batch_sweep(batch, &sweep, &dead));
    batch_release(dead);
    int column = mill_batch_add_column(pub, "new", 3);
    mill_batch_row(pub, 5)[column] = pack_text(MILL_TEXT, "edited");
    ck_assert_uint_eq(pub->rows, 297);

    check_there_and_back();
}
END_TEST

START_TEST(a_batch_edited_before_it_is_decoded_comes_back)
{
    mill_batch_add_column(pub, "late", 4);
    pack_fill_payloads(20);
    ck_assert(batch->edited);

    check_there_and_back();
}
END_TEST

START_TEST(no_key_is_no_empty_key)
{
    one_batch_fill(4);
    mill_batch_set_key(pub, 0, pack_bytes("key"));
    mill_batch_set_key(pub, 2, pack_bytes(""));
    mill_batch_set_key(pub, 3, pack_bytes("a longer key than that"));

    check_there_and_back();
    ck_assert_ptr_null(pub->keys[1].data);
    ck_assert_ptr_nonnull(pub->keys[2].data);
}
END_TEST

START_TEST(payloads_have_keys_too)
{
    pack_fill_payloads(50);
    for (unsigned row = 0; row < 50; row += 2)
        mill_batch_set_key(pub, row, pack_bytes("k"));

    check_there_and_back();
}
END_TEST

START_TEST(packs_may_follow_each_other_at_any_address)
{
    const char *why;

    pack_add_every_type();
    mill_buffer_add(&out, "abc", 3);
    ck_assert(batch_pack(batch, &out));
    size_t end = out.len;
    ck_assert(batch_pack(batch, &out));
    struct batch *other = batch_unpack(pool, out.data + 3, end - 3, &why);

    ck_assert_ptr_nonnull(other);
    pack_check_cells(batch, other);
    batch_release(other);
    other = batch_unpack(pool, out.data + end, out.len - end, &why);
    ck_assert_ptr_nonnull(other);
    pack_check_cells(batch, other);
    batch_release(other);
    ck_assert_mem_eq(out.data, "abc", 3);
}
END_TEST

static void *
decode(void *arg)
{
    return batch_decode(arg) ? arg : NULL;
}

START_TEST(a_batch_is_packed_while_another_stage_decodes_it)
{
    pthread_t thread;
    void *decoded;

    pack_fill_payloads(BATCH_ROWS);
    ck_assert_int_eq(pthread_create(&thread, NULL, decode, batch), 0);
    struct batch *other = there_and_back();
    pthread_join(thread, &decoded);

    ck_assert_ptr_nonnull(decoded);
    pack_check_rows(batch, other);
    ck_assert(batch_decode(other));
    pack_check_columns(batch, other);
    pack_check_cells(batch, other);
    batch_release(other);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("pack");
    TCase *tests = tcase_create("pack");

    tcase_add_checked_fixture(tests, one_batch_setup, one_batch_teardown);
    tcase_add_test(tests, a_new_batch_comes_back);
    tcase_add_test(tests, every_type_comes_back);
    tcase_add_test(tests, values_nest_as_deep_as_json_may);
    tcase_add_test(tests, text_of_any_length_comes_back);
    tcase_add_test(tests, cells_that_stand_wide_apart_come_back);
    tcase_add_test(tests, a_full_batch_comes_back_and_can_grow);
    tcase_add_test(tests, rows_before_their_columns_come_back);
    tcase_add_test(tests, a_batch_that_lost_its_rows_comes_back);
    tcase_add_test(tests, payloads_come_back_undecoded);
    tcase_add_test(tests, an_empty_line_comes_back);
    tcase_add_test(tests, what_a_sibling_decoded_is_decoded_again);
    tcase_add_test(tests, what_a_sibling_has_parted_can_be_parted_again);
    tcase_add_test(tests, a_part_comes_back_as_a_part);
    tcase_add_test(tests, columns_keep_their_order_though_rows_are_gone);
    tcase_add_test(tests, an_edited_batch_keeps_cells_and_payloads);
    tcase_add_test(tests, a_batch_edited_before_it_is_decoded_comes_back);
    tcase_add_test(tests, no_key_is_no_empty_key);
    tcase_add_test(tests, payloads_have_keys_too);
    tcase_add_test(tests, packs_may_follow_each_other_at_any_address);
    tcase_add_test(tests, a_batch_is_packed_while_another_stage_decodes_it);
    suite_add_tcase(suite, tests);
    return suite;
}
