/* SPDX-License-Identifier: Apache-2.0 */

/* test_transform_dedupe - which rows are alike, how far the window reaches, and
 * what is still known after a crash. */

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/transforms/dedupe/window.h"
#include "harness.h"
#include "suite.h"

static struct harness *bench;

static void
setup(void)
{
    bench = harness_create(MILL_TRANSFORM, "dedupe");
}

static void
teardown(void)
{
    harness_destroy(bench);
}

static void
open_it(void)
{
    ck_assert_msg(harness_open(bench) == MILL_OK, "%s", harness_said(bench));
}

/* What is left of ROWS. */
static const char *
left_of(const char *rows)
{
    ck_assert_msg(harness_apply(bench, rows) == MILL_OK, "%s",
                  harness_said(bench));
    return harness_rows(bench);
}

/* Stored, killed, started again. */
static void
restart(void)
{
    harness_store(bench);
    harness_crash(bench);
    open_it();
}

/* --- what is alike --- */

static const struct {
    const char *one, *two;
    bool alike;
} pairs[] = {
    { "{\"a\":1}", "{\"a\":1}", true },
    { "{\"a\":1}", "{\"a\":2}", false },
    { "{\"a\":1}", "{\"b\":1}", false },
    { "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true },
    { "{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}", false },
    { "{\"a\":1,\"b\":null}", "{\"a\":1}", false },
    { "{\"a\":null}", "{\"a\":\"\"}", false },
    { "{\"a\":null}", "{\"a\":null}", true },
    { "{\"a\":1}", "{\"a\":\"1\"}", false },
    { "{\"a\":true}", "{\"a\":true}", true },
    { "{\"a\":true}", "{\"a\":false}", false },
    { "{\"a\":1.5}", "{\"a\":1.5}", true },
    { "{\"a\":\"x\",\"b\":\"yz\"}", "{\"a\":\"xy\",\"b\":\"z\"}", false },
    { "{\"a\":\"\\u0041\"}", "{\"a\":\"A\"}", true },
    { "{\"a\":\"A\"}", "{\"a\":\"a\"}", false },
    { "{\"a\":\"A\"}", "{\"a\":\"A \"}", false },
    { "{\"a\":[1,2]}", "{\"a\":[1,2]}", true },
    { "{\"a\":[1,2]}", "{\"a\":[2,1]}", false },
    { "{\"a\":[[1],2]}", "{\"a\":[[1,2]]}", false },
    { "{\"a\":{\"b\":[]}}", "{\"a\":{\"b\":[]}}", true },
    { "{\"a\":{\"b\":[]}}", "{\"a\":{\"c\":[]}}", false },
};

START_TEST(rows_with_equal_columns_are_alike)
{
    char rows[200];

    open_it();
    snprintf(rows, sizeof(rows), "%s\n%s\n", pairs[_i].one, pairs[_i].two);
    const char *left = left_of(rows);
    ck_assert_msg((harness_filtered(bench) == 1) == pairs[_i].alike, "%s%s",
                  rows, left);
    ck_assert(strncmp(left, pairs[_i].one, strlen(pairs[_i].one)) == 0);
}
END_TEST

/* Adds a row of one double to BATCH. */
static void
add_double(struct mill_batch *batch, double real, uint64_t position)
{
    ck_assert_ptr_nonnull(mill_batch_add_row(batch, position));
    ck_assert_int_ge(mill_batch_add_column(batch, "a", 1), 0);
    mill_batch_row(batch, batch->rows - 1)[0] = mill_double(real);
}

START_TEST(both_zeros_are_alike)
{
    open_it();
    struct mill_batch *batch = harness_batch(bench);

    add_double(batch, 0.0, 0);
    add_double(batch, -0.0, 1);
    add_double(batch, 1.0, 2);
    ck_assert_int_eq(harness_apply_batch(bench, batch), MILL_OK);
    ck_assert_uint_eq(harness_filtered(bench), 1);
}
END_TEST

START_TEST(likes_in_later_batches_are_filtered_and_counted)
{
    open_it();
    ck_assert_str_eq(left_of("{\"a\":1}\n{\"a\":2}\n{\"a\":1}\n"),
                     "{\"a\":1}\n{\"a\":2}\n");
    ck_assert_str_eq(left_of("{\"a\":2}\n{\"a\":3}\n"), "{\"a\":3}\n");
    ck_assert_uint_eq(harness_count(bench, "duplicates"), 2);
}
END_TEST

START_TEST(a_key_makes_rows_alike)
{
    harness_set(bench, "key", "a");
    harness_set(bench, "key", "b");
    open_it();
    ck_assert_str_eq(left_of("{\"a\":1,\"b\":1,\"c\":1}\n"
                             "{\"a\":1,\"b\":1,\"c\":2}\n"
                             "{\"a\":1,\"b\":2,\"c\":1}\n"),
                     "{\"a\":1,\"b\":1,\"c\":1}\n{\"a\":1,\"b\":2,\"c\":1}\n");
}
END_TEST

START_TEST(rows_without_a_key_are_like_no_other)
{
    harness_set(bench, "key", "a");
    open_it();
    ck_assert_str_eq(
        left_of("{\"b\":1}\n{\"b\":1}\n{\"a\":null}\n{\"a\":null}\n"),
        "{\"b\":1}\n{\"b\":1}\n{\"a\":null}\n{\"a\":null}\n");
    ck_assert_uint_eq(harness_count(bench, "without key"), 4);
}
END_TEST

START_TEST(streams_are_apart_unless_told_otherwise)
{
    open_it();
    harness_set_stream(bench, "pins", "0");
    ck_assert_str_eq(left_of("{\"a\":1}\n"), "{\"a\":1}\n");
    harness_set_stream(bench, "users", "0");
    ck_assert_str_eq(left_of("{\"a\":1}\n"), "{\"a\":1}\n");
    harness_set_stream(bench, "pins", "1");
    ck_assert_str_eq(left_of("{\"a\":1}\n"), "");
}
END_TEST

START_TEST(across_all_streams_are_one)
{
    harness_set(bench, "across", "all");
    open_it();
    harness_set_stream(bench, "pins", "0");
    ck_assert_str_eq(left_of("{\"a\":1}\n"), "{\"a\":1}\n");
    harness_set_stream(bench, "users", "0");
    ck_assert_str_eq(left_of("{\"a\":1}\n"), "");
}
END_TEST

/* --- the window --- */

START_TEST(a_row_is_known_until_the_window_has_passed)
{
    harness_set(bench, "window", "3");
    open_it();
    ck_assert_str_eq(left_of("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":1}\n"),
                     "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    ck_assert_str_eq(left_of("{\"a\":4}\n{\"a\":1}\n{\"a\":4}\n"),
                     "{\"a\":4}\n{\"a\":1}\n");
}
END_TEST

START_TEST(the_smaller_window_holds)
{
    harness_set(bench, "window", "3");
    harness_set(bench, "window_bytes", "80");
    open_it();
    ck_assert_str_eq(left_of("{\"a\":1}\n{\"a\":1}\n{\"a\":2}\n{\"a\":1}\n"),
                     "{\"a\":1}\n{\"a\":2}\n{\"a\":1}\n");
}
END_TEST

/* COUNT rows of one column, from FIRST on. */
static char *
numbers(unsigned first, unsigned count)
{
    char *rows = malloc(count * 24 + 1);
    size_t len = 0;

    ck_assert_ptr_nonnull(rows);
    for (unsigned i = 0; i < count; i++)
        len += (size_t)snprintf(rows + len, 24, "{\"a\":%u}\n", first + i);
    return rows;
}

static void
expect_filtered(unsigned first, unsigned count, unsigned filtered)
{
    char *rows = numbers(first, count);

    left_of(rows);
    ck_assert_uint_eq(harness_filtered(bench), filtered);
    free(rows);
}

START_TEST(a_restored_window_reaches_as_far)
{
    harness_set(bench, "window", "5000");
    open_it();
    for (unsigned i = 0; i < 20; i++) {
        expect_filtered(i * 700, 700, 0);
        if (i % 7 == 3)
            restart();
    }
    restart();
    expect_filtered(9000, 5000, 5000); /* the last 5000 of 14000 */
    expect_filtered(8000, 1000, 0);
    restart();
    expect_filtered(10000, 4000, 4000);
    expect_filtered(8000, 1000, 1000);
    expect_filtered(9000, 1000, 0);
}
END_TEST

START_TEST(chunks_that_the_window_has_left_are_forgotten)
{
    const char *key = "rows 0000000000000000";

    harness_set(bench, "window", "600");
    open_it();
    expect_filtered(0, 600, 0);
    ck_assert_ptr_nonnull(harness_state(bench, key));
    expect_filtered(600, 599, 0);
    ck_assert_ptr_nonnull(harness_state(bench, key));
    expect_filtered(1199, 1, 0);
    ck_assert_ptr_null(harness_state(bench, key));
    ck_assert_str_eq(harness_state(bench, "first"), "1");
}
END_TEST

START_TEST(small_batches_share_a_chunk)
{
    open_it();
    for (unsigned i = 0; i < 500; i++)
        expect_filtered(i, 1, 0);
    ck_assert_uint_eq(strlen(harness_state(bench, "rows 0000000000000000")),
                      500 * 36);
    ck_assert_ptr_null(harness_state(bench, "rows 0000000000000001"));
    restart();
    expect_filtered(0, 500, 500);
}
END_TEST

/* --- after a crash --- */

START_TEST(the_very_row_passes_again_and_its_likes_do_not)
{
    open_it();
    harness_set_stream(bench, "pins", "0");
    left_of("{\"a\":1}\n{\"a\":2}\n{\"a\":1}\n");
    harness_set_stream(bench, "pins", "1");
    harness_set_position(bench, 0);
    ck_assert_str_eq(left_of("{\"a\":3}\n{\"a\":2}\n"), "{\"a\":3}\n");
    restart();

    /* Partition 1 comes first this time. */
    harness_set_position(bench, 0);
    ck_assert_str_eq(left_of("{\"a\":3}\n{\"a\":2}\n"), "{\"a\":3}\n");
    harness_set_stream(bench, "pins", "0");
    harness_set_position(bench, 0);
    ck_assert_str_eq(left_of("{\"a\":1}\n{\"a\":2}\n{\"a\":1}\n"),
                     "{\"a\":1}\n{\"a\":2}\n");
}
END_TEST

START_TEST(the_very_row_passes_again_only_once)
{
    open_it();
    left_of("{\"a\":1}\n");
    restart();
    harness_set_position(bench, 0);
    ck_assert_str_eq(left_of("{\"a\":1}\n"), "{\"a\":1}\n");
    harness_set_position(bench, 0); /* another row made from the same one */
    ck_assert_str_eq(left_of("{\"a\":1}\n"), "");
}
END_TEST

START_TEST(a_row_of_another_stage_is_not_the_very_row)
{
    open_it();
    harness_set_from(bench, "left");
    left_of("{\"a\":1}\n");
    restart();
    harness_set_from(bench, "right");
    harness_set_position(bench, 0);
    ck_assert_str_eq(left_of("{\"a\":1}\n"), "");
    harness_set_from(bench, "left");
    harness_set_position(bench, 0);
    ck_assert_str_eq(left_of("{\"a\":1}\n"), "{\"a\":1}\n");
}
END_TEST

START_TEST(what_was_not_stored_is_new)
{
    open_it();
    left_of("{\"a\":1}\n");
    harness_store(bench);
    left_of("{\"a\":2}\n");
    harness_crash(bench);
    open_it();
    ck_assert_str_eq(left_of("{\"a\":1}\n{\"a\":2}\n"), "{\"a\":2}\n");
}
END_TEST

START_TEST(lanes_without_rows_in_the_window_are_forgotten)
{
    char stream[20];
    char row[40];

    harness_set(bench, "window", "2");
    harness_set(bench, "across", "all");
    open_it();
    for (unsigned i = 0; i < 50; i++) {
        snprintf(stream, sizeof(stream), "file-%u", i);
        snprintf(row, sizeof(row), "{\"a\":%u}\n", i);
        harness_set_stream(bench, stream, "0");
        ck_assert_str_eq(left_of(row), row);
        if (i % 10 == 0)
            restart();
    }
    ck_assert_ptr_nonnull(harness_state(bench, "lane 000000"));
    ck_assert_ptr_null(harness_state(bench, "lane 000004"));

    /* Numbers of lanes were used again, and still mean what they should. */
    restart();
    harness_set_position(bench, 49);
    ck_assert_str_eq(left_of(row), row);
}
END_TEST

/* What an earlier run left: one chunk. */
static void
leave_state(const char *about, const char *chunk)
{
    harness_set_state(bench, "about", about);
    harness_set_state(bench, "secret", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    harness_set_state(bench, "rows 0000000000000000", chunk);
}

START_TEST(another_key_starts_over_and_says_so)
{
    leave_state("\"a\" of one stream", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    harness_set(bench, "key", "b");
    open_it();
    ck_assert_ptr_nonnull(strstr(harness_log(bench), "are forgotten"));
    ck_assert_ptr_null(harness_state(bench, "rows 0000000000000000"));
    ck_assert_str_eq(harness_state(bench, "about"), "\"b\" of one stream");
    ck_assert_str_ne(harness_state(bench, "secret"),
                     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}
END_TEST

static const char *const damages[] = {
    "not what it was",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAA=AAAAAAA",
};

START_TEST(a_damaged_state_is_told)
{
    leave_state("all columns of one stream", damages[_i]);
    ck_assert_int_eq(harness_open(bench), MILL_FATAL);
    ck_assert_ptr_nonnull(strstr(harness_said(bench), "state reset"));
}
END_TEST

/* --- parts --- */

START_TEST(digests_are_those_of_siphash)
{
    static const unsigned char bytes[16] = { 0, 1, 2,  3,  4,  5,  6,  7,
                                             8, 9, 10, 11, 12, 13, 14, 15 };
    struct digest key;

    memcpy(&key, bytes, sizeof(key));

    struct digest none = digest_bytes(&key, bytes, 0);
    struct digest one = digest_bytes(&key, bytes, 1);

    ck_assert_uint_eq(none.words[0], 0xe6a825ba047f81a3u);
    ck_assert_uint_eq(none.words[1], 0x930255c71472f66du);
    ck_assert_uint_eq(one.words[0], 0x44af996bd8c187dau);
    ck_assert_uint_eq(one.words[1], 0x45fc229b11597634u);
}
END_TEST

/* Digests that all want the same few slots. */
START_TEST(crowded_slots_lose_nobody)
{
    struct window window = { 0 };

    for (uint64_t i = 0; i < 3000; i++) {
        struct entry entry = { .digest = { { i % 7, i } }, .position = i };

        ck_assert_ptr_null(window_find(&window, &entry.digest));
        ck_assert(window_push(&window, &entry));
        if (i >= 500)
            ck_assert_uint_eq(window_pop(&window).position, i - 500);
        for (uint64_t k = i < 500 ? 0 : i - 499; k <= i; k += 50) {
            struct digest digest = { { k % 7, k } };
            const struct entry *found = window_find(&window, &digest);

            ck_assert_ptr_nonnull(found);
            ck_assert_uint_eq(found->position, k);
        }
    }
    window_finish(&window);
}
END_TEST

Suite *
suite(void)
{
    Suite *all = suite_create("dedupe");
    TCase *rows = tcase_create("rows");
    TCase *crash = tcase_create("crash");
    TCase *parts = tcase_create("parts");

    tcase_add_checked_fixture(rows, setup, teardown);
    tcase_add_loop_test(rows, rows_with_equal_columns_are_alike, 0,
                        sizeof(pairs) / sizeof(*pairs));
    tcase_add_test(rows, both_zeros_are_alike);
    tcase_add_test(rows, likes_in_later_batches_are_filtered_and_counted);
    tcase_add_test(rows, a_key_makes_rows_alike);
    tcase_add_test(rows, rows_without_a_key_are_like_no_other);
    tcase_add_test(rows, streams_are_apart_unless_told_otherwise);
    tcase_add_test(rows, across_all_streams_are_one);
    tcase_add_test(rows, a_row_is_known_until_the_window_has_passed);
    tcase_add_test(rows, the_smaller_window_holds);
    suite_add_tcase(all, rows);
    tcase_add_checked_fixture(crash, setup, teardown);
    tcase_add_test(crash, a_restored_window_reaches_as_far);
    tcase_add_test(crash, chunks_that_the_window_has_left_are_forgotten);
    tcase_add_test(crash, small_batches_share_a_chunk);
    tcase_add_test(crash, the_very_row_passes_again_and_its_likes_do_not);
    tcase_add_test(crash, the_very_row_passes_again_only_once);
    tcase_add_test(crash, a_row_of_another_stage_is_not_the_very_row);
    tcase_add_test(crash, what_was_not_stored_is_new);
    tcase_add_test(crash, lanes_without_rows_in_the_window_are_forgotten);
    tcase_add_test(crash, another_key_starts_over_and_says_so);
    tcase_add_loop_test(crash, a_damaged_state_is_told, 0,
                        sizeof(damages) / sizeof(*damages));
    suite_add_tcase(all, crash);
    tcase_add_test(parts, digests_are_those_of_siphash);
    tcase_add_test(parts, crowded_slots_lose_nobody);
    suite_add_tcase(all, parts);
    return all;
}
