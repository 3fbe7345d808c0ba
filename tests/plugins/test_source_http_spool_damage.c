/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_http_spool_damage - a spool that a crash tore, that the disk
 * damaged, that another version wrote */

#include "suite.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "spool_bench.h"

/* Writes LEN bytes at AT of the first segment, which is closed. */
static void
scribble(off_t at, const char *bytes, size_t len)
{
    int fd = open(file(0, ".spool"), O_WRONLY);

    ck_assert_int_eq(pwrite(fd, bytes, len, at), (ssize_t)len);
    close(fd);
}

static void
is_damaged_at(off_t at)
{
    char says[64];

    ck_assert(!try_open());
    snprintf(says, sizeof(says), "is damaged at byte %ld: restore", (long)at);
    ck_assert_msg(strstr(why, says) != NULL, "no \"%s\" in \"%s\"", says, why);
}

START_TEST(a_torn_end_is_cut_off_wherever_it_tears)
{
    struct stat before;
    struct stat after;

    put(2, NULL);
    ck_assert_int_eq(stat(file(0, ".spool"), &before), 0);
    put(2, NULL);
    ck_assert_int_eq(stat(file(0, ".spool"), &after), 0);
    for (off_t size = before.st_size; size < after.st_size; size++) {
        struct stat cut;

        spool_close(&spool);
        ck_assert_int_eq(truncate(file(0, ".spool"), size), 0);
        opens();
        ck_assert_uint_eq(seen, 1);
        ck_assert_int_eq(spool.torn, size - before.st_size);
        ck_assert_int_eq(stat(file(0, ".spool"), &cut), 0);
        ck_assert_int_eq(cut.st_size, before.st_size);
        gives(0, 2);
        gives_nothing();
        spool_close(&spool);
        /* As it was, so that it can be torn elsewhere. */
        ck_assert(!is_there(2, ".spool") || unlink(file(2, ".spool")) == 0);
        opens();
        unlink(file(2, ".spool"));
        spool_close(&spool);
        ck_assert_int_eq(truncate(file(0, ".spool"), 0), 0);
        opens();
        put(2, NULL);
        put(2, NULL);
    }
}
END_TEST

START_TEST(every_bit_that_turned_over_is_noticed)
{
    struct stat whole;
    off_t second;
    char *bytes;
    int fd;

    put(1, "key");
    second = spool.segments.list[0].size;
    put(1, NULL);
    spool_close(&spool);
    fd = open(file(0, ".spool"), O_RDWR);
    ck_assert_int_eq(fstat(fd, &whole), 0);
    bytes = malloc((size_t)whole.st_size);
    ck_assert_int_eq(read(fd, bytes, (size_t)whole.st_size), whole.st_size);
    for (off_t at = 0; at < whole.st_size; at++) {
        char turned = bytes[at] ^ 4;

        ck_assert_int_eq(pwrite(fd, &turned, 1, at), 1);
        is_damaged_at(at < second ? 0 : second);
        spool_close(&spool);
        ck_assert_int_eq(pwrite(fd, bytes, (size_t)whole.st_size, 0),
                         whole.st_size);
    }
    close(fd);
    free(bytes);
    opens();
    ck_assert_uint_eq(seen, 2);
}
END_TEST

#define SECTOR ((off_t)512)
#define LATER 3

/* Writes one request, and LATER longer ones together behind it; ENDS are where
 * they end in the file. */
static void
put_together(off_t ends[1 + LATER])
{
    struct mill_buffer frames = { 0 };
    uint64_t end = 0;

    spool.segment_size = 1 << 20;
    put(1, NULL);
    ends[0] = spool.segments.list[0].size;
    for (int i = 1; i <= LATER; i++) {
        end = make(&frames, 8, NULL, i == 1 ? ENTRY_BEGINS : 0) + 8;
        ends[i] = ends[0] + (off_t)frames.len;
    }
    store(&frames, end, false);
}

/* Puts zeros for what is in the sector of AT, from AT to END; returns where the
 * next begins.  The spool is closed. */
static off_t
lose_sector(off_t at, off_t end)
{
    static const char nothing[SECTOR];
    off_t next = at / SECTOR * SECTOR + SECTOR;

    scribble(at, nothing, (size_t)((next < end ? next : end) - at));
    return next;
}

/* A crash may leave what came later in a write, and not what came before. */
START_TEST(a_write_that_tore_in_any_sector_is_cut_off)
{
    off_t ends[1 + LATER];
    off_t next;

    put_together(ends);
    for (off_t at = ends[0]; at < ends[LATER]; at = next) {
        size_t before = 1;

        spool_close(&spool);
        next = lose_sector(at, ends[LATER]);
        opens();
        while (ends[before] <= at)
            before++;
        ck_assert_uint_eq(seen, before);
        ck_assert_int_eq(spool.torn, ends[LATER] - ends[before - 1]);
        spool_bench_teardown();
        spool_bench_setup();
        put_together(ends);
    }
}
END_TEST

START_TEST(a_sector_that_was_lost_before_a_later_write_is_no_torn_end)
{
    off_t ends[1 + LATER];
    off_t next;

    put_together(ends);
    put(1, NULL);
    for (off_t at = 0; at < ends[LATER]; at = next) {
        size_t before = 0;

        spool_close(&spool);
        next = lose_sector(at, ends[LATER]);
        while (ends[before] <= at)
            before++;
        is_damaged_at(before > 0 ? ends[before - 1] : 0);
        spool_bench_teardown();
        spool_bench_setup();
        put_together(ends);
        put(1, NULL);
    }
}
END_TEST

START_TEST(numbers_that_go_back_are_damage)
{
    off_t first;

    spool.segment_size = 1 << 20;
    put(1, NULL);
    first = spool.segments.list[0].size;
    spool.next = 0;
    put(1, NULL);
    spool_close(&spool);
    is_damaged_at(first);
}
END_TEST

START_TEST(damage_that_is_no_torn_end_is_an_error)
{
    char turned = 'x';
    int fd;

    for (int i = 0; i < 20; i++)
        put(2, NULL);
    spool_close(&spool);
    fd = open(file(0, ".spool"), O_WRONLY);
    ck_assert_int_eq(pwrite(fd, &turned, 1, 100), 1);
    ck_assert(!try_open());
    ck_assert_ptr_nonnull(strstr(why, "00000000000000000000.spool is damaged"));
    close(fd);
}
END_TEST

START_TEST(damage_while_it_runs_is_noticed)
{
    struct entry entry;
    char turned = 'x';
    int fd;

    put(2, NULL);
    fd = open(file(0, ".spool"), O_WRONLY);
    ck_assert_int_eq(pwrite(fd, &turned, 1, 100), 1);
    close(fd);
    ck_assert_int_eq(spool_next(&spool, &entry), ENTRY_DAMAGED);
}
END_TEST

START_TEST(keys_of_a_damaged_file_are_told_to_be_lost)
{
    uint64_t second;

    for (int i = 0; i < 20; i++)
        put(2, "key");
    second = spool.segments.list[1].first;
    for (int i = 0; i < 20; i++)
        gives(2 * (uint64_t)i, 2);
    scribble(spool.segments.list[0].size - 1, "x", 1);
    done(second, true, 100);
    ck_assert_uint_eq(spool.lost_keys, 1);
    ck_assert(!is_there(0, ".spool") && is_there(0, ".keys"));
    reopen();
    ck_assert_uint_gt(seen_keys, 0);
}
END_TEST

/* An entry as the first format had it. */
START_TEST(a_spool_of_the_first_format_is_refused_and_left_as_it_is)
{
    static const char *const suffixes[] = { ".spool", ".keys" };
    unsigned char entry[] = {
        41, 0, 0, 0, 0, 0, 0, 0, [8 + 20] = 1, [8 + 24] = 1, [8 + 40] = 't'
    };
    uint32_t check = (uint32_t)crc32_z(0, entry + 8, 41);

    memcpy(entry + 4, &check, sizeof(check));
    for (size_t i = 0; i < 2; i++) {
        struct stat after;
        int fd;

        spool_close(&spool);
        fd = open(file(0, suffixes[i]), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ck_assert_int_eq(write(fd, entry, sizeof(entry)), sizeof(entry));
        close(fd);
        ck_assert(!try_open());
        ck_assert_ptr_nonnull(strstr(why, suffixes[i]));
        ck_assert_ptr_nonnull(strstr(why, "was written by another version"));
        ck_assert_ptr_nonnull(strstr(why, "let that one deliver what it"));
        ck_assert_int_eq(stat(file(0, suffixes[i]), &after), 0);
        ck_assert_int_eq(after.st_size, sizeof(entry));
        unlink(file(0, suffixes[i]));
    }
}
END_TEST

START_TEST(what_another_version_wrote_is_left_alone)
{
    struct mill_buffer frame = { 0 };
    struct stat before;
    struct stat after;

    put(1, NULL);
    make(&frame, 1, NULL, ENTRY_BEGINS | 1u << 31);
    store(&frame, 2, false);
    spool_close(&spool);
    ck_assert_int_eq(stat(file(0, ".spool"), &before), 0);
    ck_assert(!try_open());
    ck_assert_ptr_nonnull(strstr(why, "was written by another version"));
    ck_assert_int_eq(stat(file(0, ".spool"), &after), 0);
    ck_assert_int_eq(before.st_size, after.st_size);
}
END_TEST

Suite *
suite(void)
{
    Suite *all = suite_create("source http: spool, damaged");
    TCase *tests = tcase_create("spool");

    tcase_add_checked_fixture(tests, spool_bench_setup, spool_bench_teardown);
    tcase_add_test(tests, a_torn_end_is_cut_off_wherever_it_tears);
    tcase_add_test(tests, every_bit_that_turned_over_is_noticed);
    tcase_add_test(tests, a_write_that_tore_in_any_sector_is_cut_off);
    tcase_add_test(tests,
                   a_sector_that_was_lost_before_a_later_write_is_no_torn_end);
    tcase_add_test(tests, numbers_that_go_back_are_damage);
    tcase_add_test(tests, damage_that_is_no_torn_end_is_an_error);
    tcase_add_test(tests, damage_while_it_runs_is_noticed);
    tcase_add_test(tests, keys_of_a_damaged_file_are_told_to_be_lost);
    tcase_add_test(tests,
                   a_spool_of_the_first_format_is_refused_and_left_as_it_is);
    tcase_add_test(tests, what_another_version_wrote_is_left_alone);
    suite_add_tcase(all, tests);
    return all;
}
