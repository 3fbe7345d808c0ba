/* SPDX-License-Identifier: Apache-2.0 */

/* test_sink_sql - the sink on SQLite: tables, types, keys, what is refused */

#include "suite.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "sqlite_file.h"

static struct sqlite_file file;
static struct harness *sink;

static void
execute(const char *sql)
{
    sqlite_file_execute(&file, sql);
}

static int
add_row(void *arg, int count, char **values, char **names)
{
    struct mill_buffer *to = arg;

    (void)names;
    for (int i = 0; i < count; i++)
        mill_buffer_print(to, "%s%s", i > 0 ? "|" : "",
                          values[i] ? values[i] : "NULL");
    mill_buffer_print(to, "\n");
    return 0;
}

/* The rows that SQL selects, columns parted by a stroke, as text. */
static void
gives(const char *sql, const char *rows)
{
    struct mill_buffer all = { 0 };
    sqlite3 *db;

    ck_assert_int_eq(sqlite3_open(file.path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, add_row, &all, NULL) == SQLITE_OK,
                  "%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
    ck_assert_str_eq(mill_buffer_text(&all), rows);
    mill_buffer_finish(&all);
}

static void
setup(void)
{
    sqlite_file_create(&file);
    sink = harness_create(MILL_SINK, "sql");
    harness_set(sink, "url", file.url);
    harness_set(sink, "table", "t");
}

static void
teardown(void)
{
    harness_destroy(sink);
    sqlite_file_remove(&file);
}

static void
opens(void)
{
    enum mill_verdict verdict = harness_open(sink);

    ck_assert_msg(verdict == MILL_OK, "open: %s", harness_said(sink));
}

static void
writes(const char *rows)
{
    enum mill_verdict verdict = harness_write(sink, rows);

    ck_assert_msg(verdict == MILL_OK, "write: %s", harness_said(sink));
}

static void
flushes(void)
{
    enum mill_verdict verdict = harness_flush(sink);

    ck_assert_msg(verdict == MILL_OK, "flush: %s", harness_said(sink));
}

static void
refuses_options(const char *said)
{
    ck_assert_int_eq(harness_check(sink), MILL_FATAL);
    ck_assert_str_eq(harness_said(sink), said);
}

START_TEST(a_table_is_created_from_the_first_batch)
{
    opens();
    writes("{\"i\":1,\"f\":1.5,\"s\":\"a\",\"b\":true,\"n\":null,"
           "\"l\":[1],\"u\":18446744073709551615}\n");
    flushes();

    gives("SELECT name, type FROM pragma_table_info('t')",
          "i|INTEGER\nf|REAL\ns|TEXT\nb|BOOLEAN\nn|TEXT\nl|JSON\n"
          "u|DECIMAL_TEXT\n");
    gives("SELECT * FROM t", "1|1.5|a|1|NULL|[1]|18446744073709551615\n");
}
END_TEST

START_TEST(nothing_is_seen_before_the_flush)
{
    execute("CREATE TABLE t (i)");
    opens();
    writes("{\"i\":1}\n");
    gives("SELECT count(*) FROM t", "0\n");
    flushes();
    gives("SELECT count(*) FROM t", "1\n");
}
END_TEST

START_TEST(rows_that_were_not_flushed_are_gone_after_a_close)
{
    opens();
    writes("{\"i\":1}\n");
    flushes();
    writes("{\"i\":2}\n");
    harness_close(sink);
    opens();
    writes("{\"i\":3}\n");
    flushes();

    gives("SELECT i FROM t", "1\n3\n");
    gives("SELECT count(DISTINCT run), position FROM millrace_marks "
          "WHERE \"key\" = ''",
          "1|2\n");
}
END_TEST

START_TEST(a_run_whose_state_was_reset_starts_over)
{
    opens();
    writes("{\"i\":1}\n");
    flushes();
    harness_destroy(sink);
    sink = harness_create(MILL_SINK, "sql");
    harness_set(sink, "url", file.url);
    harness_set(sink, "table", "t");
    opens();
    gives("SELECT count(DISTINCT run) FROM millrace_marks", "2\n");
    writes("{\"i\":2}\n");
    flushes();

    gives("SELECT count(DISTINCT run) FROM millrace_marks", "1\n");
}
END_TEST

START_TEST(types_can_be_chosen)
{
    harness_set(sink, "types", "n:NUMERIC(5,2)");
    opens();
    writes("{\"i\":1,\"n\":null}\n");
    flushes();

    gives("SELECT type FROM pragma_table_info('t') WHERE name = 'n'",
          "NUMERIC(5,2)\n");
}
END_TEST

START_TEST(an_upsert_takes_the_place_of_the_row_with_its_key)
{
    harness_set(sink, "mode", "upsert");
    harness_set(sink, "key", "a");
    harness_set(sink, "key", "b");
    opens();
    writes("{\"a\":1,\"b\":\"x\",\"v\":1}\n{\"a\":1,\"b\":\"y\",\"v\":2}\n"
           "{\"a\":1,\"b\":\"x\",\"v\":3}\n");
    flushes();
    writes("{\"b\":\"y\",\"a\":1,\"v\":4}\n");
    flushes();

    gives("SELECT a, b, v FROM t ORDER BY b", "1|x|3\n1|y|4\n");
}
END_TEST

START_TEST(a_column_that_an_upsert_has_not_stays_as_it_was)
{
    harness_set(sink, "mode", "upsert");
    harness_set(sink, "key", "a");
    opens();
    writes("{\"a\":1,\"v\":1,\"w\":1}\n");
    writes("{\"a\":1,\"w\":null}\n");
    flushes();

    gives("SELECT a, v, w FROM t", "1|1|NULL\n");
}
END_TEST

START_TEST(a_column_that_a_row_has_not_gets_its_default)
{
    execute("CREATE TABLE t (i INTEGER, d TEXT DEFAULT 'x')");
    opens();
    writes("{\"i\":1}\n{\"i\":2,\"d\":\"y\"}\n{\"i\":3,\"d\":null}\n"
           "{\"d\":\"z\",\"i\":4}\n");
    flushes();

    gives("SELECT * FROM t", "1|x\n2|y\n3|NULL\n4|z\n");
}
END_TEST

START_TEST(a_row_that_is_refused_goes_alone)
{
    execute("CREATE TABLE t (i INTEGER PRIMARY KEY, v INTEGER CHECK (v > 0))");
    opens();
    ck_assert_int_eq(harness_write(sink, "{\"i\":1,\"v\":1}\n"
                                         "{\"i\":2,\"v\":0}\n"
                                         "{\"i\":1,\"v\":2}\n"
                                         "{\"i\":3,\"v\":3}\n"),
                     MILL_OK);
    ck_assert_str_eq(harness_rejected(sink), "CHECK constraint failed: v > 0\n"
                                             "UNIQUE constraint failed: t.i\n");
    flushes();

    gives("SELECT * FROM t", "1|1\n3|3\n");
}
END_TEST

START_TEST(an_upsert_without_its_key_is_refused)
{
    harness_set(sink, "mode", "upsert");
    harness_set(sink, "key", "a");
    opens();
    ck_assert_int_eq(harness_write(sink, "{\"a\":1}\n{\"a\":null}\n"
                                         "{\"v\":2}\n{\"a\":3}\n"),
                     MILL_OK);
    ck_assert_str_eq(harness_rejected(sink),
                     "column \"a\" of the key has no value\n"
                     "column \"a\" of the key has no value\n");
    flushes();

    gives("SELECT a FROM t", "1\n3\n");
}
END_TEST

START_TEST(a_number_that_does_not_fit_is_refused)
{
    execute("CREATE TABLE t (i INTEGER)");
    opens();
    ck_assert_int_eq(harness_write(sink, "{\"i\":9223372036854775807}\n"
                                         "{\"i\":9223372036854775808}\n"),
                     MILL_OK);
    ck_assert_str_eq(harness_rejected(sink),
                     "column \"i\": the number is larger than SQLite's "
                     "integers; a column of type DECIMAL_TEXT holds it\n");
    flushes();

    gives("SELECT i FROM t", "9223372036854775807\n");
}
END_TEST

START_TEST(a_column_that_the_table_lacks_ends_the_run)
{
    execute("CREATE TABLE t (i INTEGER)");
    opens();
    ck_assert_int_eq(harness_write(sink, "{\"i\":1,\"j\":2}\n"), MILL_FATAL);

    ck_assert_str_eq(harness_said(sink),
                     "table t has no column \"j\", which the rows from "
                     "\"input\" have: add it (ALTER TABLE) or drop it "
                     "(transform fields), and run again");
}
END_TEST

START_TEST(a_table_that_may_not_be_created_ends_the_run)
{
    harness_set(sink, "create", "never");
    opens();
    ck_assert_int_eq(harness_write(sink, "{\"i\":1}\n"), MILL_FATAL);

    ck_assert_str_eq(harness_said(sink),
                     "the database has no table t: create it, look at the "
                     "option table, or let create be auto");
}
END_TEST

START_TEST(a_file_that_is_no_database_is_said_to_be_none)
{
    FILE *text = fopen(file.path, "w");

    fputs("This is no database, whatever its name may be. It is a text, and it "
          "is long enough to be looked at for a header.",
          text);
    fclose(text);
    ck_assert_int_eq(harness_open(sink), MILL_FATAL);

    ck_assert_msg(strstr(harness_said(sink), "file is not a database"), "%s",
                  harness_said(sink));
}
END_TEST

START_TEST(another_writer_is_waited_for)
{
    sqlite3 *db;

    opens();
    ck_assert_int_eq(sqlite3_open(file.path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(harness_write(sink, "{\"i\":1}\n"), MILL_RETRY);
    ck_assert_msg(strstr(harness_said(sink), "another program is writing"),
                  "%s", harness_said(sink));
    sqlite3_close(db);
    writes("{\"i\":1}\n");
    flushes();

    gives("SELECT i FROM t", "1\n");
}
END_TEST

START_TEST(an_upsert_wants_a_key)
{
    harness_set(sink, "mode", "upsert");

    refuses_options("key: an upsert needs the columns that tell rows apart, "
                    "such as key = [\"ind\"]");
}
END_TEST

START_TEST(a_type_without_a_column_is_refused)
{
    harness_set(sink, "types", "INTEGER");

    refuses_options("types: \"INTEGER\" isn't \"column:TYPE\"");
}
END_TEST

START_TEST(a_table_by_the_hour_is_refused)
{
    harness_destroy(sink);
    sink = harness_create(MILL_SINK, "sql");
    harness_set(sink, "url", file.url);
    harness_set(sink, "table", "t_{HH}");

    refuses_options("table: {HH} has no place in a table's name");
}
END_TEST

START_TEST(queries_that_are_not_there_are_missed_at_once)
{
    harness_set(sink, "queries", "/nonexistent/*.sql");
    ck_assert_int_eq(harness_open(sink), MILL_FATAL);

    ck_assert_str_eq(harness_said(sink),
                     "queries: there is no file /nonexistent/*.sql; the name "
                     "counts from the folder that the program was started in");
}
END_TEST

Suite *
suite(void)
{
    const TTest *const tests[] = {
        a_table_is_created_from_the_first_batch,
        nothing_is_seen_before_the_flush,
        rows_that_were_not_flushed_are_gone_after_a_close,
        a_run_whose_state_was_reset_starts_over,
        types_can_be_chosen,
        an_upsert_takes_the_place_of_the_row_with_its_key,
        a_column_that_an_upsert_has_not_stays_as_it_was,
        a_column_that_a_row_has_not_gets_its_default,
        a_row_that_is_refused_goes_alone,
        an_upsert_without_its_key_is_refused,
        a_number_that_does_not_fit_is_refused,
        a_column_that_the_table_lacks_ends_the_run,
        a_table_that_may_not_be_created_ends_the_run,
        a_file_that_is_no_database_is_said_to_be_none,
        another_writer_is_waited_for,
        an_upsert_wants_a_key,
        a_type_without_a_column_is_refused,
        a_table_by_the_hour_is_refused,
        queries_that_are_not_there_are_missed_at_once,
    };
    Suite *all = suite_create("sink sql");
    TCase *tcase = tcase_create("sqlite");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 30);
    for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(all, tcase);
    return all;
}
