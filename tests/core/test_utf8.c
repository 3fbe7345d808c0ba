/* SPDX-License-Identifier: Apache-2.0 */

/* test_utf8 - each character of RFC 3629 passes, and nothing else */

#include <string.h>

#include <millrace/batch.h>

#include "record/utf8.h"
#include "suite.h"

/* As the RFC's table has it, byte for byte: an independent decision. */
static bool
between(unsigned char byte, unsigned low, unsigned high)
{
    return byte >= low && byte <= high;
}

static bool
tails(const unsigned char *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!between(at[i], 0x80, 0xbf))
            return false;
    return true;
}

/* Whether exactly LEN bytes are one character. */
static bool
is_character(const unsigned char *at, size_t len)
{
    switch (len) {
    case 1:
        return at[0] < 0x80;
    case 2:
        return between(at[0], 0xc2, 0xdf) && tails(at + 1, 1);
    case 3:
        if (at[0] == 0xe0)
            return between(at[1], 0xa0, 0xbf) && tails(at + 2, 1);
        if (at[0] == 0xed)
            return between(at[1], 0x80, 0x9f) && tails(at + 2, 1);
        return between(at[0], 0xe1, 0xef) && tails(at + 1, 2);
    default:
        if (at[0] == 0xf0)
            return between(at[1], 0x90, 0xbf) && tails(at + 2, 2);
        if (at[0] == 0xf4)
            return between(at[1], 0x80, 0x8f) && tails(at + 2, 2);
        return between(at[0], 0xf1, 0xf3) && tails(at + 1, 3);
    }
}

/* Whether LEN bytes are some characters. */
static bool
expected(const unsigned char *at, size_t len)
{
    while (len > 0) {
        size_t taken = 1;

        while (taken <= 4 && (taken > len || !is_character(at, taken)))
            taken++;
        if (taken > 4)
            return false;
        at += taken;
        len -= taken;
    }
    return true;
}

START_TEST(all_texts_of_up_to_three_bytes_are_decided_right)
{
    for (uint32_t bits = 0; bits < 1u << 24; bits++) {
        unsigned char text[3] = { (unsigned char)bits,
                                  (unsigned char)(bits >> 8),
                                  (unsigned char)(bits >> 16) };
        bool valid = mill_utf8_valid((const char *)text, 3);

        if (valid != expected(text, 3))
            ck_abort_msg("%02x %02x %02x", text[0], text[1], text[2]);
    }
    for (uint32_t bits = 0; bits < 1u << 16; bits++) {
        unsigned char text[2] = { (unsigned char)bits,
                                  (unsigned char)(bits >> 8) };

        ck_assert_int_eq(mill_utf8_valid((const char *)text, 2),
                         expected(text, 2));
        ck_assert_int_eq(mill_utf8_valid((const char *)text, 1),
                         expected(text, 1));
    }
}
END_TEST

/* Over the edge of the blocks that it works in, and at the end of a text. */
START_TEST(the_wide_check_decides_texts_of_three_bytes_right)
{
    char text[44];

    memset(text, 'a', sizeof(text));
    for (uint32_t bits = 0; bits < 1u << 24; bits++) {
        unsigned char three[3] = { (unsigned char)bits,
                                   (unsigned char)(bits >> 8),
                                   (unsigned char)(bits >> 16) };
        bool right = expected(three, 3);

        memcpy(text + 30, three, 3);
        if (utf8_wide(text, text + 44) != right
            || utf8_wide(text, text + 33) != right)
            ck_abort_msg("%02x %02x %02x", three[0], three[1], three[2]);
    }
}
END_TEST

START_TEST(the_wide_check_decides_as_the_narrow_one)
{
    static const char *const parts[] = {
        "a",    "\xc3\xa9", "\xe2\x80\xa6", "\xf0\x9f\x98\x80",
        "word", "\xd0\xb6", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf",
        "\xff", "\x80",     "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xc3", "\xe2\x80", "\xf0\x9f\x98", "\xc0\x80",
    };
    uint32_t seed = 1;
    char text[220];

    for (int round = 0; round < 200000; round++) {
        uint32_t kinds = round % 2 ? 8 : 16;
        size_t len = 0;

        while (len < 200) {
            seed = seed * 1664525u + 1013904223u;
            const char *part =
                parts[seed % 7 ? (seed >> 8) % 8 : (seed >> 8) % kinds];
            size_t extra = strlen(part);

            memcpy(text + len, part, extra);
            len += extra;
        }
        len -= seed >> 29;
        if (utf8_wide(text, text + len)
            != (utf8_check(text, text + len) == text + len))
            ck_abort_msg("round %d", round);
    }
}
END_TEST

START_TEST(all_leads_of_four_bytes_are_decided_right)
{
    static const unsigned char edges[] = { 0x00, 0x7f, 0x80, 0x8f, 0x90,
                                           0x9f, 0xa0, 0xbf, 0xc0, 0xff };
    size_t count = sizeof(edges);

    for (unsigned lead = 0xe0; lead < 0x100; lead++)
        for (size_t i = 0; i < count * count * count; i++) {
            unsigned char text[4] = { (unsigned char)lead, edges[i % count],
                                      edges[i / count % count],
                                      edges[i / count / count] };

            ck_assert_int_eq(mill_utf8_valid((const char *)text, 4),
                             expected(text, 4));
            ck_assert_int_eq(utf8_wide((char *)text, (char *)text + 4),
                             expected(text, 4));
        }
}
END_TEST

START_TEST(every_character_is_put_and_passes)
{
    for (uint32_t character = 0; character <= 0x10ffff; character++) {
        char text[4];
        size_t len = (size_t)(utf8_put(text, character) - text);
        bool surrogate = character >= 0xd800 && character <= 0xdfff;

        if (mill_utf8_valid(text, len) == surrogate
            || is_character((unsigned char *)text, len) == surrogate)
            ck_abort_msg("U+%04X", character);
    }
}
END_TEST

START_TEST(nothing_is_valid)
{
    ck_assert(mill_utf8_valid("", 0));
    ck_assert(mill_utf8_valid(NULL, 0));
    ck_assert(mill_utf8_valid("\0", 1));
}
END_TEST

/* A text of 200 bytes with one character, whole or broken, at each place: the
 * blocks of the fast path begin and end everywhere. */
static void
check_at(size_t at, const char *bytes, size_t len, bool valid)
{
    char text[200];
    const char *bad;

    memset(text, 'a', sizeof(text));
    memcpy(text + at, bytes, len);
    ck_assert_int_eq(mill_utf8_valid(text, sizeof(text)), valid);
    ck_assert_int_eq(mill_utf8_valid(text, at + len), valid);
    bad = utf8_check(text, text + sizeof(text));
    ck_assert_ptr_eq(bad, valid ? text + sizeof(text) : text + at);
}

START_TEST(it_does_not_matter_where_a_character_stands)
{
    for (size_t at = 0; at < 190; at++) {
        check_at(at, "\xc3\xa9", 2, true);
        check_at(at, "\xe2\x80\xa6", 3, true);
        check_at(at, "\xf0\x9f\x98\x80", 4, true);
        check_at(at, "\xff", 1, false);
        check_at(at, "\x80", 1, false);
        check_at(at, "\xc3", 1, false);
        check_at(at, "\xe2\x80", 2, false);
        check_at(at, "\xf0\x9f\x98", 3, false);
        check_at(at, "\xed\xa0\x80", 3, false);
        check_at(at, "\xf4\x90\x80\x80", 4, false);
        check_at(at, "\xc0\xaf", 2, false);
    }
}
END_TEST

START_TEST(a_character_that_is_cut_off_is_none)
{
    const char *text = "0123456789012345\xf0\x9f\x98\x80";

    for (size_t len = 16; len <= 20; len++)
        ck_assert_int_eq(mill_utf8_valid(text, len), len == 16 || len == 20);
}
END_TEST

START_TEST(the_first_wrong_byte_is_named)
{
    const char *text = "ab\xc3\xa9\xffzz\xff";

    ck_assert_ptr_eq(utf8_check(text, text + 8), text + 4);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("utf8");
    TCase *tests = tcase_create("utf8");

    tcase_set_timeout(tests, 240);
    tcase_add_test(tests, all_texts_of_up_to_three_bytes_are_decided_right);
    tcase_add_test(tests, the_wide_check_decides_texts_of_three_bytes_right);
    tcase_add_test(tests, the_wide_check_decides_as_the_narrow_one);
    tcase_add_test(tests, all_leads_of_four_bytes_are_decided_right);
    tcase_add_test(tests, every_character_is_put_and_passes);
    tcase_add_test(tests, nothing_is_valid);
    tcase_add_test(tests, it_does_not_matter_where_a_character_stands);
    tcase_add_test(tests, a_character_that_is_cut_off_is_none);
    tcase_add_test(tests, the_first_wrong_byte_is_named);
    suite_add_tcase(suite, tests);
    return suite;
}
