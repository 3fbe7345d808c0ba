/* SPDX-License-Identifier: Apache-2.0 */

/*
 * test_pack_refused - what can't be packed, and packs that are damaged
 *
 * The linker sends malloc(), calloc() and realloc() here, for the tests that
 * run out of memory.
 */

#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#include "core/one_batch.h"
#include "core/pack_parts.h"
#include "record/pack.h"
#include "short_memory.h"
#include "suite.h"

static void
check_refused(void)
{
    mill_buffer_add(&out, "abc", 3);
    size_t before = out.len;

    ck_assert(!batch_pack(batch, &out));

    ck_assert_uint_eq(out.len, before);
    ck_assert(!out.failed);
}

START_TEST(marked_rows_are_refused)
{
    one_batch_fill(3);
    mill_filter_row(pub, 1);

    check_refused();
}
END_TEST

START_TEST(rejected_rows_of_cells_are_refused)
{
    one_batch_fill(3);
    mill_reject_row(pub, 1, "no");

    check_refused();
}
END_TEST

START_TEST(derived_rows_are_refused)
{
    one_batch_fill(3);
    mill_batch_derive_row(pub, 1);

    check_refused();
}
END_TEST

START_TEST(marked_rows_of_payloads_are_refused)
{
    pack_fill_payloads(5);
    mill_reject_row(pub, 0, "not for what it says");
    check_refused();

    batch->marks[0] = ROW_LIVE;
    ck_assert(batch_pack(batch, &out));
    ck_assert(batch_decode(batch));
    mill_deliver_row(pub, 1);
    check_refused();
}
END_TEST

START_TEST(rejected_rows_of_an_edited_batch_are_refused)
{
    pack_fill_payloads(10);
    ck_assert(batch_decode(batch));
    ck_assert(batch_pack(batch, &out));
    mill_batch_add_column(pub, "new", 3);

    check_refused();
}
END_TEST

START_TEST(a_batch_that_lost_a_mark_is_refused)
{
    one_batch_fill(3);
    batch->failed = true;

    check_refused();
}
END_TEST

/* --- damage --- */

static void
check_damaged(const char *data, size_t len)
{
    const char *why = NULL;

    ck_assert_ptr_null(batch_unpack(pool, data, len, &why));
    ck_assert_str_eq(why, "damaged");
}

/* A pack of a few hundred bytes with a bit of everything. */
static void
pack_small(void)
{
    pack_fill_payloads(3);
    mill_batch_set_cursor(pub, "x");
    mill_batch_set_key(pub, 1, pack_bytes("key"));
    ck_assert(batch_decode(batch));
    int column = mill_batch_add_column(pub, "new", 3);
    mill_batch_row(pub, 1)[column] = mill_items(
        MILL_LIST, mill_batch_row(pub, 0), mill_batch_column(pub, "new"));
    ck_assert(batch_pack(batch, &out));
}

START_TEST(a_pack_with_any_byte_changed_is_damaged)
{
    pack_small();
    for (size_t i = 0; i < out.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            out.data[i] = (char)(out.data[i] ^ 1 << bit);
            check_damaged(out.data, out.len);
            out.data[i] = (char)(out.data[i] ^ 1 << bit);
        }

    batch_release(pack_undo());
}
END_TEST

START_TEST(a_pack_cut_anywhere_is_damaged)
{
    pack_small();
    for (size_t len = 0; len < out.len; len++) {
        /* So that whoever reads behind it is caught. */
        char *part = malloc(len + !len);

        ck_assert_ptr_nonnull(part);
        memcpy(part, out.data, len);
        check_damaged(part, len);
        free(part);
    }
}
END_TEST

START_TEST(a_pack_with_more_behind_it_is_damaged)
{
    pack_small();
    mill_buffer_add(&out, "", 1);

    check_damaged(out.data, out.len);
}
END_TEST

/* --- no memory --- */

/* All allocations but the first COUNT fail. */
static bool
pack_with(long count)
{
    memory_left = count;
    bool good = batch_pack(batch, &out);
    memory_left = -1;

    ck_assert_int_eq(out.failed, !good);
    if (!good)
        ck_assert_uint_eq(out.len, 0);
    return good;
}

START_TEST(packing_without_memory_says_so)
{
    long count = 0;

    pack_fill_payloads(1000);
    mill_batch_set_key(pub, 1, pack_bytes("key"));
    ck_assert(batch_decode(batch));
    batch->edited = true;
    memset(batch->marks, ROW_LIVE, 1000);
    for (; !pack_with(count); count++)
        mill_buffer_finish(&out);

    ck_assert_int_gt(count, 3);
    batch_release(pack_undo());
}
END_TEST

static struct batch *
unpack_with(long count)
{
    struct pool *short_pool = pool_create(0);
    const char *why = NULL;

    ck_assert_ptr_nonnull(short_pool);
    memory_left = count;
    struct batch *other = batch_unpack(short_pool, out.data, out.len, &why);
    memory_left = -1;
    if (other) {
        pack_check_cells(batch, other);
        batch_release(other);
    } else {
        ck_assert_str_eq(why, "no memory");
    }
    ck_assert_uint_eq(pool_used(short_pool), 0);
    pool_destroy(short_pool);
    return other;
}

START_TEST(unpacking_without_memory_says_so)
{
    long count = 0;

    pack_add_every_type();
    ck_assert(batch_pack(batch, &out));
    while (!unpack_with(count))
        count++;

    ck_assert_int_gt(count, 3);
}
END_TEST

START_TEST(rows_without_columns_need_memory_too)
{
    long count = 0;

    for (unsigned row = 0; row < 20000; row++)
        mill_batch_add_row(pub, row);
    ck_assert(batch_pack(batch, &out));
    while (!unpack_with(count))
        count++;

    ck_assert_int_eq(count, 3); /* the batch, the pack, and a cell a row */
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("pack_refused");
    TCase *tests = tcase_create("pack_refused");

    tcase_add_checked_fixture(tests, one_batch_setup, one_batch_teardown);
    tcase_add_test(tests, marked_rows_are_refused);
    tcase_add_test(tests, rejected_rows_of_cells_are_refused);
    tcase_add_test(tests, derived_rows_are_refused);
    tcase_add_test(tests, marked_rows_of_payloads_are_refused);
    tcase_add_test(tests, rejected_rows_of_an_edited_batch_are_refused);
    tcase_add_test(tests, a_batch_that_lost_a_mark_is_refused);
    tcase_add_test(tests, a_pack_with_any_byte_changed_is_damaged);
    tcase_add_test(tests, a_pack_cut_anywhere_is_damaged);
    tcase_add_test(tests, a_pack_with_more_behind_it_is_damaged);
    tcase_add_test(tests, packing_without_memory_says_so);
    tcase_add_test(tests, unpacking_without_memory_says_so);
    tcase_add_test(tests, rows_without_columns_need_memory_too);
    suite_add_tcase(suite, tests);
    return suite;
}
