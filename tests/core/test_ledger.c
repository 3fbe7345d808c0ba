/* SPDX-License-Identifier: Apache-2.0 */

/* Tests of bus/ledger.h. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/ledger.h"
#include "suite.h"

#define MANY 20000u
#define THREADS 3

static struct ledger *ledger;
static const struct lane *lane;

static void
setup(void)
{
    ledger = ledger_create();
    ck_assert_ptr_nonnull(ledger);
    lane = ledger_lane(ledger, 0, "pins", "0");
    ck_assert_ptr_nonnull(lane);
}

static void
teardown(void)
{
    ledger_destroy(ledger);
}

static struct ledger_entry *
enter(uint64_t position, size_t holds)
{
    struct ledger_entry *entry =
        ledger_enter(ledger, lane, position, NULL, holds);

    ck_assert_ptr_nonnull(entry);
    return entry;
}

/* What ledger_moved() told last, and how often it told something. */
struct told {
    int times;
    uint64_t position;
    char cursor[32];
    const struct lane *lane;
};

static void
note(void *arg, const struct lane_commit *commit)
{
    struct told *told = arg;

    told->times++;
    told->position = commit->position;
    told->lane = commit->lane;
    told->cursor[0] = '\0';
    if (commit->cursor)
        strncat(told->cursor, commit->cursor, sizeof(told->cursor) - 1);
}

static struct told
moved(void)
{
    struct told told = { 0 };

    ledger_moved(ledger, note, &told);
    return told;
}

START_TEST(nothing_has_moved_at_first)
{
    enter(5, 1);

    ck_assert_int_eq(moved().times, 0);
    ck_assert_uint_eq(ledger_open(ledger, 0), 1);
}
END_TEST

START_TEST(a_settled_entry_moves_its_lane_and_is_told_once)
{
    ck_assert(ledger_settle(ledger, enter(5, 1)));

    struct told told = moved();

    ck_assert_int_eq(told.times, 1);
    ck_assert_uint_eq(told.position, 5);
    ck_assert_ptr_eq(told.lane, lane);
    ck_assert_int_eq(moved().times, 0);
    ck_assert_uint_eq(ledger_open(ledger, 0), 0);
}
END_TEST

START_TEST(nothing_moves_past_an_entry_that_somebody_holds)
{
    struct ledger_entry *first = enter(5, 1);
    struct ledger_entry *second = enter(9, 1);

    ck_assert(!ledger_settle(ledger, second));
    ck_assert_int_eq(moved().times, 0);

    ck_assert(ledger_settle(ledger, first));
    ck_assert_uint_eq(moved().position, 9);
}
END_TEST

START_TEST(every_hold_has_to_be_given_back)
{
    struct ledger_entry *entry = enter(5, 2);

    ledger_hold(entry);
    ck_assert(!ledger_settle(ledger, entry));
    ck_assert(!ledger_settle(ledger, entry));
    ck_assert_int_eq(moved().times, 0);
    ck_assert(ledger_settle(ledger, entry));
    ck_assert_uint_eq(moved().position, 5);
}
END_TEST

START_TEST(the_cursor_is_that_of_the_last_settled_entry)
{
    struct ledger_entry *first = ledger_enter(ledger, lane, 1, "at 1", 1);
    struct ledger_entry *second = ledger_enter(ledger, lane, 2, "at 2", 1);

    ck_assert_ptr_nonnull(second);
    ledger_settle(ledger, first);
    ck_assert_str_eq(moved().cursor, "at 1");
    ledger_settle(ledger, second);
    ck_assert_str_eq(moved().cursor, "at 2");
}
END_TEST

START_TEST(an_entry_without_a_cursor_leaves_none)
{
    ledger_settle(ledger, ledger_enter(ledger, lane, 1, "at 1", 1));
    ledger_settle(ledger, ledger_enter(ledger, lane, 2, NULL, 1));

    ck_assert_str_eq(moved().cursor, "");
}
END_TEST

START_TEST(a_lane_is_found_again_and_others_are_others)
{
    ck_assert_ptr_eq(ledger_lane(ledger, 0, "pins", "0"), lane);
    ck_assert_ptr_ne(ledger_lane(ledger, 1, "pins", "0"), lane);
    ck_assert_ptr_ne(ledger_lane(ledger, 0, "geo", "0"), lane);
    ck_assert_ptr_ne(ledger_lane(ledger, 0, "pins", "1"), lane);
    ck_assert_ptr_eq(ledger_lane(ledger, 0, "pins", "0"), lane);
    ck_assert_str_eq(lane->stream, "pins");
    ck_assert_str_eq(lane->partition, "0");
}
END_TEST

START_TEST(lanes_do_not_wait_for_each_other)
{
    const struct lane *geo = ledger_lane(ledger, 0, "geo", "0");

    enter(5, 1);
    ck_assert(ledger_settle(ledger, ledger_enter(ledger, geo, 3, NULL, 1)));

    struct told told = moved();

    ck_assert_int_eq(told.times, 1);
    ck_assert_ptr_eq(told.lane, geo);
}
END_TEST

START_TEST(many_lanes_keep_their_addresses)
{
    const struct lane *lanes[200];
    char name[16];

    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "%d", i);
        lanes[i] = ledger_lane(ledger, 0, "many", name);
        ck_assert_ptr_nonnull(lanes[i]);
    }
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "%d", i);
        ck_assert_ptr_eq(ledger_lane(ledger, 0, "many", name), lanes[i]);
        ck_assert_str_eq(lanes[i]->partition, name);
    }
}
END_TEST

static struct ledger_entry *entries[MANY];

/* Settles every entry once, each thread from another place on. */
static void *
settle_all(void *arg)
{
    size_t start = (size_t)arg * MANY / THREADS;

    for (size_t i = 0; i < MANY; i++)
        ledger_settle(ledger, entries[(start + i) % MANY]);
    return NULL;
}

START_TEST(threads_that_settle_in_any_order_move_the_lane_to_its_end)
{
    pthread_t threads[THREADS];

    for (uint64_t i = 0; i < MANY; i++)
        entries[i] = enter(i + 1, THREADS);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, settle_all, (void *)i), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);

    ck_assert_uint_eq(moved().position, MANY);
    ck_assert_uint_eq(ledger_open(ledger, 0), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("ledger");
    TCase *tests = tcase_create("ledger");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, nothing_has_moved_at_first);
    tcase_add_test(tests, a_settled_entry_moves_its_lane_and_is_told_once);
    tcase_add_test(tests, nothing_moves_past_an_entry_that_somebody_holds);
    tcase_add_test(tests, every_hold_has_to_be_given_back);
    tcase_add_test(tests, the_cursor_is_that_of_the_last_settled_entry);
    tcase_add_test(tests, an_entry_without_a_cursor_leaves_none);
    tcase_add_test(tests, a_lane_is_found_again_and_others_are_others);
    tcase_add_test(tests, lanes_do_not_wait_for_each_other);
    tcase_add_test(tests, many_lanes_keep_their_addresses);
    tcase_add_test(tests,
                   threads_that_settle_in_any_order_move_the_lane_to_its_end);
    suite_add_tcase(suite, tests);
    return suite;
}
