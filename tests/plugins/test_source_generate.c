/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_generate - rows made up: always the same, shaped as the real
 * ones. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "suite.h"

static struct harness *bench;

static void
setup(void)
{
    bench = harness_create(MILL_SOURCE, "generate");
}

static void
teardown(void)
{
    harness_destroy(bench);
}

static void
open_with(const char *table, const char *rows, const char *seed)
{
    harness_set(bench, "tables", table);
    harness_set(bench, "rows", rows);
    harness_set(bench, "seed", seed);
    ck_assert_msg(harness_check(bench) == MILL_OK, "%s", harness_said(bench));
    ck_assert_int_eq(harness_open(bench), MILL_OK);
}

/* All rows of one table as JSON lines, the caller's. */
static char *
read_all(void)
{
    struct mill_buffer all = { 0 };
    enum mill_verdict verdict;

    while ((verdict = harness_read(bench)) == MILL_OK)
        mill_buffer_print(&all, "%s", harness_rows(bench));
    ck_assert_int_eq(verdict, MILL_END);
    char *copy = strdup(mill_buffer_text(&all));
    mill_buffer_finish(&all);
    return copy;
}

static char *
table(const char *name, const char *rows, const char *seed)
{
    teardown();
    setup();
    open_with(name, rows, seed);
    return read_all();
}

static size_t
count_lines(const char *text)
{
    size_t lines = 0;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* Line by line: under ASan a look into a text costs all that is behind it. */
static size_t
count_of(const char *text, const char *part)
{
    char line[4096];
    size_t count = 0;

    for (const char *end; (end = strchrnul(text, '\n')) > text;
         text = end + (*end == '\n')) {
        size_t len = (size_t)(end - text);

        ck_assert_uint_lt(len, sizeof(line));
        memcpy(line, text, len);
        line[len] = '\0';
        for (const char *at = line; (at = strstr(at, part)); at++)
            count++;
    }
    return count;
}

static const char *const tables[] = { "pins", "geo", "users" };

START_TEST(a_seed_always_gives_the_same_rows)
{
    char *one = table(tables[_i], "300", "7");
    char *two = table(tables[_i], "300", "7");
    char *other = table(tables[_i], "300", "8");

    ck_assert_uint_eq(count_lines(one), 300);
    ck_assert_str_eq(one, two);
    ck_assert_str_ne(one, other);
    free(one);
    free(two);
    free(other);
}
END_TEST

START_TEST(more_rows_begin_with_the_fewer)
{
    char *few = table(tables[_i], "10", "7");
    char *many = table(tables[_i], "5000", "7");

    ck_assert_uint_eq(count_lines(many), 5000);
    ck_assert_int_eq(strncmp(few, many, strlen(few)), 0);
    free(few);
    free(many);
}
END_TEST

START_TEST(a_run_goes_on_behind_what_was_settled)
{
    static const char *const streams[] = { "pinterest_data", "geolocation_data",
                                           "user_data" };
    char *whole = table(tables[_i], "20", "7");
    char *rest;

    teardown();
    setup();
    harness_set_resume(bench, streams[_i], "0", 11, NULL);
    open_with(tables[_i], "20", "7");
    rest = read_all();
    ck_assert_uint_eq(count_lines(rest), 8);
    ck_assert_str_eq(whole + strlen(whole) - strlen(rest), rest);
    free(whole);
    free(rest);
}
END_TEST

START_TEST(positions_are_row_numbers_and_streams_are_tables)
{
    open_with("geo", "5", "7");
    ck_assert_int_eq(harness_read(bench), MILL_OK);
    struct mill_batch *batch = harness_out(bench);

    ck_assert_str_eq(batch->stream, "geolocation_data");
    ck_assert_str_eq(batch->partition, "0");
    ck_assert_uint_eq(batch->rows, 5);
    for (uint32_t i = 0; i < batch->rows; i++)
        ck_assert_uint_eq(batch->positions[i], i);
    ck_assert_int_eq(harness_read(bench), MILL_END);
}
END_TEST

START_TEST(all_tables_keep_abreast)
{
    uint64_t rows = 0;

    harness_set(bench, "rows", "9000");
    ck_assert_int_eq(harness_open(bench), MILL_OK);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(harness_read(bench), MILL_OK);
        ck_assert_uint_eq(harness_out(bench)->positions[0], 0);
    }
    do
        rows += harness_out(bench)->rows;
    while (harness_read(bench) == MILL_OK);
    ck_assert_uint_gt(rows, 9000);
}
END_TEST

/* COUNT of so many rows is within a quarter of the share of the real table. */
static void
check_share(const char *all, const char *part, double percent)
{
    double share =
        100.0 * (double)count_of(all, part) / (double)count_lines(all);

    ck_assert_msg(share > percent * 0.75 && share < percent * 1.25,
                  "%s: %.2f%%, not %.2f%%", part, share, percent);
}

START_TEST(pins_are_as_dirty_as_the_real_ones)
{
    char *all = table("pins", "40000", "100");

    check_share(all, "\"No description available Story format\"", 7.6);
    check_share(all, "\"No description available\"", 1.6);
    check_share(all, "\"Image src error.\"", 2.6);
    check_share(all, "\"N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e\"", 1.6);
    check_share(all, "\"poster_name\":\"User Info Error\"", 0.9);
    check_share(all, "\"No Title Data Available\"", 0.8);
    check_share(all, "\"is_image_or_video\":\"image\"", 88.7);
    check_share(all, "\"multi-video(story page format)\"", 8.3);
    check_share(all, "\"video\"", 3.0);
    check_share(all, "\u2026\u00a0\",\"poster", 36);
    free(all);
}
END_TEST

START_TEST(what_hangs_together_in_the_real_table_does_here)
{
    char *all = table("pins", "40000", "3");

    ck_assert_uint_eq(count_of(all, "\"downloaded\":0"),
                      count_of(all, "\"Image src error.\",\"downloaded\":0"));
    ck_assert_uint_eq(count_of(all, "\"Image src error.\""),
                      count_of(all, "\"downloaded\":0"));
    ck_assert_uint_eq(count_of(all, "User Info Error"),
                      2
                          * count_of(all,
                                     "\"poster_name\":\"User Info Error\","
                                     "\"follower_count\":\"User Info Error\""));
    free(all);
}
END_TEST

START_TEST(categories_are_runs)
{
    char last[40] = "";
    size_t runs = 0;

    open_with("pins", "11154", "1");
    while (harness_read(bench) == MILL_OK) {
        struct mill_batch *batch = harness_out(bench);
        int column = mill_batch_column(batch, "category");

        for (size_t row = 0; row < batch->rows; row++) {
            const struct mill_value *name = &mill_batch_row(batch, row)[column];

            if (mill_value_is(name, last))
                continue;
            runs++;
            memcpy(last, name->text, name->len);
            last[name->len] = '\0';
        }
    }
    ck_assert_uint_eq(runs, 13);
}
END_TEST

START_TEST(pace_hands_out_one_row_of_each_table_at_a_time)
{
    enum mill_verdict verdict;
    int idle = 0, rows = 0;

    harness_set(bench, "pace", "20ms");
    harness_set(bench, "rows", "3");
    ck_assert_int_eq(harness_open(bench), MILL_OK);
    while ((verdict = harness_read(bench)) != MILL_END) {
        if (verdict == MILL_IDLE) {
            idle++;
            continue;
        }
        ck_assert_int_eq(verdict, MILL_OK);
        ck_assert_uint_eq(harness_out(bench)->rows, 1);
        rows++;
    }
    ck_assert_int_eq(rows, 9);
    ck_assert_int_ge(idle, 2);
}
END_TEST

START_TEST(a_table_named_twice_is_refused)
{
    harness_set(bench, "tables", "pins");
    harness_set(bench, "tables", "pinterest_data");
    ck_assert_int_eq(harness_check(bench), MILL_FATAL);
    ck_assert_str_eq(harness_said(bench),
                     "tables names pinterest_data twice: leave one out");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("source generate");
    TCase *cases = tcase_create("rows");

    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, a_seed_always_gives_the_same_rows, 0, 3);
    tcase_add_loop_test(cases, more_rows_begin_with_the_fewer, 0, 3);
    tcase_add_loop_test(cases, a_run_goes_on_behind_what_was_settled, 0, 3);
    tcase_add_test(cases, positions_are_row_numbers_and_streams_are_tables);
    tcase_add_test(cases, all_tables_keep_abreast);
    tcase_add_test(cases, pins_are_as_dirty_as_the_real_ones);
    tcase_add_test(cases, what_hangs_together_in_the_real_table_does_here);
    tcase_add_test(cases, categories_are_runs);
    tcase_add_test(cases, pace_hands_out_one_row_of_each_table_at_a_time);
    tcase_add_test(cases, a_table_named_twice_is_refused);
    suite_add_tcase(suite, cases);
    return suite;
}
