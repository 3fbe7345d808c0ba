/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include "aws/ini.h"
#include "suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct ini ini;
static const char *why;
static size_t line;

static void
teardown(void)
{
    ini_finish(&ini);
}

static bool
parse(const char *text)
{
    ini_finish(&ini);
    return ini_parse(&ini, text, &line, &why);
}

static void
is_entry(size_t at, const char *section, const char *name, const char *value)
{
    ck_assert_uint_lt(at, ini.count);
    ck_assert_str_eq(ini.entries[at].section, section);
    ck_assert_str_eq(ini.entries[at].name, name);
    ck_assert_str_eq(ini.entries[at].value, value);
}

START_TEST(sections_and_pairs_are_read)
{
    ck_assert(parse("# c\n\n[a]\nk=v\n  ; c\n[ profile b ] # c\r\n"
                    "Key : a = b # not a comment \r\nempty="));

    ck_assert_uint_eq(ini.count, 5);
    is_entry(0, "a", "", "");
    is_entry(1, "a", "k", "v");
    is_entry(2, "profile b", "", "");
    is_entry(3, "profile b", "Key", "a = b # not a comment");
    is_entry(4, "profile b", "empty", "");
}
END_TEST

START_TEST(what_is_indented_deeper_belongs_to_the_name_above)
{
    ck_assert(parse("[a]\ns3 =\n  region = x\n  no equals\nk = v\n"));
    ck_assert_uint_eq(ini.count, 3);
    is_entry(2, "a", "k", "v");

    ck_assert(parse("  [a]\n  k = v\n  l = w\n"));
    ck_assert_uint_eq(ini.count, 3);
    is_entry(2, "a", "l", "w");
}
END_TEST

START_TEST(an_empty_file_has_nothing)
{
    ck_assert(parse(""));
    ck_assert_uint_eq(ini.count, 0);
}
END_TEST

static const struct {
    const char *text;
    size_t line;
    const char *why;
} refused[] = {
    { "\n[a\n", 2, "a [ has no ]" },
    { "[ ]", 1, "a section has no name" },
    { "[a]\nsecret", 2, "it is neither a [section] nor name = value" },
    { "k = v\n", 1, "a name stands before the first [section]" },
    { "[a]\n = v\n", 2, "a value has no name" },
};

START_TEST(what_is_wrong_is_told_with_its_line)
{
    ck_assert(!parse(refused[_i].text));
    ck_assert_uint_eq(line, refused[_i].line);
    ck_assert_str_eq(why, refused[_i].why);
    ck_assert_ptr_null(ini.memory);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("ini");
    TCase *tests = tcase_create("ini");

    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, sections_and_pairs_are_read);
    tcase_add_test(tests, what_is_indented_deeper_belongs_to_the_name_above);
    tcase_add_test(tests, an_empty_file_has_nothing);
    tcase_add_loop_test(tests, what_is_wrong_is_told_with_its_line, 0,
                        (int)COUNT(refused));
    suite_add_tcase(suite, tests);
    return suite;
}
