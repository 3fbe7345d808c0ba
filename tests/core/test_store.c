/* SPDX-License-Identifier: Apache-2.0 */

/* Tests of runtime/store.h and runtime/resume.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/resume.h"
#include "runtime/store.h"
#include "suite.h"

static char dir[64];
static char error[STORE_ERROR_ROOM];
static struct store *store;
static const struct store_lane pins = { "in", "pins", "0" };
static const struct store_lane geo = { "in", "geo", "0" };

static void
setup(void)
{
    snprintf(dir, sizeof(dir), "/tmp/test-store-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    store = store_open(dir, STORE_RUN, error);
    ck_assert_msg(store != NULL, "%s", error);
}

static void
teardown(void)
{
    const char *const files[] = { "state.db", "state.db-wal", "state.db-shm",
                                  "state.db-journal", "lock" };
    char path[128];

    store_close(store);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
}

static void
reopen(void)
{
    store_close(store);
    store = store_open(dir, STORE_RUN, error);
    ck_assert_msg(store != NULL, "%s", error);
}

static void
put_lane(const struct store_lane *lane, uint64_t position, const char *cursor)
{
    ck_assert(store_begin(store));
    ck_assert(store_put_lane(store, lane, position, cursor));
    ck_assert(store_commit(store));
}

static struct resume
load(void)
{
    struct resume resume = { 0 };

    ck_assert(resume_load(&resume, store));
    return resume;
}

START_TEST(a_new_store_has_nothing)
{
    struct resume resume = load();

    ck_assert_ptr_null(resume_lane(&resume, "in", "pins", "0"));
    ck_assert_ptr_null(resume_lane_at(&resume, "in", 0));
    ck_assert_ptr_null(store_fact(store, "no such"));
    resume_finish(&resume);
}
END_TEST

START_TEST(a_position_is_there_after_it_is_opened_again)
{
    put_lane(&pins, UINT64_MAX, "{\"byte\":17}");
    put_lane(&geo, 0, NULL);
    reopen();

    struct resume resume = load();
    const struct resume_lane *lane = resume_lane(&resume, "in", "pins", "0");

    ck_assert_ptr_nonnull(lane);
    ck_assert(lane->position == UINT64_MAX);
    ck_assert_str_eq(lane->cursor, "{\"byte\":17}");
    lane = resume_lane(&resume, "in", "geo", "0");
    ck_assert_ptr_nonnull(lane);
    ck_assert_uint_eq(lane->position, 0);
    ck_assert_ptr_null(lane->cursor);
    ck_assert_ptr_nonnull(resume_lane_at(&resume, "in", 1));
    ck_assert_ptr_null(resume_lane_at(&resume, "in", 2));
    ck_assert_ptr_null(resume_lane_at(&resume, "other", 0));
    resume_finish(&resume);
}
END_TEST

START_TEST(a_later_position_takes_the_place_of_an_earlier)
{
    put_lane(&pins, 1, "one");
    put_lane(&pins, 2, NULL);

    struct resume resume = load();
    const struct resume_lane *lane = resume_lane(&resume, "in", "pins", "0");

    ck_assert_uint_eq(lane->position, 2);
    ck_assert_ptr_null(lane->cursor);
    resume_finish(&resume);
}
END_TEST

START_TEST(what_was_not_committed_is_not_there)
{
    put_lane(&pins, 1, NULL);
    ck_assert(store_begin(store));
    ck_assert(store_put_lane(store, &pins, 2, NULL));
    reopen();

    struct resume resume = load();

    ck_assert_uint_eq(resume_lane(&resume, "in", "pins", "0")->position, 1);
    resume_finish(&resume);
}
END_TEST

START_TEST(a_transaction_that_was_given_up_is_undone_by_the_next)
{
    ck_assert(store_begin(store));
    ck_assert(store_put_lane(store, &pins, 7, NULL));
    ck_assert(store_begin(store));
    ck_assert(store_put_lane(store, &geo, 8, NULL));
    ck_assert(store_commit(store));

    struct resume resume = load();

    ck_assert_ptr_null(resume_lane(&resume, "in", "pins", "0"));
    ck_assert_ptr_nonnull(resume_lane(&resume, "in", "geo", "0"));
    resume_finish(&resume);
}
END_TEST

START_TEST(a_mark_belongs_to_a_sink_and_the_stage_that_fed_it)
{
    uint64_t mark = 0;

    ck_assert(store_begin(store));
    ck_assert(store_put_mark(store, "lake", "clean", &pins, 41));
    ck_assert(store_commit(store));

    struct resume resume = load();

    ck_assert(resume_mark(&resume, "lake", "clean", &pins, &mark));
    ck_assert_uint_eq(mark, 41);
    ck_assert(!resume_mark(&resume, "lake", "other", &pins, &mark));
    ck_assert(!resume_mark(&resume, "sea", "clean", &pins, &mark));
    ck_assert(!resume_mark(&resume, "lake", "clean", &geo, &mark));
    resume_finish(&resume);
}
END_TEST

struct last {
    int count;
    char stage[32];
    char key[32];
    char value[64];
};

static void
keep(void *arg, const char *stage, const char *key, const char *value)
{
    struct last *last = arg;

    last->count++;
    snprintf(last->stage, sizeof(last->stage), "%s", stage);
    snprintf(last->key, sizeof(last->key), "%s", key);
    snprintf(last->value, sizeof(last->value), "%s", value);
}

static void
put_state(const char *key, const char *value)
{
    ck_assert(store_begin(store));
    ck_assert(store_put_state(store, "lake", key, value));
    ck_assert(store_commit(store));
}

START_TEST(state_is_kept_until_it_is_forgotten)
{
    struct last last = { 0 };

    put_state("file:out/'a\"b", "100; drop table states");
    reopen();
    ck_assert(store_states(store, keep, &last));
    ck_assert_int_eq(last.count, 1);
    ck_assert_str_eq(last.stage, "lake");
    ck_assert_str_eq(last.key, "file:out/'a\"b");
    ck_assert_str_eq(last.value, "100; drop table states");

    last.count = 0;
    put_state("file:out/'a\"b", NULL);
    ck_assert(store_states(store, keep, &last));
    ck_assert_int_eq(last.count, 0);
}
END_TEST

START_TEST(facts_are_kept)
{
    char *fact;

    ck_assert(store_begin(store));
    ck_assert(store_put_fact(store, "finished", "yes"));
    ck_assert(store_commit(store));
    reopen();
    fact = store_fact(store, "finished");
    ck_assert_ptr_nonnull(fact);
    ck_assert_str_eq(fact, "yes");
    free(fact);
}
END_TEST

START_TEST(forgetting_one_stage_leaves_the_others)
{
    uint64_t mark;

    ck_assert(store_begin(store));
    ck_assert(store_put_lane(store, &pins, 1, NULL));
    ck_assert(store_put_mark(store, "lake", "in", &pins, 1));
    ck_assert(store_put_mark(store, "sea", "in", &pins, 1));
    ck_assert(store_forget(store, "lake"));
    ck_assert(store_commit(store));

    struct resume resume = load();

    ck_assert_ptr_nonnull(resume_lane(&resume, "in", "pins", "0"));
    ck_assert(!resume_mark(&resume, "lake", "in", &pins, &mark));
    ck_assert(resume_mark(&resume, "sea", "in", &pins, &mark));
    resume_finish(&resume);
}
END_TEST

START_TEST(forgetting_all_leaves_nothing)
{
    put_lane(&pins, 1, NULL);
    put_state("a", "b");
    ck_assert(store_begin(store));
    ck_assert(store_forget(store, NULL));
    ck_assert(store_commit(store));

    struct resume resume = load();
    struct last last = { 0 };

    ck_assert_ptr_null(resume_lane_at(&resume, "in", 0));
    ck_assert(store_states(store, keep, &last));
    ck_assert_int_eq(last.count, 0);
    resume_finish(&resume);
}
END_TEST

/* What a second process sees that opens the same folder: 0 it got in. */
static int
open_elsewhere(enum store_mode mode)
{
    pid_t child = fork();
    int status;

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct store *second = store_open(dir, mode, error);

        _exit(second ? 0 : strstr(error, dir) ? 1 : 2);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(a_second_process_is_kept_out_and_told_where)
{
    ck_assert_int_eq(open_elsewhere(STORE_RUN), 1);
}
END_TEST

START_TEST(a_second_process_may_look)
{
    ck_assert_int_eq(open_elsewhere(STORE_LOOK), 0);
}
END_TEST

START_TEST(the_lock_goes_with_its_owner)
{
    store_close(store);
    store = NULL;
    ck_assert_int_eq(open_elsewhere(STORE_RUN), 0);
}
END_TEST

START_TEST(there_is_nothing_to_look_at_where_nothing_ran)
{
    struct store *none =
        store_open("/tmp/test-store-nowhere", STORE_LOOK, error);

    ck_assert_ptr_null(none);
    ck_assert_ptr_nonnull(strstr(error, "/tmp/test-store-nowhere"));
    ck_assert_int_ne(access("/tmp/test-store-nowhere", F_OK), 0);
}
END_TEST

START_TEST(a_file_that_is_no_database_is_refused_by_name)
{
    char path[128];

    store_close(store);
    store = NULL;
    snprintf(path, sizeof(path), "%s/state.db", dir);

    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 1000; i++)
        fputs("this is no database ", file);
    fclose(file);

    ck_assert_ptr_null(store_open(dir, STORE_RUN, error));
    ck_assert_msg(strstr(error, "state.db") != NULL, "%s", error);
}
END_TEST

START_TEST(without_a_folder_it_is_kept_in_memory)
{
    store_close(store);
    store = store_open(NULL, STORE_RUN, error);
    ck_assert_ptr_nonnull(store);
    put_lane(&pins, 3, NULL);

    struct resume resume = load();

    ck_assert_uint_eq(resume_lane(&resume, "in", "pins", "0")->position, 3);
    resume_finish(&resume);
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, a_new_store_has_nothing);
    tcase_add_test(tests, a_position_is_there_after_it_is_opened_again);
    tcase_add_test(tests, a_later_position_takes_the_place_of_an_earlier);
    tcase_add_test(tests, what_was_not_committed_is_not_there);
    tcase_add_test(tests,
                   a_transaction_that_was_given_up_is_undone_by_the_next);
    tcase_add_test(tests, a_mark_belongs_to_a_sink_and_the_stage_that_fed_it);
    tcase_add_test(tests, state_is_kept_until_it_is_forgotten);
    tcase_add_test(tests, facts_are_kept);
    tcase_add_test(tests, forgetting_one_stage_leaves_the_others);
    tcase_add_test(tests, forgetting_all_leaves_nothing);
    tcase_add_test(tests, a_second_process_is_kept_out_and_told_where);
    tcase_add_test(tests, a_second_process_may_look);
    tcase_add_test(tests, the_lock_goes_with_its_owner);
    tcase_add_test(tests, there_is_nothing_to_look_at_where_nothing_ran);
    tcase_add_test(tests, a_file_that_is_no_database_is_refused_by_name);
    tcase_add_test(tests, without_a_folder_it_is_kept_in_memory);
}

Suite *
suite(void)
{
    Suite *suite = suite_create("store");
    TCase *tests = tcase_create("store");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 30);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    return suite;
}
