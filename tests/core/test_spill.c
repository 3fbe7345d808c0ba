/* SPDX-License-Identifier: Apache-2.0 */

/* Tests of bus/spill.h. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/spill.h"
#include "suite.h"

#define MIB ((size_t)1024 * 1024)

static char folder[32];
static struct spill spill;

static void
setup(void)
{
    snprintf(folder, sizeof(folder), "/tmp/spill-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert(spill_open(&spill, folder));
}

static void
teardown(void)
{
    spill_close(&spill);
    rmdir(folder);
}

static struct slot
put(const char *text)
{
    struct slot slot;

    ck_assert(spill_put(&spill, text, strlen(text), &slot));
    return slot;
}

static void
expect(const struct slot *slot, const char *text)
{
    char got[64] = "";

    ck_assert_uint_eq(slot->len, strlen(text));
    ck_assert(spill_get(&spill, slot, got));
    ck_assert_str_eq(got, text);
}

static uint64_t
disk_bytes(void)
{
    struct stat file;

    ck_assert_int_eq(fstat(spill.fd, &file), 0);
    return (uint64_t)file.st_blocks * 512;
}

START_TEST(pieces_come_back_as_they_went)
{
    struct slot one = put("one");
    struct slot two = put("two and more");

    expect(&one, "one");
    expect(&two, "two and more");
    expect(&one, "one");
}
END_TEST

START_TEST(the_file_begins_anew_after_the_last_piece)
{
    struct slot one = put("one");
    struct slot two = put("two");

    spill_drop(&spill, &one);
    ck_assert_uint_gt(spill.end, 0);
    spill_drop(&spill, &two);
    ck_assert_uint_eq(spill.end, 0);
    ck_assert_uint_eq(disk_bytes(), 0);

    struct slot three = put("three");

    ck_assert_uint_eq(three.at, 0);
    expect(&three, "three");
}
END_TEST

/* A sink that never quite keeps up would fill the disk otherwise. */
START_TEST(room_is_given_back_while_pieces_are_left)
{
    char *data = calloc(1, MIB);
    struct slot slots[64];

    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < 64; i++) {
        memset(data, (int)i, MIB);
        ck_assert(spill_put(&spill, data, MIB, &slots[i]));
    }
    ck_assert_uint_ge(disk_bytes(), 60 * MIB);
    for (size_t i = 0; i < 48; i++)
        spill_drop(&spill, &slots[i]);
    ck_assert_uint_le(disk_bytes(), 20 * MIB);
    for (size_t i = 48; i < 64; i++) {
        ck_assert(spill_get(&spill, &slots[i], data));
        ck_assert_int_eq(data[0], (char)i);
        ck_assert_int_eq(data[MIB - 1], (char)i);
    }
    free(data);
}
END_TEST

START_TEST(the_folder_shows_nothing_of_it)
{
    put("something");
    ck_assert_int_eq(rmdir(folder), 0);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_told)
{
    struct spill other;

    ck_assert(!spill_open(&other, "/nowhere/at/all"));
    ck_assert_int_eq(errno, ENOENT);
    spill_close(&other);
}
END_TEST

START_TEST(a_write_that_fails_leaves_what_was_there)
{
    struct rlimit small = { 4096, RLIM_INFINITY };
    struct slot one = put("one");
    struct slot slot;
    char *data = calloc(1, MIB);

    ck_assert_ptr_nonnull(data);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    ck_assert(!spill_put(&spill, data, MIB, &slot));
    ck_assert_int_eq(errno, EFBIG);

    struct slot two = put("two");

    expect(&one, "one");
    expect(&two, "two");
    free(data);
}
END_TEST

START_TEST(a_file_that_is_too_short_is_told)
{
    struct slot one = put("one");
    char got[8];

    ck_assert_int_eq(ftruncate(spill.fd, 1), 0);
    errno = EIO;
    ck_assert(!spill_get(&spill, &one, got));
    ck_assert_int_eq(errno, 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("spill");
    TCase *tests = tcase_create("spill");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, pieces_come_back_as_they_went);
    tcase_add_test(tests, the_file_begins_anew_after_the_last_piece);
    tcase_add_test(tests, room_is_given_back_while_pieces_are_left);
    tcase_add_test(tests, the_folder_shows_nothing_of_it);
    tcase_add_test(tests, a_folder_that_is_not_there_is_told);
    tcase_add_test(tests, a_write_that_fails_leaves_what_was_there);
    tcase_add_test(tests, a_file_that_is_too_short_is_told);
    suite_add_tcase(suite, tests);
    return suite;
}
