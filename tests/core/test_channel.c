/* SPDX-License-Identifier: Apache-2.0 */

/* Tests of bus/channel.h. */

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "bus/channel.h"
#include "suite.h"

#define MANY 100000u

static struct gate producer;
static struct gate consumer;
static struct channel *channel;

static void
setup(void)
{
    ck_assert(gate_init(&producer));
    ck_assert(gate_init(&consumer));
    channel = channel_create(&producer, &consumer);
    ck_assert_ptr_nonnull(channel);
}

static void
teardown(void)
{
    while (channel_drain(channel)) {
    }
    channel_destroy(channel);
    gate_finish(&producer);
    gate_finish(&consumer);
}

static void *
item(uintptr_t number)
{
    return (void *)number;
}

START_TEST(a_new_channel_is_empty_and_has_not_ended)
{
    ck_assert_ptr_null(channel_pop(channel));
    ck_assert(!channel_ended(channel));
    ck_assert_uint_eq(channel_backlog(channel), 0);
}
END_TEST

START_TEST(what_the_ring_has_no_room_for_queues_behind_it)
{
    for (uintptr_t i = 1; i <= CHANNEL_SLOTS + 3; i++)
        ck_assert(channel_put(channel, item(i)));
    ck_assert_uint_eq(channel_backlog(channel), 3);

    ck_assert_ptr_eq(channel_pop(channel), item(1));
    ck_assert_uint_eq(channel_backlog(channel), 2);
}
END_TEST

START_TEST(order_is_kept_over_ring_and_queue)
{
    uintptr_t next = 1;

    for (uintptr_t i = 1; i <= 5 * CHANNEL_SLOTS; i++)
        ck_assert(channel_put(channel, item(i)));
    for (void *got; channel_backlog(channel), got = channel_pop(channel);)
        ck_assert_ptr_eq(got, item(next++));
    ck_assert_uint_eq(next, 5 * CHANNEL_SLOTS + 1);
}
END_TEST

START_TEST(an_end_is_seen_only_after_the_last_item)
{
    ck_assert(channel_put(channel, item(1)));
    channel_end(channel);

    ck_assert(!channel_ended(channel));
    ck_assert_ptr_eq(channel_pop(channel), item(1));
    ck_assert_ptr_null(channel_pop(channel));
    ck_assert(channel_ended(channel));
}
END_TEST

START_TEST(an_end_is_seen_only_after_what_queued)
{
    for (uintptr_t i = 1; i <= CHANNEL_SLOTS + 1; i++)
        ck_assert(channel_put(channel, item(i)));
    channel_end(channel);

    for (uintptr_t i = 1; i <= CHANNEL_SLOTS + 1; i++) {
        ck_assert(!channel_ended(channel));
        ck_assert_ptr_eq(channel_pop(channel), item(i));
        channel_backlog(channel);
    }
    ck_assert(channel_ended(channel));
}
END_TEST

START_TEST(a_drain_gives_all_that_is_left)
{
    for (uintptr_t i = 1; i <= CHANNEL_SLOTS + 2; i++)
        ck_assert(channel_put(channel, item(i)));

    for (uintptr_t i = 1; i <= CHANNEL_SLOTS + 2; i++)
        ck_assert_ptr_eq(channel_drain(channel), item(i));
    ck_assert_ptr_null(channel_drain(channel));
}
END_TEST

/* --- with a store: items in it are their numbers and STORED --- */

#define STORED ((uintptr_t)1 << 20)

static size_t in_store;
static size_t store_room;
static bool store_is_broken;

static void *
store_put(void *arg, void *item_put)
{
    (void)arg;
    if (in_store == store_room)
        return NULL;
    in_store++;
    return item((uintptr_t)item_put + STORED);
}

static void *
store_get(void *arg, void *token)
{
    (void)arg;
    if (store_is_broken)
        return NULL;
    in_store--;
    return item((uintptr_t)token - STORED);
}

static void
store_drop(void *arg, void *token)
{
    (void)arg;
    ck_assert_uint_gt((uintptr_t)token, STORED);
    in_store--;
}

static void
use_store(size_t room)
{
    const struct channel_store store = { .put = store_put,
                                         .get = store_get,
                                         .drop = store_drop };

    in_store = 0;
    store_room = room;
    store_is_broken = false;
    channel_use_store(channel, &store);
}

static void
put_many(uintptr_t count)
{
    for (uintptr_t i = 1; i <= count; i++)
        ck_assert(channel_put(channel, item(i)));
}

#define IN_MEMORY (CHANNEL_SLOTS + CHANNEL_QUEUE)

START_TEST(what_is_too_much_goes_into_the_store)
{
    use_store(100);
    put_many(IN_MEMORY);
    ck_assert_uint_eq(in_store, 0);
    ck_assert(!channel_is_full(channel));
    ck_assert(channel_put(channel, item(IN_MEMORY + 1)));
    ck_assert_uint_eq(in_store, 1);
    ck_assert(!channel_is_full(channel));
}
END_TEST

START_TEST(order_is_kept_over_the_store)
{
    uintptr_t next = 1;
    uintptr_t last = IN_MEMORY + 50;

    use_store(1000);
    put_many(last);
    for (void *got; channel_backlog(channel), got = channel_pop(channel);) {
        ck_assert_ptr_eq(got, item(next++));
        /* While the store empties, new ones go behind it. */
        if (next % 2 == 0 && last < 500)
            ck_assert(channel_put(channel, item(++last)));
    }
    ck_assert_uint_gt(last, 2 * IN_MEMORY + 50);
    ck_assert_uint_eq(next, last + 1);
    ck_assert_uint_eq(in_store, 0);
}
END_TEST

START_TEST(a_full_store_stops_the_producer)
{
    use_store(3);
    put_many(IN_MEMORY + 3);
    ck_assert(!channel_is_full(channel));
    put_many(1);
    ck_assert_uint_eq(in_store, 3);
    ck_assert(channel_is_full(channel));
    for (size_t i = 0; i < CHANNEL_SLOTS; i++)
        ck_assert_ptr_nonnull(channel_pop(channel));
    ck_assert(!channel_is_full(channel));
}
END_TEST

START_TEST(what_the_store_cannot_give_back_is_not_overtaken)
{
    size_t taken = 0;

    use_store(10);
    put_many(IN_MEMORY + 5);
    store_is_broken = true;
    while (channel_backlog(channel), channel_pop(channel))
        taken++;
    ck_assert_uint_eq(taken, IN_MEMORY);
    ck_assert_uint_eq(channel_backlog(channel), 5);
}
END_TEST

START_TEST(a_drain_drops_what_is_in_the_store)
{
    size_t drained = 0;

    use_store(10);
    put_many(IN_MEMORY + 12);
    while (channel_drain(channel))
        drained++;
    ck_assert_uint_eq(drained, IN_MEMORY + 2);
    ck_assert_uint_eq(in_store, 0);
}
END_TEST

static void
wait_for_room(void)
{
    while (channel_backlog(channel) > 0) {
        gate_prepare(&producer);
        if (channel_backlog(channel) > 0)
            gate_wait(&producer, -1, -1);
    }
}

static void *
produce(void *arg)
{
    uint32_t *numbers = arg;

    for (uint32_t i = 0; i < MANY; i++) {
        numbers[i] = i;
        ck_assert(channel_put(channel, &numbers[i]));
        wait_for_room();
    }
    channel_end(channel);
    return NULL;
}

/* The next item, or NULL at the end. */
static const uint32_t *
take(void)
{
    for (;;) {
        const uint32_t *number = channel_pop(channel);

        if (number || channel_ended(channel))
            return number;
        gate_prepare(&consumer);
        number = channel_pop(channel);
        if (number)
            return number;
        if (!channel_ended(channel))
            gate_wait(&consumer, -1, -1);
    }
}

START_TEST(two_threads_lose_nothing_and_never_sleep_for_ever)
{
    uint32_t *numbers = calloc(MANY, sizeof(*numbers));
    pthread_t thread;
    uint32_t next = 0;

    ck_assert_ptr_nonnull(numbers);
    ck_assert_int_eq(pthread_create(&thread, NULL, produce, numbers), 0);
    for (const uint32_t *number; (number = take()); next++)
        ck_assert_uint_eq(*number, next);
    pthread_join(thread, NULL);

    ck_assert_uint_eq(next, MANY);
    free(numbers);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("channel");
    TCase *tests = tcase_create("channel");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_new_channel_is_empty_and_has_not_ended);
    tcase_add_test(tests, what_the_ring_has_no_room_for_queues_behind_it);
    tcase_add_test(tests, order_is_kept_over_ring_and_queue);
    tcase_add_test(tests, an_end_is_seen_only_after_the_last_item);
    tcase_add_test(tests, an_end_is_seen_only_after_what_queued);
    tcase_add_test(tests, a_drain_gives_all_that_is_left);
    tcase_add_test(tests, what_is_too_much_goes_into_the_store);
    tcase_add_test(tests, order_is_kept_over_the_store);
    tcase_add_test(tests, a_full_store_stops_the_producer);
    tcase_add_test(tests, what_the_store_cannot_give_back_is_not_overtaken);
    tcase_add_test(tests, a_drain_drops_what_is_in_the_store);
    tcase_add_test(tests, two_threads_lose_nothing_and_never_sleep_for_ever);
    suite_add_tcase(suite, tests);
    return suite;
}
