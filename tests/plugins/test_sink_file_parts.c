/* SPDX-License-Identifier: Apache-2.0 */

/* test_sink_file_parts - the sink `file`: what needs no disk, namely the order
 * of keys, where files are cut, and what is stored of that */

#include "suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/sinks/file/cut.h"
#include "../../plugins/sinks/file/hashmap.h"
#include "../../plugins/sinks/file/record.h"

/* --- the order of java.util.HashMap --------------------------------------- */

/* The keys of TEXT, parted by blanks, in the map's order. */
static void
has_order(const char *keys, const char *sorted)
{
    struct mill_bytes names[100];
    uint32_t hashes[100] = { 0 };
    int order[100];
    size_t count = 0;
    struct mill_buffer text = { 0 };

    while (*keys) {
        size_t len = strcspn(keys, " ");

        names[count] = (struct mill_bytes){ keys, len };
        hashes[count] = hashmap_hash(names[count]);
        order[count] = (int)count;
        count++;
        keys += len + (keys[len] == ' ');
    }
    hashmap_sort(hashes, hashmap_buckets(hashes, count), order, count);
    for (size_t i = 0; i < count; i++)
        mill_buffer_print(&text, "%s%.*s", i ? " " : "",
                          (int)names[order[i]].len, names[order[i]].data);
    ck_assert_str_eq(mill_buffer_text(&text), sorted);
    mill_buffer_finish(&text);
}

START_TEST(keys_stand_as_in_the_published_objects)
{
    has_order("index unique_id title description poster_name follower_count "
              "tag_list is_image_or_video image_src downloaded save_location "
              "category",
              "is_image_or_video unique_id save_location poster_name tag_list "
              "index description title category follower_count image_src "
              "downloaded");
    has_order("ind timestamp latitude longitude country",
              "country latitude ind timestamp longitude");
    has_order("ind first_name last_name age date_joined",
              "last_name date_joined first_name ind age");
}
END_TEST

START_TEST(hashes_are_those_of_java)
{
    static const struct {
        const char *key;
        uint32_t hash; /* String.hashCode() */
    } cases[] = {
        { "", 0 },
        { "a", 97 },
        { "Aa", 2112 },
        { "BB", 2112 },
        { "hello", 99162322 },
        { "polygenelubricants", 0x80000000 },
        { "\xc3\xa9", 233 },
        { "\xe2\x82\xac", 8364 },
        { "\xf0\x9f\x98\x80", 1772899 }, /* 0xd83d * 31 + 0xde00 */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mill_bytes key = { cases[i].key, strlen(cases[i].key) };

        ck_assert_uint_eq(hashmap_hash(key),
                          cases[i].hash ^ cases[i].hash >> 16);
    }
}
END_TEST

START_TEST(the_table_grows_as_java_grows_it)
{
    uint32_t hashes[200] = { 0 };

    for (uint32_t i = 0; i < 200; i++)
        hashes[i] = i;
    ck_assert_uint_eq(hashmap_buckets(hashes, 0), 16);
    ck_assert_uint_eq(hashmap_buckets(hashes, 12), 16);
    ck_assert_uint_eq(hashmap_buckets(hashes, 13), 32);
    ck_assert_uint_eq(hashmap_buckets(hashes, 24), 32);
    ck_assert_uint_eq(hashmap_buckets(hashes, 25), 64);
    ck_assert_uint_eq(hashmap_buckets(hashes, 97), 256);
    /* The ninth key of one bucket makes a small table grow, and the tenth. */
    for (uint32_t i = 0; i < 200; i++)
        hashes[i] = 5;
    ck_assert_uint_eq(hashmap_buckets(hashes, 8), 16);
    ck_assert_uint_eq(hashmap_buckets(hashes, 9), 32);
    ck_assert_uint_eq(hashmap_buckets(hashes, 10), 64);
    ck_assert_uint_eq(hashmap_buckets(hashes, 40), 64);
}
END_TEST

START_TEST(keys_of_one_bucket_stay_as_they_came)
{
    has_order("BB x Aa", "BB Aa x");
    has_order("Aa x BB", "Aa BB x");
}
END_TEST

/* --- cuts ----------------------------------------------------------------- */

START_TEST(cuts_by_rows_go_by_positions)
{
    struct cut_rule rule = { .rows = 10 };
    struct cut_part part = { .start = 100, .last = 105 };

    ck_assert(!cut_before(&rule, &part, 109, 1000));
    ck_assert(cut_before(&rule, &part, 110, 1));
    ck_assert(cut_before(&rule, &part, 1000, 1));
    ck_assert(!cut_is_full(&rule, &part));
    part.last = 109;
    ck_assert(cut_is_full(&rule, &part));
    ck_assert_uint_eq(cut_next(&rule, &part, 110), 110);
    part.last = 103;
    ck_assert_uint_eq(cut_next(&rule, &part, 110), 110);
    ck_assert_uint_eq(cut_next(&rule, &part, 104), 104); /* the end of a run */
    ck_assert_uint_eq(cut_start(&rule, 110, 119), 110);
    ck_assert_uint_eq(cut_start(&rule, 110, 120), 120);
    ck_assert_uint_eq(cut_start(&rule, 104, 137), 134);
}
END_TEST

START_TEST(cuts_by_bytes_keep_rows_of_one_position_together)
{
    struct cut_rule rule = { .bytes = 100 };
    struct cut_part part = { .start = 0, .last = 7, .bytes = 90 };

    ck_assert(!cut_before(&rule, &part, 8, 10));
    ck_assert(cut_before(&rule, &part, 8, 11));
    ck_assert(!cut_before(&rule, &part, 7, 11));
    ck_assert_uint_eq(cut_next(&rule, &part, 12), 8);
    ck_assert_uint_eq(cut_start(&rule, 8, 12), 8);
}
END_TEST

/* --- records -------------------------------------------------------------- */

START_TEST(a_lane_reads_back_what_was_printed)
{
    struct record record = { .next = 200,
                             .part = true,
                             .span = { 200, 250, 5100 },
                             .born = -1,
                             .length = UINT64_MAX,
                             .path = "out/with blank=x 200.json" };
    struct record read;
    struct mill_buffer text = { 0 };

    record_print(&record, &text);
    ck_assert(record_parse(mill_buffer_text(&text), &read));
    ck_assert_uint_eq(read.next, 200);
    ck_assert_mem_eq(&read.span, &record.span, sizeof(read.span));
    ck_assert_int_eq(read.born, -1);
    ck_assert_uint_eq(read.length, UINT64_MAX);
    ck_assert_str_eq(read.path, record.path);
    mill_buffer_finish(&text);

    ck_assert(record_parse("next=5", &read));
    ck_assert(!read.part);
    ck_assert(!record_parse("next=", &read));
    ck_assert(!record_parse("next=5 start=1", &read));
}
END_TEST

START_TEST(names_in_keys_may_hold_anything)
{
    char *names[3];
    struct mill_buffer text = { 0 };

    record_print_key("a b", "c:d e", " 0 ", &text);
    ck_assert(record_parse_key(mill_buffer_text(&text), names));
    ck_assert_str_eq(names[0], "a b");
    ck_assert_str_eq(names[1], "c:d e");
    ck_assert_str_eq(names[2], " 0 ");
    for (int i = 0; i < 3; i++)
        free(names[i]);
    mill_buffer_finish(&text);
    ck_assert(!record_parse_key("lane:9:9:short", names));
    ck_assert(!record_parse_key("file:x", names));
}
END_TEST

START_TEST(sealed_parts_come_off_one_by_one)
{
    struct mill_buffer text = { 0 };
    uint64_t length;
    char *path;

    record_print_sealed(12, "a\nb", &text);
    record_print_sealed(0, "c d", &text);

    const char *at = mill_buffer_text(&text);

    ck_assert(record_next_sealed(&at, &length, &path));
    ck_assert_uint_eq(length, 12);
    ck_assert_str_eq(path, "a\nb");
    free(path);
    ck_assert(record_next_sealed(&at, &length, &path));
    ck_assert_str_eq(path, "c d");
    free(path);
    ck_assert_str_eq(at, "");
    at = "12 99 short\n";
    ck_assert(!record_next_sealed(&at, &length, &path));
    mill_buffer_finish(&text);
}
END_TEST

static TCase *
pure_tests(void)
{
    TCase *tests = tcase_create("pure");

    tcase_add_test(tests, keys_stand_as_in_the_published_objects);
    tcase_add_test(tests, hashes_are_those_of_java);
    tcase_add_test(tests, the_table_grows_as_java_grows_it);
    tcase_add_test(tests, keys_of_one_bucket_stay_as_they_came);
    tcase_add_test(tests, cuts_by_rows_go_by_positions);
    tcase_add_test(tests, cuts_by_bytes_keep_rows_of_one_position_together);
    tcase_add_test(tests, a_lane_reads_back_what_was_printed);
    tcase_add_test(tests, names_in_keys_may_hold_anything);
    tcase_add_test(tests, sealed_parts_come_off_one_by_one);
    return tests;
}

Suite *
suite(void)
{
    Suite *suite = suite_create("sink file, parts");

    suite_add_tcase(suite, pure_tests());
    return suite;
}
