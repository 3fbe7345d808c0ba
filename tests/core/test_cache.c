/* SPDX-License-Identifier: Apache-2.0 */

#include "plugin/cache.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

/* A folder of its own is the home of the cache and of the files. */
static char home[] = "/tmp/test_cache.XXXXXX";
static char file[64], other[64], stored[64];
static struct cache *cache;

static void
put(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");

    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    ck_assert_int_eq(fclose(out), 0);
}

static void
setup(void)
{
    memset(home + strlen(home) - 6, 'X', 6);
    ck_assert_ptr_nonnull(mkdtemp(home));
    snprintf(file, sizeof(file), "%s/file one.so", home);
    snprintf(other, sizeof(other), "%s/other.so", home);
    snprintf(stored, sizeof(stored), "%s/millrace/plugins", home);
    put(file, "one");
    put(other, "other");
    setenv("XDG_CACHE_HOME", home, 1);
    cache = cache_open();
}

static void
teardown(void)
{
    pid_t pid;

    cache_close(cache);
    pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", home, (char *)NULL);
        _exit(1);
    }
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* As the next start of the program sees it. */
static void
reopen(void)
{
    cache_close(cache);
    cache = cache_open();
    ck_assert_ptr_nonnull(cache);
}

static size_t
lines_stored(void)
{
    FILE *in = fopen(stored, "r");
    size_t lines = 0;
    int byte;

    ck_assert_ptr_nonnull(in);
    while ((byte = getc(in)) != EOF)
        lines += byte == '\n';
    fclose(in);
    return lines;
}

START_TEST(a_file_that_was_added_is_known_from_then_on)
{
    ck_assert(!cache_has(cache, file));

    cache_add(cache, file);

    ck_assert(cache_has(cache, file));
    reopen();
    ck_assert(cache_has(cache, file));
    ck_assert(!cache_has(cache, other));
}
END_TEST

START_TEST(a_file_is_known_by_any_way_to_it)
{
    char way[96];

    cache_add(cache, file);

    snprintf(way, sizeof(way), "%s/../%s", home, strchr(file + 1, '/') + 1);
    ck_assert(cache_has(cache, way));
}
END_TEST

START_TEST(a_file_that_changed_is_not_known)
{
    cache_add(cache, file);
    reopen();

    put(file, "two");

    ck_assert(!cache_has(cache, file));
    reopen();
    ck_assert(!cache_has(cache, file));
}
END_TEST

START_TEST(a_file_of_the_same_size_in_its_place_is_not_known)
{
    char fresh[64];

    cache_add(cache, file);
    reopen();
    snprintf(fresh, sizeof(fresh), "%s/fresh", home);
    put(fresh, "two");
    ck_assert_int_eq(rename(fresh, file), 0);

    ck_assert(!cache_has(cache, file));
}
END_TEST

START_TEST(what_is_gone_is_forgotten_when_something_new_is_stored)
{
    cache_add(cache, file);
    reopen();
    ck_assert_uint_eq(lines_stored(), 2);
    ck_assert_int_eq(unlink(file), 0);

    cache_add(cache, other);
    reopen();

    ck_assert_uint_eq(lines_stored(), 2);
    ck_assert(cache_has(cache, other));
}
END_TEST

START_TEST(nothing_is_stored_when_nothing_is_new)
{
    reopen();

    ck_assert_int_ne(access(stored, F_OK), 0);
}
END_TEST

START_TEST(a_damaged_cache_is_as_good_as_none)
{
    static const char *const texts[] = { "", "\n", "\n\n\n", "x",
                                         "1 2 3 4 /nowhere\n" };

    cache_add(cache, file);
    reopen();
    put(stored, texts[_i]);
    reopen();

    ck_assert(!cache_has(cache, file));
    cache_add(cache, file);
    reopen();
    ck_assert(cache_has(cache, file));
}
END_TEST

START_TEST(a_cache_that_ends_in_the_middle_of_a_line_is_read_up_to_there)
{
    struct stat info;

    cache_add(cache, file);
    cache_add(cache, other);
    reopen();
    ck_assert_int_eq(stat(stored, &info), 0);
    ck_assert_int_eq(truncate(stored, info.st_size - 1), 0);
    reopen();

    ck_assert(cache_has(cache, file));
    ck_assert(!cache_has(cache, other));
}
END_TEST

START_TEST(without_a_home_there_is_none_and_that_is_fine)
{
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    cache_close(cache);

    cache = cache_open();

    ck_assert_ptr_null(cache);
    cache_add(cache, file);
    ck_assert(!cache_has(cache, file));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("cache");
    TCase *tests = tcase_create("cache");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_file_that_was_added_is_known_from_then_on);
    tcase_add_test(tests, a_file_is_known_by_any_way_to_it);
    tcase_add_test(tests, a_file_that_changed_is_not_known);
    tcase_add_test(tests, a_file_of_the_same_size_in_its_place_is_not_known);
    tcase_add_test(tests,
                   what_is_gone_is_forgotten_when_something_new_is_stored);
    tcase_add_test(tests, nothing_is_stored_when_nothing_is_new);
    tcase_add_loop_test(tests, a_damaged_cache_is_as_good_as_none, 0, 5);
    tcase_add_test(
        tests, a_cache_that_ends_in_the_middle_of_a_line_is_read_up_to_there);
    tcase_add_test(tests, without_a_home_there_is_none_and_that_is_fine);
    suite_add_tcase(suite, tests);
    return suite;
}
