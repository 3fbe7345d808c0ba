/* SPDX-License-Identifier: Apache-2.0 */

#include <stdlib.h>

#include "plugin/fault.h"
#include "suite.h"

START_TEST(faults_come_sorted_by_line)
{
    struct faults faults = { 0 };
    char *text = NULL;
    size_t len;
    FILE *stream = open_memstream(&text, &len);

    faults_add(&faults, "b", 2, "two");
    faults_add(&faults, "b", 1, "one");
    faults_add(&faults, "b", 2, "two again");
    faults_add(&faults, "a", 9, "nine");
    faults_add(&faults, "c", 0, "all of it");
    faults_print(&faults, stream);
    fclose(stream);

    ck_assert_str_eq(text, "a:9: nine\nb:1: one\nb:2: two\nb:2: two again\n"
                           "c: all of it\n");
    free(text);
    faults_finish(&faults);
}
END_TEST

START_TEST(a_hint_needs_a_near_word)
{
    static const char *const words[] = { "bucket", "region", "key" };
    struct mill_buffer hint = { 0 };

    suggest(&hint, "bukcet", words, 3);
    suggest(&hint, "", words, 0);
    ck_assert_str_eq(mill_buffer_text(&hint), " (did you mean \"bucket\"?)");
    mill_buffer_finish(&hint);
    suggest(&hint, "table", words, 3);
    ck_assert_str_eq(mill_buffer_text(&hint),
                     " (there are: bucket, region, key)");
    mill_buffer_finish(&hint);
}
END_TEST

START_TEST(a_list_without_memory_is_not_empty)
{
    struct faults none = { 0 };
    struct faults lost = { .lost = 1 };

    ck_assert(!faults_any(&none));
    ck_assert(faults_any(&lost));
}
END_TEST

START_TEST(a_hint_names_all_that_are_as_near)
{
    static const char *const words[] = { "pins", "pine", "geo" };
    struct mill_buffer hint = { 0 };

    suggest(&hint, "pinx", words, 3);

    ck_assert_str_eq(mill_buffer_text(&hint),
                     " (did you mean \"pins\" or \"pine\"?)");
    mill_buffer_finish(&hint);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("fault");
    TCase *tests = tcase_create("fault");

    tcase_add_test(tests, faults_come_sorted_by_line);
    tcase_add_test(tests, a_hint_needs_a_near_word);
    tcase_add_test(tests, a_list_without_memory_is_not_empty);
    tcase_add_test(tests, a_hint_names_all_that_are_as_near);
    suite_add_tcase(suite, tests);
    return suite;
}
