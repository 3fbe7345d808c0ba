/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_rds_json - where nobody has a use for cells, the source `rds`
 * makes JSON at once: the same as its cells would become */

#include "suite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "sqlite_file.h"

static struct sqlite_file file;

static void
execute(const char *sql)
{
    sqlite_file_execute(&file, sql);
}

static void
setup(void)
{
    sqlite_file_create(&file);
}

static void
teardown(void)
{
    sqlite_file_remove(&file);
}

/* The table t as FORMAT: its rows, then why some aren't among them.  The caller
 * frees it. */
static char *
read_as(enum mill_format format, const char *zero_dates)
{
    struct harness *source = harness_create(MILL_SOURCE, "rds");
    struct mill_buffer all = { 0 };
    enum mill_verdict verdict = MILL_OK;

    harness_set(source, "url", file.url);
    harness_set(source, "tables", "t");
    harness_set(source, "zero_dates", zero_dates);
    harness_set_max_record(source, 100000);
    if (format == MILL_JSON)
        harness_set_json_will_do(source);
    ck_assert_int_eq(harness_open(source), MILL_OK);
    while (verdict == MILL_OK) {
        verdict = harness_read(source);
        if (harness_out(source)->rows > 0)
            ck_assert_int_eq(harness_out(source)->format, format);
        mill_buffer_print(&all, "%s%s", harness_rows(source),
                          harness_rejected(source));
    }
    ck_assert_msg(verdict == MILL_END, "%s", harness_said(source));
    mill_buffer_print(&all, "%u zero dates\n",
                      (unsigned)harness_count(source, "zero_dates"));

    char *copy = strdup(mill_buffer_text(&all));

    mill_buffer_finish(&all);
    harness_destroy(source);
    return copy;
}

/* Both ways alike.  The rows; the caller frees them. */
static char *
both(const char *zero_dates)
{
    char *cells = read_as(MILL_CELLS, zero_dates);
    char *json = read_as(MILL_JSON, zero_dates);

    ck_assert_str_eq(json, cells);
    free(cells);
    return json;
}

static void
gives(const char *wanted)
{
    char *found = both("null");

    ck_assert_str_eq(found, wanted);
    free(found);
}

START_TEST(every_type_is_the_same)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, i INT, f FLOAT, s TEXT,"
            " b BLOB, d DATETIME, m DECIMAL(9,2), z BOOLEAN, n TEXT);"
            "INSERT INTO t VALUES (1, -9223372036854775808, -88.8298, 'x',"
            " x'00ff', '2020-08-28 03:52:47', 12.50, 1, NULL),"
            " (2, 0, 1e300, '', x'', NULL, NULL, 0, 'y'),"
            " (3, 'no number', 'none', 5, 'text', 'no date', 'm', 'z', x'41')");
    free(both("null"));
    free(both("text"));
    free(both("reject"));
}
END_TEST

START_TEST(text_of_every_length_and_kind_is_the_same)
{
    execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);"
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 199), kind(k) AS (VALUES ('x'), ('\"'), ('\\'), "
        "('\xc3\xa9'),"
        " (char(1)), (char(10)), (char(128512)), (char(31)), (char(127)))"
        "INSERT INTO t SELECT NULL, replace(hex(zeroblob(i)), '00', 'x') || k,"
        " k || replace(hex(zeroblob(i)), '00', 'y') FROM n, kind");
    free(both("null"));
}
END_TEST

START_TEST(names_are_escaped)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, \"a\"\"\\\" INT);"
            "INSERT INTO t VALUES (1, 2)");
    gives("{\"id\":1,\"a\\\"\\\\\":2}\n0 zero dates\n");
}
END_TEST

START_TEST(a_name_longer_than_is_copied_at_once_is_whole)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY,"
            " a_name_that_is_longer_than_those_which_people_use INT);"
            "INSERT INTO t VALUES (1, 2)");
    gives("{\"id\":1,"
          "\"a_name_that_is_longer_than_those_which_people_use\":2}\n"
          "0 zero dates\n");
}
END_TEST

/* From some size on a row is made elsewhere and copied. */
START_TEST(large_rows_are_the_same)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT, b BLOB);"
            "INSERT INTO t VALUES"
            " (1, replace(hex(zeroblob(4095)), '00', '\"\n'), x'00'),"
            " (2, replace(hex(zeroblob(8193)), '00', 'a'), NULL),"
            " (3, 'small', zeroblob(60000)),"
            " (4, replace(hex(zeroblob(20000)), '00', '\xc3\xa9'), x'ff')");
    free(both("null"));
}
END_TEST

START_TEST(what_is_no_row_is_rejected_alone)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT);"
            "INSERT INTO t VALUES (1, 'a'), (2, CAST(x'61ff' AS TEXT)),"
            " (3, replace(hex(zeroblob(200000)), '00', 'b')), (4, 'd')");

    char *found = both("null");

    ck_assert_ptr_nonnull(strstr(found, "{\"id\":1,\"s\":\"a\"}\n"));
    ck_assert_ptr_nonnull(strstr(found, "column \"s\": invalid UTF-8\n"));
    ck_assert_ptr_nonnull(strstr(found, "over max_record"));
    ck_assert_ptr_nonnull(strstr(found, "{\"id\":4,\"s\":\"d\"}\n"));
    free(found);
}
END_TEST

START_TEST(rows_lie_behind_one_another_with_a_newline_between)
{
    struct harness *source = harness_create(MILL_SOURCE, "rds");
    struct mill_bytes first, second;

    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT);"
            "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, '\"')");
    harness_set(source, "url", file.url);
    harness_set(source, "tables", "t");
    harness_set_json_will_do(source);
    ck_assert_int_eq(harness_open(source), MILL_OK);
    ck_assert_int_ne(harness_read(source), MILL_FATAL);
    ck_assert(mill_row_payload(harness_out(source), 1, &first));
    ck_assert(mill_row_payload(harness_out(source), 2, &second));
    ck_assert_ptr_eq(first.data + first.len + 1, second.data);
    ck_assert_int_eq(first.data[first.len], '\n');
    ck_assert_int_eq(second.data[second.len], '\n');
    harness_destroy(source);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("rds: JSON at once");
    TCase *tests = tcase_create("json");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_type_is_the_same);
    tcase_add_test(tests, text_of_every_length_and_kind_is_the_same);
    tcase_add_test(tests, names_are_escaped);
    tcase_add_test(tests, a_name_longer_than_is_copied_at_once_is_whole);
    tcase_add_test(tests, large_rows_are_the_same);
    tcase_add_test(tests, what_is_no_row_is_rejected_alone);
    tcase_add_test(tests, rows_lie_behind_one_another_with_a_newline_between);
    suite_add_tcase(suite, tests);
    return suite;
}
