/* SPDX-License-Identifier: Apache-2.0 */

/* test_sink_file - the sink `file` on the bench */

#include "suite.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static char folder[40];
static struct harness *sink;

static void
setup(void)
{
    snprintf(folder, sizeof(folder), "/tmp/millrace-sink-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    sink = harness_create(MILL_SINK, "file");
}

static void
remove_all(const char *where)
{
    DIR *open = opendir(where);
    struct dirent *entry;

    ck_assert_ptr_nonnull(open);
    ck_assert_int_eq(chdir(where), 0);
    while ((entry = readdir(open))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlink(entry->d_name) != 0) {
            remove_all(entry->d_name);
            ck_assert_int_eq(rmdir(entry->d_name), 0);
        }
    }
    closedir(open);
    ck_assert_int_eq(chdir(".."), 0);
}

static void
teardown(void)
{
    harness_destroy(sink);
    ck_assert_int_eq(chdir("/"), 0);
    remove_all(folder);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void
is_ok(enum mill_verdict verdict)
{
    ck_assert_msg(verdict == MILL_OK, "verdict %d: %s", verdict,
                  harness_said(sink));
}

static void
opens(void)
{
    is_ok(harness_open(sink));
    is_ok(harness_published(sink));
}

static void
takes(const char *rows)
{
    is_ok(harness_write(sink, rows));
}

/* The end of a process closes its files, too. */
static void
crash(void)
{
    char link[40], path[200];

    harness_crash(sink);
    for (int fd = 3; fd < 300; fd++) {
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

        ssize_t len = readlink(link, path, sizeof(path));

        if (len > 0 && strncmp(path, folder, strlen(folder)) == 0)
            close(fd);
    }
}

static void
checkpoint(void)
{
    is_ok(harness_flush(sink));
    is_ok(harness_published(sink));
}

static void
fails(enum mill_verdict verdict, enum mill_verdict wanted, const char *why)
{
    ck_assert_int_eq(verdict, wanted);
    ck_assert_msg(strstr(harness_said(sink), why), "%s", harness_said(sink));
}

/* The file's content; NULL: there is none. */
static const char *
content(const char *path)
{
    static char text[4096];
    int fd = open(path, O_RDONLY);

    if (fd < 0)
        return NULL;

    ssize_t len = read(fd, text, sizeof(text) - 1);

    close(fd);
    ck_assert_int_ge(len, 0);
    text[len] = '\0';
    return text;
}

static void
holds(const char *path, const char *text)
{
    ck_assert_msg(content(path), "there is no %s", path);
    ck_assert_str_eq(content(path), text);
}

static void
is_missing(const char *path)
{
    ck_assert_msg(access(path, F_OK) != 0, "%s is there", path);
}

static void
put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

/* --- without rotation ----------------------------------------------------- */

START_TEST(rows_are_there_as_soon_as_they_were_written)
{
    harness_set(sink, "path", "out/{stream}.ndjson");
    opens();
    takes("{\"a\":1}\n{\"a\": 2}\n");
    holds("out/rows.ndjson", "{\"a\":1}\n{\"a\": 2}\n");
    takes("{\"a\":3}\n");
    holds("out/rows.ndjson", "{\"a\":1}\n{\"a\": 2}\n{\"a\":3}\n");
}
END_TEST

START_TEST(a_crash_cuts_back_to_what_was_stored)
{
    harness_set(sink, "path", "out.ndjson");
    opens();
    takes("{\"a\":1}\n");
    checkpoint();
    takes("{\"a\":2}\n");
    crash();
    opens();

    holds("out.ndjson", "{\"a\":1}\n");
    takes("{\"a\":2}\n");
    holds("out.ndjson", "{\"a\":1}\n{\"a\":2}\n");
}
END_TEST

START_TEST(a_crash_before_the_first_checkpoint_leaves_nothing)
{
    harness_set(sink, "path", "{stream}.ndjson");
    opens();
    takes("{\"a\":1}\n");
    crash();
    opens();

    holds("rows.ndjson", "");
    takes("{\"a\":1}\n");
    holds("rows.ndjson", "{\"a\":1}\n");
}
END_TEST

START_TEST(what_was_there_is_refused_before_anything_is_read)
{
    put("out.ndjson", "mine\n");
    harness_set(sink, "path", "out.ndjson");
    fails(harness_open(sink), MILL_FATAL, "was there before");
    holds("out.ndjson", "mine\n");
}
END_TEST

START_TEST(append_keeps_what_was_there_also_after_a_crash)
{
    put("out.ndjson", "mine\n");
    harness_set(sink, "path", "out.ndjson");
    harness_set(sink, "append", "true");
    opens();
    takes("{\"a\":1}\n");
    crash();
    opens();
    takes("{\"a\":1}\n");
    holds("out.ndjson", "mine\n{\"a\":1}\n");
}
END_TEST

START_TEST(half_a_batch_is_taken_back)
{
    struct rlimit small = { .rlim_cur = 40, .rlim_max = RLIM_INFINITY };
    struct rlimit large = { RLIM_INFINITY, RLIM_INFINITY };

    signal(SIGXFSZ, SIG_IGN);
    harness_set(sink, "path", "out.ndjson");
    opens();
    takes("{\"a\":\"twenty bytes..\"}\n");
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);

    fails(harness_write(sink, "{\"b\":\"twenty bytes..\"}\n{\"c\":1}\n"),
          MILL_RETRY, "cannot write to out.ndjson: File too large");
    holds("out.ndjson", "{\"a\":\"twenty bytes..\"}\n");

    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &large), 0);
    takes("{\"b\":2}\n");
    holds("out.ndjson", "{\"a\":\"twenty bytes..\"}\n{\"b\":2}\n");
}
END_TEST

START_TEST(a_full_device_says_what_to_do)
{
    harness_set(sink, "path", "/dev/full");
    opens();
    fails(harness_write(sink, "{\"a\":1}\n"), MILL_RETRY,
          "cannot write to /dev/full: No space left on device; free some");
}
END_TEST

START_TEST(json_of_several_lines_becomes_one)
{
    harness_set(sink, "path", "out.ndjson");
    opens();

    static const char text[] = "{\n  \"a\": 1,\n  \"b\": [1,\n2]\n}";
    struct mill_batch *batch = harness_batch(sink);

    ck_assert(mill_batch_add_payload(
        batch, MILL_JSON, (struct mill_bytes){ text, strlen(text) }, 0));
    is_ok(harness_write_batch(sink, batch));
    holds("out.ndjson", "{\"a\":1,\"b\":[1,2]}\n");
}
END_TEST

START_TEST(rows_without_payload_are_written_from_their_cells)
{
    harness_set(sink, "path", "out.ndjson");
    harness_set(sink, "time_separator", "T");
    opens();

    struct mill_batch *batch = harness_batch(sink);

    ck_assert_int_eq(mill_batch_add_column(batch, "at", 2), 0);
    *mill_batch_add_row(batch, 5) = mill_timestamp(1598586767000000);
    is_ok(harness_write_batch(sink, batch));
    holds("out.ndjson", "{\"at\":\"2020-08-28T03:52:47\"}\n");
}
END_TEST

START_TEST(more_files_than_may_be_open_are_all_right)
{
    char name[20];

    harness_set(sink, "path", "out/{stream}");
    opens();
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 200; i++) {
            snprintf(name, sizeof(name), "s%d", i);
            harness_set_stream(sink, name, "0");
            takes("{\"a\":1}\n");
        }
    checkpoint();
    crash();
    opens();
    holds("out/s0", "{\"a\":1}\n{\"a\":1}\n");
    holds("out/s199", "{\"a\":1}\n{\"a\":1}\n");
}
END_TEST

/* --- with rotation -------------------------------------------------------- */

static void
rotates(const char *rows)
{
    harness_set(sink, "path", "{offset:03}.json");
    harness_set(sink, "rotate_rows", rows);
    opens();
}

START_TEST(a_name_appears_when_its_positions_are_stored)
{
    rotates("2");
    takes("{\"a\":0}\n{\"a\":1}\n{\"a\":2}\n");
    is_missing("000.json");
    is_ok(harness_flush(sink));
    is_missing("000.json");
    is_ok(harness_published(sink));
    holds("000.json", "{\"a\":0}\n{\"a\":1}\n");
    is_missing("002.json");
    holds(".002.json.part", "{\"a\":2}\n");
}
END_TEST

START_TEST(an_open_part_is_restored_after_a_crash)
{
    rotates("3");
    takes("{\"a\":0}\n");
    checkpoint();
    takes("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    crash();
    opens();
    holds(".000.json.part", "{\"a\":0}\n");
    harness_set_position(sink, 1);
    takes("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    checkpoint();
    holds("000.json", "{\"a\":0}\n{\"a\":1}\n{\"a\":2}\n");
    holds(".003.json.part", "{\"a\":3}\n");
}
END_TEST

START_TEST(a_rename_that_a_crash_prevented_is_made_up_for)
{
    rotates("2");
    takes("{\"a\":0}\n{\"a\":1}\n");
    is_ok(harness_flush(sink));
    crash();
    opens();
    holds("000.json", "{\"a\":0}\n{\"a\":1}\n");
    is_missing(".000.json.part");
}
END_TEST

START_TEST(the_end_completes_what_is_open)
{
    rotates("10");
    takes("{\"a\":0}\n{\"a\":1}\n");
    checkpoint();
    harness_close(sink);
    holds("000.json", "{\"a\":0}\n{\"a\":1}\n");

    opens();
    takes("{\"a\":2}\n");
    checkpoint();
    harness_close(sink);
    holds("002.json", "{\"a\":2}\n");
}
END_TEST

START_TEST(the_end_does_not_complete_what_was_not_stored)
{
    rotates("10");
    takes("{\"a\":0}\n");
    checkpoint();
    takes("{\"a\":1}\n");
    harness_close(sink);
    is_missing("000.json");
}
END_TEST

START_TEST(a_batch_that_fails_halfway_is_taken_back_with_all_its_files)
{
    struct rlimit small = { .rlim_cur = 30, .rlim_max = RLIM_INFINITY };
    struct rlimit large = { RLIM_INFINITY, RLIM_INFINITY };
    const char *rows = "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n"
                       "{\"a\":\"this is more than thirty bytes\"}\n";

    signal(SIGXFSZ, SIG_IGN);
    rotates("2");
    takes("{\"a\":0}\n");
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    fails(harness_write(sink, rows), MILL_RETRY, "File too large");
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &large), 0);
    holds(".000.json.part", "{\"a\":0}\n");
    is_missing(".002.json.part");

    harness_set_position(sink, 1);
    takes(rows);
    checkpoint();
    holds("000.json", "{\"a\":0}\n{\"a\":1}\n");
    holds("002.json", "{\"a\":2}\n{\"a\":3}\n");
}
END_TEST

START_TEST(positions_that_went_back_are_an_error)
{
    rotates("2");
    takes("{\"a\":0}\n{\"a\":1}\n");
    harness_set_position(sink, 0);
    fails(harness_write(sink, "{\"a\":0}\n"), MILL_FATAL, "comes behind 1");
}
END_TEST

START_TEST(a_part_that_is_gone_is_an_error)
{
    rotates("2");
    takes("{\"a\":0}\n{\"a\":1}\n");
    is_ok(harness_flush(sink));
    crash();
    ck_assert_int_eq(unlink(".000.json.part"), 0);
    is_ok(harness_open(sink));
    fails(harness_published(sink), MILL_FATAL, "is gone");
}
END_TEST

START_TEST(state_that_nobody_wrote_is_an_error)
{
    harness_set(sink, "path", "{offset}");
    harness_set(sink, "rotate_rows", "2");
    harness_set_state(sink, "lane:1:1:a b 0", "next=what");
    fails(harness_open(sink), MILL_FATAL, "can't be read");
}
END_TEST

START_TEST(a_batch_without_rows_makes_no_file)
{
    rotates("2");
    takes("");
    checkpoint();
    is_missing("000.json");
    is_missing(".000.json.part");
}
END_TEST

static TCase *
bench_tests(void)
{
    TCase *tests = tcase_create("bench");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, rows_are_there_as_soon_as_they_were_written);
    tcase_add_test(tests, a_crash_cuts_back_to_what_was_stored);
    tcase_add_test(tests, a_crash_before_the_first_checkpoint_leaves_nothing);
    tcase_add_test(tests, what_was_there_is_refused_before_anything_is_read);
    tcase_add_test(tests, append_keeps_what_was_there_also_after_a_crash);
    tcase_add_test(tests, half_a_batch_is_taken_back);
    tcase_add_test(tests, a_full_device_says_what_to_do);
    tcase_add_test(tests, json_of_several_lines_becomes_one);
    tcase_add_test(tests, rows_without_payload_are_written_from_their_cells);
    tcase_add_test(tests, more_files_than_may_be_open_are_all_right);
    tcase_add_test(tests, a_name_appears_when_its_positions_are_stored);
    tcase_add_test(tests, an_open_part_is_restored_after_a_crash);
    tcase_add_test(tests, a_rename_that_a_crash_prevented_is_made_up_for);
    tcase_add_test(tests, the_end_completes_what_is_open);
    tcase_add_test(tests, the_end_does_not_complete_what_was_not_stored);
    tcase_add_test(tests,
                   a_batch_that_fails_halfway_is_taken_back_with_all_its_files);
    tcase_add_test(tests, positions_that_went_back_are_an_error);
    tcase_add_test(tests, a_part_that_is_gone_is_an_error);
    tcase_add_test(tests, state_that_nobody_wrote_is_an_error);
    tcase_add_test(tests, a_batch_without_rows_makes_no_file);
    return tests;
}

Suite *
suite(void)
{
    Suite *suite = suite_create("sink file");

    suite_add_tcase(suite, bench_tests());
    return suite;
}
