/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include "plugin/option.h"
#include "suite.h"

/* An option in an instance of 16 bytes. */
#define ROW(row_name, row_type, row_help, ...)                                 \
    {                                                                          \
        .name = row_name, .type = row_type, .help = row_help, __VA_ARGS__      \
    }
#define INT(...) ROW("x", MILL_OPTION_INT, "An x", __VA_ARGS__)
#define TEXT(...) ROW("x", MILL_OPTION_TEXT, "An x", __VA_ARGS__)

static const char *const colors[] = { "red", NULL };
static const char *const no_choice[] = { NULL };

static const struct {
    struct mill_option option;
    const char *why; /* behind the name */
} cases[] = {
    { INT(.offset = 8), "" },
    { INT(.offset = 16), "its member lies outside the instance" },
    { INT(.offset = SIZE_MAX - 3), "its member lies outside the instance" },
    { INT(.offset = 4), "its member isn't aligned" },
    { ROW("x", 0, "An x", 0), "its type is unknown" },
    { ROW("x", 99, "An x", 0), "its type is unknown" },
    { ROW("from", MILL_OPTION_INT, "An x", 0),
      "the name is one of the core's own words" },
    { ROW("Bad-Name", MILL_OPTION_INT, "An x", 0),
      "a name is made of a-z, 0-9 and _, and begins with a letter" },
    { ROW("1x", MILL_OPTION_INT, "An x", 0),
      "a name is made of a-z, 0-9 and _, and begins with a letter" },
    { INT(.least = 20, .most = 10), "its least is above its most" },
    { INT(.required = true, .fallback = "1"),
      "it is required, and yet has a default" },
    { TEXT(.secret = true, .fallback = "1"),
      "it is secret, and yet has a default" },
    { INT(.secret = true),
      "only text, lists, URLs and templates can be secret" },
    { INT(.choices = colors), "only text and lists can have choices" },
    { TEXT(.choices = no_choice), "it has no choice to choose from" },
    { TEXT(.most = 1), "only numbers, sizes and durations can have a range" },
    { ROW("x", MILL_OPTION_INT, NULL, 0), "it has no help of one line" },
    { ROW("x", MILL_OPTION_INT, "a\nb", 0), "it has no help of one line" },
    { INT(.fallback = "many"), "must be a whole number, not \"many\"" },
    { INT(.fallback = "11", .most = 10), "must be 0 to 10" },
    { TEXT(.choices = colors, .fallback = "blue"),
      "\"blue\" is none of the choices (there are: red)" },
};

START_TEST(a_table_has_to_fit_its_instance)
{
    struct mill_option table[] = { cases[_i].option, { 0 } };
    struct mill_plugin plugin = { .name = "bad",
                                  .instance_size = 16,
                                  .options = table };
    struct mill_buffer why = { 0 };
    bool right = option_check_table(&plugin, &why);
    const char *text = mill_buffer_text(&why);

    ck_assert_int_eq(right, *cases[_i].why == '\0');
    ck_assert_int_eq(right, why.len == 0);
    if (!right)
        ck_assert_str_eq(strstr(text, "\": ") + 3, cases[_i].why);
    ck_assert(right || strstr(text, table[0].name));
    mill_buffer_finish(&why);
}
END_TEST

START_TEST(options_do_not_share_a_member_or_a_name)
{
    struct mill_option table[] = {
        { .name = "a", .type = MILL_OPTION_INT, .help = "An a" },
        { .name = "b", .type = MILL_OPTION_BOOL, .offset = 7, .help = "A b" },
        { 0 },
    };
    struct mill_plugin bad = { .name = "bad",
                               .instance_size = 16,
                               .options = table };
    struct mill_buffer why = { 0 };

    ck_assert(!option_check_table(&bad, &why));
    ck_assert_str_eq(mill_buffer_text(&why),
                     "option \"b\": its member is another option's too");
    mill_buffer_finish(&why);
    table[1].name = "a";
    ck_assert(!option_check_table(&bad, &why));
    ck_assert_str_eq(mill_buffer_text(&why),
                     "option \"a\": the name stands twice in the table");
    mill_buffer_finish(&why);
}
END_TEST

START_TEST(a_table_has_an_end)
{
    static struct mill_option table[1000];
    struct mill_plugin plugin = { .name = "bad",
                                  .instance_size = 16,
                                  .options = table };
    struct mill_buffer why = { 0 };

    for (size_t i = 0; i < 1000; i++)
        table[i].name = "x";

    ck_assert(!option_check_table(&plugin, &why));
    ck_assert_ptr_nonnull(strstr(mill_buffer_text(&why), "has no end"));
    mill_buffer_finish(&why);
}
END_TEST

START_TEST(no_table_is_a_table)
{
    struct mill_plugin plugin = { .name = "none" };
    struct mill_buffer why = { 0 };

    ck_assert(option_check_table(&plugin, &why));
    ck_assert_uint_eq(option_count(&plugin), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("option table");
    TCase *tests = tcase_create("option table");

    tcase_add_loop_test(tests, a_table_has_to_fit_its_instance, 0,
                        (int)(sizeof(cases) / sizeof(cases[0])));
    tcase_add_test(tests, options_do_not_share_a_member_or_a_name);
    tcase_add_test(tests, a_table_has_an_end);
    tcase_add_test(tests, no_table_is_a_table);
    suite_add_tcase(suite, tests);
    return suite;
}
