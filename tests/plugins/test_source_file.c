/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_file - lines, positions and cursors of the source `file` */

#include "suite.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "record/batch.h"

static char folder[40];
static char path[80];
static struct harness *source;

static void
set_content(const void *data, size_t len)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}

static void
set_text(const char *text)
{
    set_content(text, strlen(text));
}

static void
setup(void)
{
    snprintf(folder, sizeof(folder), "/tmp/millrace-file-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/in.ndjson", folder);
    source = harness_create(MILL_SOURCE, "file");
    harness_set(source, "path", path);
}

static void
teardown(void)
{
    harness_destroy(source);
    unlink(path);
    rmdir(folder);
}

static void
opens(void)
{
    ck_assert_msg(harness_open(source) == MILL_OK, "%s", harness_said(source));
}

static void
gives(const char *rows)
{
    enum mill_verdict verdict = harness_read(source);

    ck_assert_msg(verdict == MILL_OK, "verdict %d: %s", verdict,
                  harness_said(source));
    ck_assert_str_eq(harness_rows(source), rows);
}

static void
has_ended(void)
{
    ck_assert_int_eq(harness_read(source), MILL_END);
    ck_assert_int_eq(harness_read(source), MILL_END);
}

static uint64_t
position(size_t row)
{
    return harness_out(source)->positions[row];
}

/* Goes on in a new instance where this one's last batch ended. */
static void
restart(void)
{
    struct mill_batch *batch = harness_out(source);
    const char *cursor = batch_of(batch)->cursor;
    uint64_t last = batch->positions[batch->rows - 1];

    harness_set_resume(source, "in", "0", last, cursor);
    harness_crash(source);
    opens();
}

/* --- lines ---------------------------------------------------------------- */

START_TEST(lines_are_rows_and_their_numbers_are_positions)
{
    set_text("{\"a\":1}\n\n{\"a\":2}\r\n \t\n{\"a\":3}");
    opens();

    gives("{\"a\":1}\n{\"a\":2}\n");
    ck_assert_uint_eq(position(0), 0);
    ck_assert_uint_eq(position(1), 2);
    gives("{\"a\":3}\n");
    ck_assert_uint_eq(position(0), 4);
    has_ended();
}
END_TEST

START_TEST(the_stream_is_called_as_the_file)
{
    set_text("{}\n");
    opens();
    gives("{}\n");

    ck_assert_str_eq(harness_out(source)->stream, "in");
    ck_assert_str_eq(harness_out(source)->partition, "0");
}
END_TEST

START_TEST(an_empty_file_has_no_rows)
{
    set_text("");
    opens();
    has_ended();
}
END_TEST

START_TEST(a_file_of_one_byte_is_a_row)
{
    harness_set(source, "format", "lines");
    set_text("x");
    opens();
    gives("{\"line\":\"x\"}\n");
    has_ended();
}
END_TEST

/* More rows than a batch takes, from fewer bytes than one read takes. */
START_TEST(short_lines_fill_batch_after_batch_and_none_is_lost)
{
    struct mill_buffer text = { 0 };
    uint64_t next = 0;

    for (int i = 0; i < 50000; i++)
        mill_buffer_print(&text, "{\"i\":%d}\n", i);
    set_content(text.data, text.len);
    mill_buffer_finish(&text);
    opens();

    while (harness_read(source) == MILL_OK) {
        struct mill_batch *batch = harness_out(source);

        ck_assert_uint_le(batch->rows, 8192);
        for (size_t row = 0; row < batch->rows; row++)
            ck_assert_uint_eq(batch->positions[row], next++);
    }
    ck_assert_uint_eq(next, 50000);
}
END_TEST

/* Around the sizes at which lines begin to be carried, and to grow in place. */
START_TEST(lines_of_any_length_come_whole)
{
    static const size_t lens[] = { 8 * 1024, 64 * 1024, 256 * 1024,
                                   320 * 1024 };
    size_t len = lens[_i / 5] + (size_t)(_i % 5) - 2;
    struct mill_buffer text = { 0 };
    size_t rows = 0;

    for (int i = 0; i < 4; i++) {
        memset(mill_buffer_room(&text, len), 'a' + i, len);
        text.len += len;
        mill_buffer_add(&text, "\n", 1);
    }
    set_content(text.data, text.len);
    harness_set(source, "format", "lines");
    opens();

    while (harness_read(source) == MILL_OK) {
        struct mill_batch *batch = harness_out(source);

        for (size_t row = 0; row < batch->rows; row++, rows++) {
            ck_assert_uint_eq(batch->payloads[row].len, len);
            ck_assert_mem_eq(batch->payloads[row].data,
                             text.data + rows * (len + 1), len);
        }
    }
    mill_buffer_finish(&text);
    ck_assert_uint_eq(rows, 4);
}
END_TEST

START_TEST(a_line_over_the_limit_is_rejected_by_its_position)
{
    struct mill_buffer text = { 0 };

    mill_buffer_add(&text, "{}\n", 3);
    memset(mill_buffer_room(&text, 1000000), 'x', 1000000);
    text.len += 1000000;
    mill_buffer_add(&text, "\n{}\n", 4);
    set_content(text.data, text.len);
    mill_buffer_finish(&text);
    harness_set_max_record(source, 500000);
    opens();

    size_t rows = 0;
    bool rejected = false;

    while (harness_read(source) == MILL_OK) {
        rows += harness_out(source)->rows;
        rejected =
            rejected || strstr(harness_rejected(source), "1000000 bytes");
    }
    ck_assert_uint_eq(rows, 2);
    ck_assert(rejected);
}
END_TEST

/* --- going on ------------------------------------------------------------- */

START_TEST(it_goes_on_at_the_byte)
{
    set_text("{\"a\":1}\n{\"a\":2}\n");
    opens();
    gives("{\"a\":1}\n{\"a\":2}\n");

    FILE *file = fopen(path, "a");

    fputs("{\"a\":3}\n", file);
    fclose(file);
    restart();

    gives("{\"a\":3}\n");
    ck_assert_uint_eq(position(0), 2);
    has_ended();
}
END_TEST

START_TEST(nothing_comes_twice_when_nothing_was_added)
{
    set_text("{\"a\":1}\n{\"a\":2}");
    opens();
    gives("{\"a\":1}\n");
    gives("{\"a\":2}\n");
    restart();

    has_ended();
    ck_assert_str_eq(harness_log(source), "");
}
END_TEST

START_TEST(a_file_with_another_beginning_is_read_from_there)
{
    set_text("{\"a\":1}\n{\"a\":2}\n");
    opens();
    gives("{\"a\":1}\n{\"a\":2}\n");
    set_text("{\"b\":1}\n{\"b\":2}\n{\"b\":3}\n");
    restart();

    gives("{\"b\":1}\n{\"b\":2}\n{\"b\":3}\n");
    ck_assert_uint_eq(position(0), 2);
    ck_assert_ptr_nonnull(strstr(harness_log(source), "was replaced"));
}
END_TEST

START_TEST(a_file_that_became_shorter_is_read_from_its_beginning)
{
    char text[600];

    memset(text, ' ', sizeof(text));
    memcpy(text, "{\"a\":1}\n", 8);
    memcpy(text + sizeof(text) - 8, "{\"a\":2}\n", 8);
    set_content(text, sizeof(text));
    opens();
    ck_assert_int_eq(harness_read(source), MILL_OK);
    ck_assert_int_eq(truncate(path, 300), 0);
    restart();

    gives("{\"a\":1}\n");
    ck_assert_uint_eq(position(0), 2);
    ck_assert_ptr_nonnull(strstr(harness_log(source), "became shorter"));
}
END_TEST

/* --- what can't be read --------------------------------------------------- */

static void
is_refused(const char *why)
{
    ck_assert_int_eq(harness_open(source), MILL_FATAL);
    ck_assert_msg(strstr(harness_said(source), why), "%s",
                  harness_said(source));
}

START_TEST(a_missing_file_is_named)
{
    is_refused("in.ndjson: No such file or directory");
}
END_TEST

START_TEST(a_folder_is_not_a_file)
{
    ck_assert_int_eq(mkdir(path, 0777), 0);
    is_refused("is a folder");
    rmdir(path);
}
END_TEST

START_TEST(standard_input_can_not_be_followed)
{
    set_text("");
    harness_set(source, "path", "-");
    harness_set(source, "follow", "true");
    is_refused("standard input can't be followed");
}
END_TEST

START_TEST(no_path_at_all_is_found_by_check)
{
    struct harness *empty = harness_create(MILL_SOURCE, "file");

    ck_assert(!harness_configure(empty) || harness_check(empty) == MILL_FATAL);
    harness_destroy(empty);
    set_text("");
}
END_TEST

/* --- CSV ------------------------------------------------------------------ */

static void
set_csv(const char *text)
{
    harness_set(source, "format", "csv");
    set_text(text);
}

START_TEST(records_are_rows_and_their_first_lines_are_positions)
{
    set_csv("a,b\n1,\"x\ny\"\n\n2,\n");
    opens();

    gives("{\"a\":\"1\",\"b\":\"x\\ny\"}\n{\"a\":\"2\",\"b\":null}\n");
    ck_assert_uint_eq(position(0), 1);
    ck_assert_uint_eq(position(1), 4);
    has_ended();
}
END_TEST

START_TEST(a_record_that_is_none_is_rejected_by_its_position)
{
    harness_set(source, "types", "a:int");
    set_csv("a,b\n1,2\n1,2,3\n\"1\"2,3\nx,4\n5,6\n");
    opens();

    gives("{\"a\":1,\"b\":\"2\"}\n");
    gives("");
    ck_assert_uint_eq(harness_out(source)->rows, 0);
    ck_assert_str_eq(harness_rejected(source),
                     "the record has 3 fields, but there are 2 columns\n"
                     "something other than the delimiter or the record's end "
                     "stands behind a closing quote\n");
    gives("{\"a\":5,\"b\":\"6\"}\n");
    ck_assert_str_eq(harness_rejected(source),
                     "a: \"x\" isn't a whole number of 64 bits\n");
    ck_assert_uint_eq(position(0), 5);
    has_ended();
}
END_TEST

START_TEST(it_goes_on_behind_a_record_with_the_columns_of_the_header)
{
    set_csv("\"a\",b\n1,\"x\ny\"\n");
    opens();
    gives("{\"a\":\"1\",\"b\":\"x\\ny\"}\n");

    FILE *file = fopen(path, "a");

    ck_assert_ptr_nonnull(file);
    fputs("2,z\n", file);
    fclose(file);
    restart();
    gives("{\"a\":\"2\",\"b\":\"z\"}\n");
    ck_assert_uint_eq(position(0), 3);
    has_ended();
}
END_TEST

START_TEST(null_is_what_the_option_says_but_not_in_quotes)
{
    harness_set(source, "null", "NULL");
    set_csv("a,b,c\nNULL,\"NULL\",\n");
    opens();
    gives("{\"a\":null,\"b\":\"NULL\",\"c\":\"\"}\n");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("source file");
    TCase *tests = tcase_create("file");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, lines_are_rows_and_their_numbers_are_positions);
    tcase_add_test(tests, the_stream_is_called_as_the_file);
    tcase_add_test(tests, an_empty_file_has_no_rows);
    tcase_add_test(tests, a_file_of_one_byte_is_a_row);
    tcase_add_test(tests, short_lines_fill_batch_after_batch_and_none_is_lost);
    tcase_add_loop_test(tests, lines_of_any_length_come_whole, 0, 20);
    tcase_add_test(tests, a_line_over_the_limit_is_rejected_by_its_position);
    tcase_add_test(tests, it_goes_on_at_the_byte);
    tcase_add_test(tests, nothing_comes_twice_when_nothing_was_added);
    tcase_add_test(tests, a_file_with_another_beginning_is_read_from_there);
    tcase_add_test(tests,
                   a_file_that_became_shorter_is_read_from_its_beginning);
    tcase_add_test(tests, a_missing_file_is_named);
    tcase_add_test(tests, a_folder_is_not_a_file);
    tcase_add_test(tests, standard_input_can_not_be_followed);
    tcase_add_test(tests, no_path_at_all_is_found_by_check);
    tcase_add_test(tests, records_are_rows_and_their_first_lines_are_positions);
    tcase_add_test(tests, a_record_that_is_none_is_rejected_by_its_position);
    tcase_add_test(tests,
                   it_goes_on_behind_a_record_with_the_columns_of_the_header);
    tcase_add_test(tests, null_is_what_the_option_says_but_not_in_quotes);
    suite_add_tcase(suite, tests);
    return suite;
}
