/* SPDX-License-Identifier: Apache-2.0 */

/* test_decode - payloads become rows of cells */

#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#include "core/one_batch.h"
#include "suite.h"

static void
add_payload(const char *text)
{
    struct mill_bytes data = { text, strlen(text) };

    ck_assert(mill_batch_add_payload(pub, MILL_JSON, data, pub->rows));
}

/* Row ROW as JSON. */
static const char *
written(size_t row)
{
    out.len = 0;
    batch->edited = true;
    mill_json_write_row(&out, pub, row, NULL);
    return mill_buffer_text(&out);
}

START_TEST(keys_may_come_in_any_order_or_not_at_all)
{
    add_payload("{\"a\":1,\"b\":2,\"c\":3}");
    add_payload("{\"c\":3,\"b\":2,\"a\":1}");
    add_payload("{\"b\":2}");
    add_payload("{}");
    add_payload("{\"c\":3,\"d\":4}");
    add_payload("{\"a\":1,\"b\":2,\"c\":3}");
    ck_assert(batch_decode(batch));

    ck_assert_uint_eq(pub->columns, 4);
    ck_assert_str_eq(written(0), "{\"a\":1,\"b\":2,\"c\":3}");
    ck_assert_str_eq(written(1), "{\"a\":1,\"b\":2,\"c\":3}");
    ck_assert_str_eq(written(2), "{\"b\":2}");
    ck_assert_str_eq(written(3), "{}");
    ck_assert_str_eq(written(4), "{\"c\":3,\"d\":4}");
    ck_assert_str_eq(written(5), "{\"a\":1,\"b\":2,\"c\":3}");
}
END_TEST

START_TEST(of_a_key_that_is_there_twice_the_last_wins)
{
    add_payload("{\"a\":1,\"b\":2,\"a\":3,\"b\":null}");
    add_payload("{\"a\":1,\"a\":2,\"b\":3}");
    ck_assert(batch_decode(batch));

    ck_assert_str_eq(written(0), "{\"a\":3,\"b\":null}");
    ck_assert_str_eq(written(1), "{\"a\":2,\"b\":3}");
}
END_TEST

START_TEST(blanks_between_tokens_change_nothing)
{
    add_payload("{\"a\":1,\"b\":\"x\"}");
    add_payload(" { \"a\" : 1 , \"b\" : \"x\" } ");
    add_payload("{\"a\": 1, \"b\": \"x\"}");
    add_payload("\t{\r\n\"a\"\n:\r1\t,\n\"b\"\n:\n\"x\"\n}\r");
    ck_assert(batch_decode(batch));

    for (unsigned row = 0; row < 4; row++)
        ck_assert_str_eq(written(row), "{\"a\":1,\"b\":\"x\"}");
}
END_TEST

START_TEST(a_key_is_the_same_however_it_is_escaped)
{
    add_payload("{\"a\\\"b\":1,\"\\u00e9\":2}");
    add_payload("{\"a\\u0022b\":1,\"\xc3\xa9\":2}");
    ck_assert(batch_decode(batch));

    ck_assert_uint_eq(pub->columns, 2);
    ck_assert_uint_eq(pub->names[0].len, 3);
    ck_assert_str_eq(pub->names[0].data, "a\"b");
    ck_assert_str_eq(written(1), "{\"a\\\"b\":1,\"\xc3\xa9\":2}");
}
END_TEST

START_TEST(a_longer_key_is_not_taken_for_a_shorter)
{
    add_payload("{\"a\":1,\"ab\":2,\"abc\":3}");
    add_payload("{\"ab\":1,\"abc\":2,\"a\":3}");
    add_payload("{\"abc\":1,\"abcd\":2}");
    ck_assert(batch_decode(batch));

    ck_assert_str_eq(written(1), "{\"a\":3,\"ab\":1,\"abc\":2}");
    ck_assert_str_eq(written(2), "{\"abc\":1,\"abcd\":2}");
}
END_TEST

START_TEST(keys_longer_than_a_block_are_told_apart)
{
    add_payload("{\"a_key_of_more_than_thirty_two_bytes_1\":1,"
                "\"a_key_of_more_than_thirty_two_bytes_2\":2}");
    add_payload("{\"a_key_of_more_than_thirty_two_bytes_2\":2,"
                "\"a_key_of_more_than_thirty_two_bytes_3\":3}");
    ck_assert(batch_decode(batch));

    ck_assert_uint_eq(pub->columns, 3);
    ck_assert_str_eq(written(1),
                     "{\"a_key_of_more_than_thirty_two_bytes_2\":2,"
                     "\"a_key_of_more_than_thirty_two_bytes_3\":3}");
}
END_TEST

START_TEST(a_row_that_is_no_object_is_rejected)
{
    add_payload("[1]");
    add_payload("\"text\"");
    add_payload("7");
    add_payload("[1");
    ck_assert(batch_decode(batch));

    ck_assert_uint_eq(batch->rejection_count, 4);
    ck_assert_str_eq(batch->rejections[0].reason, "at byte 0: it is no object");
    ck_assert_str_eq(batch->rejections[3].reason,
                     "at byte 2: a comma or ] is missing");
}
END_TEST

START_TEST(a_rejected_row_leaves_no_columns_behind)
{
    add_payload("{\"x\":1,\"y\":2");
    add_payload("{\"a\":1,\"y\":3}");
    add_payload("{\"a\":1,\"z\":2,");
    add_payload("{\"z\":5}");
    ck_assert(batch_decode(batch));

    ck_assert_uint_eq(batch->rejection_count, 2);
    ck_assert_uint_eq(pub->columns, 3);
    ck_assert_str_eq(pub->names[0].data, "a");
    ck_assert_str_eq(pub->names[1].data, "y");
    ck_assert_str_eq(pub->names[2].data, "z");
    ck_assert_str_eq(written(0), "{}");
    ck_assert_str_eq(written(1), "{\"a\":1,\"y\":3}");
    ck_assert_str_eq(written(3), "{\"z\":5}");
}
END_TEST

/* An object with COUNT keys, k0 to k(COUNT - 1). */
static char *
wide(unsigned keys)
{
    struct mill_buffer text = { 0 };

    for (unsigned i = 0; i < keys; i++)
        mill_buffer_print(&text, "%c\"k%u\":%u", i ? ',' : '{', i, i);
    mill_buffer_add(&text, "}", 2);
    ck_assert(!text.failed);
    return text.data;
}

/* Where they can't be parted, which test_part is about. */
START_TEST(an_object_has_as_many_keys_as_a_batch_columns)
{
    char *most = wide(MILL_COLUMNS_MAX);
    char *more = wide(MILL_COLUMNS_MAX + 1);

    batch->whole = true;
    add_payload(more);
    add_payload(most);
    add_payload("{\"k1023\":7}");
    add_payload("{\"one more\":1}");
    ck_assert(batch_decode(batch));

    ck_assert_uint_eq(pub->columns, MILL_COLUMNS_MAX);
    ck_assert_uint_eq(batch->rejection_count, 2);
    ck_assert_uint_eq(batch->rejections[0].row, 0);
    ck_assert_uint_eq(batch->rejections[1].row, 3);
    ck_assert_int_eq(mill_batch_row(pub, 1)[1023].integer, 1023);
    ck_assert_str_eq(written(2), "{\"k1023\":7}");
    free(most);
    free(more);
}
END_TEST

START_TEST(columns_that_were_there_before_stay)
{
    ck_assert_int_eq(mill_batch_add_column(pub, "mine", 4), 0);
    add_payload("{\"a\":1,\"mine\":2}");
    add_payload("{\"a\":1}");
    ck_assert(batch_decode(batch));

    ck_assert_str_eq(written(0), "{\"mine\":2,\"a\":1}");
    ck_assert_str_eq(written(1), "{\"a\":1}");
}
END_TEST

START_TEST(an_empty_batch_is_decoded_too)
{
    add_payload("{}");
    mill_batch_truncate(pub, 0);

    ck_assert(batch_decode(batch));
    ck_assert_uint_eq(pub->columns, 0);
}
END_TEST

/* Values as they stand after a colon, of every kind that the fast lane may meet
 * and must take right or leave alone. */
static const char *const members[] = {
    "1",
    "0",
    "-1",
    "-0",
    "007",
    "00",
    "-",
    "1.5",
    "1e2",
    "1.",
    "12a",
    "1 ",
    " 1",
    "\t1",
    "999999999999999999",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "123456789012345678901",
    "\"\"",
    "\"x\"",
    " \"x\"",
    "\"x\" ",
    "\"a\\nb\"",
    "\"\\u00e9\"",
    "\"\\ud800\"",
    "\"\xc3\xa9\"",
    "\"\xff\"",
    "\"a\tb\"",
    "\"\\q\"",
    "\"open",
    "true",
    "nul",
    "null",
    "[]",
    "[1,{}]",
    "{}",
    "{\"t\":1}",
    "",
    "\"x\"\"y\"",
    "1,\"t\":2",
    "1,\"n\":2",
    "1,\"new\":3",
};

/* {"pad":"...","n":MEMBER,"t":"end"}: of fewer than 64 bytes, or of more. */
static void
add_member(const char *member, const char *blank, bool long_row)
{
    struct mill_buffer row = { 0 };

    mill_buffer_print(&row, "{\"pad\":%s\"%s\",%s\"n\":%s,%s\"t\":%s\"end\"}",
                      blank,
                      long_row ? "some words that make a row as long "
                                 "as the rows that are read at once"
                               : "x",
                      blank, member, blank, blank);
    add_payload(mill_batch_store(pub, row.data, row.len));
    mill_buffer_finish(&row);
}

/* What is said of a row, or the row, without what makes it long. */
static void
describe(uint32_t row, struct mill_buffer *to)
{
    for (uint32_t i = 0; i < batch->rejection_count; i++)
        if (batch->rejections[i].row == row)
            mill_buffer_print(to, "%s",
                              strchr(batch->rejections[i].reason, ':'));
    for (uint32_t i = 1; i < pub->columns; i++) {
        const struct mill_value *cell = &mill_batch_row(pub, row)[i];

        mill_buffer_print(to, " %s ",
                          mill_type_name((enum mill_type)cell->type));
        mill_json_write(to, cell, NULL);
    }
}

START_TEST(a_row_is_the_same_by_whichever_way_it_is_read)
{
    const char *member = members[_i];
    struct mill_buffer expected = { 0 };
    struct mill_buffer found = { 0 };

    add_member("1", "", true);
    add_member(member, "", false);
    add_member(member, "", true);
    add_member(member, " ", true);
    ck_assert(batch_decode(batch));

    describe(1, &expected);
    for (uint32_t row = 2; row < 4; row++) {
        found.len = 0;
        describe(row, &found);
        ck_assert_str_eq(mill_buffer_text(&found), mill_buffer_text(&expected));
    }
    mill_buffer_finish(&expected);
    mill_buffer_finish(&found);
}
END_TEST

START_TEST(the_first_row_says_how_the_others_are_spaced)
{
    for (int i = 0; i < 3; i++)
        add_member("5", " ", true);
    for (int i = 0; i < 3; i++)
        add_member("5", "", true);
    ck_assert(batch_decode(batch));

    ck_assert_uint_eq(batch->rejection_count, 0);
    ck_assert_uint_eq(pub->columns, 3);
    for (uint32_t row = 0; row < 6; row++) {
        ck_assert_int_eq(mill_batch_row(pub, row)[1].integer, 5);
        ck_assert(mill_value_is(&mill_batch_row(pub, row)[2], "end"));
    }
}
END_TEST

START_TEST(a_rejected_row_does_not_say_what_the_next_have)
{
    add_payload("{\"a\":1,\"b\":2,\"filler\":\"so that this row is longer than "
                "sixty-four bytes\" oops}");
    add_payload("{\"c\":1,\"b\":2,\"d\":\"so that this row is longer than "
                "sixty-four bytes\"}");
    add_payload("{\"a\":1,\"b\":2,\"d\":\"so that this row is longer than "
                "sixty-four bytes\"}");
    ck_assert(batch_decode(batch));

    ck_assert_uint_eq(batch->rejection_count, 1);
    ck_assert_uint_eq(pub->columns, 4);
    ck_assert_str_eq(pub->names[0].data, "c");
    ck_assert_int_eq(mill_batch_row(pub, 2)[0].type, MILL_MISSING);
    ck_assert_int_eq(mill_batch_row(pub, 2)[3].integer, 1);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("decode");
    TCase *tests = tcase_create("decode");

    tcase_add_checked_fixture(tests, one_batch_setup, one_batch_teardown);
    tcase_add_test(tests, keys_may_come_in_any_order_or_not_at_all);
    tcase_add_test(tests, of_a_key_that_is_there_twice_the_last_wins);
    tcase_add_test(tests, blanks_between_tokens_change_nothing);
    tcase_add_test(tests, a_key_is_the_same_however_it_is_escaped);
    tcase_add_test(tests, a_longer_key_is_not_taken_for_a_shorter);
    tcase_add_test(tests, keys_longer_than_a_block_are_told_apart);
    tcase_add_test(tests, a_row_that_is_no_object_is_rejected);
    tcase_add_test(tests, a_rejected_row_leaves_no_columns_behind);
    tcase_add_test(tests, an_object_has_as_many_keys_as_a_batch_columns);
    tcase_add_test(tests, columns_that_were_there_before_stay);
    tcase_add_test(tests, an_empty_batch_is_decoded_too);
    tcase_add_loop_test(tests, a_row_is_the_same_by_whichever_way_it_is_read, 0,
                        sizeof(members) / sizeof(members[0]));
    tcase_add_test(tests, the_first_row_says_how_the_others_are_spaced);
    tcase_add_test(tests, a_rejected_row_does_not_say_what_the_next_have);
    suite_add_tcase(suite, tests);
    return suite;
}
