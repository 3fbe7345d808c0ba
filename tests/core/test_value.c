/* SPDX-License-Identifier: Apache-2.0 */

/* test_value - cells are compared and named */

#include <millrace/batch.h>

#include "suite.h"

START_TEST(types_have_names)
{
    static const char *const names[] = { "missing",   "null",   "bool",
                                         "int",       "double", "number",
                                         "decimal",   "text",   "bytes",
                                         "timestamp", "list",   "map" };

    for (int type = MILL_MISSING; type <= MILL_MAP; type++)
        ck_assert_str_eq(mill_type_name((enum mill_type)type), names[type]);
    ck_assert_str_eq(mill_type_name((enum mill_type)99), "unknown");
}
END_TEST

/* Each of a type or content of its own. */
static size_t
some_values(struct mill_value *values)
{
    static const struct mill_value items[] = {
        { .type = MILL_TEXT, .len = 1, .text = "k" },
        { .type = MILL_INT, .integer = 1 },
        { .type = MILL_TEXT, .len = 1, .text = "k" },
        { .type = MILL_INT, .integer = 2 },
    };
    size_t count = 0;

    values[count++] = (struct mill_value){ .type = MILL_MISSING };
    values[count++] = mill_null();
    values[count++] = mill_bool(true);
    values[count++] = mill_bool(false);
    values[count++] = mill_int(1);
    values[count++] = mill_int(-1);
    values[count++] = mill_double(1);
    values[count++] = mill_double(1.5);
    values[count++] = mill_text(MILL_NUMBER, "1e400", 5);
    values[count++] = mill_text(MILL_NUMBER, "1e401", 5);
    values[count++] = mill_text(MILL_DECIMAL, "1.50", 4);
    values[count++] = mill_text(MILL_DECIMAL, "1.5", 3);
    values[count++] = mill_text(MILL_TEXT, "", 0);
    values[count++] = mill_text(MILL_TEXT, "a\0b", 3);
    values[count++] = mill_text(MILL_TEXT, "a\0c", 3);
    values[count++] = mill_text(MILL_BYTES, "a\0b", 3);
    values[count++] = mill_timestamp(1);
    values[count++] = mill_timestamp(2);
    values[count++] = mill_items(MILL_LIST, items, 2);
    values[count++] = mill_items(MILL_LIST, items + 1, 2);
    values[count++] = mill_items(MILL_LIST, items, 0);
    values[count++] = mill_items(MILL_MAP, items, 1);
    values[count++] = mill_items(MILL_MAP, items + 2, 1);
    values[count++] = mill_items(MILL_MAP, items, 2);
    return count;
}

START_TEST(a_value_equals_itself_and_no_other)
{
    struct mill_value left[32];
    struct mill_value right[32];
    size_t count = some_values(left);

    some_values(right);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            ck_assert_int_eq(mill_value_equal(&left[i], &right[j]), i == j);
}
END_TEST

START_TEST(a_value_is_a_literal_only_as_text)
{
    struct mill_value text = mill_text(MILL_TEXT, "abc", 3);
    struct mill_value bytes = mill_text(MILL_BYTES, "abc", 3);

    ck_assert(mill_value_is(&text, "abc"));
    ck_assert(!mill_value_is(&text, "ab"));
    ck_assert(!mill_value_is(&text, "abd"));
    ck_assert(!mill_value_is(&bytes, "abc"));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("value");
    TCase *tests = tcase_create("value");

    tcase_add_test(tests, types_have_names);
    tcase_add_test(tests, a_value_equals_itself_and_no_other);
    tcase_add_test(tests, a_value_is_a_literal_only_as_text);
    suite_add_tcase(suite, tests);
    return suite;
}
