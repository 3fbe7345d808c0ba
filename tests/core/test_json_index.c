/* SPDX-License-Identifier: Apache-2.0 */

/* test_json_index - the bitmap of a row, against a loop over its bytes */

#include <stdlib.h>
#include <string.h>

#include "record/json_index.h"
#include "suite.h"

typedef bool make_fn(struct json_index *index, const char *row, size_t len);

static make_fn *const makers[] = { json_index_make, json_index_make_anywhere };

static uint32_t seed;

static uint32_t
draw(uint32_t below)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 8) % below;
}

static bool
is_marked(unsigned char byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

/* From each byte on the next mark is found; behind the last there is the end.
 * The row stands alone, so that a sanitizer sees a step too far. */
static void
check_row(make_fn *make, const char *text, size_t len)
{
    char *row = malloc(len);
    struct json_index index;
    size_t next = len;

    ck_assert_ptr_nonnull(row);
    memcpy(row, text, len);
    memset(&index, 0x5a, sizeof(index));
    ck_assert(make(&index, row, len));
    ck_assert_uint_eq(json_index_next(&index, len), len);
    for (size_t at = len; at-- > 0;) {
        if (is_marked((unsigned char)row[at]))
            next = at;
        if (json_index_next(&index, at) != next)
            ck_abort_msg("from %zu of %zu: not %zu", at, len, next);
    }
    free(row);
}

START_TEST(every_mark_is_found_from_everywhere)
{
    static const char letters[] = "abcdefgh  !#$[]^{}\"\\\n\x1f\x20\x7f";
    char text[700] = { 0 };

    seed = (uint32_t)_i;
    for (size_t len = JSON_INDEX_LEAST; len < sizeof(text);
         len += 1 + draw(9)) {
        uint32_t kinds = 1 + draw(sizeof(letters) - 1);

        for (size_t i = 0; i < len; i++)
            text[i] = letters[draw(kinds)];
        check_row(makers[_i % 2], text, len);
    }
}
END_TEST

START_TEST(every_byte_is_marked_or_not)
{
    char text[JSON_INDEX_LEAST];

    for (int byte = 0; byte < 0x80; byte++) {
        memset(text, byte, sizeof(text));
        check_row(makers[_i], text, sizeof(text));
    }
}
END_TEST

START_TEST(rows_around_the_limits)
{
    char text[JSON_INDEX_MOST + 1];
    struct json_index index;

    memset(text, 'x', sizeof(text));
    ck_assert(!makers[_i](&index, text, JSON_INDEX_LEAST - 1));
    check_row(makers[_i], text, JSON_INDEX_LEAST);
    check_row(makers[_i], text, JSON_INDEX_LEAST + 1);
    check_row(makers[_i], text, JSON_INDEX_MOST - 1);
    check_row(makers[_i], text, JSON_INDEX_MOST);
    ck_assert(!makers[_i](&index, text, JSON_INDEX_MOST + 1));
}
END_TEST

/* BYTES at each place of rows of several lengths. */
static void
check_utf8(make_fn *make, const char *bytes, bool valid)
{
    size_t extra = strlen(bytes);
    struct json_index index;
    char text[260];

    for (size_t len = JSON_INDEX_LEAST; len < sizeof(text); len += 13)
        for (size_t at = 0; at + extra <= len; at++) {
            memset(text, 'x', sizeof(text));
            memcpy(text + at, bytes, extra);
            if (make(&index, text, len) != valid)
                ck_abort_msg("\"%s\" at %zu of %zu", bytes, at, len);
        }
}

START_TEST(a_row_that_is_not_utf8_is_left_to_others)
{
    make_fn *make = makers[_i];

    check_utf8(make, "\xc3\xa9", true);
    check_utf8(make, "\xe2\x80\xa6\xc2\xa0", true);
    check_utf8(make, "\xf0\x9f\x98\x80", true);
    check_utf8(make, "\xff", false);
    check_utf8(make, "\x80", false);
    check_utf8(make, "\xc3", false);
    check_utf8(make, "\xe2\x80", false);
    check_utf8(make, "\xf0\x9f\x98", false);
    check_utf8(make, "\xed\xa0\x80", false);
    check_utf8(make, "\xc3\xa9\xff", false);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("json_index");
    TCase *tests = tcase_create("json_index");

    tcase_set_timeout(tests, 30);
    tcase_add_loop_test(tests, every_mark_is_found_from_everywhere, 0, 20);
    tcase_add_loop_test(tests, every_byte_is_marked_or_not, 0, 2);
    tcase_add_loop_test(tests, rows_around_the_limits, 0, 2);
    tcase_add_loop_test(tests, a_row_that_is_not_utf8_is_left_to_others, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}
