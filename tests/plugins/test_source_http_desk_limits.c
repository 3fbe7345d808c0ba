/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_http_desk_limits - what there is no room for, what has to go */

#include "suite.h"

#include <check.h>
#include <string.h>

#include "desk_bench.h"
#include "short_memory.h"

START_TEST(what_does_not_fit_is_refused)
{
    ck_assert(!desk_reserve(&desk, 10001));
    ck_assert(desk_reserve(&desk, 10000));
    ck_assert(!desk_reserve(&desk, 1));
    ck_assert_uint_eq(desk.refused, 2);
    desk_release(&desk, 10000);
}
END_TEST

/* Sends records of which one came before, with memory for so many things only;
 * true: it was taken. */
static bool
sends_short(long things)
{
    const struct keys_name name = { "t", "s/11,1,2,2", true, 0, 4 };
    struct request request;
    struct mill_buffer text = make_request(&request, 4, false);
    bool taken = false;

    memory_left = things;
    tickets[1] = ticket_create(&name, &request, text.data, text.len);
    if (tickets[1])
        taken = desk_submit(&desk, tickets[1], &waiters[1].watcher, 100, &why);
    memory_left = -1;
    if (taken)
        return true;
    if (tickets[1]) {
        ck_assert_int_eq(why.status, 503);
        leaves(1);
    } else {
        request_finish(&request);
        desk_release(&desk, text.len);
        mill_buffer_finish(&text);
    }
    return false;
}

START_TEST(without_memory_a_request_is_refused_as_a_whole)
{
    long things = 0;

    ck_assert(sends(0, 2, false, "s/10+1", true));
    reads(0, 0);
    ck_assert_uint_eq(desk.bytes, 0);
    while (!sends_short(things)) {
        ck_assert_uint_eq(desk.bytes, 0);
        ck_assert_uint_eq(keys_count(desk.keys), 2);
        things++;
    }
    ck_assert_int_gt(things, 6);
    reads(1, 2);
    settles("any", 0, 5, NULL, 0);
    ck_assert(waiters[0].woken && waiters[1].woken);
}
END_TEST

/* With a spool a request that is late is answered, and stays. */
START_TEST(what_nobody_waits_for_does_not_pile_up)
{
    struct ticket *written;

    desk.spooled = true;
    ck_assert(sends(0, 1, false, NULL, false));
    reads(0, 0);
    ck_assert_ptr_eq(desk.out, tickets[0]);
    leaves(0);
    ck_assert_ptr_null(desk.out);
    /* Before it is written, and while it is. */
    ck_assert(sends(1, 1, false, NULL, false));
    leaves(1);
    ck_assert(sends(2, 1, false, NULL, false));
    written = desk_take_all(&desk);
    leaves(2);
    for (uint64_t i = 1; i < 3; i++) {
        struct ticket *next = written->next;

        desk_drop_body(&desk, written);
        desk_out(&desk, written, i);
        written = next;
    }
    ck_assert_ptr_null(desk.out);
    settles("any", 0, 2, NULL, 0);
    /* One with a key may come again. */
    waiters[2] = waiters[3];
    ck_assert(sends(2, 1, false, "key", false));
    reads(2, 3);
    leaves(2);
    ck_assert_ptr_nonnull(desk.out);
    ck_assert(sends(3, 1, false, "key", false));
    settles("any", 3, 3, NULL, 0);
    ck_assert(waiters[3].woken);
}
END_TEST

START_TEST(receipts_of_old_requests_are_kept_for_so_many_records_only)
{
    const struct mill_receipt receipt = { .position = 0,
                                          .partition = 4,
                                          .offset = 70 };
    size_t most = REQUEST_RECORDS_MOST;

    keys_destroy(desk.keys);
    desk.keys = keys_create(60, 10 * most);
    desk.bytes_most = 100 * most;
    ck_assert(sends(0, 1, false, "first", false));
    reads(0, 0);
    settles("any", 0, 0, &receipt, 1);
    for (size_t i = 1; i < 3; i++) {
        ck_assert(sends(3, 1, false, "first", false));
        is_stored(3, 0, 4, 70);
        desk_leave(&desk, tickets[3], &waiters[3].watcher);
        ck_assert(sends(i, most, false, i == 1 ? "a" : "b", false));
        reads(i, i * most);
        settles("any", i * most, (i + 1) * most - 1, NULL, 0);
    }
    /* It is known still that it came, but not where the sink put it. */
    ck_assert(sends(3, 1, false, "first", false));
    is_stored(3, 0, 0, 0);
    ck_assert_uint_eq(desk.recent_count, 1);
    ck_assert_uint_eq(desk.recent_records, most);
}
END_TEST

Suite *
suite(void)
{
    Suite *all = suite_create("source http: desk, limits");
    TCase *tests = tcase_create("desk");

    tcase_add_checked_fixture(tests, desk_bench_setup, desk_bench_teardown);
    tcase_add_test(tests, what_does_not_fit_is_refused);
    tcase_add_test(tests, without_memory_a_request_is_refused_as_a_whole);
    tcase_add_test(tests, what_nobody_waits_for_does_not_pile_up);
    tcase_add_test(tests,
                   receipts_of_old_requests_are_kept_for_so_many_records_only);
    suite_add_tcase(all, tests);
    return all;
}
