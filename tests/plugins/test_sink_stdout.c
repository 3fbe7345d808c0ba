/* SPDX-License-Identifier: Apache-2.0 */

/* test_sink_stdout - what the sink `stdout` writes, and to whom no more */

#include "suite.h"

#include <check.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

static struct harness *sink;
static int reader;

/* Standard output is a pipe that the test reads. */
static void
setup(void)
{
    int ends[2];

    sink = harness_create(MILL_SINK, "stdout");
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
    close(ends[1]);
    reader = ends[0];
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(harness_open(sink), MILL_OK);
}

static void
teardown(void)
{
    harness_destroy(sink);
}

static void
reads(const char *text)
{
    char seen[1000] = "";
    ssize_t len = read(reader, seen, sizeof(seen) - 1);

    ck_assert_int_ge(len, 0);
    ck_assert_str_eq(seen, text);
}

START_TEST(rows_are_lines_that_are_there_at_once)
{
    ck_assert_int_eq(harness_write(sink, "{\"a\": 1}\n{\"a\":2}\n"), MILL_OK);
    reads("{\"a\": 1}\n{\"a\":2}\n");
    ck_assert_int_eq(harness_flush(sink), MILL_OK);
}
END_TEST

START_TEST(text_becomes_json)
{
    struct mill_batch *batch = harness_batch(sink);

    ck_assert(mill_batch_add_payload(batch, MILL_LINE,
                                     (struct mill_bytes){ "a\"b", 3 }, 0));
    ck_assert(mill_batch_add_payload(batch, MILL_LINE,
                                     (struct mill_bytes){ "\xff", 1 }, 1));
    ck_assert_int_eq(harness_write_batch(sink, batch), MILL_OK);
    reads("{\"line\":\"a\\\"b\"}\n");
    ck_assert_str_ne(harness_rejected(sink), "");
}
END_TEST

START_TEST(a_reader_that_went_ends_the_run)
{
    close(reader);
    ck_assert_int_eq(harness_write(sink, "{\"a\":1}\n"), MILL_FATAL);
    ck_assert_str_eq(harness_said(sink), "nobody reads stdout any more");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sink stdout");
    TCase *tests = tcase_create("stdout");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, rows_are_lines_that_are_there_at_once);
    tcase_add_test(tests, text_becomes_json);
    tcase_add_test(tests, a_reader_that_went_ends_the_run);
    suite_add_tcase(suite, tests);
    return suite;
}
