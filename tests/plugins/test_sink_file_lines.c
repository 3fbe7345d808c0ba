/* SPDX-License-Identifier: Apache-2.0 */

/* test_sink_file_lines - rows that the sink `file` writes from where they lie,
 * and what it holds back while more is at hand */

#include "suite.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

/* What writes end at while more is at hand. */
#define BLOCK (64u * 1024)

static char folder[40];
static char path[sizeof(folder) + 16];
static struct harness *sink;

static void
setup(void)
{
    snprintf(folder, sizeof(folder), "/tmp/millrace-lines-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/out.ndjson", folder);
    sink = harness_create(MILL_SINK, "file");
    harness_set(sink, "path", path);
    ck_assert_int_eq(harness_open(sink), MILL_OK);
}

static void
teardown(void)
{
    harness_destroy(sink);
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void
is_ok(enum mill_verdict verdict)
{
    ck_assert_msg(verdict == MILL_OK, "verdict %d: %s", verdict,
                  harness_said(sink));
}

static void
holds(const char *text)
{
    static char found[8 * BLOCK];
    FILE *file = fopen(path, "r");
    size_t len;

    ck_assert_ptr_nonnull(file);
    len = fread(found, 1, sizeof(found) - 1, file);
    fclose(file);
    found[len] = '\0';
    ck_assert_msg(strcmp(found, text) == 0, "%zu bytes, not these %zu", len,
                  strlen(text));
}

static size_t
size(void)
{
    struct stat status;

    ck_assert_int_eq(stat(path, &status), 0);
    return (size_t)status.st_size;
}

/* A batch of the lines of TEXT, which stay where they are: one behind the
 * other. */
static struct mill_batch *
lines(const char *text)
{
    struct mill_batch *batch = harness_batch(sink);
    static uint64_t position;

    for (size_t len; *text; text += len + 1) {
        len = strcspn(text, "\n");
        ck_assert(mill_batch_add_payload(
            batch, MILL_JSON, (struct mill_bytes){ text, len }, position++));
    }
    return batch;
}

static enum mill_verdict
write_lines(const char *text)
{
    return harness_write_batch(sink, lines(text));
}

/* COUNT rows, 1 KiB each with the newline.  The caller frees them. */
static char *
kibibytes(size_t count)
{
    struct mill_buffer text = { 0 };

    for (size_t i = 0; i < count; i++)
        mill_buffer_print(&text, "{\"a\":\"%01015zu\"}\n", i);
    ck_assert_uint_eq(text.len, count * 1024);
    return (char *)(uintptr_t)mill_buffer_text(&text);
}

/* --- from where they lie ---------------------------------------------------
 */

START_TEST(rows_behind_one_another_are_there_as_they_were)
{
    is_ok(write_lines("{\"a\":1}\n{\"a\":2}\n{}\n"));
    holds("{\"a\":1}\n{\"a\":2}\n{}\n");
    is_ok(write_lines("{\"a\":3}\n"));
    holds("{\"a\":1}\n{\"a\":2}\n{}\n{\"a\":3}\n");
}
END_TEST

START_TEST(rows_that_lie_apart_are_all_there)
{
    static const char text[] = "{\"a\":1}\n{\"a\":2}\n??{\"a\":3}\n{\"a\":4}\n";
    static const size_t at[] = { 0, 8, 18, 26 };
    struct mill_batch *batch = harness_batch(sink);

    for (size_t i = 0; i < 4; i++)
        ck_assert(mill_batch_add_payload(
            batch, MILL_JSON, (struct mill_bytes){ text + at[i], 7 }, i));
    is_ok(harness_write_batch(sink, batch));
    holds("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n");
}
END_TEST

START_TEST(rows_in_more_pieces_than_go_at_once_are_all_there)
{
    struct mill_buffer wanted = { 0 };
    struct mill_batch *batch = harness_batch(sink);
    char text[50][16];

    for (int i = 0; i < 50; i++) {
        int len = snprintf(text[i], sizeof(text[i]), "{\"a\":%d}", i);

        mill_buffer_print(&wanted, "%s\n", text[i]);
        ck_assert(mill_batch_add_payload(
            batch, MILL_JSON, (struct mill_bytes){ text[i], (size_t)len },
            (uint64_t)i));
    }
    is_ok(harness_write_batch(sink, batch));
    holds(mill_buffer_text(&wanted));
    mill_buffer_finish(&wanted);
}
END_TEST

START_TEST(a_row_that_left_the_batch_is_not_written)
{
    struct mill_batch *batch = lines("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");

    mill_filter_row(batch, 1);
    is_ok(harness_write_batch(sink, batch));
    holds("{\"a\":1}\n{\"a\":3}\n");
}
END_TEST

START_TEST(one_row_of_several_lines_makes_all_of_them_go_by_their_cells)
{
    static const char spread[] = "{\"a\":\n2}";
    struct mill_batch *batch = lines("{\"a\":1}\n");

    ck_assert(mill_batch_add_payload(
        batch, MILL_JSON, (struct mill_bytes){ spread, strlen(spread) }, 100));
    is_ok(harness_write_batch(sink, batch));
    holds("{\"a\":1}\n{\"a\":2}\n");
}
END_TEST

/* --- held back -------------------------------------------------------------
 */

START_TEST(writes_end_with_a_block_while_more_is_at_hand)
{
    char *text = kibibytes(100);

    harness_set_more(sink, true);
    is_ok(write_lines(text));
    ck_assert_uint_eq(size(), BLOCK);
    is_ok(write_lines("{\"a\":1}\n"));
    ck_assert_uint_eq(size(), BLOCK);
    harness_set_more(sink, false);
    is_ok(write_lines("{\"b\":2}\n"));

    struct mill_buffer wanted = { 0 };

    mill_buffer_print(&wanted, "%s{\"a\":1}\n{\"b\":2}\n", text);
    holds(mill_buffer_text(&wanted));
    mill_buffer_finish(&wanted);
    free(text);
}
END_TEST

START_TEST(blocks_go_on_where_the_last_one_ended)
{
    struct mill_buffer wanted = { 0 };
    char *text = kibibytes(45);

    harness_set_more(sink, true);
    for (size_t i = 1; i <= 10; i++) {
        is_ok(write_lines(text));
        mill_buffer_print(&wanted, "%s", text);
        ck_assert_uint_eq(size(), wanted.len / BLOCK * BLOCK);
    }
    is_ok(harness_flush(sink));
    holds(mill_buffer_text(&wanted));
    mill_buffer_finish(&wanted);
    free(text);
}
END_TEST

START_TEST(a_flush_writes_what_is_held)
{
    harness_set_more(sink, true);
    is_ok(write_lines("{\"a\":1}\n{\"a\":2}\n"));
    ck_assert_uint_eq(size(), 0);
    is_ok(harness_flush(sink));
    holds("{\"a\":1}\n{\"a\":2}\n");
}
END_TEST

START_TEST(what_was_held_and_not_flushed_comes_again_after_a_restart)
{
    is_ok(write_lines("{\"a\":1}\n"));
    is_ok(harness_flush(sink));
    harness_set_more(sink, true);
    is_ok(write_lines("{\"a\":2}\n"));
    harness_close(sink);
    harness_set_more(sink, false);
    is_ok(harness_open(sink));
    is_ok(write_lines("{\"a\":2}\n{\"a\":3}\n"));
    holds("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
}
END_TEST

START_TEST(a_block_that_cannot_be_written_leaves_what_was_held)
{
    struct rlimit small = { 1024, RLIM_INFINITY };
    struct rlimit large = { RLIM_INFINITY, RLIM_INFINITY };
    struct mill_buffer wanted = { 0 };
    char *text = kibibytes(100);

    signal(SIGXFSZ, SIG_IGN);
    harness_set_more(sink, true);
    is_ok(write_lines("{\"a\":1}\n"));
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    ck_assert_int_eq(write_lines(text), MILL_RETRY);
    ck_assert_uint_eq(size(), 0);
    ck_assert_int_eq(harness_flush(sink), MILL_OK);
    holds("{\"a\":1}\n");

    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &large), 0);
    is_ok(harness_write_again(sink));
    is_ok(harness_flush(sink));
    mill_buffer_print(&wanted, "{\"a\":1}\n%s", text);
    holds(mill_buffer_text(&wanted));
    mill_buffer_finish(&wanted);
    free(text);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sink file: lines");
    TCase *tests = tcase_create("lines");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, rows_behind_one_another_are_there_as_they_were);
    tcase_add_test(tests, rows_that_lie_apart_are_all_there);
    tcase_add_test(tests, rows_in_more_pieces_than_go_at_once_are_all_there);
    tcase_add_test(tests, a_row_that_left_the_batch_is_not_written);
    tcase_add_test(
        tests, one_row_of_several_lines_makes_all_of_them_go_by_their_cells);
    tcase_add_test(tests, writes_end_with_a_block_while_more_is_at_hand);
    tcase_add_test(tests, blocks_go_on_where_the_last_one_ended);
    tcase_add_test(tests, a_flush_writes_what_is_held);
    tcase_add_test(tests,
                   what_was_held_and_not_flushed_comes_again_after_a_restart);
    tcase_add_test(tests, a_block_that_cannot_be_written_leaves_what_was_held);
    suite_add_tcase(suite, tests);
    return suite;
}
