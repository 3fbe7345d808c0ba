/* SPDX-License-Identifier: Apache-2.0 */

#include "plugin/helper.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "suite.h"

static struct helper helper;

static bool
is_fit(void *data, struct reason *why)
{
    (void)why;
    return *(int *)data == 42;
}

static bool
is_unfit(void *data, struct reason *why)
{
    return reason_set(why, "it is %s", (const char *)data);
}

static bool
crashes(void *data, struct reason *why)
{
    char *volatile nowhere = (char *)16;

    (void)data;
    (void)why;
    *nowhere = 1;
    return true;
}

static bool
exits(void *data, struct reason *why)
{
    (void)why;
    exit(*(int *)data);
}

static bool
hangs(void *data, struct reason *why)
{
    (void)data;
    (void)why;
    for (;;)
        pause();
    return true;
}

/* The child holds the helper's streams open longer than the helper lives. */
static bool
leaves_a_child_behind(void *data, struct reason *why)
{
    (void)data;
    (void)why;
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, 0);
        sleep(5);
        _exit(0);
    }
    _exit(3);
}

static bool
prints(void *data, struct reason *why)
{
    (void)why;
    for (int i = 0; i < *(int *)data; i++) {
        printf("\n--\n");
        printf("line %d of output\n", i);
        fprintf(stderr, "line %d of\terrors\n", i);
    }
    return true;
}

static bool
reads_input(void *data, struct reason *why)
{
    (void)data;
    return getchar() == EOF || reason_set(why, "there was input");
}

START_TEST(a_check_that_says_true_is_fit)
{
    int data = 42;

    ck_assert_int_eq(helper_run(&helper, is_fit, &data, 10), HELPER_FIT);
    ck_assert_str_eq(helper.output, "");
    ck_assert_str_eq(helper.errors, "");
}
END_TEST

START_TEST(a_check_that_says_false_gives_its_reason)
{
    char data[] = "too small";

    ck_assert_int_eq(helper_run(&helper, is_unfit, data, 10), HELPER_UNFIT);
    ck_assert_str_eq(helper.why.text, "it is too small");
}
END_TEST

START_TEST(a_crash_is_told_by_its_signal)
{
    ck_assert_int_eq(helper_run(&helper, crashes, NULL, 10), HELPER_SIGNAL);
    ck_assert_int_eq(helper.code, SIGSEGV);
}
END_TEST

START_TEST(a_crash_is_a_crash_where_the_signal_is_handled_or_blocked_here)
{
    sigset_t all;

    signal(SIGSEGV, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);

    ck_assert_int_eq(helper_run(&helper, crashes, NULL, 10), HELPER_SIGNAL);
    ck_assert_int_eq(helper.code, SIGSEGV);
}
END_TEST

START_TEST(an_exit_is_told_by_its_status)
{
    int status = _i == 0 ? 0 : 77;

    ck_assert_int_eq(helper_run(&helper, exits, &status, 10), HELPER_EXIT);
    ck_assert_int_eq(helper.code, status);
}
END_TEST

START_TEST(a_hang_ends_after_its_time)
{
    ck_assert_int_eq(helper_run(&helper, hangs, NULL, 1), HELPER_HANG);
}
END_TEST

START_TEST(a_child_that_is_left_behind_holds_nobody_up)
{
    ck_assert_int_eq(helper_run(&helper, leaves_a_child_behind, NULL, 3),
                     HELPER_EXIT);
    ck_assert_int_eq(helper.code, 3);
}
END_TEST

START_TEST(the_first_line_with_letters_of_each_stream_is_kept)
{
    int lines = 1;

    ck_assert_int_eq(helper_run(&helper, prints, &lines, 10), HELPER_FIT);
    ck_assert_str_eq(helper.output, "line 0 of output");
    ck_assert_str_eq(helper.errors, "line 0 of?errors");
}
END_TEST

START_TEST(any_amount_of_output_is_taken)
{
    int lines = 100000;

    ck_assert_int_eq(helper_run(&helper, prints, &lines, 60), HELPER_FIT);
    ck_assert_str_eq(helper.output, "line 0 of output");
}
END_TEST

START_TEST(there_is_no_input)
{
    ck_assert_int_eq(helper_run(&helper, reads_input, NULL, 10), HELPER_FIT);
}
END_TEST

START_TEST(what_was_buffered_before_is_written_once)
{
    char path[] = "/tmp/test_helper.XXXXXX";
    int fd = mkstemp(path);
    int status = 0;
    char seen[64];
    ssize_t len;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_ge(dup2(fd, STDOUT_FILENO), 0);
    setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
    fputs("once", stdout);

    helper_run(&helper, exits, &status, 10);
    fflush(stdout);

    len = pread(fd, seen, sizeof(seen), 0);
    unlink(path);
    ck_assert_int_eq(len, 4);
    ck_assert_mem_eq(seen, "once", 4);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("helper");
    TCase *tests = tcase_create("helper");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_check_that_says_true_is_fit);
    tcase_add_test(tests, a_check_that_says_false_gives_its_reason);
    tcase_add_test(tests, a_crash_is_told_by_its_signal);
    tcase_add_test(
        tests, a_crash_is_a_crash_where_the_signal_is_handled_or_blocked_here);
    tcase_add_loop_test(tests, an_exit_is_told_by_its_status, 0, 2);
    tcase_add_test(tests, a_hang_ends_after_its_time);
    tcase_add_test(tests, a_child_that_is_left_behind_holds_nobody_up);
    tcase_add_test(tests, the_first_line_with_letters_of_each_stream_is_kept);
    tcase_add_test(tests, any_amount_of_output_is_taken);
    tcase_add_test(tests, there_is_no_input);
    tcase_add_test(tests, what_was_buffered_before_is_written_once);
    suite_add_tcase(suite, tests);
    return suite;
}
