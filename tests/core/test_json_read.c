/* SPDX-License-Identifier: Apache-2.0 */

/* test_json_read - JSON becomes values, and what isn't JSON doesn't */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#include "core/json_cases.h"
#include "core/one_batch.h"
#include "suite.h"

/* Bytes of their own, so that a sanitizer sees the first one that is read
 * before or behind them. */
static char *
alone(const void *data, size_t len)
{
    char *copy = malloc(len ? len : 1);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, len);
    return copy;
}

/* All cases of a table, each with a batch of its own; a failure names its case.
 * In one process, since a fork a case is slow. */
static void
each(const struct json_case *cases, void (*check)(const struct json_case *one))
{
    for (; cases->name; cases++) {
        one_batch_teardown();
        one_batch_setup();
        check(cases);
    }
}

static void
check_written(const struct json_case *one, const struct mill_value *value)
{
    const char *expected = one->written ? one->written : one->text.data;
    size_t len = one->written ? strlen(one->written) : one->text.len;

    out.len = 0;
    mill_json_write(&out, value, NULL);
    if (out.len != len || memcmp(out.data, expected, len) != 0)
        ck_abort_msg("%s: became %s", one->name, mill_buffer_text(&out));
}

/* {"before":"...","v":TEXT}, so that a text meets the readers of rows too; a
 * row is read in another way where it is LONG. */
static void
add_row(struct mill_bytes text, bool long_row)
{
    static const char lead[] = "{\"before\":\"some words";
    static const char more[] = "; and more, so that this is a row of usual len";
    static const char tail[] = "\",\"v\":";
    struct mill_buffer row = { 0 };

    mill_buffer_add(&row, lead, sizeof(lead) - 1);
    if (long_row)
        mill_buffer_add(&row, more, sizeof(more) - 1);
    mill_buffer_add(&row, tail, sizeof(tail) - 1);
    mill_buffer_add(&row, text.data, text.len);
    mill_buffer_add(&row, "}", 1);
    struct mill_bytes data = { mill_batch_store(pub, row.data, row.len),
                               row.len };
    ck_assert(mill_batch_add_payload(pub, MILL_JSON, data, pub->rows));
    mill_buffer_finish(&row);
}

static void
check_read(const struct json_case *one)
{
    char *text = alone(one->text.data, one->text.len);
    struct mill_bytes bytes = { text, one->text.len };
    struct mill_json_error error = { 0, "" };
    struct mill_value value;

    if (!mill_json_read(pub, bytes, &value, &error))
        ck_abort_msg("%s: byte %zu: %s", one->name, error.offset, error.what);
    check_written(one, &value);
    free(text);
}

START_TEST(json_is_read)
{
    each(json_cases_read, check_read);
}
END_TEST

/* Twice, since the first row makes the columns that the second expects. */
static void
check_rows_read(const struct json_case *one)
{
    for (unsigned row = 0; row < 4; row++)
        add_row(one->text, row & 1);
    ck_assert(batch_decode(batch));

    if (batch->rejection_count > 0)
        ck_abort_msg("%s: %s", one->name, batch->rejections[0].reason);
    ck_assert_uint_eq(pub->columns, 2);
    for (unsigned row = 0; row < 4; row++)
        check_written(one, &mill_batch_row(pub, row)[1]);
}

START_TEST(json_is_read_in_a_row)
{
    each(json_cases_read, check_rows_read);
}
END_TEST

static void
check_refused(const struct json_case *one)
{
    char *text = alone(one->text.data, one->text.len);
    struct mill_bytes bytes = { text, one->text.len };
    struct mill_json_error error = { 0, "" };
    struct mill_value value = mill_int(42);

    if (mill_json_read(pub, bytes, &value, &error))
        ck_abort_msg("%s: was read", one->name);
    ck_assert_msg(strcmp(error.what, one->what) == 0
                      && error.offset == one->offset,
                  "%s: byte %zu: %s", one->name, error.offset, error.what);
    ck_assert_int_eq(value.integer, 42);
    free(text);
}

START_TEST(what_is_no_number_is_refused_with_place_and_reason)
{
    each(json_cases_refused_numbers, check_refused);
}
END_TEST

START_TEST(what_is_no_text_is_refused_with_place_and_reason)
{
    each(json_cases_refused_texts, check_refused);
}
END_TEST

START_TEST(what_is_no_structure_is_refused_with_place_and_reason)
{
    each(json_cases_refused_structures, check_refused);
}
END_TEST

/* The rows go, all cells missing; those before and behind them stay. */
static void
check_row_refused(const struct json_case *one)
{
    struct mill_bytes good = { "1", 1 };

    add_row(good, false);
    add_row(one->text, false);
    add_row(one->text, true);
    add_row(good, true);
    ck_assert(batch_decode(batch));

    ck_assert_msg(batch->rejection_count == 2, "%s: was read", one->name);
    ck_assert_uint_eq(pub->columns, 2);
    for (unsigned row = 0; row < 4; row++) {
        bool gone = row == 1 || row == 2;
        const struct mill_value *cells = mill_batch_row(pub, row);

        ck_assert_int_eq(cells[0].type, gone ? MILL_MISSING : MILL_TEXT);
        ck_assert_int_eq(cells[1].type, gone ? MILL_MISSING : MILL_INT);
    }
    /* Both ways of reading say the same, but for the place. */
    ck_assert_str_eq(strchr(batch->rejections[0].reason, ':'),
                     strchr(batch->rejections[1].reason, ':'));
}

START_TEST(a_row_with_what_is_no_number_is_rejected)
{
    each(json_cases_refused_numbers, check_row_refused);
}
END_TEST

START_TEST(a_row_with_what_is_no_text_is_rejected)
{
    each(json_cases_refused_texts, check_row_refused);
}
END_TEST

START_TEST(a_row_with_what_is_no_structure_is_rejected)
{
    each(json_cases_refused_structures, check_row_refused);
}
END_TEST

static bool
read_text(const char *text, struct mill_value *value)
{
    struct mill_bytes bytes = { text, strlen(text) };
    struct mill_json_error error;

    return mill_json_read(pub, bytes, value, &error);
}

/* DEPTH times OPEN, "1", DEPTH times CLOSE. */
static char *
nested(size_t depth, const char *open, char close)
{
    size_t len = strlen(open);
    char *text = malloc(depth * (len + 1) + 2);

    for (size_t i = 0; i < depth; i++)
        memcpy(text + i * len, open, len);
    text[depth * len] = '1';
    memset(text + depth * len + 1, close, depth);
    text[depth * (len + 1) + 1] = '\0';
    return text;
}

START_TEST(values_nest_to_the_limit_and_no_deeper)
{
    struct mill_value value;
    char *lists = nested(MILL_JSON_DEPTH, "[", ']');
    char *maps = nested(MILL_JSON_DEPTH, "{\"a\":", '}');
    char *deep_lists = nested(MILL_JSON_DEPTH + 1, "[", ']');
    char *deep_maps = nested(MILL_JSON_DEPTH + 1, "{\"a\":", '}');

    ck_assert(read_text(lists, &value));
    ck_assert(read_text(maps, &value));
    ck_assert(!read_text(deep_lists, &value));
    ck_assert(!read_text(deep_maps, &value));
    free(lists);
    free(maps);
    free(deep_lists);
    free(deep_maps);
}
END_TEST

START_TEST(a_row_counts_as_one_level)
{
    char *most = nested(MILL_JSON_DEPTH - 1, "[", ']');
    char *deep = nested(MILL_JSON_DEPTH, "[", ']');

    add_row((struct mill_bytes){ most, strlen(most) }, false);
    add_row((struct mill_bytes){ deep, strlen(deep) }, false);
    ck_assert(batch_decode(batch));

    ck_assert_uint_eq(batch->rejection_count, 1);
    ck_assert_uint_eq(batch->rejections[0].row, 1);
    free(most);
    free(deep);
}
END_TEST

struct typed {
    const char *text;
    enum mill_type type;
};

static const struct typed typed[] = {
    { "null", MILL_NULL },
    { "true", MILL_BOOL },
    { "0", MILL_INT },
    { "-1", MILL_INT },
    { "9223372036854775807", MILL_INT },
    { "-9223372036854775808", MILL_INT },
    { "9223372036854775808", MILL_NUMBER },
    { "-9223372036854775809", MILL_NUMBER },
    { "18446744073709551616", MILL_NUMBER },
    { "-0", MILL_NUMBER },
    { "1.0", MILL_NUMBER },
    { "1e2", MILL_NUMBER },
    { "1e400", MILL_NUMBER },
    { "123456789012345678901234567890", MILL_NUMBER },
    { "\"1\"", MILL_TEXT },
    { "[]", MILL_LIST },
    { "{}", MILL_MAP },
};

START_TEST(a_value_has_the_type_of_what_was_written)
{
    struct mill_value value;

    ck_assert(read_text(typed[_i].text, &value));
    ck_assert_str_eq(mill_type_name((enum mill_type)value.type),
                     mill_type_name(typed[_i].type));
}
END_TEST

START_TEST(text_without_escapes_is_pointed_into)
{
    const char *text = "\"caf\xc3\xa9\"";
    struct mill_value value;

    ck_assert(read_text(text, &value));

    ck_assert_ptr_eq(value.text, text + 1);
    ck_assert_uint_eq(value.len, 5);
    ck_assert_int_eq(value.flags, MILL_PLAIN);
}
END_TEST

START_TEST(text_is_plain_unless_it_needs_an_escape)
{
    static const char *const plain[] = { "\"\"", "\"a\\/b\"", "\"\\u00e9\"",
                                         "\"\\u0041\\ud83d\\ude00\"" };
    static const char *const escaped[] = { "\"\\\"\"",    "\"a\\\\b\"",
                                           "\"\\n\"",     "\"\\u0000\"",
                                           "\"\\u0022\"", "\"\\u001f\"" };
    struct mill_value value;

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        ck_assert(read_text(plain[i], &value));
        ck_assert_int_eq(value.flags, MILL_PLAIN);
    }
    for (size_t i = 0; i < sizeof(escaped) / sizeof(escaped[0]); i++) {
        ck_assert(read_text(escaped[i], &value));
        ck_assert_int_eq(value.flags, 0);
    }
}
END_TEST

/* A text with one byte of interest at each place, in rows of each length: where
 * the blocks of the scanner begin and end must not matter. */
static void
check_place(size_t len, size_t place, const char *byte, const char *expected)
{
    char text[256] = "\"";
    struct mill_value value;
    size_t extra = strlen(byte);

    memset(text + 1, 'x', len);
    memcpy(text + 1 + place, byte, extra);
    memset(text + 1 + place + extra, 'y', len - place);
    memcpy(text + 1 + len + extra, "\"", 2);
    char *copy = alone(text, len + extra + 2);
    struct mill_bytes bytes = { copy, len + extra + 2 };
    struct mill_json_error error = { 0, NULL };
    bool good = mill_json_read(pub, bytes, &value, &error);
    ck_assert_int_eq(good, expected != NULL);
    if (good) {
        ck_assert_uint_eq(value.len, len + strlen(expected));
        ck_assert_mem_eq(value.text + place, expected, strlen(expected));
    } else {
        ck_assert_uint_eq(error.offset, place + 1);
    }
    free(copy);
}

START_TEST(it_does_not_matter_where_in_a_text_a_byte_stands)
{
    for (size_t len = 0; len < 70; len++)
        for (size_t place = 0; place <= len; place++) {
            check_place(len, place, "", "");
            check_place(len, place, "\\n", "\n");
            check_place(len, place, "\\u00e9", "\xc3\xa9");
            check_place(len, place, "\xc3\xa9", "\xc3\xa9");
            check_place(len, place, "\x1f", NULL);
            check_place(len, place, "\xff", NULL);
        }
}
END_TEST

START_TEST(a_wide_map_keeps_the_last_of_each_key)
{
    struct mill_buffer text = { 0 };
    struct mill_value value;

    for (unsigned i = 0; i < 3000; i++)
        mill_buffer_print(&text, "%c\"k%u\":%u", i ? ',' : '{', i % 1000, i);
    mill_buffer_add(&text, "}", 1);
    ck_assert(read_text(mill_buffer_text(&text), &value));

    ck_assert_uint_eq(value.len, 1000);
    for (unsigned i = 0; i < 1000; i++)
        ck_assert_int_eq(value.items[2 * i + 1].integer, 2000 + i);
    mill_buffer_finish(&text);
}
END_TEST

static void
add_cases(TCase *tests)
{
    tcase_add_test(tests, json_is_read);
    tcase_add_test(tests, json_is_read_in_a_row);
    tcase_add_test(tests, what_is_no_number_is_refused_with_place_and_reason);
    tcase_add_test(tests, what_is_no_text_is_refused_with_place_and_reason);
    tcase_add_test(tests,
                   what_is_no_structure_is_refused_with_place_and_reason);
    tcase_add_test(tests, a_row_with_what_is_no_number_is_rejected);
    tcase_add_test(tests, a_row_with_what_is_no_text_is_rejected);
    tcase_add_test(tests, a_row_with_what_is_no_structure_is_rejected);
    tcase_add_loop_test(tests, a_value_has_the_type_of_what_was_written, 0,
                        sizeof(typed) / sizeof(typed[0]));
}

static void
add_rest(TCase *tests)
{
    tcase_add_test(tests, values_nest_to_the_limit_and_no_deeper);
    tcase_add_test(tests, a_row_counts_as_one_level);
    tcase_add_test(tests, text_without_escapes_is_pointed_into);
    tcase_add_test(tests, text_is_plain_unless_it_needs_an_escape);
    tcase_add_test(tests, it_does_not_matter_where_in_a_text_a_byte_stands);
    tcase_add_test(tests, a_wide_map_keeps_the_last_of_each_key);
}

Suite *
suite(void)
{
    Suite *suite = suite_create("json_read");
    TCase *tests = tcase_create("json_read");

    tcase_add_checked_fixture(tests, one_batch_setup, one_batch_teardown);
    tcase_set_timeout(tests, 30);
    add_cases(tests);
    add_rest(tests);
    suite_add_tcase(suite, tests);
    return suite;
}
