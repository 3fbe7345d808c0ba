/* SPDX-License-Identifier: Apache-2.0 */

/* Tests of bus/ring.h. */

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "bus/ring.h"
#include "suite.h"

#define MANY 200000u

static struct ring *ring;

static void
setup(void)
{
    ring = ring_create(4);
    ck_assert_ptr_nonnull(ring);
}

static void
teardown(void)
{
    ring_destroy(ring);
}

static void *
item(uintptr_t number)
{
    return (void *)number;
}

START_TEST(a_new_ring_is_empty)
{
    ck_assert_uint_eq(ring_count(ring), 0);
    ck_assert_ptr_null(ring_pop(ring));
}
END_TEST

START_TEST(items_come_out_in_the_order_they_went_in)
{
    ck_assert(ring_push(ring, item(1)));
    ck_assert(ring_push(ring, item(2)));

    ck_assert_ptr_eq(ring_pop(ring), item(1));
    ck_assert_ptr_eq(ring_pop(ring), item(2));
    ck_assert_ptr_null(ring_pop(ring));
}
END_TEST

START_TEST(a_full_ring_refuses_and_keeps_what_it_has)
{
    for (uintptr_t i = 1; i <= 4; i++)
        ck_assert(ring_push(ring, item(i)));

    ck_assert(!ring_push(ring, item(5)));
    ck_assert_uint_eq(ring_count(ring), 4);
    ck_assert_ptr_eq(ring_pop(ring), item(1));
    ck_assert(ring_push(ring, item(5)));
    for (uintptr_t i = 2; i <= 5; i++)
        ck_assert_ptr_eq(ring_pop(ring), item(i));
}
END_TEST

START_TEST(it_does_not_matter_where_the_slots_wrap)
{
    for (uintptr_t i = 0; i < (uintptr_t)_i; i++) {
        ck_assert(ring_push(ring, item(99)));
        ck_assert_ptr_eq(ring_pop(ring), item(99));
    }

    for (uintptr_t i = 1; i <= 4; i++)
        ck_assert(ring_push(ring, item(i)));
    ck_assert(!ring_push(ring, item(5)));
    for (uintptr_t i = 1; i <= 4; i++)
        ck_assert_ptr_eq(ring_pop(ring), item(i));
    ck_assert_ptr_null(ring_pop(ring));
}
END_TEST

/* Pushes numbers that it writes to memory of their own, so that TSan sees
 * whether what came before a push is visible after the pop. */
static void *
push_many(void *arg)
{
    uint32_t *numbers = arg;

    for (uint32_t i = 0; i < MANY; i++) {
        numbers[i] = i;
        while (!ring_push(ring, &numbers[i]))
            sched_yield();
    }
    return NULL;
}

START_TEST(two_threads_lose_and_repeat_nothing)
{
    uint32_t *numbers = calloc(MANY, sizeof(*numbers));
    pthread_t pusher;

    ck_assert_ptr_nonnull(numbers);
    ck_assert_int_eq(pthread_create(&pusher, NULL, push_many, numbers), 0);
    for (uint32_t next = 0; next < MANY;) {
        const uint32_t *number = ring_pop(ring);

        if (!number) {
            sched_yield();
            continue;
        }
        ck_assert_uint_eq(*number, next);
        next++;
    }
    pthread_join(pusher, NULL);

    ck_assert_ptr_null(ring_pop(ring));
    free(numbers);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("ring");
    TCase *tests = tcase_create("ring");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_new_ring_is_empty);
    tcase_add_test(tests, items_come_out_in_the_order_they_went_in);
    tcase_add_test(tests, a_full_ring_refuses_and_keeps_what_it_has);
    tcase_add_loop_test(tests, it_does_not_matter_where_the_slots_wrap, 0, 9);
    tcase_add_test(tests, two_threads_lose_and_repeat_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
