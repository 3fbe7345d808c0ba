/* SPDX-License-Identifier: Apache-2.0 */

/* test_sink_kafka_marks - marks as texts, and back; and parcels */

#include "suite.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/sinks/kafka/marks.h"
#include "../../plugins/sinks/kafka/parcel.h"

#define RUN "0123456789abcdef0123456789abcdef"

static struct marks marks;
static struct marks back;
static struct mill_buffer texts;
static uint64_t number;
static size_t parts;
static bool memory;

static void
setup(void)
{
    marks = back = (struct marks){ 0 };
    texts = (struct mill_buffer){ 0 };
    number = 0;
    parts = 0;
}

static void
teardown(void)
{
    marks_finish(&marks);
    marks_finish(&back);
    mill_buffer_finish(&texts);
}

static bool
reads(const char *text)
{
    return marks_read(&back, RUN, text, strlen(text), &number, &parts, &memory);
}

static uint64_t
position_of(const char *key)
{
    for (size_t i = 0; i < back.count; i++)
        if (strcmp(back.items[i].key, key) == 0)
            return back.items[i].position;
    ck_abort_msg("no mark \"%s\"", key);
}

START_TEST(a_mark_comes_back_as_it_was)
{
    static const char *const keys[] = { "in/in/pins/0", "a b/c%d\n\r\t/\x01",
                                        "\xc3\xa9/\xe4\xb8\xad", "%41", "x" };

    for (size_t i = 0; i < 5; i++)
        ck_assert(marks_set(&marks, keys[i], UINT64_MAX - i, 1));
    ck_assert_uint_eq(marks_write(&marks, RUN, 17, &texts), 1);
    ck_assert(reads(texts.data));
    ck_assert_uint_eq(number, 17);
    ck_assert_uint_eq(parts, 1);
    ck_assert_uint_eq(back.count, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_uint_eq(position_of(keys[i]), UINT64_MAX - i);
}
END_TEST

START_TEST(no_marks_are_a_text_too)
{
    ck_assert_uint_eq(marks_write(&marks, RUN, 1, &texts), 1);
    ck_assert(reads(texts.data));
    ck_assert_uint_eq(number, 1);
    ck_assert_uint_eq(back.count, 0);
}
END_TEST

START_TEST(many_marks_are_several_texts_none_of_them_too_long)
{
    size_t made;
    const char *at;
    char key[64];

    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof(key), "stage/a file with blanks %d.ndjson/0", i);
        ck_assert(marks_set(&marks, key, (uint64_t)i, 1));
    }
    made = marks_write(&marks, RUN, 2, &texts);
    ck_assert_uint_gt(made, 10);
    at = texts.data;
    for (size_t k = 0; k < made; k++) {
        ck_assert_uint_le(strlen(at), MARKS_TEXT_MAX);
        ck_assert(reads(at));
        ck_assert_uint_eq(parts, made);
        at += strlen(at) + 1;
    }
    ck_assert_ptr_eq(at, texts.data + texts.len);
    ck_assert_uint_eq(back.count, 1000);
    ck_assert_uint_eq(position_of(key), 999);
}
END_TEST

START_TEST(the_longest_key_has_room_and_a_longer_one_is_refused)
{
    char *key = malloc(4001);

    memset(key, '\n', 4000); /* three bytes each */
    key[1024] = '\0';
    ck_assert(marks_set(&marks, key, 1, 1));
    ck_assert_uint_eq(marks_write(&marks, RUN, 1, &texts), 1);
    ck_assert_uint_le(strlen(texts.data), MARKS_TEXT_MAX);
    key[1024] = '\n';
    key[4000] = '\0';
    ck_assert(marks_set(&marks, key, 1, 1));
    ck_assert_uint_eq(marks_write(&marks, RUN, 1, &texts), 0);
    free(key);
}
END_TEST

START_TEST(positions_only_grow)
{
    ck_assert(marks_set(&marks, "a", 5, 1));
    ck_assert(marks_set(&marks, "a", 3, 1));
    ck_assert_uint_eq(marks.count, 1);
    ck_assert_uint_eq(marks.items[0].position, 5);
}
END_TEST

START_TEST(what_one_transaction_put_can_be_forgotten)
{
    ck_assert(marks_set(&marks, "a", 1, 1));
    ck_assert(marks_set(&marks, "b", 1, 1));
    ck_assert(marks_set(&marks, "b", 2, 2));
    ck_assert(marks_set(&marks, "c", 1, 2));
    marks_forget(&marks, 1);
    ck_assert_uint_eq(marks.count, 2);
    ck_assert_str_eq(marks.items[0].key, "b");
    marks_forget(&marks, 2);
    ck_assert_uint_eq(marks.count, 0);
}
END_TEST

static const char *const wrong[] = {
    "",
    "millrace 1",
    "something else",
    "millrace 1 ffffffffffffffffffffffffffffffff 1 0 1\n",
    "millrace 2 " RUN " 1 0 1\n",
    "millrace 1 " RUN " 1 1 1\n",
    "millrace 1 " RUN " 1 0 1 x\n",
    "millrace 1 " RUN " 1 0 1\n0000000000000000001 short\n",
    "millrace 1 " RUN " 1 0 1\n99999999999999999999 large\n",
    "millrace 1 " RUN " 1 0 1\n0000000000000000000A digits\n",
    "millrace 1 " RUN " 1 0 1\n00000000000000000001 %0\n",
    "millrace 1 " RUN " 1 0 1\n00000000000000000001 %00\n",
    "millrace 1 " RUN " 1 0 1\n00000000000000000001 \n",
    "millrace 1 " RUN " 1 0 1\n00000000000000000001 cut",
    "millrace 1 " RUN " 1 0 1\n\n00000000000000000001 a\n",
};

START_TEST(a_text_that_is_not_ours_is_not_taken)
{
    ck_assert(!reads(wrong[_i]));
    ck_assert(memory);
}
END_TEST

START_TEST(parcels_start_again_where_a_client_is_gone)
{
    struct parcels parcels = { 0 };
    struct mill_batch batch = { .rows = 8 };
    struct parcel *parcel = parcels_add(&parcels, &batch);

    ck_assert_ptr_nonnull(parcel);
    ck_assert_ptr_eq(parcels_find(&parcels, &batch), parcel);
    parcel->count = MESSAGE_SETTLED + 1;
    for (uint8_t i = 0; i <= MESSAGE_SETTLED; i++)
        parcel->messages[i].state = i;
    parcels_rewind(&parcels, false);
    ck_assert_uint_eq(parcel->messages[MESSAGE_UNDER_WAY].state,
                      MESSAGE_TO_SEND);
    ck_assert_uint_eq(parcel->messages[MESSAGE_ALONE].state, MESSAGE_SUSPECT);
    ck_assert_uint_eq(parcel->messages[MESSAGE_DELIVERED].state,
                      MESSAGE_DELIVERED);
    parcels_rewind(&parcels, true);
    ck_assert_uint_eq(parcel->messages[MESSAGE_DELIVERED].state,
                      MESSAGE_TO_SEND);
    ck_assert_uint_eq(parcel->messages[MESSAGE_REFUSED].state, MESSAGE_REFUSED);
    parcel_remove(parcel, MESSAGE_REFUSED);
    ck_assert_uint_eq(parcel->messages[MESSAGE_REFUSED].state, MESSAGE_SETTLED);
    parcels_clear(&parcels);
    ck_assert_ptr_null(parcels_find(&parcels, &batch));
    parcels_finish(&parcels);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sink kafka: marks");
    TCase *tests = tcase_create("marks");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_mark_comes_back_as_it_was);
    tcase_add_test(tests, no_marks_are_a_text_too);
    tcase_add_test(tests, many_marks_are_several_texts_none_of_them_too_long);
    tcase_add_test(tests, the_longest_key_has_room_and_a_longer_one_is_refused);
    tcase_add_test(tests, positions_only_grow);
    tcase_add_test(tests, what_one_transaction_put_can_be_forgotten);
    tcase_add_loop_test(tests, a_text_that_is_not_ours_is_not_taken, 0,
                        (int)(sizeof(wrong) / sizeof(*wrong)));
    tcase_add_test(tests, parcels_start_again_where_a_client_is_gone);
    suite_add_tcase(suite, tests);
    return suite;
}
