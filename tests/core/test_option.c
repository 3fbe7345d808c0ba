/* SPDX-License-Identifier: Apache-2.0 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin/option.h"
#include "suite.h"

struct all {
    bool flag;
    int64_t count;
    double ratio;
    const char *text;
    const char *const *list;
    struct mill_url url;
    struct mill_size size;
    struct mill_duration pause;
    struct mill_template path;
    struct mill_url_template address;
    const char *secret;
    const char *color;
};

static const char *const colors[] = { "red", "green", NULL };

static const struct mill_option all_options[] = {
    MILL_OPTION(struct all, flag, "A flag", .fallback = "yes"),
    MILL_OPTION(struct all, count, "A count", .fallback = "7", .least = -10,
                .most = 10),
    MILL_OPTION(struct all, ratio, "A ratio", .fallback = "0.25"),
    MILL_OPTION(struct all, text, "Some text", .fallback = "${plain}"),
    MILL_OPTION(struct all, list, "Some texts", .fallback = "a, b c,d"),
    MILL_OPTION(struct all, url, "A URL"),
    MILL_OPTION(struct all, size, "A size", .fallback = "64KiB", .least = 1024,
                .most = 1 << 20),
    MILL_OPTION(struct all, pause, "A pause", .fallback = "250ms"),
    MILL_OPTION(struct all, path, "A path", .fallback = "{stream}.json"),
    MILL_OPTION(struct all, address, "A URL with fields"),
    MILL_OPTION(struct all, secret, "A secret", .secret = true),
    MILL_OPTION(struct all, color, "A color", .choices = colors),
    { 0 },
};

static const struct mill_plugin plugin = { .name = "all",
                                           .instance_size = sizeof(struct all),
                                           .options = all_options };

static struct pool *pool;
static struct arena arena;
static struct faults faults;
static struct all block;
static bool parsed;

static void
setup(void)
{
    pool = pool_create(0);
    ck_assert_ptr_nonnull(pool);
    arena_init(&arena, pool);
}

static void
teardown(void)
{
    faults_finish(&faults);
    arena_finish(&arena);
    pool_destroy(pool);
}

static void
parse(const struct setting *settings, size_t count)
{
    struct option_place place = { "x.cfg", 3, "it" };

    faults_finish(&faults);
    block = (struct all){ 0 };
    parsed =
        option_parse(&plugin, settings, count, &place, &arena, &block, &faults);
    ck_assert_int_eq(parsed, !faults_any(&faults));
}

static void
parse_text(const char *name, const char *text)
{
    struct setting setting = { .name = name,
                               .type = SETTING_TEXT,
                               .text = text,
                               .file = "x.cfg",
                               .line = 5 };

    parse(&setting, 1);
}

static void
parse_int(const char *name, int64_t integer)
{
    struct setting setting = { .name = name,
                               .type = SETTING_INT,
                               .integer = integer,
                               .file = "x.cfg",
                               .line = 5 };

    parse(&setting, 1);
}

/* The only fault. */
static const char *
message(void)
{
    ck_assert_uint_eq(faults.count, 1);
    return faults.items[0].message;
}

START_TEST(defaults_fill_what_is_not_given)
{
    parse(NULL, 0);

    ck_assert(parsed && block.flag);
    ck_assert_int_eq(block.count, 7);
    ck_assert(block.ratio == 0.25);
    ck_assert_str_eq(block.text, "${plain}");
    ck_assert_str_eq(block.list[0], "a");
    ck_assert_str_eq(block.list[1], "b c,d");
    ck_assert_ptr_null(block.list[2]);
    ck_assert_ptr_null(block.url.text);
    ck_assert_int_eq(block.size.bytes, 65536);
    ck_assert_int_eq(block.pause.ns, 250000000);
    ck_assert_str_eq(block.path.text, "{stream}.json");
    ck_assert_ptr_null(block.color);
}
END_TEST

START_TEST(text_spells_every_type)
{
    static const struct setting settings[] = {
        { .name = "flag", .type = SETTING_TEXT, .text = "no" },
        { .name = "count", .type = SETTING_TEXT, .text = "-9" },
        { .name = "ratio", .type = SETTING_TEXT, .text = "1e3" },
        { .name = "size", .type = SETTING_TEXT, .text = "2 KB" },
        { .name = "pause", .type = SETTING_TEXT, .text = "1h30m" },
        { .name = "list", .type = SETTING_TEXT, .text = "one" },
        { .name = "color", .type = SETTING_TEXT, .text = "green" },
    };

    parse(settings, sizeof(settings) / sizeof(settings[0]));

    ck_assert(parsed && !block.flag);
    ck_assert_int_eq(block.count, -9);
    ck_assert(block.ratio == 1000);
    ck_assert_int_eq(block.size.bytes, 2000);
    ck_assert_int_eq(block.pause.ns, INT64_C(5400000000000));
    ck_assert_str_eq(block.list[0], "one");
    ck_assert_ptr_null(block.list[1]);
    ck_assert_str_eq(block.color, "green");
}
END_TEST

START_TEST(numbers_go_where_numbers_fit)
{
    parse_int("ratio", 3);
    ck_assert(parsed && block.ratio == 3);
    parse_int("size", 2048);
    ck_assert(parsed && block.size.bytes == 2048);
    parse_int("pause", 0);
    ck_assert(parsed && block.pause.ns == 0);

    parse_int("pause", 5);
    ck_assert_str_eq(message(), "stage \"it\": option \"pause\": a duration "
                                "needs a unit: \"5s\", \"5ms\"");
    parse_int("flag", 1);
    ck_assert_str_eq(message(), "stage \"it\": option \"flag\": must be true "
                                "or false, not a whole number");
    parse_int("text", 1);
    ck_assert_str_eq(message(), "stage \"it\": option \"text\": must be text "
                                "in quotes, not a whole number");
}
END_TEST

START_TEST(ranges_hold_at_their_edges)
{
    parse_int("count", 10);
    ck_assert(parsed);
    parse_int("count", 11);
    ck_assert_str_eq(message(),
                     "stage \"it\": option \"count\": must be -10 to 10");
    parse_int("count", -11);
    ck_assert(!parsed);
    parse_text("size", "1KiB");
    ck_assert(parsed);
    parse_text("size", "1023");
    ck_assert_str_eq(message(),
                     "stage \"it\": option \"size\": must be 1KiB to 1MiB");
}
END_TEST

START_TEST(faults_have_the_line_of_their_setting)
{
    parse_text("size", "much");

    ck_assert_str_eq(faults.items[0].file, "x.cfg");
    ck_assert_int_eq(faults.items[0].line, 5);
    ck_assert_str_eq(message(),
                     "stage \"it\": option \"size\": must be a size such as "
                     "\"64KiB\" or \"10MB\", not \"much\"");
}
END_TEST

START_TEST(unknown_options_come_with_a_hint)
{
    parse_text("txet", "x");
    ck_assert_str_eq(message(), "stage \"it\": unknown option \"txet\" (did "
                                "you mean \"text\"?)");
    parse_text("form", "x");
    ck_assert_str_eq(message(), "stage \"it\": unknown option \"form\" (did "
                                "you mean \"from\"?)");
    parse_text("zzzzzzzz", "x");
    ck_assert_ptr_nonnull(strstr(message(), "(there are: flag, count, "));
}
END_TEST

START_TEST(an_option_is_given_once)
{
    static const struct setting settings[] = {
        { .name = "count", .type = SETTING_INT, .integer = 1, .file = "f" },
        { .name = "count", .type = SETTING_INT, .integer = 2, .file = "f" },
    };

    parse(settings, 2);

    ck_assert_str_eq(message(),
                     "stage \"it\": option \"count\" is given twice");
}
END_TEST

START_TEST(choices_are_closed)
{
    parse_text("color", "gren");

    ck_assert_str_eq(message(),
                     "stage \"it\": option \"color\": \"gren\" is none of the "
                     "choices (did you mean \"green\"?)");
}
END_TEST

START_TEST(variables_are_put_in)
{
    setenv("A", "1", 1);
    setenv("EMPTY", "", 1);
    unsetenv("GONE");

    parse_text("count", "${A}");
    ck_assert_int_eq(block.count, 1);
    parse_text("text", "<${A}${A}|${GONE:-d}|${EMPTY:-e}|${EMPTY}|$${A}|$>");
    ck_assert_str_eq(block.text, "<11|d|e||${A}|$>");

    parse_text("text", "${GONE}");
    ck_assert_str_eq(message(),
                     "stage \"it\": option \"text\": ${GONE} is not set, and "
                     "has no default (write ${GONE:-DEFAULT} to give it one)");
    parse_text("text", "${A");
    ck_assert_str_eq(message(), "stage \"it\": option \"text\": a ${ has no } "
                                "(write $${ for the text ${)");
    parse_text("text", "${1A}");
    ck_assert_ptr_nonnull(strstr(message(), "${1A} names no variable"));
    parse_text("text", "${}");
    ck_assert_ptr_nonnull(strstr(message(), "${} names no variable"));
}
END_TEST

START_TEST(a_value_that_looks_like_a_variable_stays)
{
    setenv("A", "${B}", 1);

    parse_text("text", "${A}");

    ck_assert_str_eq(block.text, "${B}");
}
END_TEST

START_TEST(in_urls_values_are_percent_encoded)
{
    setenv("PASSWORD", "p@s:s/w%rd\xC3\xA9 ~", 1);

    parse_text("url", "mysql://me:${PASSWORD}@host/db?x=%20");

    ck_assert_str_eq(block.url.text,
                     "mysql://me:p%40s%3As%2Fw%25rd%C3%A9%20~@host/db?x=%20");
    setenv("WHOLE", "mysql://me:p%40@host/db", 1);
    parse_text("url", "${WHOLE}");
    ck_assert_str_eq(block.url.text, "mysql://me:p%40@host/db");
    parse_text("url", "mysql://me:p%40@host/db");
    ck_assert_ptr_nonnull(strstr(message(), "the password stands in"));
}
END_TEST

START_TEST(in_url_templates_values_are_encoded_braces_too)
{
    setenv("NAME", "a/b{stream}?", 1);
    parse_text("address", "http://host/${NAME}.{from}");
    ck_assert_str_eq(block.address.text,
                     "http://host/a%2Fb%7Bstream%7D%3F.{from}");

    setenv("WHOLE", "http://host/a%2Fb/{x}", 1);
    parse_text("address", "${WHOLE}");
    ck_assert_str_eq(block.address.text, "http://host/a%2Fb/{{x}}");

    parse_text("address", "http://me:secret@host/{from}");
    ck_assert_ptr_nonnull(strstr(message(), "the password stands in"));
    parse_text("address", "http://host/{form}");
    ck_assert_ptr_nonnull(strstr(message(), "unknown field {form}"));
}
END_TEST

START_TEST(a_value_that_a_url_begins_with_is_its_beginning)
{
    setenv("API", "https://a.b:8443/{test}", 1);
    setenv("NAME", "a/b", 1);

    parse_text("url", "${API}/topics/${NAME}");
    ck_assert_str_eq(block.url.text, "https://a.b:8443/{test}/topics/a%2Fb");

    parse_text("address", "${API}/topics/${NAME}.{from}");
    ck_assert_str_eq(block.address.text,
                     "https://a.b:8443/{{test}}/topics/a%2Fb.{from}");
}
END_TEST

START_TEST(in_templates_braces_of_values_stay)
{
    setenv("FOLDER", "a{stream}b", 1);

    parse_text("path", "${FOLDER}/{stream}");

    ck_assert_str_eq(block.path.text, "a{{stream}}b/{stream}");
}
END_TEST

START_TEST(a_setting_that_was_a_fault_says_no_more)
{
    struct setting setting = { .name = "size", .type = SETTING_FAULT };
    struct option_place place = { "x.cfg", 3, "it" };

    ck_assert(
        !option_parse(&plugin, &setting, 1, &place, &arena, &block, &faults));
    ck_assert(!faults_any(&faults));
}
END_TEST

START_TEST(a_secret_comes_from_outside)
{
    setenv("PASSWORD", "@/not/a/file", 1);

    parse_text("secret", "${PASSWORD}");
    ck_assert_str_eq(block.secret, "@/not/a/file");
    parse_text("secret", "hunter2");
    ck_assert_str_eq(message(),
                     "stage \"it\": option \"secret\": a secret can't stand in "
                     "the definition: write \"${VAR}\", or \"@FILE\"");
    parse_text("secret", "$${PASSWORD}");
    ck_assert(!parsed);
}
END_TEST

/* Writes LEN bytes to a new file and reads it as a secret. */
static void
parse_secret_file(const char *data, size_t len)
{
    char path[] = "/tmp/test_option.XXXXXX";
    char text[sizeof(path) + 1];
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
    close(fd);
    snprintf(text, sizeof(text), "@%s", path);
    parse_text("secret", text);
    unlink(path);
}

START_TEST(a_secret_file_loses_its_last_newline_only)
{
    parse_secret_file("pass\nword\n\n", 11);
    ck_assert_str_eq(block.secret, "pass\nword\n");
    parse_secret_file("password\r\n", 10);
    ck_assert_str_eq(block.secret, "password");
    parse_secret_file("password", 8);
    ck_assert_str_eq(block.secret, "password");
}
END_TEST

START_TEST(secret_files_that_hold_none_are_refused)
{
    static char large[70000];

    memset(large, 'x', sizeof(large));
    parse_secret_file("", 0);
    ck_assert_ptr_nonnull(strstr(message(), "is empty"));
    parse_secret_file("a\0b", 3);
    ck_assert_ptr_nonnull(strstr(message(), "holds a zero byte"));
    parse_secret_file(large, sizeof(large));
    ck_assert_ptr_nonnull(strstr(message(), "is larger than 65536 bytes"));
    parse_text("secret", "@/does/not/exist");
    ck_assert_str_eq(message(), "stage \"it\": option \"secret\": cannot open "
                                "/does/not/exist: No such file or directory");
    parse_text("secret", "@/tmp");
    ck_assert_str_eq(message(), "stage \"it\": option \"secret\": cannot read "
                                "/tmp: Is a directory");
}
END_TEST

START_TEST(templates_are_checked)
{
    parse_text("path", "{nothing}");

    ck_assert_ptr_nonnull(strstr(message(), "unknown field {nothing}"));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("option");
    TCase *tests = tcase_create("option");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, defaults_fill_what_is_not_given);
    tcase_add_test(tests, text_spells_every_type);
    tcase_add_test(tests, numbers_go_where_numbers_fit);
    tcase_add_test(tests, ranges_hold_at_their_edges);
    tcase_add_test(tests, faults_have_the_line_of_their_setting);
    tcase_add_test(tests, unknown_options_come_with_a_hint);
    tcase_add_test(tests, an_option_is_given_once);
    tcase_add_test(tests, choices_are_closed);
    tcase_add_test(tests, variables_are_put_in);
    tcase_add_test(tests, a_value_that_looks_like_a_variable_stays);
    tcase_add_test(tests, in_urls_values_are_percent_encoded);
    tcase_add_test(tests, in_url_templates_values_are_encoded_braces_too);
    tcase_add_test(tests, a_value_that_a_url_begins_with_is_its_beginning);
    tcase_add_test(tests, in_templates_braces_of_values_stay);
    tcase_add_test(tests, a_setting_that_was_a_fault_says_no_more);
    tcase_add_test(tests, a_secret_comes_from_outside);
    tcase_add_test(tests, a_secret_file_loses_its_last_newline_only);
    tcase_add_test(tests, secret_files_that_hold_none_are_refused);
    tcase_add_test(tests, templates_are_checked);
    suite_add_tcase(suite, tests);
    return suite;
}
