/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_http_keys - which records came before */

#include "suite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../plugins/sources/http/keys.h"

static struct keys *keys;
static struct keys_hit hits[64];
static struct refusal why;

static void
setup(void)
{
    keys = keys_create(60, 1000);
}

static void
teardown(void)
{
    keys_destroy(keys);
}

static struct keys_name
opaque(const char *text, size_t count)
{
    return (struct keys_name){ "t", text, false, 0, count };
}

static struct keys_name
named(const char *text, uint64_t settled, size_t count)
{
    return (struct keys_name){ "t", text, true, settled, count };
}

/* Looks NAME up and puts what is new; how many records were found. */
static size_t
comes(struct keys_name name, uint64_t first, struct keys_holding **holding)
{
    struct keys_holding *put = NULL;
    size_t found = 0;

    ck_assert_msg(keys_check(&name, &why), "%s: %s", name.text, why.text);
    keys_settled(keys, &name);
    ck_assert_msg(keys_look(keys, &name, hits, &why), "%s", why.text);
    for (size_t i = 0; i < name.count; i++)
        found += hits[i].found;
    if (found < name.count) {
        put = keys_put(keys, &name, hits, first, NULL, 100);
        ck_assert_ptr_nonnull(put);
    }
    if (holding)
        *holding = put;
    return found;
}

START_TEST(a_key_is_known_again)
{
    ck_assert_uint_eq(comes(opaque("a", 3), 10, NULL), 0);
    ck_assert_uint_eq(comes(opaque("b", 1), 13, NULL), 0);
    ck_assert_uint_eq(comes(opaque("a", 3), 20, NULL), 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(hits[i].number, 10 + i);
        ck_assert_uint_eq(hits[i].index, i);
    }
    ck_assert_uint_eq(keys_count(keys), 4);
}
END_TEST

START_TEST(topics_do_not_share_keys_nor_do_kinds_of_keys)
{
    struct keys_name other = { "u", "a/1", false, 0, 1 };

    ck_assert_uint_eq(comes(opaque("a/1", 1), 0, NULL), 0);
    ck_assert_uint_eq(comes(other, 1, NULL), 0);
    ck_assert_uint_eq(comes(named("a/1", 0, 1), 2, NULL), 0);
    ck_assert_uint_eq(comes(named("a/1", 0, 1), 3, NULL), 1);
    ck_assert_uint_eq(hits[0].number, 2);
}
END_TEST

START_TEST(a_key_for_another_count_of_records_is_refused)
{
    struct keys_name name = opaque("a", 2);

    comes(opaque("a", 3), 0, NULL);
    ck_assert(!keys_look(keys, &name, hits, &why));
    ck_assert_int_eq(why.code, 422);
}
END_TEST

START_TEST(records_are_known_in_requests_that_are_cut_otherwise)
{
    ck_assert_uint_eq(comes(named("p/s/10+4", 0, 5), 0, NULL), 0);
    ck_assert_uint_eq(comes(named("p/s/15+4", 0, 5), 5, NULL), 0);
    ck_assert_uint_eq(comes(named("p/s/13+8", 0, 9), 10, NULL), 7);
    for (size_t i = 0; i < 7; i++)
        ck_assert_uint_eq(hits[i].number, 3 + i);
    ck_assert(!hits[7].found && !hits[8].found);
    ck_assert_uint_eq(comes(named("p/s/20+1", 0, 2), 30, NULL), 2);
    ck_assert_uint_eq(hits[0].number, 17);
    ck_assert_uint_eq(hits[1].number, 18);
    ck_assert_uint_eq(comes(named("p/other/10+4", 0, 5), 40, NULL), 0);
}
END_TEST

START_TEST(rows_of_one_position_are_told_apart)
{
    ck_assert_uint_eq(comes(named("s/7:0+2,1", 0, 4), 0, NULL), 0);
    ck_assert_uint_eq(comes(named("s/7:1+2", 0, 3), 4, NULL), 2);
    ck_assert(hits[0].found && hits[1].found && !hits[2].found);
    ck_assert_uint_eq(hits[0].number, 1);
    ck_assert_uint_eq(comes(named("s/7,1", 0, 2), 7, NULL), 2);
    ck_assert_uint_eq(hits[0].number, 0);
    ck_assert_uint_eq(hits[1].number, 3);
    ck_assert_uint_eq(comes(named("s/7:3", 0, 1), 9, NULL), 1);
}
END_TEST

/* Every cut of 20 rows into requests, sent over and over at random. */
START_TEST(no_cut_stores_a_row_twice)
{
    bool stored[20] = { false };

    srand(7);
    for (int round = 0; round < 2000; round++) {
        unsigned from = (unsigned)rand() % 20;
        unsigned count = 1 + (unsigned)rand() % (20 - from);
        char text[64];
        struct keys_name name;

        snprintf(text, sizeof(text), "s/%u", from);
        if (count > 1)
            snprintf(text, sizeof(text), "s/%u+%u", from, count - 1);
        name = named(text, 0, count);
        comes(name, (uint64_t)round * 100, NULL);
        for (unsigned i = 0; i < count; i++) {
            ck_assert_msg(hits[i].found == stored[from + i], "round %d, row %u",
                          round, from + i);
            stored[from + i] = true;
        }
    }
    ck_assert_uint_eq(keys_count(keys), 20);
}
END_TEST

START_TEST(what_is_settled_is_forgotten)
{
    struct keys_name wide = named("s/1+2", 0, 3);
    struct keys_holding *holding;

    comes(wide, 0, NULL);
    comes(named("s/4+2", 0, 3), 3, NULL);
    comes(named("s/7:0+1", 0, 2), 6, &holding);
    ck_assert_uint_eq(comes(named("s/8", 5, 1), 8, NULL), 0);
    ck_assert_uint_eq(keys_count(keys), 3 + 2 + 1);
    ck_assert_uint_eq(comes(named("s/9", 7, 1), 9, NULL), 0);
    ck_assert_uint_eq(keys_count(keys), 2);
    ck_assert_uint_eq(comes(named("s/200", 100, 1), 10, NULL), 0);
    ck_assert_uint_eq(keys_count(keys), 1);
}
END_TEST

START_TEST(a_window_passes_and_a_crowd_pushes_out)
{
    struct keys_name name = opaque("old", 1);
    char text[16];

    comes(opaque("old", 1), 0, NULL);
    keys_expire(keys, 160);
    ck_assert_uint_eq(keys_count(keys), 1);
    ck_assert_uint_eq(keys_expire(keys, 161), 0); /* its time is over */
    ck_assert_uint_eq(keys_count(keys), 0);
    for (int i = 0; i < 1500; i++) {
        snprintf(text, sizeof(text), "k%d", i);
        comes(opaque(text, 1), (uint64_t)i, NULL);
    }
    ck_assert_uint_eq(keys_expire(keys, 100), 500); /* theirs isn't */
    ck_assert_uint_eq(keys_count(keys), 1000);
    name = opaque("k499", 1);
    keys_look(keys, &name, hits, &why);
    ck_assert(!hits[0].found);
    name = opaque("k500", 1);
    keys_look(keys, &name, hits, &why);
    ck_assert(hits[0].found);
}
END_TEST

START_TEST(long_keys_count_as_several_records)
{
    char text[6401];

    memset(text, 'k', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < 50; i++) {
        text[i] = 'x';
        comes(opaque(text, 1), (uint64_t)i, NULL);
    }
    ck_assert_uint_eq(keys_expire(keys, 100), 41);
    ck_assert_uint_eq(keys_count(keys), 9);
}
END_TEST

START_TEST(what_has_an_owner_is_not_forgotten)
{
    struct keys_name name = opaque("a", 1);
    struct keys_holding *holding;

    keys_look(keys, &name, hits, &why);
    holding = keys_put(keys, &name, hits, 0, &name, 100);
    keys_expire(keys, 10000);
    keys_look(keys, &name, hits, &why);
    ck_assert_ptr_eq(hits[0].owner, &name);
    keys_number(holding, 77);
    keys_disown(holding);
    keys_look(keys, &name, hits, &why);
    ck_assert_uint_eq(hits[0].number, 77);
    ck_assert_ptr_null(hits[0].owner);
    keys_expire(keys, 10000);
    ck_assert_uint_eq(keys_count(keys), 0);
}
END_TEST

START_TEST(what_came_to_nothing_is_unknown_again)
{
    struct keys_name name = named("s/1+4", 0, 5);
    struct keys_holding *holding;

    comes(name, 0, &holding);
    ck_assert(keys_drop(keys, &name, 2));
    ck_assert_uint_eq(comes(named("s/1+4", 0, 5), 50, NULL), 4);
    ck_assert(!hits[2].found);
    ck_assert_uint_eq(hits[3].number, 3);
    ck_assert_uint_eq(comes(named("s/3", 0, 1), 60, NULL), 1);
    ck_assert_uint_eq(hits[0].number, 52);
    ck_assert(keys_drop(keys, &name, 0) && keys_drop(keys, &name, 4));
    ck_assert_uint_eq(comes(named("s/1+4", 0, 5), 70, NULL), 3);
    comes(opaque("x", 2), 80, &holding);
    keys_forget(keys, holding);
    ck_assert_uint_eq(comes(opaque("x", 2), 90, NULL), 0);
}
END_TEST

START_TEST(keys_that_can_not_be_are_refused)
{
    static char text[KEYS_LENGTH_MOST + 2];
    struct keys_name bad[] = {
        named("17", 0, 1),     named("s/", 0, 1),     named("s/17+", 0, 1),
        named("s/17+2", 0, 2), named("s/17+1", 0, 3), named("s/5,x", 0, 2),
        opaque("", 1),
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        ck_assert_msg(!keys_check(&bad[i], &why), "%s", bad[i].text);
        ck_assert_int_eq(why.status, 422);
    }
    memset(text, 'x', KEYS_LENGTH_MOST);
    bad[0] = opaque(text, 1);
    ck_assert(keys_check(&bad[0], &why));
    text[KEYS_LENGTH_MOST] = 'x';
    ck_assert(!keys_check(&bad[0], &why));
}
END_TEST

START_TEST(a_named_key_is_known_by_its_shape)
{
    const struct keys_name names[] = {
        opaque("p/s/e/f/in/t/0/17+1", 2), opaque("p/s/e/f/in/t/0/17+1", 3),
        opaque("p/s/e/f/in/t/0/x", 1),    opaque("order/17", 1),
        opaque("5f2c1a8e-0000", 1),
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        ck_assert_int_eq(keys_is_named(&names[i]), i == 0);
}
END_TEST

START_TEST(a_request_is_found_by_its_number)
{
    struct keys_name name = opaque("a", 2);

    ck_assert(!keys_has_number(keys, &name, 5));
    comes(name, 5, NULL);
    ck_assert(keys_has_number(keys, &name, 5));
    ck_assert(!keys_has_number(keys, &name, 6));
    name = named("s/3:1", 0, 1);
    comes(name, 9, NULL);
    ck_assert(keys_has_number(keys, &name, 9));
}
END_TEST

START_TEST(what_was_long_on_its_way_is_known_though_it_was_forgotten)
{
    struct keys_name wrong = named("s/20+4", 22, 5);

    ck_assert_uint_eq(comes(named("s/10+4", 3, 5), 0, NULL), 0);
    ck_assert_uint_eq(comes(named("s/20+4", 14, 5), 5, NULL), 0);
    ck_assert_uint_eq(keys_count(keys), 5);
    ck_assert_uint_eq(comes(named("s/10+4", 3, 5), 10, NULL), 5);
    ck_assert(hits[0].found && !hits[0].owner);
    ck_assert_uint_eq(comes(named("s/14+1", 3, 2), 10, NULL), 1);
    ck_assert_uint_eq(comes(named("other/10+4", 3, 5), 20, NULL), 0);
    /* Who says both knows not what. */
    ck_assert(!keys_check(&wrong, &why));
    ck_assert_ptr_nonnull(strstr(why.text, "names a row that is settled"));
}
END_TEST

/* Each request is looked up under the lock that all others wait for, and its
 * scope has as many runs as it had requests. */
START_TEST(a_sender_that_never_says_what_is_settled_holds_nobody_up)
{
    clock_t began = clock();
    char text[64];

    for (unsigned i = 0; i < 4000; i++) {
        struct keys_name name;

        snprintf(text, sizeof(text), "scope/%u", 10 + 2 * i);
        name = named(text, 5, 1);
        ck_assert_uint_eq(comes(name, i, NULL), 0);
        ck_assert(keys_has_number(keys, &name, i));
    }
    ck_assert_uint_eq(keys_count(keys), 4000);
    ck_assert_uint_eq(comes(named("scope/8008", 8006, 1), 4000, NULL), 1);
    ck_assert_uint_eq(keys_count(keys), 1);
    ck_assert_int_lt(clock() - began, 3 * CLOCKS_PER_SEC);
}
END_TEST

Suite *
suite(void)
{
    Suite *all = suite_create("source http: keys");
    TCase *tests = tcase_create("keys");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_key_is_known_again);
    tcase_add_test(tests, topics_do_not_share_keys_nor_do_kinds_of_keys);
    tcase_add_test(tests, a_key_for_another_count_of_records_is_refused);
    tcase_add_test(tests, records_are_known_in_requests_that_are_cut_otherwise);
    tcase_add_test(tests, rows_of_one_position_are_told_apart);
    tcase_add_test(tests, no_cut_stores_a_row_twice);
    tcase_add_test(tests, what_is_settled_is_forgotten);
    tcase_add_test(tests, a_window_passes_and_a_crowd_pushes_out);
    tcase_add_test(tests, long_keys_count_as_several_records);
    tcase_add_test(tests, what_has_an_owner_is_not_forgotten);
    tcase_add_test(tests, what_came_to_nothing_is_unknown_again);
    tcase_add_test(tests, keys_that_can_not_be_are_refused);
    tcase_add_test(tests, a_named_key_is_known_by_its_shape);
    tcase_add_test(tests, a_request_is_found_by_its_number);
    tcase_add_test(tests,
                   what_was_long_on_its_way_is_known_though_it_was_forgotten);
    tcase_add_test(tests,
                   a_sender_that_never_says_what_is_settled_holds_nobody_up);
    suite_add_tcase(all, tests);
    return all;
}
