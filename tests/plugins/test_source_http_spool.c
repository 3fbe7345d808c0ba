/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_http_spool - requests on disk, torn ends, damage, letting go */

#include "suite.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../plugins/sources/http/spool.h"

static char folder[40];
static char path[80];
static char why[512];
static struct spool spool;
static size_t seen;
static size_t seen_keys;
static uint64_t seen_last;

static bool
visit(void *arg, const struct entry *entry)
{
    (void)arg;
    seen++;
    seen_keys += entry->key.data != NULL;
    seen_last = entry->first;
    return true;
}

static bool
try_open(void)
{
    spool = (struct spool){ .segment_size = 400, .window_s = 60 };
    seen = 0;
    seen_keys = 0;
    return spool_open(&spool, path, 0, visit, NULL, why, sizeof(why));
}

static void
opens(void)
{
    ck_assert_msg(try_open(), "%s", why);
}

static void
reopen(void)
{
    spool_close(&spool);
    opens();
}

static void
setup(void)
{
    snprintf(folder, sizeof(folder), "/tmp/millrace-spool-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/spool", folder);
    opens();
}

static void
teardown(void)
{
    char command[128];

    spool_close(&spool);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    FILE *run = popen(command, "r");

    ck_assert_ptr_nonnull(run);
    pclose(run);
}

/* Makes the frame of a request of COUNT records, each holding 40 bytes. */
static uint64_t
make(struct mill_buffer *to, size_t count, const char *key, uint32_t flags)
{
    struct record records[8];
    struct entry entry = {
        .first = spool_number(&spool, count),
        .came = 100,
        .flags = flags,
        .total = (uint32_t)count,
        .topic = { "topic", 5 },
        .key = { key, key ? strlen(key) : 0 },
        .records = records,
        .count = count,
    };

    for (size_t i = 0; i < count; i++)
        records[i] = (struct record){
            .index = (uint32_t)i,
            .partition = (int32_t)i - 1,
            .format = MILL_JSON,
            .key = { i == 0 ? "k" : NULL, i == 0 },
            .value = { "[12345678901234567890123456789012345678]", 40 },
        };
    entry_write(to, &entry);
    return entry.first;
}

/* Writes FRAMES, up to number END, and frees them. */
static void
store(struct mill_buffer *frames, uint64_t end, bool keyed)
{
    struct mill_bytes data = { frames->data, frames->len };

    ck_assert_int_eq(spool_write(&spool, data), SPOOL_WRITTEN);
    spool_publish(&spool, frames->len, end, keyed, 100);
    mill_buffer_finish(frames);
}

/* Writes one request. */
static uint64_t
put(size_t count, const char *key)
{
    struct mill_buffer frame = { 0 };
    uint64_t first = make(&frame, count, key, ENTRY_BEGINS);

    store(&frame, first + count, key != NULL);
    return first;
}

static void
gives(uint64_t first, size_t count)
{
    struct entry entry;

    ck_assert_int_eq(spool_next(&spool, &entry), ENTRY_READ);
    ck_assert_uint_eq(entry.first, first);
    ck_assert_uint_eq(entry.total, count);
    ck_assert_uint_eq(entry.count, count);
    ck_assert_uint_eq(entry.topic.len, 5);
    ck_assert_mem_eq(entry.topic.data, "topic", 5);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(entry.records[i].index, i);
        ck_assert_int_eq(entry.records[i].partition, (int)i - 1);
        ck_assert_uint_eq(entry.records[i].value.len, 40);
        ck_assert_int_eq(entry.records[i].key.data != NULL, i == 0);
    }
}

static void
gives_nothing(void)
{
    struct entry entry;

    ck_assert_int_eq(spool_next(&spool, &entry), ENTRY_SHORT);
}

static bool
keep(void *arg, const struct entry *entry)
{
    (void)entry;
    return *(bool *)arg;
}

static void
done(uint64_t upto, bool keeps, int64_t now_s)
{
    ck_assert(spool_done(&spool, upto, keep, &keeps, now_s));
}

static const char *
file(uint64_t first, const char *suffix)
{
    static char name[128];

    snprintf(name, sizeof(name), "%s/%020lu%s", path, (unsigned long)first,
             suffix);
    return name;
}

static bool
is_there(uint64_t first, const char *suffix)
{
    return access(file(first, suffix), F_OK) == 0;
}

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

/* Only where the length of the first is wrong can't it be told from a torn end.
 */
static void
notices(off_t at, off_t second)
{
    bool opened = try_open();

    if (at >= (off_t)sizeof(uint32_t) && at < second) {
        ck_assert(!opened);
        ck_assert_ptr_nonnull(strstr(why, "is damaged at byte 0: restore"));
        return;
    }
    ck_assert_msg(opened, "%s", why);
    ck_assert_uint_eq(seen, at < second ? 0 : 1);
    ck_assert_int_gt(spool.torn, 0);
}

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
        notices(at, second);
        spool_close(&spool);
        unlink(file(1, ".spool"));
        unlink(file(2, ".spool"));
        ck_assert_int_eq(pwrite(fd, bytes, (size_t)whole.st_size, 0),
                         whole.st_size);
    }
    close(fd);
    free(bytes);
    opens();
    ck_assert_uint_eq(seen, 2);
}
END_TEST

/* A crash may leave what came later in a write, and not what came before. */
START_TEST(a_write_that_tore_in_its_middle_is_cut_off)
{
    struct mill_buffer frames = { 0 };
    off_t first;
    char turned = 'x';
    int fd;

    put(1, NULL);
    first = spool.segments.list[0].size;
    make(&frames, 1, NULL, ENTRY_BEGINS);
    make(&frames, 1, NULL, 0);
    store(&frames, 3, false);
    spool_close(&spool);
    fd = open(file(0, ".spool"), O_WRONLY);
    ck_assert_int_eq(pwrite(fd, &turned, 1, first + 40), 1);
    close(fd);
    opens();
    ck_assert_uint_eq(seen, 1);
    ck_assert_int_gt(spool.torn, first);
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

    ck_assert(!spool_open(&second, path, 0, visit, NULL, why, sizeof(why)));
    ck_assert_ptr_nonnull(strstr(why, "in use by another process"));
    spool_close(&second);
    second = (struct spool){ .segment_size = 400 };
    ck_assert(
        !spool_open(&second, "/proc/none/x", 0, visit, NULL, why, sizeof(why)));
    ck_assert_ptr_nonnull(strstr(why, "/proc/none/x"));
    spool_close(&second);
}
END_TEST

START_TEST(numbers_begin_where_the_pipeline_stood)
{
    spool_close(&spool);
    spool = (struct spool){ .segment_size = 400 };
    ck_assert(spool_open(&spool, path, 500, visit, NULL, why, sizeof(why)));
    ck_assert_uint_eq(put(1, NULL), 500);
}
END_TEST

Suite *
suite(void)
{
    Suite *all = suite_create("source http: spool");
    TCase *tests = tcase_create("spool");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests,
                   what_is_written_is_read_and_read_again_after_a_restart);
    tcase_add_test(tests,
                   a_full_segment_is_followed_by_another_and_goes_when_settled);
    tcase_add_test(tests, numbers_never_come_twice);
    tcase_add_test(tests, a_torn_end_is_cut_off_wherever_it_tears);
    tcase_add_test(tests, every_bit_that_turned_over_is_noticed);
    tcase_add_test(tests, a_write_that_tore_in_its_middle_is_cut_off);
    tcase_add_test(tests, what_another_version_wrote_is_left_alone);
    tcase_add_test(tests, damage_that_is_no_torn_end_is_an_error);
    tcase_add_test(tests, damage_while_it_runs_is_noticed);
    tcase_add_test(tests, keys_outlive_their_segment_as_long_as_they_have_to);
    tcase_add_test(tests, keys_that_nobody_needs_go_with_their_segment);
    tcase_add_test(tests, what_a_crash_left_half_made_goes);
    tcase_add_test(tests, a_folder_is_one_process_s);
    tcase_add_test(tests, numbers_begin_where_the_pipeline_stood);
    suite_add_tcase(all, tests);
    return all;
}
