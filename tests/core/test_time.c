/* SPDX-License-Identifier: Apache-2.0 */

/* test_time - timestamps read and written */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <millrace/batch.h>

#include "suite.h"

#define SECOND INT64_C(1000000)

struct reading {
    const char *text;
    int64_t seconds;
    int64_t micros;
};

/* Seconds by Python's datetime. */
static const struct reading readings[] = {
    { "1970-01-01 00:00:00", 0, 0 },
    { "1970-01-01", 0, 0 },
    { "1970-01-01T00:00:01", 1, 0 },
    { "1970-01-01 00:00:00Z", 0, 0 },
    { "2020-08-28 03:52:47", 1598586767, 0 },
    { "2020-08-28T03:52:47", 1598586767, 0 },
    { "2020-08-28T03:52:47Z", 1598586767, 0 },
    { "2020-08-28T03:52:47.000+0000", 1598586767, 0 },
    { "2020-08-28T03:52:47+02:00", 1598586767 - 7200, 0 },
    { "2020-08-28T03:52:47-0530", 1598586767 + 19800, 0 },
    { "2020-08-28 03:52:47.5", 1598586767, 500000 },
    { "2020-08-28 03:52:47.000001", 1598586767, 1 },
    { "2020-08-28 03:52:47.123456Z", 1598586767, 123456 },
    { "1969-12-31 23:59:59", -1, 0 },
    { "1969-12-31 23:59:59.999999", -1, 999999 },
    { "0001-01-01", -62135596800, 0 },
    { "0001-01-01 00:00:00", -62135596800, 0 },
    { "9999-12-31 23:59:59.999999", 253402300799, 999999 },
    { "2000-02-29", 951782400, 0 },
    { "1900-02-28", -2203977600, 0 },
    { "2024-02-29 12:00:00", 1709208000, 0 },
    { "1582-10-10", -12219724800, 0 },
};

START_TEST(each_spelling_is_read)
{
    const struct reading *reading = &readings[_i];
    int64_t micros = 0;

    ck_assert(
        mill_timestamp_parse(reading->text, strlen(reading->text), &micros));
    ck_assert_int_eq(micros, reading->seconds * SECOND + reading->micros);
}
END_TEST

static const char *const nonsense[] = {
    "",
    "2020",
    "2020-08",
    "2020-08-2",
    "20-08-28",
    "2020-8-28",
    "2020/08/28",
    "2020-13-01",
    "2020-00-01",
    "2020-01-00",
    "2020-04-31",
    "2019-02-29",
    "1900-02-29",
    "2100-02-29",
    "0000-01-01",
    "+2020-01-01",
    "-2020-01-01",
    "2020-08-28 ",
    "2020-08-28T",
    "2020-08-28Z",
    "2020-08-28 03",
    "2020-08-28 03:52",
    "2020-08-28 3:52:47",
    "2020-08-28 03:52:4",
    "2020-08-28 24:00:00",
    "2020-08-28 03:60:47",
    "2020-08-28 23:59:60",
    "2020-08-28 03:52:47.",
    "2020-08-28 03:52:47.1234567",
    "2020-08-28 03:52:47,5",
    "2020-08-28 03:52:47z",
    "2020-08-28t03:52:47",
    "2020-08-28  03:52:47",
    "2020-08-28 03:52:47 Z",
    "2020-08-28 03:52:47+2",
    "2020-08-28 03:52:47+02",
    "2020-08-28 03:52:47+02:0",
    "2020-08-28 03:52:47+24:00",
    "2020-08-28 03:52:47+02:60",
    "2020-08-28 03:52:47Zulu",
    " 2020-08-28 03:52:47",
    "2020-08-28 03:52:47 ",
    "2020-08-28 03:52:4x",
    "0001-01-01 00:00:00+00:01",
    "9999-12-31 23:59:59-00:01",
    "User Info Error",
};

START_TEST(what_is_no_timestamp_is_refused)
{
    int64_t micros = 42;

    ck_assert_msg(
        !mill_timestamp_parse(nonsense[_i], strlen(nonsense[_i]), &micros),
        "\"%s\" was taken", nonsense[_i]);
    ck_assert_int_eq(micros, 42);
}
END_TEST

START_TEST(a_text_ends_where_its_length_says)
{
    const char *text = "2020-08-28 03:52:47.123456";
    int64_t micros;

    ck_assert(mill_timestamp_parse(text, 10, &micros));
    ck_assert(mill_timestamp_parse(text, 19, &micros));
    ck_assert_int_eq(micros, 1598586767 * SECOND);
    ck_assert(!mill_timestamp_parse(text, 18, &micros));
    ck_assert(!mill_timestamp_parse(text, 20, &micros));
}
END_TEST

static const char *
printed(int64_t micros, char separator)
{
    static char text[MILL_TIMESTAMP_ROOM];
    size_t len = mill_timestamp_print(text, micros, separator);

    ck_assert_uint_lt(len, MILL_TIMESTAMP_ROOM);
    text[len] = '\0';
    return text;
}

START_TEST(it_is_written_as_it_is_read)
{
    ck_assert_str_eq(printed(1598586767 * SECOND, ' '), "2020-08-28 03:52:47");
    ck_assert_str_eq(printed(1598586767 * SECOND, 'T'), "2020-08-28T03:52:47");
    ck_assert_str_eq(printed(0, ' '), "1970-01-01 00:00:00");
    ck_assert_str_eq(printed(1, ' '), "1970-01-01 00:00:00.000001");
    ck_assert_str_eq(printed(-1, ' '), "1969-12-31 23:59:59.999999");
    ck_assert_str_eq(printed(500000, 'T'), "1970-01-01T00:00:00.500000");
    ck_assert_str_eq(printed(INT64_C(-62135596800) * SECOND, ' '),
                     "0001-01-01 00:00:00");
    ck_assert_str_eq(printed(INT64_C(253402300800) * SECOND - 1, ' '),
                     "9999-12-31 23:59:59.999999");
}
END_TEST

START_TEST(what_no_year_of_four_digits_holds_has_six)
{
    ck_assert_str_eq(printed(INT64_C(253402300800) * SECOND, ' '),
                     "010000-01-01 00:00:00");
    ck_assert_str_eq(printed(INT64_MAX, ' '), "294247-01-10 04:00:54.775807");
    ck_assert_str_eq(printed(INT64_MIN, ' '), "-290308-12-21 19:59:05.224192");
}
END_TEST

/* No assertion a day: Check takes its time over each. */
START_TEST(every_day_of_ten_thousand_years_comes_back)
{
    char text[MILL_TIMESTAMP_ROOM];

    for (int64_t day = -719162; day < 2932897; day++) {
        int64_t micros = day * 86400 * SECOND;
        size_t len = mill_timestamp_print(text, micros, ' ');
        int64_t back;

        if (!mill_timestamp_parse(text, len, &back) || back != micros)
            ck_abort_msg("day %lld is %.*s", (long long)day, (int)len, text);
    }
}
END_TEST

START_TEST(the_calendar_is_that_of_libc)
{
    for (int64_t day = -719162; day < 2932897; day += 173) {
        time_t seconds = (time_t)(day * 86400 + 86399);
        struct tm tm;
        char text[64];

        ck_assert_ptr_nonnull(gmtime_r(&seconds, &tm));
        snprintf(text, sizeof(text), "%04d-%02d-%02d 23:59:59",
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
        ck_assert_str_eq(printed(seconds * SECOND, ' '), text);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("time");
    TCase *tests = tcase_create("time");

    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, each_spelling_is_read, 0,
                        sizeof(readings) / sizeof(readings[0]));
    tcase_add_loop_test(tests, what_is_no_timestamp_is_refused, 0,
                        sizeof(nonsense) / sizeof(nonsense[0]));
    tcase_add_test(tests, a_text_ends_where_its_length_says);
    tcase_add_test(tests, it_is_written_as_it_is_read);
    tcase_add_test(tests, what_no_year_of_four_digits_holds_has_six);
    tcase_add_test(tests, every_day_of_ten_thousand_years_comes_back);
    tcase_add_test(tests, the_calendar_is_that_of_libc);
    suite_add_tcase(suite, tests);
    return suite;
}
