/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_file_parts - names, cursors and first bytes, of the source `file`
 */

#include <stdlib.h>
#include <string.h>

#include "../../plugins/sources/file/input.h"
#include "../../plugins/sources/file/unpack.h"
#include "suite.h"

START_TEST(a_stem_is_the_name_without_folder_and_endings)
{
    static const struct {
        const char *path;
        const char *stem;
    } cases[] = {
        { "in.ndjson", "in" },    { "a/b/in.ndjson", "in" },
        { "a.b/in", "in" },       { "x/in.ndjson.gz", "in" },
        { "in.gz", "in" },        { "a.b.c", "a.b" },
        { ".hidden", ".hidden" }, { "x/.hidden.gz", ".hidden" },
        { ".gz", ".gz" },         { "in.", "in" },
        { "x/in.csv.zst", "in" }, { ".zst", ".zst" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *stem = input_stem(cases[i].path);

        ck_assert_str_eq(stem, cases[i].stem);
        free(stem);
    }
}
END_TEST

START_TEST(a_cursor_reads_back_what_was_printed)
{
    struct input_cursor cursor = { .row = 12,
                                   .offset = UINT64_MAX,
                                   .device = 64768,
                                   .inode = 1234567890123,
                                   .head = 0xfedcba9876543210,
                                   .head_len = INPUT_HEAD,
                                   .written = 1700000000123456789 };
    struct input_cursor read;
    char text[INPUT_CURSOR_ROOM];

    input_cursor_print(&cursor, text);
    ck_assert(input_cursor_parse(text, &read));
    ck_assert_mem_eq(&read, &cursor, sizeof(cursor));
}
END_TEST

START_TEST(what_is_not_a_cursor_is_refused)
{
    static const char *const texts[] = {
        "",
        "42",
        "row=1",
        "row=1 offset=2 device=3 inode=4 head=5",
        "row=1 offset=2 device=3 inode=4 head=5/6",
        "row=1 offset=2 device=3 inode=4 head=5/6 written=7 more",
        "row=1 offset=2 device=3 inode=4 head=5/9999 written=7"
    };
    struct input_cursor cursor;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_msg(!input_cursor_parse(texts[i], &cursor), "%s", texts[i]);
}
END_TEST

static enum unpack_kind
kind(const char *first, size_t len)
{
    return unpack_kind((const unsigned char *)first, len);
}

START_TEST(first_bytes_tell_what_is_packed_as_soon_as_they_can)
{
    ck_assert_int_eq(kind("", 0), UNPACK_PERHAPS);
    ck_assert_int_eq(kind("{", 1), UNPACK_NOTHING);
    ck_assert_int_eq(kind("\x1f", 1), UNPACK_PERHAPS);
    ck_assert_int_eq(kind("\x1f\x8b", 2), UNPACK_GZIP);
    ck_assert_int_eq(kind("\x1f\x8c", 2), UNPACK_NOTHING);
    ck_assert_int_eq(kind("(", 1), UNPACK_PERHAPS);
    ck_assert_int_eq(kind("(\n", 2), UNPACK_NOTHING);
    ck_assert_int_eq(kind("\x28\xb5\x2f", 3), UNPACK_PERHAPS);
    ck_assert_int_eq(kind("\x28\xb5\x2f\xfd", 4), UNPACK_ZSTD);
    ck_assert_int_eq(kind("\x28\xb5\x2f\xfe", 4), UNPACK_NOTHING);
    ck_assert_int_eq(kind("\x5f\x2a\x4d\x18", 4), UNPACK_ZSTD);
    ck_assert_int_eq(kind("\x60\x2a\x4d\x18", 4), UNPACK_NOTHING);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("source file, parts");
    TCase *tests = tcase_create("parts");

    tcase_add_test(tests, a_stem_is_the_name_without_folder_and_endings);
    tcase_add_test(tests, a_cursor_reads_back_what_was_printed);
    tcase_add_test(tests, what_is_not_a_cursor_is_refused);
    tcase_add_test(tests, first_bytes_tell_what_is_packed_as_soon_as_they_can);
    suite_add_tcase(suite, tests);
    return suite;
}
