/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_rds - tables of SQLite as rows, whole and drawn from */

#include "suite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "sqlite_file.h"

static struct sqlite_file file;
static struct harness *source;

static void
execute(const char *sql)
{
    sqlite_file_execute(&file, sql);
}

static void
setup(void)
{
    sqlite_file_create(&file);
    source = harness_create(MILL_SOURCE, "rds");
    harness_set(source, "url", file.url);
}

static void
teardown(void)
{
    harness_destroy(source);
    sqlite_file_remove(&file);
}

/* All rows that the source has, as JSON lines; the caller frees them. */
static char *
read_all(void)
{
    struct mill_buffer all = { 0 };
    enum mill_verdict verdict;

    do {
        verdict = harness_read(source);
        mill_buffer_print(&all, "%s", harness_rows(source));
    } while (verdict == MILL_OK);
    ck_assert_msg(verdict == MILL_END, "verdict %d: %s", verdict,
                  harness_said(source));

    char *copy = strdup(mill_buffer_text(&all));

    mill_buffer_finish(&all);
    ck_assert_ptr_nonnull(copy);
    return copy;
}

static void
gives(const char *rows)
{
    char *all = read_all();

    ck_assert_str_eq(all, rows);
    free(all);
}

START_TEST(rows_come_in_the_order_of_the_primary_key)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);"
            "INSERT INTO t VALUES (3, 'c'), (1, 'a'), (2, 'b')");
    harness_set(source, "tables", "t");

    ck_assert_int_eq(harness_open(source), MILL_OK);

    gives("{\"id\":1,\"name\":\"a\"}\n{\"id\":2,\"name\":\"b\"}\n"
          "{\"id\":3,\"name\":\"c\"}\n");
}
END_TEST

START_TEST(an_integer_key_is_the_position)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY);"
            "INSERT INTO t VALUES (5), (700), (9000000000)");
    harness_set(source, "tables", "t");

    ck_assert_int_eq(harness_open(source), MILL_OK);
    ck_assert_int_ne(harness_read(source), MILL_FATAL);

    struct mill_batch *batch = harness_out(source);

    ck_assert_str_eq(batch->stream, "t");
    ck_assert_str_eq(batch->partition, "0");
    ck_assert_uint_eq(batch->rows, 3);
    ck_assert_uint_eq(batch->positions[0], 5);
    ck_assert_uint_eq(batch->positions[1], 700);
    ck_assert_uint_eq(batch->positions[2], 9000000000);
}
END_TEST

START_TEST(each_value_keeps_its_type)
{
    execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, i INT, f FLOAT, s TEXT,"
        " b BLOB, d DATETIME, n TEXT);"
        "INSERT INTO t VALUES (1, -9223372036854775808, -88.8298,"
        " 'a \"b\" \xf0\x9f\x98\x80', x'00ff', '2020-08-28 03:52:47', NULL)");
    harness_set(source, "tables", "t");

    ck_assert_int_eq(harness_open(source), MILL_OK);
    ck_assert_int_ne(harness_read(source), MILL_FATAL);

    const struct mill_value *row = mill_batch_row(harness_out(source), 0);

    ck_assert_int_eq(row[1].type, MILL_INT);
    ck_assert_int_eq(row[2].type, MILL_DOUBLE);
    ck_assert_int_eq(row[3].type, MILL_TEXT);
    ck_assert_int_eq(row[4].type, MILL_BYTES);
    ck_assert_int_eq(row[5].type, MILL_TIMESTAMP);
    ck_assert_int_eq(row[6].type, MILL_NULL);
    ck_assert_str_eq(harness_rows(source),
                     "{\"id\":1,\"i\":-9223372036854775808,\"f\":-88.8298,"
                     "\"s\":\"a \\\"b\\\" \xf0\x9f\x98\x80\",\"b\":\"AP8=\","
                     "\"d\":\"2020-08-28 03:52:47\",\"n\":null}\n");
}
END_TEST

START_TEST(only_text_that_json_writes_as_it_is_counts_as_plain)
{
    static const char *const texts[] = { "", "plain", "0123456789abcdef",
                                         "0123456789abcde\xc3\xa9 etc" };
    static const char *const others[] = { "\"", "back\\slash", "line\n",
                                          "0123456789abcdef\t" };
    char sql[256];

    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)");
    for (int i = 0; i < 8; i++) {
        snprintf(sql, sizeof(sql), "INSERT INTO t VALUES (%d, '%s')", i,
                 i < 4 ? texts[i] : others[i - 4]);
        execute(sql);
    }
    harness_set(source, "tables", "t");

    ck_assert_int_eq(harness_open(source), MILL_OK);
    ck_assert_int_ne(harness_read(source), MILL_FATAL);

    for (size_t i = 0; i < 8; i++)
        ck_assert_uint_eq(mill_batch_row(harness_out(source), i)[1].flags,
                          i < 4 ? MILL_PLAIN : 0);
}
END_TEST

START_TEST(text_that_is_not_utf8_rejects_its_row_alone)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT);"
            "INSERT INTO t VALUES (1, 'a'), (2, CAST(x'61ff' AS TEXT)),"
            " (3, 'c')");
    harness_set(source, "tables", "t");

    ck_assert_int_eq(harness_open(source), MILL_OK);
    ck_assert_int_ne(harness_read(source), MILL_FATAL);

    ck_assert_str_eq(harness_rejected(source), "column \"s\": invalid UTF-8\n");
    ck_assert_str_eq(harness_rows(source), "{\"id\":1,\"s\":\"a\"}\n"
                                           "{\"id\":3,\"s\":\"c\"}\n");
}
END_TEST

static void
a_bad_date(const char *way)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, d DATETIME);"
            "INSERT INTO t VALUES (1, '0000-00-00 00:00:00')");
    harness_set(source, "tables", "t");
    if (way)
        harness_set(source, "zero_dates", way);
    ck_assert_int_eq(harness_open(source), MILL_OK);
    ck_assert_int_ne(harness_read(source), MILL_FATAL);
    ck_assert_uint_eq(harness_count(source, "zero_dates"), 1);
}

START_TEST(a_date_that_is_none_is_null_and_counted)
{
    a_bad_date(NULL);

    ck_assert_str_eq(harness_rows(source), "{\"id\":1,\"d\":null}\n");
}
END_TEST

START_TEST(a_date_that_is_none_may_stay_text)
{
    a_bad_date("text");

    ck_assert_str_eq(harness_rows(source),
                     "{\"id\":1,\"d\":\"0000-00-00 00:00:00\"}\n");
}
END_TEST

START_TEST(a_date_that_is_none_may_be_rejected)
{
    a_bad_date("reject");

    ck_assert_str_eq(harness_rows(source), "");
    ck_assert_str_eq(harness_rejected(source), "column \"d\": no such date\n");
}
END_TEST

START_TEST(it_goes_on_behind_the_position_it_had)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY);"
            "INSERT INTO t VALUES (1), (2), (3), (5)");
    harness_set(source, "tables", "t");
    harness_set_resume(source, "t", "0", 2, NULL);

    ck_assert_int_eq(harness_open(source), MILL_OK);

    gives("{\"id\":3}\n{\"id\":5}\n");
}
END_TEST

START_TEST(a_key_of_two_columns_goes_on_behind_the_cursor)
{
    execute("CREATE TABLE t (a TEXT, b BLOB, PRIMARY KEY (b, a));"
            "INSERT INTO t VALUES ('x', x'01'), ('it''s', x'01'),"
            " ('a', x'02'), ('z', x'00')");
    harness_set(source, "tables", "t");
    harness_set_resume(source, "t", "0", 1, "[[\"01\"],\"it's\"]");

    ck_assert_int_eq(harness_open(source), MILL_OK);
    ck_assert_int_ne(harness_read(source), MILL_FATAL);

    ck_assert_str_eq(harness_rows(source), "{\"a\":\"x\",\"b\":\"AQ==\"}\n"
                                           "{\"a\":\"a\",\"b\":\"Ag==\"}\n");
    ck_assert_uint_eq(harness_out(source)->positions[0], 2);
}
END_TEST

START_TEST(negative_keys_are_numbered)
{
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY);"
            "INSERT INTO t VALUES (-7), (4)");
    harness_set(source, "tables", "t");

    ck_assert_int_eq(harness_open(source), MILL_OK);
    ck_assert_int_ne(harness_read(source), MILL_FATAL);

    ck_assert_str_eq(harness_rows(source), "{\"id\":-7}\n{\"id\":4}\n");
    ck_assert_uint_eq(harness_out(source)->positions[0], 0);
    ck_assert_uint_eq(harness_out(source)->positions[1], 1);
}
END_TEST

START_TEST(a_cursor_that_is_no_key_is_refused)
{
    execute("CREATE TABLE t (id TEXT PRIMARY KEY)");
    harness_set(source, "tables", "t");
    harness_set_resume(source, "t", "0", 1, "[1,2]");

    ck_assert_int_eq(harness_open(source), MILL_OK);

    ck_assert_int_eq(harness_read(source), MILL_FATAL);
    ck_assert_ptr_nonnull(strstr(harness_said(source), "isn't a key"));
}
END_TEST

START_TEST(a_key_that_is_not_unique_is_found_out)
{
    execute("CREATE TABLE t (id INT, s TEXT);"
            "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (2, 'c'), (3, 'd')");
    harness_set(source, "tables", "t");
    harness_set(source, "key", "t.id");

    ck_assert_int_eq(harness_open(source), MILL_OK);

    /* What was read before goes on first. */
    ck_assert_int_eq(harness_read(source), MILL_OK);
    ck_assert_uint_eq(harness_out(source)->rows, 2);
    ck_assert_int_eq(harness_read(source), MILL_FATAL);
    ck_assert_ptr_nonnull(strstr(harness_said(source), "same value twice"));
}
END_TEST

START_TEST(tables_follow_one_another_also_past_an_empty_one)
{
    execute("CREATE TABLE a (id INTEGER PRIMARY KEY);"
            "CREATE TABLE b (x INTEGER PRIMARY KEY);"
            "CREATE TABLE c (y INTEGER PRIMARY KEY);"
            "INSERT INTO a VALUES (1); INSERT INTO c VALUES (2)");
    harness_set(source, "tables", "a");
    harness_set(source, "tables", "b");
    harness_set(source, "tables", "c");

    ck_assert_int_eq(harness_open(source), MILL_OK);

    gives("{\"id\":1}\n{\"y\":2}\n");
}
END_TEST

static void
thousand(const char *table)
{
    char sql[512];

    snprintf(sql, sizeof(sql),
             "CREATE TABLE %s (ind INTEGER PRIMARY KEY, s TEXT);"
             "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
             " WHERE i < 999) INSERT INTO %s SELECT i * 2, 'r' || i FROM n",
             table, table);
    execute(sql);
}

START_TEST(the_emulator_takes_the_row_at_the_offset_from_every_table)
{
    thousand("a");
    thousand("b");
    harness_set(source, "tables", "a");
    harness_set(source, "tables", "b");
    harness_set(source, "mode", "emulate");
    harness_set(source, "draw_max", "999");
    harness_set(source, "rows", "2");

    ck_assert_int_eq(harness_open(source), MILL_OK);

    /* random.seed(100); randrange(0, 2), randint(0, 999), and again */
    gives("{\"ind\":940,\"s\":\"r470\"}\n{\"ind\":1948,\"s\":\"r974\"}\n"
          "{\"ind\":940,\"s\":\"r470\"}\n{\"ind\":1948,\"s\":\"r974\"}\n");
}
END_TEST

START_TEST(the_emulator_goes_on_where_it_stopped)
{
    thousand("a");
    harness_set(source, "tables", "a");
    harness_set(source, "mode", "emulate");
    harness_set(source, "draw_max", "999");
    harness_set(source, "rows", "2");
    harness_set_resume(source, "a", "0", 0, NULL);

    ck_assert_int_eq(harness_open(source), MILL_OK);

    gives("{\"ind\":1948,\"s\":\"r974\"}\n");
}
END_TEST

START_TEST(a_draw_past_the_table_names_it)
{
    thousand("small");
    harness_set(source, "tables", "small");
    harness_set(source, "mode", "emulate");
    harness_set(source, "rows", "2");

    ck_assert_int_eq(harness_open(source), MILL_OK);

    ck_assert_int_eq(harness_read(source), MILL_FATAL);
    ck_assert_str_eq(harness_said(source),
                     "table small has 1000 rows, but draw 0 asks for the one "
                     "at offset 7528; set draw_max to 999 or less");
}
END_TEST

/* Options that check refuses, and a part of what it says. */
static const struct {
    const char *name;
    const char *value;
    const char *says;
} refused[] = {
    { "url", "oracle://h/d", "no driver for oracle:" },
    { "url", "sqlite:", "the path is missing" },
    { "url", "sqlite://host/x", "takes a path and no host" },
    { "url", "mysql://host/", "of the database" },
    { "url", "mysql://host/a/b", "of the database" },
    { "url", "mysql://host/a?ssl=maybe", "ssl is one of" },
    { "url", "mysql://host/a?ssl_key=x", "there can be ssl" },
    { "url", "mysql://host/a?ssl=disabled&ssl_ca=x", "is of no use" },
    { "url", "postgresql://host/", "of the database" },
    { "url", "postgresql://host/a?sslmode=on", "sslmode is one of" },
    { "url", "postgres://host/a?ssl_ca=x", "there can be sslmode" },
    { "mode", "incremental", "needs the column that grows" },
    { "column", "n", "with mode = \"incremental\" only" },
    { "overlap", "5 s", "neither a number nor a duration" },
    { "overlap", "99999999999d", "neither a number nor a duration" },
    { "tables", "t", "is there twice" },
    { "tables", "", "a name is empty" },
    { "pace", "soon", "neither none nor emulator" },
};

START_TEST(options_that_cannot_be_right_are_refused)
{
    harness_set(source, "tables", "t");
    harness_destroy(source);
    source = harness_create(MILL_SOURCE, "rds");
    harness_set(source, "tables", "t");
    if (strcmp(refused[_i].name, "url") != 0)
        harness_set(source, "url", file.url);
    harness_set(source, refused[_i].name, refused[_i].value);

    ck_assert_int_eq(harness_check(source), MILL_FATAL);
    ck_assert_msg(strstr(harness_said(source), refused[_i].says) != NULL,
                  "said: %s", harness_said(source));
}
END_TEST

START_TEST(a_file_that_is_not_there_is_fatal)
{
    unlink(file.path);
    harness_set(source, "tables", "t");

    ck_assert_int_eq(harness_open(source), MILL_FATAL);
    ck_assert_ptr_nonnull(strstr(harness_said(source), file.path));
}
END_TEST

START_TEST(a_table_that_is_not_there_is_fatal)
{
    execute("CREATE TABLE t (id INT)");
    harness_set(source, "tables", "u");

    ck_assert_int_eq(harness_open(source), MILL_FATAL);
    ck_assert_ptr_nonnull(strstr(harness_said(source), "has no table u"));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("rds");
    TCase *rows = tcase_create("rows");

    tcase_add_checked_fixture(rows, setup, teardown);
    tcase_add_test(rows, rows_come_in_the_order_of_the_primary_key);
    tcase_add_test(rows, an_integer_key_is_the_position);
    tcase_add_test(rows, each_value_keeps_its_type);
    tcase_add_test(rows, only_text_that_json_writes_as_it_is_counts_as_plain);
    tcase_add_test(rows, text_that_is_not_utf8_rejects_its_row_alone);
    tcase_add_test(rows, a_date_that_is_none_is_null_and_counted);
    tcase_add_test(rows, a_date_that_is_none_may_stay_text);
    tcase_add_test(rows, a_date_that_is_none_may_be_rejected);
    tcase_add_test(rows, it_goes_on_behind_the_position_it_had);
    tcase_add_test(rows, a_key_of_two_columns_goes_on_behind_the_cursor);
    tcase_add_test(rows, negative_keys_are_numbered);
    tcase_add_test(rows, a_cursor_that_is_no_key_is_refused);
    tcase_add_test(rows, a_key_that_is_not_unique_is_found_out);
    tcase_add_test(rows, tables_follow_one_another_also_past_an_empty_one);
    tcase_add_test(rows,
                   the_emulator_takes_the_row_at_the_offset_from_every_table);
    tcase_add_test(rows, the_emulator_goes_on_where_it_stopped);
    tcase_add_test(rows, a_draw_past_the_table_names_it);
    tcase_add_loop_test(rows, options_that_cannot_be_right_are_refused, 0,
                        sizeof(refused) / sizeof(*refused));
    tcase_add_test(rows, a_file_that_is_not_there_is_fatal);
    tcase_add_test(rows, a_table_that_is_not_there_is_fatal);
    suite_add_tcase(suite, rows);
    return suite;
}
