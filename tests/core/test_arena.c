/* SPDX-License-Identifier: Apache-2.0 */

/* test_arena - memory of batches: given, used again, counted */

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "record/arena.h"
#include "suite.h"

static struct pool *pool;
static struct arena arena;
static int calls;

static void
setup(void)
{
    calls = 0;
    pool = pool_create((size_t)4 << 20);
    ck_assert_ptr_nonnull(pool);
    arena_init(&arena, pool);
}

static void
teardown(void)
{
    arena_finish(&arena);
    ck_assert_uint_eq(pool_used(pool), 0);
    pool_destroy(pool);
}

static void
count_call(void *arg)
{
    ck_assert_ptr_eq(arg, &calls);
    calls++;
}

START_TEST(a_new_arena_holds_nothing)
{
    ck_assert_uint_eq(pool_used(pool), 0);
}
END_TEST

START_TEST(what_is_allocated_is_aligned_and_apart)
{
    char *last = NULL;

    for (size_t len = 1; len < 200; len++) {
        char *data = arena_alloc(&arena, len);

        ck_assert_ptr_nonnull(data);
        ck_assert_uint_eq((uintptr_t)data % 16, 0);
        memset(data, (int)len, len);
        if (last)
            ck_assert_int_eq(last[len - 2], (char)(len - 1));
        last = data;
    }
}
END_TEST

START_TEST(text_is_packed_without_gaps)
{
    char *first = arena_alloc_bytes(&arena, 3);
    char *second = arena_alloc_bytes(&arena, 5);

    ck_assert_ptr_eq(second, first + 3);
}
END_TEST

START_TEST(nothing_asked_for_still_is_an_address)
{
    ck_assert_ptr_nonnull(arena_alloc(&arena, 0));
    ck_assert_ptr_nonnull(arena_alloc_bytes(&arena, 0));
}
END_TEST

START_TEST(a_little_costs_a_small_chunk_only)
{
    ck_assert_ptr_nonnull(arena_alloc(&arena, 100));

    ck_assert_uint_ge(pool_used(pool), CHUNK_SMALL);
    ck_assert_uint_le(pool_used(pool), CHUNK_SMALL + 64);
}
END_TEST

START_TEST(sizes_around_those_of_chunks_can_be_had)
{
    static const size_t around[] = { CHUNK_SMALL, CHUNK_LARGE, 1 << 20 };

    for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
        for (size_t len = around[i] - 17; len <= around[i] + 17; len++) {
            char *data = arena_alloc(&arena, len);

            ck_assert_ptr_nonnull(data);
            data[0] = 1;
            data[len - 1] = 1;
            arena_finish(&arena);
        }
}
END_TEST

START_TEST(what_no_machine_has_is_refused)
{
    ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX));
    ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX / 2));
    ck_assert_ptr_null(arena_alloc_bytes(&arena, SIZE_MAX - 7));

    size_t room;
    ck_assert_ptr_null(arena_reserve(&arena, SIZE_MAX - 100, &room));
    ck_assert_ptr_nonnull(arena_alloc(&arena, 8));
}
END_TEST

START_TEST(a_large_piece_does_not_end_a_chunk_with_room)
{
    char *first = arena_alloc_bytes(&arena, 1);

    ck_assert_ptr_nonnull(arena_alloc_bytes(&arena, 2 << 20));

    ck_assert_ptr_eq(arena_alloc_bytes(&arena, 1), first + 1);
}
END_TEST

START_TEST(what_is_reserved_is_one_piece_and_use_takes_of_it)
{
    size_t room;
    char *data = arena_reserve(&arena, 1000, &room);

    ck_assert_ptr_nonnull(data);
    ck_assert_uint_ge(room, 1000);
    memset(data, 'x', room);
    arena_use(&arena, 10);
    ck_assert_ptr_eq(arena_alloc_bytes(&arena, 1), data + 10);
}
END_TEST

START_TEST(a_reserve_that_does_not_fit_moves_on)
{
    size_t room;
    char *small = arena_alloc_bytes(&arena, 100);
    char *data = arena_reserve(&arena, CHUNK_LARGE - 8, &room);

    ck_assert_ptr_nonnull(data);
    ck_assert(data < small || data > small + CHUNK_SMALL);
    ck_assert_uint_ge(room, CHUNK_LARGE - 8);
    arena_use(&arena, room);
    ck_assert_ptr_ne(arena_alloc_bytes(&arena, 1), data + room);
}
END_TEST

START_TEST(reserving_nothing_gives_room)
{
    size_t room = 0;

    ck_assert_ptr_nonnull(arena_reserve(&arena, 0, &room));
    ck_assert_uint_gt(room, 0);
}
END_TEST

static void *
take_one(size_t len)
{
    void *data = arena_alloc(&arena, len);

    arena_finish(&arena);
    return data;
}

START_TEST(chunks_are_used_again)
{
    static const size_t sizes[] = { 100, CHUNK_LARGE, 700000 };

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        void *first = take_one(sizes[i]);

        ck_assert_ptr_eq(take_one(sizes[i]), first);
    }
}
END_TEST

START_TEST(a_made_to_measure_chunk_serves_a_slightly_smaller_wish)
{
    void *first = take_one(1000000);

    ck_assert_ptr_eq(take_one(900000), first);
    ck_assert_ptr_ne(take_one(400000), first);
}
END_TEST

START_TEST(no_more_than_asked_is_kept)
{
    struct pool *small = pool_create(CHUNK_LARGE * 2);
    struct arena other;

    arena_init(&other, small);
    for (int i = 0; i < 10; i++)
        ck_assert_ptr_nonnull(arena_alloc(&other, CHUNK_LARGE));
    ck_assert_uint_ge(pool_used(small), 10 * CHUNK_LARGE);
    arena_finish(&other);
    ck_assert_uint_eq(pool_used(small), 0);
    pool_destroy(small);
}
END_TEST

START_TEST(the_bytes_out_are_counted_chunk_by_chunk)
{
    ck_assert_ptr_nonnull(arena_alloc(&arena, CHUNK_LARGE));
    size_t one = pool_used(pool);
    ck_assert_ptr_nonnull(arena_alloc(&arena, CHUNK_LARGE));

    ck_assert_uint_ge(one, CHUNK_LARGE);
    ck_assert_uint_eq(pool_used(pool), 2 * one);
}
END_TEST

START_TEST(the_hook_is_called_when_use_falls_to_the_limit)
{
    struct arena second;

    pool_on_room(pool, CHUNK_LARGE + 1000, count_call, &calls);
    arena_init(&second, pool);
    arena_alloc(&arena, CHUNK_LARGE);
    arena_alloc(&second, CHUNK_LARGE);
    ck_assert_int_eq(calls, 0);

    arena_finish(&second);
    ck_assert_int_eq(calls, 1);
    arena_finish(&arena);
    ck_assert_int_eq(calls, 1);
}
END_TEST

static void *
churn(void *arg)
{
    struct arena mine;

    arena_init(&mine, arg);
    for (int i = 0; i < 2000; i++) {
        size_t len = (size_t)(i % 7) * 60000 + 1;
        char *data = arena_alloc(&mine, len);

        data[0] = (char)i;
        data[len - 1] = (char)i;
        arena_finish(&mine);
    }
    return NULL;
}

START_TEST(threads_share_a_pool)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, churn, pool), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);

    ck_assert_uint_eq(pool_used(pool), 0);
}
END_TEST

START_TEST(destroying_no_pool_is_fine)
{
    pool_destroy(NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("arena");
    TCase *tests = tcase_create("arena");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_new_arena_holds_nothing);
    tcase_add_test(tests, what_is_allocated_is_aligned_and_apart);
    tcase_add_test(tests, text_is_packed_without_gaps);
    tcase_add_test(tests, nothing_asked_for_still_is_an_address);
    tcase_add_test(tests, a_little_costs_a_small_chunk_only);
    tcase_add_test(tests, sizes_around_those_of_chunks_can_be_had);
    tcase_add_test(tests, what_no_machine_has_is_refused);
    tcase_add_test(tests, a_large_piece_does_not_end_a_chunk_with_room);
    tcase_add_test(tests, what_is_reserved_is_one_piece_and_use_takes_of_it);
    tcase_add_test(tests, a_reserve_that_does_not_fit_moves_on);
    tcase_add_test(tests, reserving_nothing_gives_room);
    tcase_add_test(tests, chunks_are_used_again);
    tcase_add_test(tests,
                   a_made_to_measure_chunk_serves_a_slightly_smaller_wish);
    tcase_add_test(tests, no_more_than_asked_is_kept);
    tcase_add_test(tests, the_bytes_out_are_counted_chunk_by_chunk);
    tcase_add_test(tests, the_hook_is_called_when_use_falls_to_the_limit);
    tcase_add_test(tests, threads_share_a_pool);
    tcase_add_test(tests, destroying_no_pool_is_fine);
    suite_add_tcase(suite, tests);
    return suite;
}
