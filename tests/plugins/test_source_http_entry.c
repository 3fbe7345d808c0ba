/* SPDX-License-Identifier: Apache-2.0 */

/* test_source_http_entry - requests as frames, and frames that aren't */

#include "suite.h"

#include <check.h>
#include <stdlib.h>

#include "../../plugins/sources/http/entry.h"

START_TEST(a_frame_of_lies_is_damaged)
{
    struct mill_buffer frame = { 0 };
    struct record record = { .index = 5, .value = { "1", 1 } };
    struct entry entry = { .total = 1, .records = &record, .count = 1 };
    struct record *room = NULL;
    size_t count = 0;
    size_t len;

    entry_write(&frame, &entry);
    ck_assert_int_eq(entry_read((struct mill_bytes){ frame.data, frame.len },
                                &entry, &room, &count, &len),
                     ENTRY_DAMAGED);
    mill_buffer_finish(&frame);
    free(room);
}
END_TEST

START_TEST(records_of_one_lane_stand_together_in_order)
{
    struct record records[] = {
        { .index = 0, .partition = 3 },
        { .index = 1, .partition = -1 },
        { .index = 2, .partition = 3 },
        { .index = 3, .partition = -1, .format = MILL_LINE },
        { .index = 4, .partition = -1 },
    };
    const uint32_t order[] = { 1, 3, 4, 0, 2 };

    entry_order(records, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_uint_eq(records[i].index, order[i]);
}
END_TEST

Suite *
suite(void)
{
    Suite *all = suite_create("source http: entry");
    TCase *tests = tcase_create("entry");

    tcase_add_test(tests, a_frame_of_lies_is_damaged);
    tcase_add_test(tests, records_of_one_lane_stand_together_in_order);
    suite_add_tcase(all, tests);
    return all;
}
