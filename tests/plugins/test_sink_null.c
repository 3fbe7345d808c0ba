/* SPDX-License-Identifier: Apache-2.0 */

/* test_sink_null - what the sink `null` counts and adds up */

#include "suite.h"

#include <check.h>
#include <string.h>

#include "harness.h"

static struct harness *sink;

static void
setup(void)
{
    sink = harness_create(MILL_SINK, "null");
}

static void
teardown(void)
{
    harness_destroy(sink);
}

static void
takes(const char *rows)
{
    ck_assert_int_eq(harness_write(sink, rows), MILL_OK);
}

static void
reports(const char *line)
{
    harness_close(sink);
    ck_assert_msg(strstr(harness_log(sink), line), "%s", harness_log(sink));
}

static void
decodes(void)
{
    harness_set(sink, "decode", "true");
    ck_assert_int_eq(harness_open(sink), MILL_OK);
}

START_TEST(rows_are_counted_and_not_looked_at)
{
    ck_assert_int_eq(harness_open(sink), MILL_OK);
    takes("{\"a\":1}\nnot json\n");
    takes("{\"a\":2}\n");
    reports("null: rows=3");
}
END_TEST

START_TEST(what_is_not_json_is_rejected_where_cells_are_read)
{
    decodes();
    takes("{\"a\":1}\nnot json\n{\"a\":2,\"b\":null}\n");
    ck_assert_ptr_nonnull(strstr(harness_rejected(sink), "at byte"));
    reports("null: rows=2 cells=3 checksum=");
}
END_TEST

/* The figures are those of tests/bench/checksum.py. */
START_TEST(the_checksum_is_the_one_that_python_computes)
{
    static const struct {
        const char *rows;
        const char *report;
    } cases[] = {
        { "{}\n", "rows=1 cells=0 checksum=27d4eb2f165667c5" },
        { "{\"a\":1}\n", "rows=1 cells=1 checksum=b9a92b1f05c00bf1" },
        { "{\"a\":-1}\n", "rows=1 cells=1 checksum=3443cea4b616348f" },
        { "{\"a\":true,\"b\":false,\"c\":null}\n",
          "rows=1 cells=3 checksum=1b17064ec73cd035" },
        { "{\"a\":\"\",\"b\":\"x\",\"c\":\"seven77\"}\n",
          "rows=1 cells=3 checksum=57e6a4c75a2aad6b" },
        { "{\"a\":\"eight888\",\"b\":\"sixteen_bytes_16\",\"c\":\"seventeen_"
          "bytes17\"}\n",
          "rows=1 cells=3 checksum=b0f13a7cfdace897" },
        { "{\"a\":\"\\u00ff\\u20ac\\ud83d\\ude00 and more than sixteen "
          "bytes\"}\n",
          "rows=1 cells=1 checksum=8ea10b2dfb3346fa" },
        { "{\"a\":1.50,\"b\":1e400,\"c\":-0,\"d\":18446744073709551615}\n",
          "rows=1 cells=4 checksum=2fe422b66e62c791" },
        { "{\"a\":[],\"b\":{},\"c\":[1,[2,\"x\"],{\"k\":null}],\"d\":{\"x\":{"
          "\"y\":3}}}\n",
          "rows=1 cells=4 checksum=1a305c6d1a97dfdd" },
        { "{\"\":1,\"long name of a column\":2}\n",
          "rows=1 cells=2 checksum=ff3e576b6de9b6d0" },
        { "{\"a\":1}\n{\"b\":2}\n{\"a\":3,\"b\":4}\n",
          "rows=3 cells=4 checksum=95c5f3ebca087d05" },
        { "{\"a\":\"\\u0000\"}\n{\"a\":\"\\u0000\\u0000\"}\n",
          "rows=2 cells=2 checksum=1991f0f8d416efe1" },
    };

    decodes();
    takes(cases[_i].rows);
    reports(cases[_i].report);
}
END_TEST

START_TEST(neither_batches_nor_the_order_of_columns_matter)
{
    decodes();
    takes("{\"a\":1,\"b\":\"two\"}\n");
    takes("{\"b\":\"four\",\"a\":3}\n");
    reports("rows=2 cells=4 checksum=7c2c7c01eee20929");
}
END_TEST

START_TEST(partitions_add_up_in_any_order)
{
    decodes();
    harness_set_stream(sink, "rows", "0");
    takes("{\"a\":1,\"b\":\"two\"}\n");
    harness_set_stream(sink, "rows", "1");
    takes("{\"a\":7}\n");
    harness_set_stream(sink, "rows", "0");
    takes("{\"b\":\"four\",\"a\":3}\n");
    reports("rows=3 cells=5 checksum=c605bc8fe39f9b40");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sink null");
    TCase *tests = tcase_create("null");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, rows_are_counted_and_not_looked_at);
    tcase_add_test(tests, what_is_not_json_is_rejected_where_cells_are_read);
    tcase_add_loop_test(tests, the_checksum_is_the_one_that_python_computes, 0,
                        12);
    tcase_add_test(tests, neither_batches_nor_the_order_of_columns_matter);
    tcase_add_test(tests, partitions_add_up_in_any_order);
    suite_add_tcase(suite, tests);
    return suite;
}
