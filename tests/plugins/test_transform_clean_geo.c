/* SPDX-License-Identifier: Apache-2.0 */

/* test_transform_clean_geo - the reference's rules for geolocation_data, and
 * every way to have them otherwise */

#include <check.h>
#include <string.h>

#include "harness.h"
#include "suite.h"

static struct harness *bench;

static void
setup(void)
{
    bench = harness_create(MILL_TRANSFORM, "clean_geo");
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

#define GEO                                                                    \
    "{\"ind\":7528,\"timestamp\":\"2020-08-28T03:52:47\","                     \
    "\"latitude\":-89.9787,\"longitude\":-173.293,\"country\":\"Albania\"}\n"

static const struct {
    const char *option;
    const char *value;
    const char *row;
    const char *out; /* the whole cleaned row */
} places[] = {
    { NULL, NULL, GEO,
      "{\"ind\":7528,\"country\":\"Albania\",\"coordinates\":[-89.9787,"
      "-173.293],\"timestamp\":\"2020-08-28 03:52:47\"}\n" },
    { "coordinates", "text", GEO,
      "{\"ind\":7528,\"country\":\"Albania\",\"coordinates\":\"-89.9787, "
      "-173.293\",\"timestamp\":\"2020-08-28 03:52:47\"}\n" },
    { "coordinates", "columns", GEO,
      "{\"ind\":7528,\"country\":\"Albania\",\"latitude\":-89.9787,"
      "\"longitude\":-173.293,\"timestamp\":\"2020-08-28 03:52:47\"}\n" },
    { "coordinate_type", "text", GEO,
      "{\"ind\":7528,\"country\":\"Albania\",\"coordinates\":[\"-89.9787\","
      "\"-173.293\"],\"timestamp\":\"2020-08-28 03:52:47\"}\n" },
    { "coordinate_type", "float", GEO,
      "{\"ind\":7528,\"country\":\"Albania\",\"coordinates\":[-89.9787,"
      "-173.293],\"timestamp\":\"2020-08-28 03:52:47\"}\n" },
    { "null_country", "Albania", GEO,
      "{\"ind\":7528,\"country\":null,\"coordinates\":[-89.9787,-173.293],"
      "\"timestamp\":\"2020-08-28 03:52:47\"}\n" },
    { NULL, NULL,
      "{\"index\":1,\"timestamp\":\"2020-08-28 03:52:47\",\"latitude\":"
      "\"-12.5\",\"longitude\":\"7\",\"country\":\"Peru\"}\n",
      "{\"ind\":1,\"country\":\"Peru\",\"coordinates\":[-12.5,7],"
      "\"timestamp\":\"2020-08-28 03:52:47\"}\n" },
    { NULL, NULL,
      "{\"ind\":1,\"timestamp\":null,\"latitude\":null,\"longitude\":7,"
      "\"country\":\"Peru\"}\n",
      "{\"ind\":1,\"country\":\"Peru\",\"coordinates\":[null,7],"
      "\"timestamp\":null}\n" },
    { NULL, NULL, "{\"ind\":1,\"country\":\"Peru\"}\n",
      "{\"ind\":1,\"country\":\"Peru\",\"coordinates\":null,"
      "\"timestamp\":null}\n" },
};

START_TEST(a_place_is_cleaned_as_asked)
{
    if (places[_i].option)
        harness_set(bench, places[_i].option, places[_i].value);
    ck_assert_str_eq(clean(places[_i].row), places[_i].out);
}
END_TEST

START_TEST(a_place_without_a_time_or_a_number_is_nulled_and_counted)
{
    const char *out =
        clean("{\"ind\":1,\"timestamp\":\"soon\",\"latitude\":"
              "\"north\",\"longitude\":7,\"country\":\"Peru\"}\n");

    ck_assert_str_eq(out, "{\"ind\":1,\"country\":\"Peru\",\"coordinates\":"
                          "null,\"timestamp\":null}\n");
    ck_assert_uint_eq(harness_count(bench, "bad coordinates"), 1);
    ck_assert_uint_eq(harness_count(bench, "bad timestamp"), 1);
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

Suite *
suite(void)
{
    Suite *suite = suite_create("transform clean_geo");
    TCase *cases = tcase_create("cleaning");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, a_place_is_cleaned_as_asked, 0, COUNT(places));
    tcase_add_test(cases,
                   a_place_without_a_time_or_a_number_is_nulled_and_counted);
    suite_add_tcase(suite, cases);
    return suite;
}
