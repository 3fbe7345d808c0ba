/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_http_spool - requests on disk: writing, reading, letting go */

#include "suite.h"

#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "spool_bench.h"

START_TEST(what_is_written_is_read_and_read_again_after_a_restart)
{
    gives_nothing();
    put(2, NULL);
    gives(0, 2);
    gives_nothing();
    put(1, "key");
    put(3, NULL);
    gives(2, 1);
    gives(3, 3);
    gives_nothing();
    reopen();
    ck_assert_uint_eq(seen, 3);
    ck_assert_uint_eq(seen_keys, 1);
    ck_assert_uint_eq(spool.replay_end, 6);
    gives(0, 2);
    gives(2, 1);
    gives(3, 3);
    gives_nothing();
    ck_assert_uint_eq(put(1, NULL), 6);
    gives(6, 1);
}
END_TEST

START_TEST(a_full_segment_is_followed_by_another_and_goes_when_settled)
{
    for (uint64_t i = 0; i < 20; i++)
        ck_assert_uint_eq(put(2, NULL), 2 * i);
    ck_assert_uint_gt(spool.segments.count, 4);
    for (uint64_t i = 0; i < 20; i++)
        gives(2 * i, 2);
    gives_nothing();

    uint64_t second = spool.segments.list[1].first;

    ck_assert_int_gt(spool_used(&spool), 20 * 80);
    done(second - 1, false, 100);
    ck_assert(is_there(0, ".spool"));
    done(second, false, 100);
    ck_assert(!is_there(0, ".spool") && is_there(second, ".spool"));
    done(40, false, 100);
    ck_assert_uint_eq(spool.segments.count, 1);
    ck_assert_int_eq(spool_used(&spool), 0);
}
END_TEST

START_TEST(numbers_never_come_twice)
{
    for (int i = 0; i < 20; i++)
        put(2, NULL);
    for (int i = 0; i < 20; i++)
        gives(2 * (uint64_t)i, 2);
    done(40, false, 100);
    reopen();
    ck_assert_uint_eq(put(1, NULL), 40);
    reopen();
    ck_assert_uint_eq(put(1, NULL), 41);
}
END_TEST

START_TEST(keys_outlive_their_segment_as_long_as_they_have_to)
{
    uint64_t second;

    for (int i = 0; i < 20; i++)
        put(2, i == 1 ? "first" : NULL);
    second = spool.segments.list[1].first;
    for (int i = 0; i < 20; i++)
        gives(2 * (uint64_t)i, 2);
    done(second, true, 100);
    ck_assert(!is_there(0, ".spool") && is_there(0, ".keys"));
    reopen();
    ck_assert_uint_eq(seen_keys, 1);
    done(second, true, 160);
    ck_assert(is_there(0, ".keys"));
    done(second, true, 161);
    ck_assert(!is_there(0, ".keys"));
}
END_TEST

START_TEST(keys_that_nobody_needs_go_with_their_segment)
{
    for (int i = 0; i < 20; i++)
        put(2, "k");
    done(40, false, 100);
    ck_assert(!is_there(0, ".spool") && !is_there(0, ".keys"));
}
END_TEST

START_TEST(what_a_crash_left_half_made_goes)
{
    int fd;

    put(1, NULL);
    spool_close(&spool);
    fd = open(file(7, ".keys.new"), O_CREAT | O_WRONLY, 0600);
    close(fd);
    opens();
    ck_assert(!is_there(7, ".keys.new"));
    ck_assert_uint_eq(seen, 1);
}
END_TEST

START_TEST(a_folder_is_one_process_s)
{
    struct spool second = { .segment_size = 400 };

    ck_assert(!spool_open(&second, path, 0, spool_bench_visit, NULL, why,
                          sizeof(why)));
    ck_assert_ptr_nonnull(strstr(why, "in use by another process"));
    spool_close(&second);
    second = (struct spool){ .segment_size = 400 };
    ck_assert(!spool_open(&second, "/proc/none/x", 0, spool_bench_visit, NULL,
                          why, sizeof(why)));
    ck_assert_ptr_nonnull(strstr(why, "/proc/none/x"));
    spool_close(&second);
}
END_TEST

START_TEST(numbers_begin_where_the_pipeline_stood)
{
    spool_close(&spool);
    spool = (struct spool){ .segment_size = 400 };
    ck_assert(spool_open(&spool, path, 500, spool_bench_visit, NULL, why,
                         sizeof(why)));
    ck_assert_uint_eq(put(1, NULL), 500);
}
END_TEST

Suite *
suite(void)
{
    Suite *all = suite_create("source http: spool");
    TCase *tests = tcase_create("spool");

    tcase_add_checked_fixture(tests, spool_bench_setup, spool_bench_teardown);
    tcase_add_test(tests,
                   what_is_written_is_read_and_read_again_after_a_restart);
    tcase_add_test(tests,
                   a_full_segment_is_followed_by_another_and_goes_when_settled);
    tcase_add_test(tests, numbers_never_come_twice);
    tcase_add_test(tests, keys_outlive_their_segment_as_long_as_they_have_to);
    tcase_add_test(tests, keys_that_nobody_needs_go_with_their_segment);
    tcase_add_test(tests, what_a_crash_left_half_made_goes);
    tcase_add_test(tests, a_folder_is_one_process_s);
    tcase_add_test(tests, numbers_begin_where_the_pipeline_stood);
    suite_add_tcase(all, tests);
    return all;
}
