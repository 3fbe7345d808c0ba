/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include "plugin/template.h"
#include "suite.h"

static struct mill_buffer out;

/* The template filled in with values that all differ. */
static const char *
filled(const char *text)
{
    struct template_values values = {
        .stream = "pins",
        .partition = "3",
        .from = "clean",
        .pipeline = "demo",
        .stage = "lake",
        .offset = 42,
        .at = INT64_C(1598586767000001), /* 2020-08-28 03:52:47 */
    };

    mill_buffer_finish(&out);
    template_fill(text, &values, &out);
    return mill_buffer_text(&out);
}

static const char *
filled_with_stream(const char *text, const char *stream)
{
    struct template_values values = { .stream = stream };

    mill_buffer_finish(&out);
    template_fill(text, &values, &out);
    return mill_buffer_text(&out);
}

/* What is wrong with the template; "" where nothing is. */
static const char *
fault_of(const char *text)
{
    bool right;

    mill_buffer_finish(&out);
    right = template_check(text, &out);
    ck_assert_int_eq(right, out.len == 0);
    return mill_buffer_text(&out);
}

static void
teardown(void)
{
    mill_buffer_finish(&out);
}

START_TEST(every_field_is_filled_in)
{
    ck_assert_str_eq(
        filled("{pipeline}/{stage}/{from}/{stream}-{partition}.json"),
        "demo/lake/clean/pins-3.json");
    ck_assert_str_eq(filled("{yyyy}-{MM}-{dd}T{HH}:{mm}"), "2020-08-28T03:52");
}
END_TEST

START_TEST(offsets_are_padded_as_wide_as_asked)
{
    ck_assert_str_eq(filled("{offset}"), "42");
    ck_assert_str_eq(filled("{offset:01}"), "42");
    ck_assert_str_eq(filled("{offset:010}"), "0000000042");
    ck_assert_str_eq(filled("{offset:020}"), "00000000000000000042");
}
END_TEST

START_TEST(double_braces_are_literal)
{
    ck_assert_str_eq(filled("{{stream}}"), "{stream}");
    ck_assert_str_eq(filled("{{{stream}}}"), "{pins}");
    ck_assert_str_eq(filled("plain"), "plain");
    ck_assert_str_eq(filled(""), "");
}
END_TEST

START_TEST(times_before_1970_round_down)
{
    struct template_values values = { .at = -1 };

    template_fill("{yyyy}-{MM}-{dd} {HH}:{mm}", &values, &out);

    ck_assert_str_eq(mill_buffer_text(&out), "1969-12-31 23:59");
}
END_TEST

START_TEST(a_name_can_not_leave_its_folder)
{
    ck_assert_str_eq(filled_with_stream("out/{stream}.x", "../../etc/passwd"),
                     "out/..%2F..%2Fetc%2Fpasswd.x");
    ck_assert_str_eq(filled_with_stream("out/{stream}/x", ".."),
                     "out/%2E%2E/x");
    ck_assert_str_eq(filled_with_stream("out/{stream}/x", "."), "out/%2E/x");
    ck_assert_str_eq(filled_with_stream("out/{stream}/x", "..."), "out/.../x");
    ck_assert_str_eq(filled_with_stream("out/{stream}/x", "a.b"), "out/a.b/x");
}
END_TEST

START_TEST(two_names_never_become_one)
{
    ck_assert_str_eq(filled_with_stream("{stream}", "a/b"), "a%2Fb");
    ck_assert_str_eq(filled_with_stream("{stream}", "a%2Fb"), "a%252Fb");
}
END_TEST

START_TEST(in_a_url_a_name_is_encoded)
{
    struct template_values values = { .url = true,
                                      .stream = "a b/\xC3\xA9?x=1#{}%",
                                      .from = ".." };

    template_fill("http://h:80/{stream}/{from}?a=b", &values, &out);
    ck_assert_str_eq(mill_buffer_text(&out),
                     "http://h:80/a%20b%2F%C3%A9%3Fx%3D1%23%7B%7D%25/%2E%2E"
                     "?a=b");
}
END_TEST

START_TEST(unknown_fields_are_faults_with_a_hint)
{
    ck_assert_str_eq(fault_of("out/{strem}.json"),
                     "unknown field {strem} (did you mean \"stream\"?)");
    ck_assert_str_eq(fault_of("{YYYY}"),
                     "unknown field {YYYY} (did you mean \"yyyy\"?)");
    ck_assert_str_eq(
        fault_of("{}"),
        "unknown field {} (there are: stream, partition, from, pipeline, "
        "stage, offset, yyyy, MM, dd, HH, mm)");
}
END_TEST

START_TEST(widths_are_checked)
{
    static const char *const bad[] = { "{offset:}",    "{offset:10}",
                                       "{offset:0}",   "{offset:021}",
                                       "{offset:0x1}", "{offset:0100}" };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_ptr_nonnull(strstr(fault_of(bad[i]), "the width of"));
    ck_assert_str_eq(fault_of("{offset:020}{offset:01}"), "");
}
END_TEST

START_TEST(braces_must_pair)
{
    ck_assert_str_eq(fault_of("a{stream"),
                     "a { has no } (write {{ for a brace)");
    ck_assert_str_eq(fault_of("a{"), "a { has no } (write {{ for a brace)");
    ck_assert_str_eq(fault_of("a{b{stream}"),
                     "a { has no } (write {{ for a brace)");
    ck_assert_str_eq(fault_of("a}"), "a } has no { (write }} for a brace)");
    ck_assert_str_eq(fault_of("{{}}{stream}"), "");
}
END_TEST

START_TEST(a_template_knows_what_it_mentions)
{
    struct mill_template tmpl = { .text = "{stream}/{{HH}}/{offset:010}" };
    struct mill_template none = { .text = NULL };

    ck_assert(mill_template_has(&tmpl, "stream"));
    ck_assert(mill_template_has(&tmpl, "offset"));
    ck_assert(!mill_template_has(&tmpl, "HH"));
    ck_assert(!mill_template_has(&tmpl, "partition"));
    ck_assert(!mill_template_has(&none, "stream"));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("template");
    TCase *tests = tcase_create("template");

    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, every_field_is_filled_in);
    tcase_add_test(tests, offsets_are_padded_as_wide_as_asked);
    tcase_add_test(tests, double_braces_are_literal);
    tcase_add_test(tests, times_before_1970_round_down);
    tcase_add_test(tests, a_name_can_not_leave_its_folder);
    tcase_add_test(tests, two_names_never_become_one);
    tcase_add_test(tests, in_a_url_a_name_is_encoded);
    tcase_add_test(tests, unknown_fields_are_faults_with_a_hint);
    tcase_add_test(tests, widths_are_checked);
    tcase_add_test(tests, braces_must_pair);
    tcase_add_test(tests, a_template_knows_what_it_mentions);
    suite_add_tcase(suite, tests);
    return suite;
}
