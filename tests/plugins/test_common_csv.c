/* SPDX-License-Identifier: Apache-2.0 */

/* test_common_csv - where records end, what their fields are, how they are
 * written */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "suite.h"

/* Each record as "[a|b]" with a quote before fields that were in quotes, or as
 * "!fault:line". */
static const char *
read_all(char delimiter, const char *text, size_t step)
{
    static char said[4096];
    char *data = strdup(text);
    size_t len = strlen(text), at = 0, seen = 0, used = 0;
    struct csv_scan scan = { 0 };

    while (at < len) {
        seen = seen + step < len ? seen + step : len;

        enum csv_found found = csv_scan(&scan, delimiter, data + at, seen - at);

        if (found == CSV_PART && seen == len)
            found = csv_scan_end(&scan, len - at);
        if (found == CSV_PART)
            continue;
        ck_assert_int_eq(csv_scan(&scan, delimiter, data + at, seen - at),
                         found);
        if (found == CSV_BROKEN) {
            used += (size_t)snprintf(
                said + used, sizeof(said) - used, "!%.10s:%.*s", scan.fault,
                (int)csv_strip(data + at, scan.end), data + at);
        } else {
            struct csv_field fields[16];
            size_t count = csv_cut(delimiter, data + at,
                                   csv_strip(data + at, scan.end), fields, 16);

            for (size_t i = 0; i < count; i++) {
                if (fields[i].doubled)
                    csv_fold(&fields[i]);
                used += (size_t)snprintf(said + used, sizeof(said) - used,
                                         "%c%s%.*s", i ? '|' : '[',
                                         fields[i].quoted ? "'" : "",
                                         (int)fields[i].len, fields[i].text);
            }
            used += (size_t)snprintf(said + used, sizeof(said) - used, "]");
        }
        at += scan.end;
        scan = (struct csv_scan){ 0 };
        seen = at;
    }
    said[used] = '\0';
    free(data);
    return said;
}

static const struct {
    const char *text;
    const char *said;
} cases[] = {
    { "a,b\nc,d\n", "[a|b][c|d]" },
    { "a,b\r\nc,d", "[a|b][c|d]" },
    { "\n,\n,,\r\n", "[][|][||]" },
    { "\"a\",\"b\"\r\n\"c\"", "['a|'b]['c]" },
    { "\"a,b\nc\r\nd\",e\n", "['a,b\nc\r\nd|e]" },
    { "\"\"\"\",\"a\"\"b\",\"\"\n", "['\"|'a\"b|']" },
    { "\"\"\"\"\"\"\n", "['\"\"]" },
    { "a\"b,5\" x,\"\n\"\n", "[a\"b|5\" x|'\n]" },
    { " \"a\",b \n", "[ \"a\"|b ]" },
    { "a\rb,c\r\r\n", "[a\rb|c\r]" },
    /* What has no proper end costs its first line. */
    { "\"a\"b,c\nd,e\n", "!something :\"a\"b,c[d|e]" },
    { "\"a\nb\"x\nc\n", "!something :\"a[b\"x][c]" },
    { "1,\"a\n2,b\n3,\"c\"\n", "!something :1,\"a[2|b][3|'c]" },
    { "1,\"a\n2,b\n", "!a quote is:1,\"a[2|b]" },
    { "\"a", "!a quote is:\"a" },
    { "\"a\"\rb\nc", "!something :\"a\"\rb[c]" },
    { "\"a\"b", "!something :\"a\"b" },
};

#define CASES (int)(sizeof(cases) / sizeof(cases[0]))

START_TEST(records_are_found_however_they_come)
{
    for (size_t step = 1; step <= strlen(cases[_i].text); step++)
        ck_assert_str_eq(read_all(',', cases[_i].text, step), cases[_i].said);
}
END_TEST

START_TEST(another_delimiter_leaves_commas_alone)
{
    ck_assert_str_eq(read_all(';', "a,b;\"c;\";\n", 100), "[a,b|'c;|]");
    ck_assert_str_eq(read_all('\t', "a,b\t\"c\"\n", 100), "[a,b|'c]");
}
END_TEST

START_TEST(lines_are_counted_and_ends_are_bytes)
{
    static const char text[] = "a,\"1\n2\n3\"\r\nb\n";
    struct csv_scan scan = { 0 };

    ck_assert_int_eq(csv_scan(&scan, ',', text, strlen(text)), CSV_WHOLE);
    ck_assert_uint_eq(scan.end, strlen(text) - 2);
    ck_assert_uint_eq(scan.lines, 3);
}
END_TEST

START_TEST(a_record_can_be_given_up)
{
    static const char text[] = "a,\"b\nc,d\n";
    struct csv_scan scan = { 0 };

    /* Before its first line has ended, and behind that. */
    ck_assert_int_eq(csv_scan(&scan, ',', text, 3), CSV_PART);
    ck_assert_int_eq(csv_scan_spoil(&scan, text, 3, "why"), CSV_PART);
    ck_assert_int_eq(csv_scan(&scan, ',', text, strlen(text)), CSV_BROKEN);
    ck_assert_uint_eq(scan.end, 5);
    ck_assert_uint_eq(scan.lines, 1);
    ck_assert_str_eq(scan.fault, "why");

    scan = (struct csv_scan){ 0 };
    ck_assert_int_eq(csv_scan(&scan, ',', text, strlen(text)), CSV_PART);
    ck_assert_int_eq(csv_scan_spoil(&scan, text, strlen(text), "why"),
                     CSV_BROKEN);
    ck_assert_uint_eq(scan.end, 5);
}
END_TEST

START_TEST(no_more_fields_are_stored_than_there_is_room)
{
    char text[] = "a,b,c,d";
    struct csv_field fields[2] = { 0 };

    ck_assert_uint_eq(csv_cut(',', text, 7, fields, 1), 4);
    ck_assert_uint_eq(fields[0].len, 1);
    ck_assert_ptr_null(fields[1].text);
}
END_TEST

static const char *
written(const char *text, bool quote)
{
    static struct mill_buffer to;

    to.len = 0;
    csv_write(&to, ',', text, strlen(text), quote);
    return mill_buffer_text(&to);
}

START_TEST(quotes_are_written_where_they_are_needed)
{
    ck_assert_str_eq(written("a b", false), "a b");
    ck_assert_str_eq(written("", false), "");
    ck_assert_str_eq(written("", true), "\"\"");
    ck_assert_str_eq(written("a,b", false), "\"a,b\"");
    ck_assert_str_eq(written("a\"b\"", false), "\"a\"\"b\"\"\"");
    ck_assert_str_eq(written("a\nb", false), "\"a\nb\"");
    ck_assert_str_eq(written("a\r", false), "\"a\r\"");
    ck_assert_str_eq(written("a;b", false), "a;b");
    ck_assert_str_eq(written("\xef\xbb\xbf"
                             "a",
                             false),
                     "\"\xef\xbb\xbf"
                     "a\"");
}
END_TEST

START_TEST(a_delimiter_is_one_character_that_nothing_else_needs)
{
    char delimiter;

    ck_assert(csv_delimiter(";", &delimiter));
    ck_assert_int_eq(delimiter, ';');
    ck_assert(csv_delimiter("\\t", &delimiter));
    ck_assert_int_eq(delimiter, '\t');
    ck_assert(csv_delimiter("\t", &delimiter));
    ck_assert(csv_delimiter("\\", &delimiter));
    ck_assert(!csv_delimiter("", &delimiter));
    ck_assert(!csv_delimiter("\"", &delimiter));
    ck_assert(!csv_delimiter("\n", &delimiter));
    ck_assert(!csv_delimiter("\r", &delimiter));
    ck_assert(!csv_delimiter("::", &delimiter));
    ck_assert(!csv_delimiter("\xc3\xa9", &delimiter));
}
END_TEST

START_TEST(a_byte_order_mark_is_three_bytes)
{
    ck_assert_uint_eq(csv_mark("\xef\xbb\xbf", 3), 3);
    ck_assert_uint_eq(csv_mark("\xef\xbb\xbf", 2), 0);
    ck_assert_uint_eq(csv_mark("abc", 3), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("csv");
    TCase *tests = tcase_create("csv");

    tcase_add_loop_test(tests, records_are_found_however_they_come, 0, CASES);
    tcase_add_test(tests, another_delimiter_leaves_commas_alone);
    tcase_add_test(tests, lines_are_counted_and_ends_are_bytes);
    tcase_add_test(tests, a_record_can_be_given_up);
    tcase_add_test(tests, no_more_fields_are_stored_than_there_is_room);
    tcase_add_test(tests, quotes_are_written_where_they_are_needed);
    tcase_add_test(tests, a_delimiter_is_one_character_that_nothing_else_needs);
    tcase_add_test(tests, a_byte_order_mark_is_three_bytes);
    suite_add_tcase(suite, tests);
    return suite;
}
