/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_rds_ahead - a driver in a thread: every row in order, no further
 * ahead than two chunks, and what ends it */

#include "suite.h"

#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../../plugins/sources/rds/ahead.h"
#include "../../plugins/sources/rds/chunk.h"

/* A driver whose rows are numbers and their text. */
struct fake {
    struct driver driver; /* first */
    enum mill_verdict connects;
    enum mill_verdict selects;
    enum mill_verdict ends;
    int rows;       /* before it ends so */
    int idle_every; /* so many rows; 0: never */
    size_t width;   /* of the texts at least */
    bool block;     /* where the rows are out, until cancelled */
    bool lie_apart; /* texts are no block */

    int at;
    int next;
    struct mill_value cells[3];
    char *text;
    atomic_int fetched;
    atomic_bool cancelled;
    atomic_bool *destroyed;
    char from[32]; /* the query's key */
};

static struct fake *
fake_of(struct driver *driver)
{
    return (struct fake *)driver;
}

static enum mill_verdict
fake_connect(struct driver *driver)
{
    struct fake *fake = fake_of(driver);

    driver->connected = fake->connects == MILL_OK;
    return fake->connects == MILL_OK
               ? MILL_OK
               : driver_fail(driver, fake->connects, "cannot connect");
}

static enum mill_verdict
fake_select(struct driver *driver, const struct query *query)
{
    struct fake *fake = fake_of(driver);

    if (query->from)
        snprintf(fake->from, sizeof(fake->from), "%.*s",
                 (int)query->from[0].len, query->from[0].text);
    fake->at = 0;
    return fake->selects == MILL_OK
               ? MILL_OK
               : driver_fail(driver, fake->selects, "no such table");
}

static enum mill_verdict
fake_end(struct fake *fake)
{
    while (fake->block && !atomic_load(&fake->cancelled))
        usleep(100);
    if (fake->block)
        return driver_fail(&fake->driver, MILL_RETRY, "cancelled");
    if (fake->ends == MILL_END)
        return MILL_END;
    fake->driver.connected = false;
    return driver_fail(&fake->driver, fake->ends, "lost");
}

static enum mill_verdict
fake_fetch(struct driver *driver, int patience_ms, struct row *row)
{
    struct fake *fake = fake_of(driver);
    int len;

    if (fake->idle_every > 0 && patience_ms >= 0
        && fake->next++ % fake->idle_every == 0)
        return MILL_IDLE;
    if (fake->at == fake->rows)
        return fake_end(fake);
    memset(fake->text, 'x', fake->width + 16);
    len = snprintf(fake->text, 16, "%d", fake->at);
    fake->text[len] = 'x';
    fake->cells[0] = mill_int(fake->at++);
    fake->cells[1] = mill_text(MILL_TEXT, fake->text, (size_t)len);
    fake->cells[2] = mill_text(MILL_BYTES, fake->text + len, fake->width);
    *row = (struct row){ .cells = fake->cells, .count = 3 };
    row->size = (size_t)len + fake->width;
    if (!fake->lie_apart)
        row->block = (struct mill_bytes){ fake->text, row->size };
    atomic_fetch_add(&fake->fetched, 1);
    return MILL_OK;
}

static void
fake_finish(struct driver *driver)
{
    (void)driver;
}

static void
fake_disconnect(struct driver *driver)
{
    driver->connected = false;
}

static void
fake_cancel(struct driver *driver)
{
    atomic_store(&fake_of(driver)->cancelled, true);
}

static void
fake_destroy(struct driver *driver)
{
    struct fake *fake = fake_of(driver);

    if (fake->destroyed)
        atomic_store(fake->destroyed, true);
    free(fake->text);
    free(fake);
}

static const struct driver_class fakes = {
    .connect = fake_connect,
    .select = fake_select,
    .fetch = fake_fetch,
    .finish = fake_finish,
    .disconnect = fake_disconnect,
    .cancel = fake_cancel,
    .destroy = fake_destroy,
};

static struct fake *
fake_create(int rows, size_t width)
{
    struct fake *fake = calloc(1, sizeof(*fake));

    ck_assert_ptr_nonnull(fake);
    fake->driver.class = &fakes;
    fake->ends = MILL_END;
    fake->rows = rows;
    fake->width = width;
    fake->text = malloc(width + 32);
    ck_assert_ptr_nonnull(fake->text);
    return fake;
}

static const struct table table = { .name = "t", .key_count = 1 };

static int event;

static struct driver *
begin(struct fake *fake)
{
    struct query query = { .table = &table };

    event = eventfd(0, EFD_CLOEXEC);

    struct driver *driver = ahead_create(&fake->driver, event);

    ck_assert_ptr_nonnull(driver);
    ck_assert_int_eq(driver->class->connect(driver), MILL_OK);
    ck_assert_int_eq(driver->class->select(driver, &query), MILL_OK);
    return driver;
}

static void
end(struct driver *driver)
{
    driver->class->destroy(driver);
    close(event);
}

/* Waits for the event where nothing is at hand. */
static enum mill_verdict
fetch(struct driver *driver, struct row *row)
{
    enum mill_verdict verdict;
    eventfd_t count;

    while ((verdict = driver->class->fetch(driver, 0, row)) == MILL_IDLE)
        ck_assert_int_eq(eventfd_read(event, &count), 0);
    return verdict;
}

static void
is_row(const struct row *row, int number, size_t width)
{
    char text[16];
    int len = snprintf(text, sizeof(text), "%d", number);

    ck_assert_uint_eq(row->count, 3);
    ck_assert_int_eq(row->cells[0].integer, number);
    ck_assert_uint_eq(row->cells[1].len, (size_t)len);
    ck_assert_int_eq(memcmp(row->cells[1].text, text, (size_t)len), 0);
    ck_assert_uint_eq(row->cells[2].len, width);
    for (size_t i = 0; i < width; i += 997)
        ck_assert_int_eq(row->cells[2].text[i], 'x');
    ck_assert_uint_eq(row->block.len, (size_t)len + width);
    ck_assert_ptr_eq(row->cells[1].text, row->block.data);
}

static void
reads(struct fake *fake)
{
    int rows = fake->rows;
    size_t width = fake->width;
    struct driver *driver = begin(fake);
    struct row row;

    for (int i = 0; i < rows; i++) {
        ck_assert_int_eq(fetch(driver, &row), MILL_OK);
        is_row(&row, i, width);
    }
    ck_assert_int_eq(fetch(driver, &row), MILL_END);
    end(driver);
}

START_TEST(every_row_comes_once_and_in_order)
{
    static const struct {
        int rows;
        int idle_every;
        size_t width;
        bool lie_apart;
    } cases[] = {
        { 0, 0, 10, false },
        { 1, 0, 0, false },
        { 20000, 0, 100, false },
        { 20000, 0, 100, true },
        { 3000, 7, 30, false },
        { 3000, 1, 30, true },
        { 40, 0, 3 * CHUNK_BYTES, false }, /* no row fits with another */
        { 1000, 0, CHUNK_BYTES / 3, true },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fake *fake = fake_create(cases[i].rows, cases[i].width);

        fake->idle_every = cases[i].idle_every;
        fake->lie_apart = cases[i].lie_apart;
        reads(fake);
    }
}
END_TEST

START_TEST(it_reads_no_further_ahead_than_two_chunks)
{
    struct fake *fake = fake_create(1000000, 10);
    struct driver *driver = begin(fake);
    int before = -1;

    /* It has stopped where nothing came for a while. */
    while (atomic_load(&fake->fetched) != before) {
        before = atomic_load(&fake->fetched);
        usleep(100000);
    }
    ck_assert_int_ge(before, (int)CHUNK_ROWS);
    ck_assert_int_le(before, 2 * (int)CHUNK_ROWS + 1);
    end(driver);
}
END_TEST

START_TEST(rows_before_a_failure_come_before_it)
{
    struct fake *fake = fake_create(700, 10);
    struct query query = { .table = &table };
    struct row row;

    fake->ends = MILL_RETRY;

    struct driver *driver = begin(fake);

    for (int twice = 0; twice < 2; twice++) {
        for (int i = 0; i < 700; i++) {
            ck_assert_int_eq(fetch(driver, &row), MILL_OK);
            is_row(&row, i, 10);
        }
        ck_assert_int_eq(fetch(driver, &row), MILL_RETRY);
        ck_assert_str_eq(driver->said, "lost");
        ck_assert(!driver->connected);
        ck_assert_int_eq(driver->class->connect(driver), MILL_OK);
        ck_assert_int_eq(driver->class->select(driver, &query), MILL_OK);
    }
    end(driver);
}
END_TEST

START_TEST(what_connect_and_select_met_is_told_by_fetch)
{
    struct fake *fake = fake_create(1, 1);
    struct row row;

    fake->connects = MILL_RETRY;

    struct driver *driver = begin(fake);

    ck_assert_int_eq(driver->class->fetch(driver, -1, &row), MILL_RETRY);
    ck_assert_str_eq(driver->said, "cannot connect");
    end(driver);

    fake = fake_create(1, 1);
    fake->selects = MILL_FATAL;
    driver = begin(fake);
    ck_assert_int_eq(driver->class->fetch(driver, -1, &row), MILL_FATAL);
    ck_assert_str_eq(driver->said, "no such table");
    end(driver);
}
END_TEST

START_TEST(the_key_to_begin_at_is_its_own_copy)
{
    struct fake *fake = fake_create(1, 1);
    struct driver *driver = begin(fake);
    char text[] = "here";
    struct mill_value from = mill_text(MILL_TEXT, text, 4);
    struct query query = { .table = &table, .from = &from };
    struct row row;

    ck_assert_int_eq(driver->class->fetch(driver, -1, &row), MILL_OK);
    ck_assert_int_eq(driver->class->fetch(driver, -1, &row), MILL_END);
    ck_assert_int_eq(driver->class->select(driver, &query), MILL_OK);
    memset(text, '?', sizeof(text));
    from = mill_null();
    ck_assert_int_eq(driver->class->fetch(driver, -1, &row), MILL_OK);
    ck_assert_str_eq(fake->from, "here");
    end(driver);
}
END_TEST

START_TEST(a_query_can_be_given_up_and_another_begun)
{
    struct fake *fake = fake_create(100000, 10);
    struct driver *driver = begin(fake);
    struct query query = { .table = &table };
    struct row row;

    for (int i = 0; i < 600; i++)
        ck_assert_int_eq(fetch(driver, &row), MILL_OK);
    driver->class->finish(driver);
    ck_assert_int_eq(driver->class->select(driver, &query), MILL_OK);
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(fetch(driver, &row), MILL_OK);
        is_row(&row, i, 10);
    }
    driver->class->disconnect(driver);
    ck_assert(!driver->connected);
    end(driver);
}
END_TEST

START_TEST(who_waits_for_the_server_is_stopped)
{
    atomic_bool destroyed = false;
    struct fake *fake = fake_create(3, 10);
    struct row row;

    fake->block = true;
    fake->destroyed = &destroyed;

    struct driver *driver = begin(fake);

    usleep(20000);
    ck_assert_int_eq(driver->class->fetch(driver, 0, &row), MILL_IDLE);
    end(driver);
    ck_assert(destroyed);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("source rds: ahead");
    TCase *tcase = tcase_create("ahead");

    tcase_add_test(tcase, every_row_comes_once_and_in_order);
    tcase_add_test(tcase, it_reads_no_further_ahead_than_two_chunks);
    tcase_add_test(tcase, rows_before_a_failure_come_before_it);
    tcase_add_test(tcase, what_connect_and_select_met_is_told_by_fetch);
    tcase_add_test(tcase, the_key_to_begin_at_is_its_own_copy);
    tcase_add_test(tcase, a_query_can_be_given_up_and_another_begun);
    tcase_add_test(tcase, who_waits_for_the_server_is_stopped);
    suite_add_tcase(suite, tcase);
    return suite;
}
