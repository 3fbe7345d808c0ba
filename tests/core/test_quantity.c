/* SPDX-License-Identifier: Apache-2.0 */

#include "plugin/quantity.h"
#include "suite.h"

START_TEST(sizes_are_read_exactly)
{
    static const struct {
        const char *text;
        int64_t bytes; /* -1: none */
    } cases[] = {
        { "0", 0 },
        { "512", 512 },
        { "1B", 1 },
        { "1KB", 1000 },
        { "1kB", 1000 },
        { "1KiB", 1024 },
        { "1.5 MiB", 1572864 },
        { "2GB", INT64_C(2000000000) },
        { "2GiB", INT64_C(2147483648) },
        { "1TB", INT64_C(1000000000000) },
        { "9223372036854775807", INT64_MAX },
        { "8388607TiB", INT64_C(8388607) << 40 },
        { "9223372036854775808", -1 },
        { "8388608TiB", -1 },
        { "", -1 },
        { "KiB", -1 },
        { "1 ", -1 },
        { "1KIB", -1 },
        { "1K", -1 },
        { "-1", -1 },
        { "+1", -1 },
        { "1.KiB", -1 },
        { "1KiB2", -1 },
        { "0x10", -1 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t bytes = -1;

        ck_assert_msg(quantity_size(cases[i].text, &bytes)
                          == (cases[i].bytes >= 0),
                      "%s", cases[i].text);
        ck_assert_int_eq(bytes, cases[i].bytes);
    }
}
END_TEST

START_TEST(durations_are_read_exactly)
{
    static const struct {
        const char *text;
        int64_t ns; /* -1: none */
    } cases[] = {
        { "0", 0 },
        { "0s", 0 },
        { "1ns", 1 },
        { "1us", 1000 },
        { "250ms", 250000000 },
        { "1.5s", 1500000000 },
        { "0.000000001s", 1 },
        { "1m", INT64_C(60000000000) },
        { "1h30m", INT64_C(5400000000000) },
        { "1h 30m", INT64_C(5400000000000) },
        { "2 d", INT64_C(172800000000000) },
        { "106751d", INT64_C(106751) * 86400 * 1000000000 },
        { "106752d", -1 },
        { "5", -1 },
        { "", -1 },
        { "s", -1 },
        { "-1s", -1 },
        { "1s ", -1 },
        { "1 week", -1 },
        { "1hm", -1 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ns = -1;

        ck_assert_msg(quantity_duration(cases[i].text, &ns)
                          == (cases[i].ns >= 0),
                      "%s", cases[i].text);
        ck_assert_int_eq(ns, cases[i].ns);
    }
}
END_TEST

START_TEST(what_is_printed_reads_back_the_same)
{
    static const int64_t numbers[] = {
        0, 1, 999, 1000, 1024, 1500, 65536, 1000000, INT64_MAX, 86400000000000
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct mill_buffer text = { 0 };
        int64_t number = -1;

        quantity_print_size(&text, numbers[i]);
        ck_assert(quantity_size(mill_buffer_text(&text), &number));
        ck_assert_int_eq(number, numbers[i]);
        mill_buffer_finish(&text);
        quantity_print_duration(&text, numbers[i]);
        ck_assert(quantity_duration(mill_buffer_text(&text), &number));
        ck_assert_int_eq(number, numbers[i]);
        mill_buffer_finish(&text);
    }
}
END_TEST

START_TEST(numbers_have_to_fit)
{
    int64_t integer;
    double real;

    ck_assert(quantity_int("-9223372036854775808", &integer));
    ck_assert(integer == INT64_MIN);
    ck_assert(!quantity_int("9223372036854775808", &integer));
    ck_assert(!quantity_int("", &integer));
    ck_assert(!quantity_int("1.0", &integer));
    ck_assert(!quantity_int(" 1", &integer));
    ck_assert(!quantity_float("1e999", &real));
    ck_assert(!quantity_float("nan", &real));
    ck_assert(!quantity_float("0x1p3", &real));
    ck_assert(!quantity_float("", &real));
    ck_assert(!quantity_float(".", &real));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("quantity");
    TCase *tests = tcase_create("quantity");

    tcase_add_test(tests, sizes_are_read_exactly);
    tcase_add_test(tests, durations_are_read_exactly);
    tcase_add_test(tests, what_is_printed_reads_back_the_same);
    tcase_add_test(tests, numbers_have_to_fit);
    suite_add_tcase(suite, tests);
    return suite;
}
