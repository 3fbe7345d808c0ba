/* SPDX-License-Identifier: Apache-2.0 */

/* test_common_idempotency - the keys that name a request's records */

#include "idempotency.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define ROWS_MOST 4096

static struct mill_buffer key;
static struct idempotency_row rows[ROWS_MOST];
static size_t count;

static void
setup(void)
{
    count = 0;
}

static void
teardown(void)
{
    mill_buffer_finish(&key);
}

/* Reads "17 18 30:1" into rows. */
static void
set_rows(const char *text)
{
    for (count = 0; *text; count++) {
        char *end;

        rows[count].position = strtoull(text, &end, 10);
        rows[count].ordinal = 0;
        if (*end == ':')
            rows[count].ordinal = (uint32_t)strtoul(end + 1, &end, 10);
        text = *end ? end + 1 : end;
    }
}

/* The rows as a key. */
static const char *
written(void)
{
    struct idempotency_writer writer = { 0 };

    mill_buffer_finish(&key);
    idempotency_add_scope(&key, "s");
    for (size_t i = 0; i < count; i++)
        idempotency_add(&writer, &key, rows[i]);
    idempotency_end(&writer, &key);
    return mill_buffer_text(&key);
}

/* TEXT is read as the rows, no more and no fewer. */
static void
reads_as_rows(const char *text)
{
    struct idempotency_reader reader;
    struct idempotency_row row;
    size_t scope_len;

    ck_assert(idempotency_read(&reader, text, &scope_len));
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(idempotency_next(&reader, &row), IDEMPOTENCY_ROW);
        ck_assert_uint_eq(row.position, rows[i].position);
        ck_assert_uint_eq(row.ordinal, rows[i].ordinal);
    }
    ck_assert_int_eq(idempotency_next(&reader, &row), IDEMPOTENCY_END);
    ck_assert_int_eq(idempotency_next(&reader, &row), IDEMPOTENCY_END);
}

/* The rows of TEXT are written as RECORDS, which are read as the same rows. */
static void
goes_both_ways(const char *text, const char *records)
{
    set_rows(text);
    ck_assert_str_eq(written() + strlen("s/"), records);
    reads_as_rows(mill_buffer_text(&key));
}

START_TEST(rows_that_follow_each_other_are_a_run)
{
    goes_both_ways("0", "0");
    goes_both_ways("17", "17");
    goes_both_ways("17 18 19", "17+2");
    goes_both_ways("17 18 19 25 30 31", "17+2,6,5+1");
    goes_both_ways("0 2 4", "0,2,2");
}
END_TEST

START_TEST(rows_of_one_position_are_told_apart)
{
    goes_both_ways("30:1", "30:1");
    goes_both_ways("30 30:1 30:2", "30:0+2");
    goes_both_ways("30 30:2", "30,0:2");
    goes_both_ways("29 30 30:1 31", "29+1,0:1,1");
    goes_both_ways("30:1 31 31:1", "30:1,1:0+1");
    goes_both_ways("30:4 30:5 31:6", "30:4+1,1:6");
}
END_TEST

START_TEST(the_largest_numbers_go_through)
{
    goes_both_ways("18446744073709551614 18446744073709551615",
                   "18446744073709551614+1");
    goes_both_ways("0 18446744073709551615", "0,18446744073709551615");
    goes_both_ways("1:4294967294 1:4294967295", "1:4294967294+1");
}
END_TEST

START_TEST(any_rows_go_through)
{
    for (unsigned seed = 0; seed < 2000; seed++) {
        unsigned state = seed;
        struct idempotency_row row = { 0 };

        count = 1 + (size_t)rand_r(&state) % 50;
        for (size_t i = 0; i < count; i++) {
            unsigned step = (unsigned)rand_r(&state) % 4;

            if (step == 0)
                row.ordinal += 1 + (unsigned)rand_r(&state) % 2;
            else
                row = (struct idempotency_row){
                    row.position + (step == 3 ? 7 : 1), rand_r(&state) % 8 == 0
                };
            rows[i] = row;
        }
        reads_as_rows(written());
    }
}
END_TEST

START_TEST(what_is_not_written_yet_has_room)
{
    struct idempotency_writer writer = { 0 };
    size_t len;

    idempotency_add(&writer, &key,
                    (struct idempotency_row){ UINT64_MAX, UINT32_MAX - 1 });
    idempotency_add(&writer, &key,
                    (struct idempotency_row){ UINT64_MAX, UINT32_MAX });
    len = key.len;
    idempotency_end(&writer, &key);
    ck_assert_uint_le(key.len - len, IDEMPOTENCY_RUN_ROOM);
}
END_TEST

START_TEST(a_scope_is_one_word_of_a_header)
{
    idempotency_add_scope(&key, "a b\r\n\xC3\xA9\"");
    idempotency_add_scope(&key, "x/y%2Fz");
    ck_assert_str_eq(mill_buffer_text(&key), "a%20b%0D%0A%C3%A9%22/x/y%2Fz/");
}
END_TEST

START_TEST(the_scope_is_what_stands_before_the_last_slash)
{
    struct idempotency_reader reader;
    size_t len;

    ck_assert(idempotency_read(&reader, "a/b/c/17", &len));
    ck_assert_uint_eq(len, 5);
    ck_assert(!idempotency_read(&reader, "17", &len));
    ck_assert(!idempotency_read(&reader, "/17", &len));
    ck_assert(!idempotency_read(&reader, "a/", &len));
    ck_assert(!idempotency_read(&reader, "", &len));
}
END_TEST

START_TEST(what_breaks_the_rules_is_bad)
{
    static const char *const bad[] = {
        "s/x",
        "s/-1",
        "s/ 1",
        "s/1 ",
        "s/01",
        "s/1,",
        "s/,1",
        "s/1,,2",
        "s/1+",
        "s/1:",
        "s/1:+1",
        "s/1:0,0:0",
        "s/1,0",
        "s/1:2,0:1",
        "s/1+1,0",
        "s/18446744073709551616",
        "s/18446744073709551615+1",
        "s/1,18446744073709551615",
        "s/1:4294967296",
        "s/1:4294967295+1",
        "s/99999999999999999999999",
        "s/1;2",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct idempotency_reader reader;
        struct idempotency_row row;
        enum idempotency_step step = IDEMPOTENCY_ROW;
        size_t len;

        ck_assert(idempotency_read(&reader, bad[i], &len));
        for (int n = 0; n < 5 && step == IDEMPOTENCY_ROW; n++)
            step = idempotency_next(&reader, &row);
        ck_assert_msg(step == IDEMPOTENCY_BAD, "%s", bad[i]);
        ck_assert_int_eq(idempotency_next(&reader, &row), IDEMPOTENCY_BAD);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("idempotency");
    TCase *tests = tcase_create("idempotency");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, rows_that_follow_each_other_are_a_run);
    tcase_add_test(tests, rows_of_one_position_are_told_apart);
    tcase_add_test(tests, the_largest_numbers_go_through);
    tcase_add_test(tests, any_rows_go_through);
    tcase_add_test(tests, what_is_not_written_yet_has_room);
    tcase_add_test(tests, a_scope_is_one_word_of_a_header);
    tcase_add_test(tests, the_scope_is_what_stands_before_the_last_slash);
    tcase_add_test(tests, what_breaks_the_rules_is_bad);
    suite_add_tcase(suite, tests);
    return suite;
}
