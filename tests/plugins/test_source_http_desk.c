/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_http_desk - tickets, who waits for them, and what follows them */

#include "suite.h"

#include <check.h>
#include <string.h>

#include "desk_bench.h"

START_TEST(a_request_waits_until_all_of_it_is_settled)
{
    ck_assert(sends(0, 3, false, NULL, false));
    ck_assert(waiters[0].held && !waiters[0].woken);
    reads(0, 5);
    settles("any", 5, 6, NULL, 0);
    ck_assert(!waiters[0].woken);
    settles("any", 7, 7, NULL, 0);
    ck_assert(waiters[0].woken);
    ck_assert_int_eq(tickets[0]->state, TICKET_DONE);
    for (size_t i = 0; i < 3; i++)
        is_stored(0, i, 0, 5 + (int64_t)i);
}
END_TEST

START_TEST(receipts_go_to_their_records)
{
    const struct mill_receipt receipts[] = {
        { .position = 10, .partition = 4, .offset = 70 },
        { .position = 11, .partition = -1, .offset = -1 },
        { .position = 12, .partition = 1, .offset = 3 },
        { .position = 12, .partition = -1, .offset = -1, .reason = "bad" },
        { .position = 14, .partition = 2, .offset = 9 },
    };

    ck_assert(sends(0, 2, false, NULL, false));
    ck_assert(sends(1, 3, false, NULL, false));
    reads(0, 10);
    reads(1, 12);
    settles("any", 10, 14, receipts, 5);
    is_stored(0, 0, 4, 70);
    is_stored(0, 1, 0, 11);
    ck_assert_int_eq(tickets[1]->outcomes[0].state, OUTCOME_DEAD);
    ck_assert_str_eq(tickets[1]->outcomes[0].reason, "bad");
    is_stored(1, 1, 0, 13);
    is_stored(1, 2, 2, 9);
    ck_assert(waiters[0].woken && waiters[1].woken);
}
END_TEST

START_TEST(lanes_are_settled_apart)
{
    ck_assert(sends(0, 3, true, NULL, false));
    reads(0, 0);
    settles("2", 2, 2, NULL, 0);
    /* Its range covers others, which are none of its business. */
    settles("0", 0, 2, NULL, 0);
    settles("any", 0, 2, NULL, 0);
    ck_assert_uint_eq(tickets[0]->open, 1);
    ck_assert(!waiters[0].woken);
    settles("1", 1, 1, NULL, 0);
    is_stored(0, 0, 0, 0);
    is_stored(0, 1, 1, 1);
    is_stored(0, 2, 2, 2);
}
END_TEST

START_TEST(what_comes_again_waits_for_the_first_and_gets_its_answer)
{
    const struct mill_receipt receipts[] = {
        { .position = 0, .partition = 6, .offset = 66 },
        { .position = 1, .partition = -1, .offset = -1, .reason = "bad" },
    };

    ck_assert(sends(0, 2, false, "key", false));
    ck_assert(sends(1, 2, false, "key", false));
    reads(0, 0);
    ck_assert_ptr_null(desk_take(&desk));
    ck_assert(!waiters[1].woken);
    settles("any", 0, 1, receipts, 2);
    ck_assert(waiters[0].woken && waiters[1].woken);
    is_stored(1, 0, 6, 66);
    ck_assert_str_eq(tickets[1]->outcomes[1].reason, "bad");
    /* And once it is done. */
    ck_assert(sends(2, 2, false, "key", false));
    ck_assert(!waiters[2].held);
    ck_assert_int_eq(tickets[2]->state, TICKET_DONE);
    is_stored(2, 0, 6, 66);
    ck_assert_uint_eq(desk.repeated, 4);
}
END_TEST

START_TEST(only_what_is_new_of_a_request_is_stored)
{
    ck_assert(sends(0, 3, false, "s/10+2", true));
    ck_assert(sends(1, 3, false, "s/12+2", true));
    reads(0, 0);
    reads(1, 3);
    settles("any", 4, 5, NULL, 0);
    ck_assert(!waiters[1].woken);
    settles("any", 0, 2, NULL, 0);
    ck_assert(waiters[0].woken && waiters[1].woken);
    is_stored(1, 0, 0, 2);
    is_stored(1, 1, 0, 4);
    is_stored(1, 2, 0, 5);
}
END_TEST

START_TEST(a_named_record_that_died_may_be_sent_again)
{
    const struct mill_receipt dead = {
        .position = 1, .partition = -1, .offset = -1, .reason = "bad"
    };

    ck_assert(sends(0, 2, false, "s/10+1", true));
    reads(0, 0);
    settles("any", 0, 1, &dead, 1);
    ck_assert(sends(1, 2, false, "s/10+1", true));
    reads(1, 2);
    settles("any", 3, 3, NULL, 0);
    is_stored(1, 0, 0, 0);
    is_stored(1, 1, 0, 3);
}
END_TEST

START_TEST(what_an_earlier_run_left_is_answered_for_once_it_is_settled)
{
    const struct keys_name name = { .topic = "t", .text = "key", .count = 2 };

    ck_assert_ptr_nonnull(keys_put(desk.keys, &name, NULL, 5, NULL, 100));
    desk.left_first = 3;
    desk.left_end = 7;
    ck_assert(!sends(0, 2, false, "key", false));
    ck_assert_int_eq(why.status, 503);
    ck_assert_ptr_nonnull(strstr(why.text, "isn't settled yet"));
    /* Where it was to be synced only, it was. */
    desk.at_sync = true;
    ck_assert(sends(1, 2, false, "key", false));
    is_stored(1, 1, 0, 6);
    desk.at_sync = false;
    desk.left_first = 7;
    ck_assert(sends(2, 2, false, "key", false));
    is_stored(2, 0, 0, 5);
}
END_TEST

START_TEST(what_failed_is_unknown_and_fails_who_followed)
{
    ck_assert(sends(0, 1, false, "key", false));
    ck_assert(sends(1, 1, false, "key", false));
    ck_assert(desk_withdraw(&desk, tickets[0], "late"));
    ck_assert(waiters[0].woken && waiters[1].woken);
    ck_assert_int_eq(tickets[1]->state, TICKET_FAILED);
    ck_assert_str_eq(tickets[1]->failed.text, "late");
    ck_assert(sends(2, 1, false, "key", false));
    reads(2, 0);
    ck_assert(!desk_withdraw(&desk, tickets[2], "late"));
    settles("any", 0, 0, NULL, 0);
    ck_assert(waiters[2].woken);
}
END_TEST

START_TEST(who_brought_records_of_his_own_outlives_what_he_followed)
{
    ck_assert(sends(0, 1, false, "s/1", true));
    ck_assert(sends(1, 2, false, "s/1+1", true));
    ck_assert(desk_withdraw(&desk, tickets[0], "late"));
    ck_assert(!waiters[1].woken);
    reads(1, 0);
    settles("any", 1, 1, NULL, 0);
    ck_assert(waiters[1].woken);
    ck_assert_int_eq(tickets[1]->outcomes[0].state, OUTCOME_OPEN);
    is_stored(1, 1, 0, 1);
}
END_TEST

START_TEST(at_sync_a_request_is_done_when_it_gets_its_number)
{
    struct ticket *all;

    desk.spooled = true;
    desk.at_sync = true;
    ck_assert(sends(0, 2, false, "key", false));
    ck_assert(sends(1, 2, false, "key", false));
    all = desk_take_all(&desk);
    ck_assert_ptr_eq(all, tickets[0]);
    ck_assert_ptr_null(all->next);
    ck_assert(!desk_withdraw(&desk, tickets[0], "late"));
    desk_drop_body(&desk, all);
    desk_out(&desk, all, 7);
    ck_assert(waiters[0].woken && waiters[1].woken);
    is_stored(1, 1, 0, 8);
}
END_TEST

START_TEST(a_desk_that_stops_takes_nothing_and_gives_back_what_waits)
{
    ck_assert(sends(0, 1, false, NULL, false));
    ck_assert(sends(1, 1, false, NULL, false));
    reads(0, 0);
    desk_stop(&desk);
    ck_assert(!waiters[0].woken && waiters[1].woken);
    ck_assert_int_eq(tickets[1]->state, TICKET_FAILED);
    ck_assert(!sends(2, 1, false, NULL, false));
    ck_assert_int_eq(why.status, 503);
    settles("any", 0, 0, NULL, 0);
    ck_assert(waiters[0].woken);
}
END_TEST

START_TEST(a_ticket_outlives_its_settlement_until_it_is_given_back)
{
    struct ticket *ticket;

    ck_assert(sends(0, 2, false, NULL, false));
    ticket = desk_take(&desk);
    desk_out(&desk, ticket, 0);
    settles("any", 0, 1, NULL, 0);
    ck_assert(waiters[0].woken);
    leaves(0);
    ck_assert_uint_eq(ticket->request.count, 2);
    desk_give_back(&desk, ticket);
    desk_give_back(&desk, NULL);
}
END_TEST

START_TEST(who_left_is_not_woken)
{
    ck_assert(sends(0, 1, false, NULL, false));
    reads(0, 0);
    leaves(0);
    settles("any", 0, 0, NULL, 0);
    ck_assert(!waiters[0].woken);
    ck_assert_ptr_null(desk.out);
}
END_TEST

Suite *
suite(void)
{
    Suite *all = suite_create("source http: desk");
    TCase *tests = tcase_create("desk");

    tcase_add_checked_fixture(tests, desk_bench_setup, desk_bench_teardown);
    tcase_add_test(tests, a_request_waits_until_all_of_it_is_settled);
    tcase_add_test(tests, receipts_go_to_their_records);
    tcase_add_test(tests, lanes_are_settled_apart);
    tcase_add_test(tests,
                   what_comes_again_waits_for_the_first_and_gets_its_answer);
    tcase_add_test(tests, only_what_is_new_of_a_request_is_stored);
    tcase_add_test(tests, a_named_record_that_died_may_be_sent_again);
    tcase_add_test(tests,
                   what_an_earlier_run_left_is_answered_for_once_it_is_settled);
    tcase_add_test(tests, what_failed_is_unknown_and_fails_who_followed);
    tcase_add_test(tests,
                   who_brought_records_of_his_own_outlives_what_he_followed);
    tcase_add_test(tests, at_sync_a_request_is_done_when_it_gets_its_number);
    tcase_add_test(tests,
                   a_desk_that_stops_takes_nothing_and_gives_back_what_waits);
    tcase_add_test(tests,
                   a_ticket_outlives_its_settlement_until_it_is_given_back);
    tcase_add_test(tests, who_left_is_not_woken);
    suite_add_tcase(all, tests);
    return all;
}
