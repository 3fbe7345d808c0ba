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
enter_in(const struct lane *to, uint64_t position, const char *cursor,
         size_t holds)
{
    struct ledger_entry *entry =
        ledger_enter(ledger, to,
                     &(struct entered){ .first = position,
                                        .last = position,
                                        .cursor = cursor,
                                        .holds = holds });

    ck_assert_ptr_nonnull(entry);
    return entry;
}

static struct ledger_entry *
enter(uint64_t position, size_t holds)
{
    return enter_in(lane, position, NULL, holds);
}

/* A batch of several rows. */
static struct ledger_entry *
enter_rows(uint64_t first, uint64_t last, bool watched)
{
    struct ledger_entry *entry =
        ledger_enter(ledger, lane,
                     &(struct entered){ .first = first,
                                        .last = last,
                                        .holds = 1,
                                        .watched = watched,
                                        .moves = true });

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
    struct ledger_entry *first = enter_in(lane, 1, "at 1", 1);
    struct ledger_entry *second = enter_in(lane, 2, "at 2", 1);

    ck_assert_ptr_nonnull(second);
    ledger_settle(ledger, first);
    ck_assert_str_eq(moved().cursor, "at 1");
    ledger_settle(ledger, second);
    ck_assert_str_eq(moved().cursor, "at 2");
}
END_TEST

START_TEST(an_entry_without_a_cursor_leaves_none)
{
    ledger_settle(ledger, enter_in(lane, 1, "at 1", 1));
    ledger_settle(ledger, enter_in(lane, 2, NULL, 1));

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
    ck_assert(ledger_settle(ledger, enter_in(geo, 3, NULL, 1)));

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

START_TEST(what_is_held_back_is_committed_no_further_even_inside_an_entry)
{
    int holder = 0;

    ck_assert(ledger_hold_back(ledger, lane, &holder, 100));
    ledger_settle(ledger, enter_rows(0, 49, false));
    ledger_settle(ledger, enter_rows(50, 149, false));

    ck_assert_uint_eq(moved().position, 99);
    ck_assert_uint_eq(ledger_open(ledger, 0), 0);
}
END_TEST

START_TEST(what_is_held_back_less_moves_the_lane)
{
    int holder = 0;

    ck_assert(ledger_hold_back(ledger, lane, &holder, 0));
    ledger_settle(ledger, enter_rows(0, 49, false));
    ledger_settle(ledger, enter_rows(50, 149, false));
    ck_assert_int_eq(moved().times, 0);

    ck_assert(ledger_hold_back(ledger, lane, &holder, 50));
    ck_assert_uint_eq(moved().position, 49);

    ck_assert(ledger_hold_back(ledger, lane, &holder, UINT64_MAX));
    ck_assert_uint_eq(moved().position, 149);
}
END_TEST

START_TEST(of_several_holders_the_one_that_holds_most_counts)
{
    int one = 0, other = 0;

    ck_assert(ledger_hold_back(ledger, lane, &one, 70));
    ck_assert(ledger_hold_back(ledger, lane, &other, 20));
    ledger_settle(ledger, enter_rows(0, 99, false));

    ck_assert_uint_eq(moved().position, 19);

    ck_assert(ledger_hold_back(ledger, lane, &other, UINT64_MAX));
    ck_assert_uint_eq(moved().position, 69);
}
END_TEST

START_TEST(nothing_of_an_unsettled_entry_is_committed)
{
    int holder = 0;
    struct ledger_entry *entry = enter_rows(0, 99, false);

    ck_assert(ledger_hold_back(ledger, lane, &holder, 50));

    ck_assert_int_eq(moved().times, 0);
    ledger_settle(ledger, entry);
    ck_assert_uint_eq(moved().position, 49);
}
END_TEST

START_TEST(a_lane_that_was_left_is_committed_no_more_and_its_name_is_new)
{
    struct ledger_entry *entry = enter_rows(0, 9, true);

    ledger_leave(ledger, lane);
    ck_assert(lane_is_left(lane));
    ck_assert(!ledger_settle(ledger, entry));

    ck_assert_int_eq(moved().times, 0);
    ck_assert_ptr_null(ledger_outcomes(ledger));
    ck_assert_ptr_null(ledger_find(ledger, 0, "pins", "0"));
    const struct lane *again = ledger_lane(ledger, 0, "pins", "0");
    ck_assert_ptr_ne(again, lane);
    ck_assert(!lane_is_left(again));
}
END_TEST

START_TEST(what_is_stored_of_a_lane_bears_the_name_of_its_life)
{
    lane = ledger_lane(ledger, 0, "s", "p");

    ck_assert_str_eq(lane->stored, "p");
    ck_assert(ledger_live(ledger, 0, "s", "p", "first"));
    ck_assert_ptr_eq(ledger_lane(ledger, 0, "s", "p"), lane);
    ck_assert_str_eq(lane->stored, "p@first");
    ck_assert_str_eq(lane->partition, "p");
    const char *name = lane->stored;
    ck_assert(ledger_live(ledger, 0, "s", "p", "first"));
    ck_assert_ptr_eq(lane->stored, name);
    ledger_leave(ledger, lane);
    /* The name alone says nothing of what comes under it next. */
    ck_assert(ledger_live(ledger, 0, "s", "p", "second"));
    ck_assert_str_eq(ledger_lane(ledger, 0, "s", "p")->stored, "p@second");
    ck_assert_str_eq(lane->stored, "p@first");
}
END_TEST

START_TEST(a_watched_entry_leaves_its_receipts_out_of_turn)
{
    struct ledger_entry *first = enter_rows(0, 1, true);
    struct ledger_entry *second = enter_rows(2, 3, true);
    struct mill_receipt put = { .position = 2, .partition = 7, .offset = 40 };
    struct mill_receipt dead = { .position = 3, .reason = "too large" };

    ck_assert(ledger_receipt(second, &put));
    ck_assert(ledger_receipt(second, &dead));
    ck_assert(!ledger_has_outcomes(ledger));
    ck_assert(ledger_settle(ledger, second));

    ck_assert(ledger_has_outcomes(ledger));
    struct outcome *outcome = ledger_outcomes(ledger);
    ck_assert_ptr_nonnull(outcome);
    ck_assert_ptr_null(outcome->next);
    ck_assert_ptr_eq(outcome->lane, lane);
    ck_assert_uint_eq(outcome->first, 2);
    ck_assert_uint_eq(outcome->last, 3);
    ck_assert_uint_eq(outcome->count, 2);
    ck_assert_int_eq(outcome->receipts[0].offset, 40);
    ck_assert_str_eq(outcome->receipts[1].reason, "too large");
    outcome_destroy(outcome);
    ck_assert_int_eq(moved().times, 0);
    ledger_settle(ledger, first);
}
END_TEST

START_TEST(an_entry_takes_any_number_of_receipts)
{
    struct ledger_entry *entry = enter_rows(0, 999, true);

    for (uint64_t i = 0; i < 1000; i++)
        ck_assert(ledger_receipt(
            entry,
            &(struct mill_receipt){ .position = i, .offset = (int64_t)i * 2 }));
    ledger_settle(ledger, entry);

    struct outcome *outcome = ledger_outcomes(ledger);
    ck_assert_uint_eq(outcome->count, 1000);
    for (size_t i = 0; i < 1000; i++)
        ck_assert_int_eq(outcome->receipts[i].offset, (int64_t)i * 2);
    outcome_destroy(outcome);
}
END_TEST

START_TEST(receipts_come_in_order_of_position_however_they_were_given)
{
    static const uint64_t given[] = { 5, 0, 9, 2, 2, 7 };
    static const uint64_t taken[] = { 0, 2, 2, 5, 7, 9 };
    struct ledger_entry *entry = enter_rows(0, 9, true);

    for (size_t i = 0; i < 6; i++)
        ck_assert(ledger_receipt(
            entry, &(struct mill_receipt){ .position = given[i] }));
    ledger_settle(ledger, entry);

    struct outcome *outcome = ledger_outcomes(ledger);
    ck_assert_uint_eq(outcome->count, 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(outcome->receipts[i].position, taken[i]);
    outcome_destroy(outcome);
}
END_TEST

START_TEST(nobody_waits_for_an_entry_that_is_not_watched)
{
    struct ledger_entry *entry = enter(1, 1);

    ck_assert(!ledger_is_watched(entry));
    ck_assert(ledger_receipt(entry, &(struct mill_receipt){ .position = 1 }));
    ledger_settle(ledger, entry);
    ck_assert_ptr_null(ledger_outcomes(ledger));
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
    tcase_add_test(
        tests, what_is_held_back_is_committed_no_further_even_inside_an_entry);
    tcase_add_test(tests, what_is_held_back_less_moves_the_lane);
    tcase_add_test(tests, of_several_holders_the_one_that_holds_most_counts);
    tcase_add_test(tests, nothing_of_an_unsettled_entry_is_committed);
    tcase_add_test(
        tests, a_lane_that_was_left_is_committed_no_more_and_its_name_is_new);
    tcase_add_test(tests, what_is_stored_of_a_lane_bears_the_name_of_its_life);
    tcase_add_test(tests, a_watched_entry_leaves_its_receipts_out_of_turn);
    tcase_add_test(tests, an_entry_takes_any_number_of_receipts);
    tcase_add_test(tests,
                   receipts_come_in_order_of_position_however_they_were_given);
    tcase_add_test(tests, nobody_waits_for_an_entry_that_is_not_watched);
    tcase_add_test(tests,
                   threads_that_settle_in_any_order_move_the_lane_to_its_end);
    suite_add_tcase(suite, tests);
    return suite;
}
