/* SPDX-License-Identifier: Apache-2.0 */

/* Tests of bus/gate.h. */

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "bus/gate.h"
#include "suite.h"

#define MS 1000000
#define ROUNDS 3000

static struct gate gate;

static void
setup(void)
{
    ck_assert(gate_init(&gate));
}

static void
teardown(void)
{
    gate_finish(&gate);
}

static int64_t
now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 * MS + at.tv_nsec;
}

START_TEST(a_wait_ends_when_its_time_has_passed)
{
    int64_t began = now();

    gate_prepare(&gate);
    ck_assert(!gate_wait(&gate, -1, 30 * MS));

    ck_assert_int_ge(now() - began, 29 * MS);
}
END_TEST

START_TEST(a_wait_for_no_time_does_not_wait)
{
    gate_prepare(&gate);
    ck_assert(!gate_wait(&gate, -1, 0));
}
END_TEST

START_TEST(a_wake_between_prepare_and_wait_is_not_lost)
{
    int64_t began = now();

    gate_prepare(&gate);
    gate_wake(&gate);
    ck_assert(!gate_wait(&gate, -1, 10000ll * MS));

    ck_assert_int_lt(now() - began, 5000ll * MS);
}
END_TEST

START_TEST(a_wake_that_was_seen_does_not_end_the_next_wait)
{
    gate_prepare(&gate);
    gate_wake(&gate);
    ck_assert(!gate_wait(&gate, -1, 10000ll * MS));

    int64_t began = now();

    gate_prepare(&gate);
    ck_assert(!gate_wait(&gate, -1, 30 * MS));
    ck_assert_int_ge(now() - began, 29 * MS);
}
END_TEST

START_TEST(a_readable_file_ends_the_wait_and_says_so)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);

    gate_prepare(&gate);
    ck_assert(gate_wait(&gate, ends[0], 10000ll * MS));
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(an_unreadable_file_does_not)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);

    gate_prepare(&gate);
    ck_assert(!gate_wait(&gate, ends[0], 10 * MS));
    close(ends[0]);
    close(ends[1]);
}
END_TEST

struct duet {
    struct gate other;
    atomic_int turn;
};

/* Waits until the turn is MINE, with its own gate. */
static void
await_turn(struct duet *duet, struct gate *own, int mine)
{
    while (atomic_load(&duet->turn) != mine) {
        gate_prepare(own);
        if (atomic_load(&duet->turn) != mine)
            gate_wait(own, -1, -1);
    }
}

static void *
answer(void *arg)
{
    struct duet *duet = arg;

    for (int i = 0; i < ROUNDS; i++) {
        await_turn(duet, &duet->other, 1);
        atomic_store(&duet->turn, 0);
        gate_wake(&gate);
    }
    return NULL;
}

START_TEST(two_threads_that_wake_each_other_never_sleep_for_ever)
{
    struct duet duet = { 0 };
    pthread_t thread;

    ck_assert(gate_init(&duet.other));
    ck_assert_int_eq(pthread_create(&thread, NULL, answer, &duet), 0);
    for (int i = 0; i < ROUNDS; i++) {
        atomic_store(&duet.turn, 1);
        gate_wake(&duet.other);
        await_turn(&duet, &gate, 0);
    }
    pthread_join(thread, NULL);
    gate_finish(&duet.other);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("gate");
    TCase *tests = tcase_create("gate");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_wait_ends_when_its_time_has_passed);
    tcase_add_test(tests, a_wait_for_no_time_does_not_wait);
    tcase_add_test(tests, a_wake_between_prepare_and_wait_is_not_lost);
    tcase_add_test(tests, a_wake_that_was_seen_does_not_end_the_next_wait);
    tcase_add_test(tests, a_readable_file_ends_the_wait_and_says_so);
    tcase_add_test(tests, an_unreadable_file_does_not);
    tcase_add_test(tests,
                   two_threads_that_wake_each_other_never_sleep_for_ever);
    suite_add_tcase(suite, tests);
    return suite;
}
