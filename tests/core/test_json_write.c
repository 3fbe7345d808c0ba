/* SPDX-License-Identifier: Apache-2.0 */

/* test_json_write - values and rows as JSON */

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#include "core/one_batch.h"
#include "suite.h"

static const char *
value(struct mill_value written, const struct mill_json_style *style)
{
    mill_buffer_finish(&out);
    mill_json_write(&out, &written, style);
    return mill_buffer_text(&out);
}

static const char *
text(const char *data, size_t len, const struct mill_json_style *style)
{
    return value(mill_text(MILL_TEXT, data, len), style);
}

static const char *
row(size_t index, const struct mill_json_style *style)
{
    mill_buffer_finish(&out);
    mill_json_write_row(&out, pub, index, style);
    return mill_buffer_text(&out);
}

static void
add_payload(const char *data)
{
    size_t len = strlen(data);
    struct mill_bytes bytes = { mill_batch_store(pub, data, len), len };

    ck_assert(mill_batch_add_payload(pub, MILL_JSON, bytes, batch->pub.rows));
}

START_TEST(words_are_written)
{
    ck_assert_str_eq(value(mill_null(), NULL), "null");
    ck_assert_str_eq(value((struct mill_value){ 0 }, NULL), "null");
    ck_assert_str_eq(value(mill_bool(true), NULL), "true");
    ck_assert_str_eq(value(mill_bool(false), NULL), "false");
}
END_TEST

START_TEST(integers_are_written_to_the_last_digit)
{
    char expected[32];
    static const int64_t edges[] = { 0,         9,
                                     10,        99,
                                     100,       101,
                                     999,       1000,
                                     65535,     123456789,
                                     INT64_MAX, INT64_MAX - 1,
                                     INT64_MIN, INT64_MIN + 1,
                                     -1,        -9,
                                     -10,       -99,
                                     -100,      -12345 };

    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        snprintf(expected, sizeof(expected), "%lld", (long long)edges[i]);
        ck_assert_str_eq(value(mill_int(edges[i]), NULL), expected);
    }
    for (int64_t number = 1; number < INT64_MAX / 7; number *= 7) {
        snprintf(expected, sizeof(expected), "%lld", (long long)number);
        ck_assert_str_eq(value(mill_int(number), NULL), expected);
    }
}
END_TEST

START_TEST(numbers_are_written_as_they_came)
{
    ck_assert_str_eq(value(mill_text(MILL_NUMBER, "1e400", 5), NULL), "1e400");
    ck_assert_str_eq(value(mill_text(MILL_NUMBER, "-0", 2), NULL), "-0");
    ck_assert_str_eq(value(mill_text(MILL_DECIMAL, "12.50", 5), NULL), "12.50");
    ck_assert_str_eq(
        value(mill_text(MILL_NUMBER, "123456789012345678901234567890", 30),
              NULL),
        "123456789012345678901234567890");
}
END_TEST

START_TEST(a_number_that_is_none_is_written_as_text)
{
    static const char *const wrong[] = {
        "",   "-",   ".5",  "1.", "007", "1e",
        "+1", "NaN", "0x1", "1 ", "1e+", "1.e1"
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char expected[16];
        struct mill_value number =
            mill_text(MILL_NUMBER, wrong[i], strlen(wrong[i]));

        snprintf(expected, sizeof(expected), "\"%s\"", wrong[i]);
        ck_assert_str_eq(value(number, NULL), expected);
    }
}
END_TEST

struct spelling {
    double real;
    const char *plain;
    const char *java; /* by Java's Double.toString() */
};

static const struct spelling spellings[] = {
    { 0.0, "0.0", "0.0" },
    { -0.0, "-0.0", "-0.0" },
    { 1.0, "1.0", "1.0" },
    { -1.5, "-1.5", "-1.5" },
    { 0.1, "0.1", "0.1" },
    { 0.1 + 0.2, "0.30000000000000004", "0.30000000000000004" },
    { 100.0, "100.0", "100.0" },
    { -89.9787, "-89.9787", "-89.9787" },
    { 0.001, "0.001", "0.001" },
    { 0.0005, "0.0005", "5.0E-4" },
    { 0.00012345, "0.00012345", "1.2345E-4" },
    { 1e-5, "0.00001", "1.0E-5" },
    { 1e-6, "1e-6", "1.0E-6" },
    { 9999999.0, "9999999.0", "9999999.0" },
    { 1e7, "10000000.0", "1.0E7" },
    { 12345678.9, "12345678.9", "1.23456789E7" },
    { 1e15, "1000000000000000.0", "1.0E15" },
    { 1e16, "1e16", "1.0E16" },
    { 1.5e300, "1.5e300", "1.5E300" },
    { DBL_MAX, "1.7976931348623157e308", "1.7976931348623157E308" },
    { DBL_MIN, "2.2250738585072014e-308", "2.2250738585072014E-308" },
    { 123456789012345.6, "123456789012345.6", "1.234567890123456E14" },
    { 1.0 / 3, "0.3333333333333333", "0.3333333333333333" },
    { 2.0 / 3, "0.6666666666666666", "0.6666666666666666" },
};

START_TEST(a_double_has_its_spelling)
{
    const struct spelling *spelling = &spellings[_i];
    struct mill_json_style java = { .java_doubles = true };

    ck_assert_str_eq(value(mill_double(spelling->real), NULL), spelling->plain);
    if (spelling->real != 123456789012345.6)
        ck_assert_str_eq(value(mill_double(spelling->real), &java),
                         spelling->java);
}
END_TEST

START_TEST(doubles_come_back_bit_for_bit)
{
    struct mill_json_style java = { .java_doubles = true };
    uint64_t random = 88172645463325252u;

    for (int i = 0; i < 20000; i++) {
        double real;

        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        memcpy(&real, &random, sizeof(real));
        if (!isfinite(real))
            continue;
        ck_assert(strtod(value(mill_double(real), NULL), NULL) == real);
        ck_assert(strtod(value(mill_double(real), &java), NULL) == real);
    }
}
END_TEST

START_TEST(what_is_not_finite_is_null)
{
    ck_assert_str_eq(value(mill_double(INFINITY), NULL), "null");
    ck_assert_str_eq(value(mill_double(-INFINITY), NULL), "null");
    ck_assert_str_eq(value(mill_double(NAN), NULL), "null");
}
END_TEST

START_TEST(java_reads_numbers_with_a_point_as_doubles)
{
    struct mill_json_style java = { .java_doubles = true };

    ck_assert_str_eq(value(mill_text(MILL_NUMBER, "0.0005", 6), &java),
                     "5.0E-4");
    ck_assert_str_eq(value(mill_text(MILL_NUMBER, "1e2", 3), &java), "100.0");
    ck_assert_str_eq(value(mill_text(MILL_NUMBER, "1e400", 5), &java), "1e400");
    ck_assert_str_eq(
        value(mill_text(MILL_NUMBER, "99999999999999999999", 20), &java),
        "99999999999999999999");
}
END_TEST

START_TEST(text_is_escaped_where_json_asks)
{
    ck_assert_str_eq(text("", 0, NULL), "\"\"");
    ck_assert_str_eq(text("a\"b\\c/d", 7, NULL), "\"a\\\"b\\\\c/d\"");
    ck_assert_str_eq(text("\b\f\n\r\t", 5, NULL), "\"\\b\\f\\n\\r\\t\"");
    ck_assert_str_eq(text("\0\x01\x1f\x7f", 4, NULL),
                     "\"\\u0000\\u0001\\u001f\x7f\"");
    ck_assert_str_eq(text("\xc3\xa9\xe2\x80\xa6", 5, NULL),
                     "\"\xc3\xa9\xe2\x80\xa6\"");
}
END_TEST

START_TEST(it_does_not_matter_where_an_escape_stands)
{
    char data[80];
    char expected[96];

    for (size_t at = 0; at < sizeof(data); at++) {
        memset(data, 'a', sizeof(data));
        data[at] = '"';
        snprintf(expected, sizeof(expected), "\"%.*s\\\"%.*s\"", (int)at, data,
                 (int)(sizeof(data) - at - 1), data + at + 1);
        ck_assert_str_eq(text(data, sizeof(data), NULL), expected);
    }
}
END_TEST

START_TEST(plain_text_of_each_length_is_copied_whole)
{
    char data[600];
    char expected[604];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (char)('a' + i % 26);
    for (size_t len = 0; len < sizeof(data); len++) {
        struct mill_value plain = mill_text(MILL_TEXT, data, len);

        plain.flags = MILL_PLAIN;
        snprintf(expected, sizeof(expected), "\"%.*s\"", (int)len, data);
        ck_assert_str_eq(value(plain, NULL), expected);
    }
}
END_TEST

START_TEST(astral_characters_are_escaped_when_asked)
{
    struct mill_json_style jackson = { .escape_astral = true };
    struct mill_value plain =
        mill_text(MILL_TEXT, "x\xf0\x9f\x98\x80y\xc3\xa9", 8);

    plain.flags = MILL_PLAIN;
    ck_assert_str_eq(value(plain, NULL), "\"x\xf0\x9f\x98\x80y\xc3\xa9\"");
    ck_assert_str_eq(value(plain, &jackson), "\"x\\uD83D\\uDE00y\xc3\xa9\"");
    ck_assert_str_eq(text("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8, &jackson),
                     "\"\\uD800\\uDC00\\uDBFF\\uDFFF\"");
    ck_assert_str_eq(text("\n\xf0\x9f\x98\x80\"", 6, &jackson),
                     "\"\\n\\uD83D\\uDE00\\\"\"");
}
END_TEST

START_TEST(bytes_are_base64)
{
    static const char *const coded[] = {
        "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"
    };

    for (size_t len = 0; len <= 6; len++) {
        char expected[16];

        snprintf(expected, sizeof(expected), "\"%s\"", coded[len]);
        ck_assert_uint_eq(mill_base64_len(len), strlen(coded[len]));
        ck_assert_str_eq(value(mill_text(MILL_BYTES, "foobar", len), NULL),
                         expected);
    }
    ck_assert_str_eq(value(mill_text(MILL_BYTES, "\xff\xfb\0", 3), NULL),
                     "\"//sA\"");
}
END_TEST

START_TEST(timestamps_have_the_separator_that_is_asked_for)
{
    struct mill_json_style iso = { .time_separator = 'T' };
    struct mill_value at = mill_timestamp(INT64_C(1598586767000000));

    ck_assert_str_eq(value(at, NULL), "\"2020-08-28 03:52:47\"");
    ck_assert_str_eq(value(at, &iso), "\"2020-08-28T03:52:47\"");
}
END_TEST

START_TEST(lists_and_maps_nest)
{
    struct mill_value inner[] = { mill_int(1),
                                  mill_null(),
                                  { .type = MILL_MISSING } };
    struct mill_value pairs[] = {
        mill_text(MILL_TEXT, "a\"", 2),
        mill_items(MILL_LIST, inner, 3),
        mill_text(MILL_TEXT, "gone", 4),
        { .type = MILL_MISSING },
        mill_text(MILL_TEXT, "b", 1),
        mill_items(MILL_MAP, NULL, 0),
        mill_int(7),
        mill_items(MILL_LIST, NULL, 0),
    };

    ck_assert_str_eq(value(mill_items(MILL_MAP, pairs, 4), NULL),
                     "{\"a\\\"\":[1,null,null],\"b\":{},\"7\":[]}");
}
END_TEST

START_TEST(a_row_is_one_object)
{
    mill_batch_add_column(pub, "a", 1);
    mill_batch_add_column(pub, "b\"\n", 3);
    mill_batch_add_column(pub, "a name of more than thirty-two bytes", 36);
    struct mill_value *cells = mill_batch_add_row(pub, 0);
    cells[0] = mill_int(-5);
    cells[1] = mill_null();
    cells[2] = mill_text(MILL_TEXT, "x", 1);

    ck_assert_str_eq(row(0, NULL),
                     "{\"a\":-5,\"b\\\"\\n\":null,"
                     "\"a name of more than thirty-two bytes\":\"x\"}");
}
END_TEST

START_TEST(missing_cells_are_left_out)
{
    mill_batch_add_column(pub, "a", 1);
    mill_batch_add_column(pub, "b", 1);
    mill_batch_add_row(pub, 0);
    ck_assert_str_eq(row(0, NULL), "{}");

    mill_batch_row(pub, 0)[1] = mill_int(2);
    ck_assert_str_eq(row(0, NULL), "{\"b\":2}");
}
END_TEST

START_TEST(a_batch_without_columns_has_empty_objects)
{
    mill_batch_add_row(pub, 0);

    ck_assert_str_eq(row(0, NULL), "{}");
}
END_TEST

START_TEST(columns_go_in_the_order_asked)
{
    int order[] = { 2, 0, 1 };
    struct mill_json_style style = { .order = order };

    add_payload("{\"a\":1,\"b\":2,\"c\":3}");
    ck_assert(batch_decode(batch));

    ck_assert_str_eq(row(0, &style), "{\"c\":3,\"a\":1,\"b\":2}");
}
END_TEST

START_TEST(a_name_obeys_the_style_too)
{
    struct mill_json_style jackson = { .escape_astral = true };
    int column = mill_batch_add_column(pub, "\xf0\x9f\x98\x80", 4);

    mill_batch_add_column(pub, "b", 1);
    mill_batch_add_column(pub, "c", 1);
    mill_batch_add_row(pub, 0)[column] = mill_int(1);
    mill_batch_row(pub, 0)[2] = mill_int(3);

    ck_assert_str_eq(row(0, NULL), "{\"\xf0\x9f\x98\x80\":1,\"c\":3}");
    ck_assert_str_eq(row(0, &jackson), "{\"\\uD83D\\uDE00\":1,\"c\":3}");
}
END_TEST

START_TEST(a_row_that_was_not_edited_goes_as_it_came)
{
    add_payload("{ \"a\" : 1.0e5 , \"a\" : \"\\u00e9\" }");
    ck_assert_str_eq(row(0, NULL), "{ \"a\" : 1.0e5 , \"a\" : \"\\u00e9\" }");

    ck_assert(batch_decode(batch));
    ck_assert_str_eq(row(0, NULL), "{ \"a\" : 1.0e5 , \"a\" : \"\\u00e9\" }");

    batch->edited = true;
    ck_assert_str_eq(row(0, NULL), "{\"a\":\"\xc3\xa9\"}");
}
END_TEST

START_TEST(a_payload_never_breaks_the_line)
{
    add_payload(" \n{\n  \"a\": [1,\n 2]\n}\r\n");

    ck_assert_str_eq(row(0, NULL), "{   \"a\": [1,  2] }");
}
END_TEST

START_TEST(a_style_makes_cells_of_a_payload)
{
    struct mill_json_style jackson = { .escape_astral = true };
    struct mill_json_style java = { .java_doubles = true };

    add_payload("{ \"a\":\"\xf0\x9f\x98\x80\", \"b\":0.0005 }");

    ck_assert_str_eq(row(0, &jackson),
                     "{\"a\":\"\\uD83D\\uDE00\",\"b\":0.0005}");
    ck_assert_str_eq(row(0, &java),
                     "{\"a\":\"\xf0\x9f\x98\x80\",\"b\":5.0E-4}");
}
END_TEST

START_TEST(a_line_is_written_as_an_object)
{
    struct mill_bytes line = { "say \"hi\"", 8 };

    mill_batch_add_payload(pub, MILL_LINE, line, 0);

    ck_assert_str_eq(row(0, NULL), "{\"line\":\"say \\\"hi\\\"\"}");
}
END_TEST

static void
add_values(TCase *tests)
{
    tcase_add_test(tests, words_are_written);
    tcase_add_test(tests, integers_are_written_to_the_last_digit);
    tcase_add_test(tests, numbers_are_written_as_they_came);
    tcase_add_test(tests, a_number_that_is_none_is_written_as_text);
    tcase_add_loop_test(tests, a_double_has_its_spelling, 0,
                        sizeof(spellings) / sizeof(spellings[0]));
    tcase_add_test(tests, doubles_come_back_bit_for_bit);
    tcase_add_test(tests, what_is_not_finite_is_null);
    tcase_add_test(tests, java_reads_numbers_with_a_point_as_doubles);
    tcase_add_test(tests, text_is_escaped_where_json_asks);
    tcase_add_test(tests, it_does_not_matter_where_an_escape_stands);
    tcase_add_test(tests, plain_text_of_each_length_is_copied_whole);
    tcase_add_test(tests, astral_characters_are_escaped_when_asked);
    tcase_add_test(tests, bytes_are_base64);
    tcase_add_test(tests, timestamps_have_the_separator_that_is_asked_for);
    tcase_add_test(tests, lists_and_maps_nest);
}

static void
add_rows(TCase *tests)
{
    tcase_add_test(tests, a_row_is_one_object);
    tcase_add_test(tests, missing_cells_are_left_out);
    tcase_add_test(tests, a_batch_without_columns_has_empty_objects);
    tcase_add_test(tests, columns_go_in_the_order_asked);
    tcase_add_test(tests, a_name_obeys_the_style_too);
    tcase_add_test(tests, a_row_that_was_not_edited_goes_as_it_came);
    tcase_add_test(tests, a_payload_never_breaks_the_line);
    tcase_add_test(tests, a_style_makes_cells_of_a_payload);
    tcase_add_test(tests, a_line_is_written_as_an_object);
}

Suite *
suite(void)
{
    Suite *suite = suite_create("json_write");
    TCase *tests = tcase_create("json_write");

    tcase_add_checked_fixture(tests, one_batch_setup, one_batch_teardown);
    tcase_set_timeout(tests, 30);
    add_values(tests);
    add_rows(tests);
    suite_add_tcase(suite, tests);
    return suite;
}
