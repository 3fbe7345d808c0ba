/* SPDX-License-Identifier: Apache-2.0 */

/* test_common_clean - numbers, casts and joins of plugins/common/clean. */

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clean/cast.h"
#include "clean/join.h"
#include "clean/number.h"
#include "record/batch.h"
#include "suite.h"

static struct pool *pool;
static struct batch *batch;

static void
setup(void)
{
    pool = pool_create(1 << 20);
    batch = batch_create(pool);
    ck_assert_ptr_nonnull(batch);
}

static void
teardown(void)
{
    batch_release(batch);
    pool_destroy(pool);
}

/* ---- numbers ------------------------------------------------------------- */

static struct number
number_of(const char *text)
{
    struct number number;

    ck_assert_msg(number_read(text, strlen(text), &number), "%s", text);
    return number;
}

static const char *const ascending[] = {
    "-1e400",
    "-9223372036854775809",
    "-9223372036854775808",
    "-12.50001",
    "-12.5",
    "-0.001",
    "0",
    "1e-999999999999999999999",
    "0.0000001",
    "0.5",
    "0.50000000000000000000000000000000001",
    "9",
    "10",
    "99.99",
    "100",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775807.1",
    "18446744073709551616",
    "1e400",
};

START_TEST(numbers_compare_exactly)
{
    size_t count = sizeof(ascending) / sizeof(ascending[0]);

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            struct number a = number_of(ascending[i]);
            struct number b = number_of(ascending[j]);
            int sign = number_compare(&a, &b);

            ck_assert_msg((sign > 0) - (sign < 0) == (i > j) - (i < j),
                          "%s against %s gave %d", ascending[i], ascending[j],
                          sign);
        }
}
END_TEST

static const char *const twins[][2] = {
    { "0", "-0" },        { "0", "0.000" },     { "1", "1.0" },
    { "100", "1e2" },     { "1200", "1.2E+3" }, { "0.012", "12e-3" },
    { "007", "7" },       { "+7", "7" },        { "0e5", "0" },
    { "10.50", "10.5" },  { "1000000", "1e6" }, { "-0.5", "-5e-1" },
    { "00.10", "0.1e0" },
};

START_TEST(spellings_of_one_number_are_equal)
{
    struct number a = number_of(twins[_i][0]);
    struct number b = number_of(twins[_i][1]);

    ck_assert_int_eq(number_compare(&a, &b), 0);
}
END_TEST

static const char *const no_numbers[] = {
    "",      "-",    "+",   ".5",  "5.",  "1e", "1e+",   "e5",    "1 ", " 1",
    "1.2.3", "0x10", "--1", "nan", "inf", "1k", "1,000", "1e5.5", ".",
};

START_TEST(other_texts_are_no_numbers)
{
    struct number number;
    const char *text = no_numbers[_i];

    ck_assert_msg(!number_read(text, strlen(text), &number), "%s", text);
}
END_TEST

static const struct {
    const char *text;
    bool fits;
    int64_t integer;
} whole[] = {
    { "0", true, 0 },
    { "-0.0", true, 0 },
    { "42", true, 42 },
    { "-42", true, -42 },
    { "4.2e1", true, 42 },
    { "42000e-3", true, 42 },
    { "42.5", false, 0 },
    { "0.1", false, 0 },
    { "9223372036854775807", true, INT64_MAX },
    { "9223372036854775808", false, 0 },
    { "-9223372036854775808", true, INT64_MIN },
    { "-9223372036854775809", false, 0 },
    { "1e18", true, INT64_C(1000000000000000000) },
    { "1e19", false, 0 },
    { "1e999999999999999999999", false, 0 },
    { "99999999999999999999", false, 0 },
};

START_TEST(whole_numbers_of_64_bits_become_integers)
{
    struct number number = number_of(whole[_i].text);
    int64_t integer = -1;
    bool fits = number_to_int(&number, &integer);

    ck_assert_msg(fits == whole[_i].fits, "%s", whole[_i].text);
    if (fits)
        ck_assert_int_eq(integer, whole[_i].integer);
}
END_TEST

START_TEST(integers_come_back_from_their_digits)
{
    static const int64_t integers[] = { 0,  1,   -1,        10,
                                        99, 100, INT64_MAX, INT64_MIN };

    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
        char room[NUMBER_INT_ROOM];
        struct number number;
        int64_t back = 0;

        number_of_int(integers[i], room, &number);
        ck_assert(number_to_int(&number, &back));
        ck_assert_int_eq(back, integers[i]);
    }
}
END_TEST

/* ---- casts --------------------------------------------------------------- */

/* JSON in, cast, JSON out; NULL where the cast refuses. */
static char *
cast_json(const char *json, enum cast_type type)
{
    struct mill_json_error error;
    struct mill_buffer out = { 0 };
    struct mill_value value;
    enum cast_outcome outcome;

    ck_assert(mill_json_read(&batch->pub,
                             (struct mill_bytes){ json, strlen(json) }, &value,
                             &error));
    outcome = cast_value(&batch->pub, type, &value, &value);
    ck_assert_int_ne(outcome, CAST_NO_MEMORY);
    if (outcome == CAST_BAD)
        return NULL;
    mill_json_write(&out, &value, NULL);
    char *copy = strdup(mill_buffer_text(&out));
    mill_buffer_finish(&out);
    return copy;
}

static const struct {
    enum cast_type type;
    const char *from;
    const char *to; /* NULL: refused */
} casts[] = {
    { CAST_INT, "\"42\"", "42" },
    { CAST_INT, "\" 42\\n\"", "42" },
    { CAST_INT, "42.0", "42" },
    { CAST_INT, "4.2e1", "42" },
    { CAST_INT, "true", "1" },
    { CAST_INT, "\"+7\"", "7" },
    { CAST_INT, "9223372036854775808", NULL },
    { CAST_INT, "42.5", NULL },
    { CAST_INT, "\"12k\"", NULL },
    { CAST_INT, "\"\"", NULL },
    { CAST_INT, "\"User Info Error\"", NULL },
    { CAST_INT, "[1]", NULL },
    { CAST_INT, "null", "null" },

    { CAST_COUNT, "\"0\"", "0" },
    { CAST_COUNT, "\"942\"", "942" },
    { CAST_COUNT, "\"942k\"", "942000" },
    { CAST_COUNT, "\"942K\"", "942000" },
    { CAST_COUNT, "\"15M\"", "15000000" },
    { CAST_COUNT, "\"15m\"", "15000000" },
    { CAST_COUNT, "\"1.5M\"", "1500000" },
    { CAST_COUNT, "\"2b\"", "2000000000" },
    { CAST_COUNT, "\"0.5k\"", "500" },
    { CAST_COUNT, "\"1.2345k\"", NULL },
    { CAST_COUNT, "\"k\"", NULL },
    { CAST_COUNT, "\"12kk\"", NULL },
    { CAST_COUNT, "\"9999999999B\"", NULL },
    { CAST_COUNT, "\"-3k\"", "-3000" },
    { CAST_COUNT, "7", "7" },
    { CAST_COUNT_FLOAT, "\"3k\"", "3000.0" },

    { CAST_FLOAT, "\"0.5\"", "0.5" },
    { CAST_FLOAT, "3", "3.0" },
    { CAST_FLOAT, "-88.8298", "-88.8298" },
    { CAST_FLOAT, "1e400", NULL },
    { CAST_FLOAT, "\"x\"", NULL },

    { CAST_NUMBER, "\"-88.8298\"", "-88.8298" },
    { CAST_NUMBER, "\"5\"", "5" },
    { CAST_NUMBER, "\"5.0\"", "5.0" },
    { CAST_NUMBER, "\"+5.50\"", "5.50" },
    { CAST_NUMBER, "\"007.5\"", "7.5" },
    { CAST_NUMBER, "\"-007.5\"", "-7.5" },
    { CAST_NUMBER, "\"-0.5\"", "-0.5" },
    { CAST_NUMBER, "\"18446744073709551616\"", "18446744073709551616" },
    { CAST_NUMBER, "\"1e5\"", "1e5" },
    { CAST_NUMBER, "\"abc\"", NULL },
    { CAST_NUMBER, "1e400", "1e400" },

    { CAST_TEXT, "5", "\"5\"" },
    { CAST_TEXT, "1e400", "\"1e400\"" },
    { CAST_TEXT, "true", "\"true\"" },
    { CAST_TEXT, "[1,\"a\"]", "\"[1,\\\"a\\\"]\"" },
    { CAST_TEXT, "\"a\\u0000b\"", "\"a\\u0000b\"" },

    { CAST_BOOL, "1", "true" },
    { CAST_BOOL, "0", "false" },
    { CAST_BOOL, "2", NULL },
    { CAST_BOOL, "\"Yes\"", "true" },
    { CAST_BOOL, "\"f\"", "false" },
    { CAST_BOOL, "\"maybe\"", NULL },

    { CAST_TIMESTAMP, "\"2020-08-28 03:52:47\"", "\"2020-08-28 03:52:47\"" },
    { CAST_TIMESTAMP, "\"2020-08-28T03:52:47\"", "\"2020-08-28 03:52:47\"" },
    { CAST_TIMESTAMP, "\"2020-08-28T03:52:47Z\"", "\"2020-08-28 03:52:47\"" },
    { CAST_TIMESTAMP, "\"2020-08-28T03:52:47.000+0000\"",
      "\"2020-08-28 03:52:47\"" },
    { CAST_TIMESTAMP, "\"2020-08-28T05:52:47+02:00\"",
      "\"2020-08-28 03:52:47\"" },
    { CAST_TIMESTAMP, "\"2020-02-30 00:00:00\"", NULL },
    { CAST_TIMESTAMP, "\"soon\"", NULL },
    { CAST_TIMESTAMP, "5", NULL },

    { CAST_JSON, "\"{\\\"a\\\":[1]}\"", "{\"a\":[1]}" },
    { CAST_JSON, "\"{\"", NULL },
    { CAST_JSON, "5", "5" },
};

START_TEST(values_are_cast_exactly_or_not_at_all)
{
    char *got = cast_json(casts[_i].from, casts[_i].type);

    ck_assert_msg(casts[_i].to ? got && strcmp(got, casts[_i].to) == 0 : !got,
                  "%s as %d gave %s, not %s", casts[_i].from, casts[_i].type,
                  got ? got : "nothing",
                  casts[_i].to ? casts[_i].to : "nothing");
    free(got);
}
END_TEST

START_TEST(missing_stays_missing)
{
    struct mill_value value = { .type = MILL_MISSING };

    ck_assert_int_eq(cast_value(&batch->pub, CAST_INT, &value, &value),
                     CAST_DONE);
    ck_assert_int_eq(value.type, MILL_MISSING);
}
END_TEST

START_TEST(a_double_becomes_an_integer_only_where_it_is_one)
{
    struct mill_value good = mill_double(-0x1p63), whole_one = mill_double(3);
    struct mill_value large = mill_double(0x1p63), half = mill_double(0.5);

    ck_assert_int_eq(cast_value(&batch->pub, CAST_INT, &good, &good),
                     CAST_DONE);
    ck_assert_int_eq(good.integer, INT64_MIN);
    ck_assert_int_eq(cast_value(&batch->pub, CAST_INT, &whole_one, &whole_one),
                     CAST_DONE);
    ck_assert_int_eq(whole_one.integer, 3);
    ck_assert_int_eq(cast_value(&batch->pub, CAST_INT, &large, &large),
                     CAST_BAD);
    ck_assert_int_eq(cast_value(&batch->pub, CAST_INT, &half, &half), CAST_BAD);
}
END_TEST

START_TEST(bytes_are_text_only_where_they_are_utf8)
{
    struct mill_value good = mill_text(MILL_BYTES, "caf\xc3\xa9", 5);
    struct mill_value bad = mill_text(MILL_BYTES, "\xff\xfe", 2);

    ck_assert_int_eq(cast_value(&batch->pub, CAST_TEXT, &good, &good),
                     CAST_DONE);
    ck_assert_int_eq(good.type, MILL_TEXT);
    ck_assert_int_eq(cast_value(&batch->pub, CAST_TEXT, &bad, &bad), CAST_BAD);
}
END_TEST

START_TEST(types_have_their_names)
{
    enum cast_type type;

    ck_assert(cast_type_named("timestamp", 9, &type));
    ck_assert_int_eq(type, CAST_TIMESTAMP);
    ck_assert(!cast_type_named("timestam", 8, &type));
    ck_assert(!cast_type_named("any", 3, &type));
}
END_TEST

START_TEST(a_quoted_value_is_cut_between_characters)
{
    struct mill_value value = mill_text(MILL_TEXT, "\u00e9\u00e9\u00e9", 6);
    char room[7];

    cast_quote(&value, room, 5);
    ck_assert_str_eq(room, "\"\u00e9");
    cast_quote(&value, room, 6);
    ck_assert_str_eq(room, "\"\u00e9\u00e9");
}
END_TEST

/* ---- joins --------------------------------------------------------------- */

START_TEST(texts_are_joined_and_a_null_makes_null)
{
    struct mill_value parts[3] = { mill_text(MILL_TEXT, "Ada", 3),
                                   mill_text(MILL_TEXT, "", 0),
                                   mill_text(MILL_TEXT, "Byron", 5) };
    struct mill_value value;

    ck_assert_int_eq(join_texts(&batch->pub, " ", parts, 3, &value), CAST_DONE);
    ck_assert(mill_value_is(&value, "Ada  Byron"));
    parts[1] = mill_null();
    ck_assert_int_eq(join_texts(&batch->pub, " ", parts, 3, &value), CAST_DONE);
    ck_assert_int_eq(value.type, MILL_NULL);
}
END_TEST

START_TEST(only_plain_parts_make_a_plain_text)
{
    struct mill_value parts[2] = { mill_text(MILL_TEXT, "a", 1),
                                   mill_text(MILL_TEXT, "b", 1) };
    struct mill_value value;

    parts[0].flags = parts[1].flags = MILL_PLAIN;
    join_texts(&batch->pub, " ", parts, 2, &value);
    ck_assert_int_eq(value.flags, MILL_PLAIN);
    join_texts(&batch->pub, "\"", parts, 2, &value);
    ck_assert_int_eq(value.flags, 0);
    parts[1].flags = 0;
    join_texts(&batch->pub, " ", parts, 2, &value);
    ck_assert_int_eq(value.flags, 0);
}
END_TEST

static const struct {
    const char *text;
    const char *separator;
    const char *items; /* with | between */
} splits[] = {
    { "a,b,c", ",", "a|b|c" }, { "", ",", "" },         { ",", ",", "|" },
    { "abc", ",", "abc" },     { "a, b", ", ", "a|b" }, { "abc", "", "abc" },
};

START_TEST(text_is_split_into_a_list)
{
    const char *text = splits[_i].text;
    struct mill_value value = mill_text(MILL_TEXT, text, strlen(text));
    struct mill_buffer out = { 0 };

    ck_assert_int_eq(join_split(&batch->pub, splits[_i].separator, &value),
                     CAST_DONE);
    ck_assert_int_eq(value.type, MILL_LIST);
    for (uint32_t i = 0; i < value.len; i++) {
        if (i > 0)
            mill_buffer_add(&out, "|", 1);
        mill_buffer_add(&out, value.items[i].text, value.items[i].len);
    }
    ck_assert_str_eq(mill_buffer_text(&out), splits[_i].items);
    mill_buffer_finish(&out);
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

Suite *
suite(void)
{
    Suite *suite = suite_create("common clean");
    TCase *numbers = tcase_create("numbers");
    TCase *values = tcase_create("casts and joins");

    tcase_add_test(numbers, numbers_compare_exactly);
    tcase_add_loop_test(numbers, spellings_of_one_number_are_equal, 0,
                        COUNT(twins));
    tcase_add_loop_test(numbers, other_texts_are_no_numbers, 0,
                        COUNT(no_numbers));
    tcase_add_loop_test(numbers, whole_numbers_of_64_bits_become_integers, 0,
                        COUNT(whole));
    tcase_add_test(numbers, integers_come_back_from_their_digits);
    suite_add_tcase(suite, numbers);

    tcase_add_checked_fixture(values, setup, teardown);
    tcase_add_loop_test(values, values_are_cast_exactly_or_not_at_all, 0,
                        COUNT(casts));
    tcase_add_test(values, missing_stays_missing);
    tcase_add_test(values, a_double_becomes_an_integer_only_where_it_is_one);
    tcase_add_test(values, bytes_are_text_only_where_they_are_utf8);
    tcase_add_test(values, types_have_their_names);
    tcase_add_test(values, a_quoted_value_is_cut_between_characters);
    tcase_add_test(values, texts_are_joined_and_a_null_makes_null);
    tcase_add_test(values, only_plain_parts_make_a_plain_text);
    tcase_add_loop_test(values, text_is_split_into_a_list, 0, COUNT(splits));
    suite_add_tcase(suite, values);
    return suite;
}
