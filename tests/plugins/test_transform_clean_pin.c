/* SPDX-License-Identifier: Apache-2.0 */

/* test_transform_clean_pin - the reference's rules for pinterest_data, and
 * every way to have them otherwise */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "suite.h"

static struct harness *bench;

static void
setup(void)
{
    bench = harness_create(MILL_TRANSFORM, "clean_pin");
}

static void
teardown(void)
{
    harness_destroy(bench);
}

/* Opens with what was set and cleans ROWS. */
static const char *
clean(const char *rows)
{
    ck_assert_msg(harness_check(bench) == MILL_OK, "%s", harness_said(bench));
    ck_assert_int_eq(harness_open(bench), MILL_OK);
    ck_assert_int_eq(harness_apply(bench, rows), MILL_OK);
    return harness_rows(bench);
}

#define PIN(index, title, description, poster, followers, tags, kind, image,   \
            downloaded, location)                                              \
    "{\"index\":" index ",\"unique_id\":\"u-1\",\"title\":" title              \
    ",\"description\":" description ",\"poster_name\":" poster                 \
    ",\"follower_count\":" followers ",\"tag_list\":" tags                     \
    ",\"is_image_or_video\":" kind ",\"image_src\":" image                     \
    ",\"downloaded\":" downloaded ",\"save_location\":" location               \
    ",\"category\":\"art\"}\n"

#define GOOD                                                                   \
    PIN("7528", "\"A title\"", "\"Some words\"", "\"Ada\"", "\"942k\"",        \
        "\"a,b\"", "\"image\"", "\"https://x/y.jpg\"", "1",                    \
        "\"Local save in /data/art\"")

#define DIRTY                                                                  \
    PIN("1", "\"No Title Data Available\"",                                    \
        "\"No description available Story format\"", "\"User Info Error\"",    \
        "\"User Info Error\"", "\"N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e\"",        \
        "\"multi-video(story page format)\"", "\"Image src error.\"", "0",     \
        "\"Local save in /data/art\"")

START_TEST(a_pin_comes_out_as_the_reference_has_it)
{
    ck_assert_str_eq(
        clean(GOOD),
        "{\"ind\":7528,\"unique_id\":\"u-1\",\"title\":\"A title\","
        "\"description\":\"Some words\",\"follower_count\":942000,"
        "\"poster_name\":\"Ada\",\"tag_list\":\"a,b\","
        "\"is_image_or_video\":\"image\",\"image_src\":\"https://x/y.jpg\","
        "\"save_location\":\"/data/art\",\"category\":\"art\"}\n");
}
END_TEST

START_TEST(placeholders_become_null_and_are_counted_by_column)
{
    ck_assert_str_eq(
        clean(DIRTY GOOD DIRTY),
        "{\"ind\":1,\"unique_id\":\"u-1\",\"title\":null,\"description\":null,"
        "\"follower_count\":null,\"poster_name\":null,\"tag_list\":null,"
        "\"is_image_or_video\":\"multi-video(story page format)\","
        "\"image_src\":null,\"save_location\":\"/data/art\","
        "\"category\":\"art\"}\n"
        "{\"ind\":7528,\"unique_id\":\"u-1\",\"title\":\"A title\","
        "\"description\":\"Some words\",\"follower_count\":942000,"
        "\"poster_name\":\"Ada\",\"tag_list\":\"a,b\","
        "\"is_image_or_video\":\"image\",\"image_src\":\"https://x/y.jpg\","
        "\"save_location\":\"/data/art\",\"category\":\"art\"}\n"
        "{\"ind\":1,\"unique_id\":\"u-1\",\"title\":null,\"description\":null,"
        "\"follower_count\":null,\"poster_name\":null,\"tag_list\":null,"
        "\"is_image_or_video\":\"multi-video(story page format)\","
        "\"image_src\":null,\"save_location\":\"/data/art\","
        "\"category\":\"art\"}\n");
    ck_assert_uint_eq(harness_count(bench, "nulled title"), 2);
    ck_assert_uint_eq(harness_count(bench, "nulled description"), 2);
    ck_assert_uint_eq(harness_count(bench, "nulled follower_count"), 2);
    ck_assert_uint_eq(harness_count(bench, "nulled poster_name"), 2);
    ck_assert_uint_eq(harness_count(bench, "nulled tag_list"), 2);
    ck_assert_uint_eq(harness_count(bench, "nulled image_src"), 2);
    ck_assert_uint_eq(harness_count(bench, "nulled category"), 0);
}
END_TEST

/* One column of one row, and what an option makes of it. */
static const struct {
    const char *option;
    const char *value;
    const char *row; /* of the one column that matters */
    const char *out; /* what must stand in the cleaned row */
} variants[] = {
    { NULL, NULL, "\"description\":\"No description available\"",
      "\"description\":\"No description available\"" },
    { "null_description", "No description available",
      "\"description\":\"No description available\"", "\"description\":null" },
    { "match", "contains", "\"title\":\"x No Title Data Available y\"",
      "\"title\":null" },
    { NULL, NULL, "\"title\":\"x No Title Data Available y\"",
      "\"title\":\"x No Title Data Available y\"" },
    { NULL, NULL, "\"title\":\"\"", "\"title\":\"\"" },
    { "empty", "null", "\"title\":\"\"", "\"title\":null" },
    { "empty", "null", "\"title\":\" \\n\"", "\"title\":null" },
    { "null_title", "", "\"title\":\"\"", "\"title\":null" },
    { "instead_of_text", "None", "\"title\":\"No Title Data Available\"",
      "\"title\":\"None\"" },
    { "instead_of_count", "zero", "\"follower_count\":\"User Info Error\"",
      "\"follower_count\":0" },
    { "follower_type", "float", "\"follower_count\":\"2k\"",
      "\"follower_count\":2000" },
    { NULL, NULL, "\"follower_count\":\"1.5M\"", "\"follower_count\":1500000" },
    { NULL, NULL, "\"follower_count\":\"3B\"",
      "\"follower_count\":3000000000" },
    { NULL, NULL, "\"follower_count\":12", "\"follower_count\":12" },
    { "tags", "list", "\"tag_list\":\"a,b,c d\"",
      "\"tag_list\":[\"a\",\"b\",\"c d\"]" },
    { "tags", "list", "\"tag_list\":\"N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e\"",
      "\"tag_list\":null" },
    { "match", "contains", "\"tag_list\":\"N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e\"",
      "\"tag_list\":null" },
    { "null_tag_list", "\u00e9t\u00e9", "\"tag_list\":\"\u00e9,t,\u00e9\"",
      "\"tag_list\":null" },
    { NULL, NULL, "\"tag_list\":\"N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e,\"",
      "\"tag_list\":\"N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e,\"" },
    { "multi_video", "video",
      "\"is_image_or_video\":\"multi-video(story page format)\"",
      "\"is_image_or_video\":\"video\"" },
    { "multi_video", "null",
      "\"is_image_or_video\":\"multi-video(story page format)\"",
      "\"is_image_or_video\":null" },
    { "location_prefix", "Local save in",
      "\"save_location\":\"Local save in /data/art\"",
      "\"save_location\":\" /data/art\"" },
    { NULL, NULL, "\"save_location\":\"/data/Local save in x\"",
      "\"save_location\":\"/data/Local save in x\"" },
    { "downloaded", "int", "\"downloaded\":1", "\"downloaded\":1" },
    { "downloaded", "bool", "\"downloaded\":0", "\"downloaded\":false" },
    { "key_type", "text", "\"index\":5", "\"ind\":\"5\"" },
    { NULL, NULL, "\"ind\":5", "\"ind\":5" },
    { NULL, NULL, "\"ind\":\"5\"", "\"ind\":5" },
    { "key", "row", "\"row\":5", "\"ind\":5" },
    { "extra", "keep", "\"more\":[1]", "\"more\":[1]" },
    { NULL, NULL, "\"title\":5", "\"title\":\"5\"" },
    { "null_unique_id", "-", "\"unique_id\":\"-\"", "\"unique_id\":null" },
    { "null_category", "art", "\"category\":\"art\"", "\"category\":null" },
    { "null_image_src", "x", "\"image_src\":\"x\"", "\"image_src\":null" },
    { "null_poster_name", "x", "\"poster_name\":\"x\"",
      "\"poster_name\":null" },
    { "null_follower_count", "many", "\"follower_count\":\"many\"",
      "\"follower_count\":null" },
};

START_TEST(every_variant_is_an_option)
{
    char row[200];
    const char *out;

    if (variants[_i].option)
        harness_set(bench, variants[_i].option, variants[_i].value);
    snprintf(row, sizeof(row), "{%s}\n", variants[_i].row);
    out = clean(row);
    ck_assert_msg(strstr(out, variants[_i].out), "%s=%s, %s gave %s",
                  variants[_i].option ? variants[_i].option : "",
                  variants[_i].option ? variants[_i].value : "",
                  variants[_i].row, out);
}
END_TEST

START_TEST(a_value_that_cant_be_read_is_nulled_and_counted)
{
    const char *out = clean("{\"index\":\"x\",\"follower_count\":\"lots\"}\n"
                            "{\"index\":2,\"follower_count\":\"1.23456k\"}\n");

    ck_assert_ptr_nonnull(strstr(out, "{\"ind\":null,"));
    ck_assert_ptr_nonnull(strstr(out, "{\"ind\":2,"));
    ck_assert_ptr_nonnull(strstr(out, "\"follower_count\":null"));
    ck_assert_uint_eq(harness_count(bench, "bad ind"), 1);
    ck_assert_uint_eq(harness_count(bench, "bad follower_count"), 2);
    ck_assert_str_eq(harness_rejected(bench), "");
}
END_TEST

START_TEST(a_value_that_cant_be_read_rejects_its_row_where_asked)
{
    harness_set(bench, "on_bad", "reject");
    const char *out = clean("{\"index\":1,\"follower_count\":\"lots\"}\n"
                            "{\"index\":2,\"follower_count\":\"2k\"}\n");

    ck_assert_ptr_null(strstr(out, "\"ind\":1"));
    ck_assert_ptr_nonnull(strstr(out, "\"ind\":2"));
    ck_assert_str_eq(harness_rejected(bench),
                     "follower_count: \"lots\" is not a count such as 12, 3k "
                     "or 1.5M\n");
    ck_assert_uint_eq(harness_count(bench, "bad follower_count"), 1);
}
END_TEST

START_TEST(missing_columns_are_null_and_counted)
{
    ck_assert_str_eq(
        clean("{\"index\":1,\"title\":\"t\"}\n{\"index\":2}\n"),
        "{\"ind\":1,\"unique_id\":null,\"title\":\"t\",\"description\":null,"
        "\"follower_count\":null,\"poster_name\":null,\"tag_list\":null,"
        "\"is_image_or_video\":null,\"image_src\":null,\"save_location\":null,"
        "\"category\":null}\n"
        "{\"ind\":2,\"unique_id\":null,\"title\":null,\"description\":null,"
        "\"follower_count\":null,\"poster_name\":null,\"tag_list\":null,"
        "\"is_image_or_video\":null,\"image_src\":null,\"save_location\":null,"
        "\"category\":null}\n");
    ck_assert_uint_eq(harness_count(bench, "missing title"), 1);
    ck_assert_uint_eq(harness_count(bench, "missing category"), 2);
    ck_assert_uint_eq(harness_count(bench, "missing ind"), 0);
}
END_TEST

START_TEST(unknown_columns_are_dropped_and_counted)
{
    const char *out = clean("{\"index\":1,\"name\":\"Maya\",\"downloaded\":1}\n"
                            "{\"index\":2}\n");

    ck_assert_ptr_null(strstr(out, "Maya"));
    ck_assert_uint_eq(harness_count(bench, "dropped cells"), 2);
}
END_TEST

START_TEST(rows_of_either_key_can_be_mixed)
{
    const char *out = clean("{\"index\":1}\n{\"ind\":2}\n");

    ck_assert_ptr_nonnull(strstr(out, "{\"ind\":1,"));
    ck_assert_ptr_nonnull(strstr(out, "{\"ind\":2,"));
}
END_TEST

START_TEST(cleaning_twice_changes_nothing)
{
    char *once;

    once = strdup(clean(GOOD DIRTY));
    ck_assert_int_eq(harness_apply(bench, once), MILL_OK);
    ck_assert_str_eq(harness_rows(bench), once);
    free(once);
}
END_TEST

START_TEST(too_many_key_names_are_refused)
{
    for (int i = 0; i < 5; i++)
        harness_set(bench, "key", "a");
    ck_assert_int_eq(harness_check(bench), MILL_FATAL);
    ck_assert_ptr_nonnull(strstr(harness_said(bench), "key names 5 columns"));
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

Suite *
suite(void)
{
    Suite *suite = suite_create("transform clean_pin");
    TCase *cases = tcase_create("cleaning");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, a_pin_comes_out_as_the_reference_has_it);
    tcase_add_test(cases, placeholders_become_null_and_are_counted_by_column);
    tcase_add_loop_test(cases, every_variant_is_an_option, 0, COUNT(variants));
    tcase_add_test(cases, a_value_that_cant_be_read_is_nulled_and_counted);
    tcase_add_test(cases,
                   a_value_that_cant_be_read_rejects_its_row_where_asked);
    tcase_add_test(cases, missing_columns_are_null_and_counted);
    tcase_add_test(cases, unknown_columns_are_dropped_and_counted);
    tcase_add_test(cases, rows_of_either_key_can_be_mixed);
    tcase_add_test(cases, cleaning_twice_changes_nothing);
    tcase_add_test(cases, too_many_key_names_are_refused);
    suite_add_tcase(suite, cases);
    return suite;
}
