/* SPDX-License-Identifier: Apache-2.0 */

/*
 * test_record_memory - what happens to batches when memory runs out
 *
 * The linker sends malloc(), calloc() and realloc() here.  One after the other
 * fails, until all that is done succeeds: each failure has to be reported, and
 * nothing may be lost by it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#include "record/batch.h"
#include "short_memory.h"
#include "suite.h"

#define ROWS 2000

/* Check takes memory too. */
static void
require(bool good)
{
    long now = memory_left;

    memory_left = -1;
    ck_assert(good);
    memory_left = now;
}

/* Rows with a map, so that the reader's own memory is needed as well. */
static bool
fill_payloads(struct batch *batch)
{
    static const char text[] = "{\"id\":7,\"text\":\"a line\\nor two\",\"map\":"
                               "{\"a\":[1,2,3],\"a\":{\"b\":\"c\"}},\"w\":0.5}";

    for (uint64_t row = 0; row < ROWS; row++) {
        bool bad = row % 500 == 3;
        struct mill_bytes data = { mill_batch_store(&batch->pub, text,
                                                    sizeof(text) - 1),
                                   sizeof(text) - 1 - bad };

        if (!data.data
            || !mill_batch_add_payload(&batch->pub, MILL_JSON, data, row))
            return false;
    }
    return mill_batch_set_stream(&batch->pub, "stream", "part");
}

static bool
change(struct mill_batch *pub)
{
    static const int order[] = { 3, 0, 1, 2, -1 };
    static const struct mill_bytes names[5] = {
        { "weight", 6 }, [4] = { "x", 1 }
    };

    if (mill_batch_add_column(pub, "late", 4) < 0
        || !mill_batch_arrange(pub, order, names, 5))
        return false;
    for (uint32_t row = 0; row < ROWS; row += 2) {
        if (!mill_batch_derive_row(pub, row))
            return false;
        mill_filter_row(pub, row);
    }
    for (uint32_t row = 1; row < ROWS; row += 100)
        mill_reject_row(pub, row, "row %u is odd", row);
    return true;
}

static bool
write_all(struct batch *batch)
{
    struct mill_buffer text = { 0 };

    for (uint32_t row = 0; row < batch->pub.rows; row++)
        mill_json_write_row(&text, &batch->pub, row, NULL);
    bool good = !text.failed;
    mill_buffer_finish(&text);
    return good;
}

/* Everything that a batch may go through, on a copy of a shared one. */
static bool
travel(struct batch *shared)
{
    struct batch *batch = batch_own(batch_retain(shared));
    struct batch *dead = NULL;
    struct sweep sweep;

    if (!batch) {
        batch_release(shared);
        return false;
    }
    batch->edited = true;
    bool good = change(&batch->pub);
    struct tally before = batch_tally(batch);
    if (batch_sweep(batch, &sweep, &dead)) {
        struct tally after = batch_tally(batch);

        tally_add(&after, &sweep.filtered);
        tally_add(&after, &sweep.rejected);
        require(tally_equal(&before, &after));
        good = good && write_all(batch);
    } else {
        /* Refused as a whole: the rows are still those that came. */
        struct tally after = batch_tally(batch);

        require(tally_equal(&before, &after) && !dead);
        good = false;
    }
    batch_release(dead);
    batch_release(batch);
    return good;
}

/* A batch that becomes two by the second row's columns. */
static bool
fill_wide(struct batch *batch)
{
    static char rows[2][16 * (MILL_COLUMNS_MAX - 1)];

    for (uint64_t row = 0; row < 2; row++) {
        size_t len = 1;

        rows[row][0] = '{';
        for (unsigned i = 0; i < MILL_COLUMNS_MAX - 1; i++)
            len += (size_t)snprintf(rows[row] + len, sizeof(rows[row]) - len,
                                    "%s\"%c%u\":1", i ? "," : "",
                                    row ? 'b' : 'a', i);
        rows[row][len++] = '}';
        if (!mill_batch_add_payload(&batch->pub, MILL_JSON,
                                    (struct mill_bytes){ rows[row], len }, row)
            || !mill_batch_set_key(&batch->pub, row,
                                   (struct mill_bytes){ "key", 3 }))
            return false;
    }
    return true;
}

static bool
part(struct batch *batch)
{
    struct batch *later = NULL;
    bool good = batch_decode(batch) && batch_part(batch, &later);

    require(batch->pub.rows + (later ? later->pub.rows : 0) == 2);
    require(!good || batch->rejection_count == 0);
    good = good && batch_decode(later);
    batch_release(later);
    return good;
}

/* One life of a batch, in which all allocations but the first COUNT fail. */
static bool
live(bool (*life)(struct batch *batch), long count)
{
    struct pool *pool = pool_create(0);
    bool good = false;

    require(pool);
    memory_left = count;
    struct batch *batch = batch_create(pool);
    if (batch)
        good = life(batch);
    memory_left = -1;
    batch_release(batch);
    ck_assert_uint_eq(pool_used(pool), 0);
    pool_destroy(pool);
    return good;
}

static bool
be_parted(struct batch *batch)
{
    return fill_wide(batch) && part(batch);
}

START_TEST(a_batch_that_cannot_be_parted_keeps_its_rows)
{
    long count = 0;

    while (!live(be_parted, count))
        count++;

    ck_assert_int_gt(count, 10);
}
END_TEST

static bool
be_decoded(struct batch *batch)
{
    return fill_payloads(batch) && batch_decode(batch) && travel(batch);
}

START_TEST(whichever_allocation_fails_it_is_said_and_nothing_lost)
{
    long count = 0;

    while (!live(be_decoded, count))
        count++;

    ck_assert_int_gt(count, 20);
    ck_assert_int_lt(count, 100000);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("record_memory");
    TCase *tests = tcase_create("record_memory");

    tcase_set_timeout(tests, 240);
    tcase_add_test(tests,
                   whichever_allocation_fails_it_is_said_and_nothing_lost);
    tcase_add_test(tests, a_batch_that_cannot_be_parted_keeps_its_rows);
    suite_add_tcase(suite, tests);
    return suite;
}
