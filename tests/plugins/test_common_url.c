/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include "suite.h"
#include "url.h"

static struct url url;
static const char *why;

static void
teardown(void)
{
    url_finish(&url);
}

static bool
parse(const char *text)
{
    url_finish(&url);
    why = NULL;
    return url_parse(&url, text, &why);
}

START_TEST(every_part_is_found)
{
    ck_assert(parse("MySQL://me:secret@db.example:3307/pins?a=1&b&&c=%26"));

    ck_assert_str_eq(url.scheme, "mysql");
    ck_assert_str_eq(url.user, "me");
    ck_assert_str_eq(url.password, "secret");
    ck_assert_str_eq(url.host, "db.example");
    ck_assert_int_eq(url.port, 3307);
    ck_assert_str_eq(url.path, "/pins");
    ck_assert_uint_eq(url.query_count, 3);
    ck_assert_str_eq(url_query(&url, "a"), "1");
    ck_assert_str_eq(url_query(&url, "b"), "");
    ck_assert_str_eq(url_query(&url, "c"), "&");
    ck_assert_ptr_null(url_query(&url, "d"));
}
END_TEST

START_TEST(what_is_not_there_is_not_made_up)
{
    ck_assert(parse("http://host"));
    ck_assert_ptr_null(url.user);
    ck_assert_ptr_null(url.password);
    ck_assert_int_eq(url.port, 0);
    ck_assert_str_eq(url.path, "");

    ck_assert(parse("sqlite:relative/x.db?mode=ro"));
    ck_assert_ptr_null(url.host);
    ck_assert_str_eq(url.path, "relative/x.db");
    ck_assert_str_eq(url_query(&url, "mode"), "ro");

    ck_assert(parse("http://me:@host/"));
    ck_assert_str_eq(url.password, "");
}
END_TEST

START_TEST(encoded_parts_are_decoded)
{
    ck_assert(parse("a://u%40:p%3A%2f%25@h%20st/%C3%A9?%3D=%3d"));

    ck_assert_str_eq(url.user, "u@");
    ck_assert_str_eq(url.password, "p:/%");
    ck_assert_str_eq(url.host, "h st");
    ck_assert_str_eq(url.path, "/\xC3\xA9");
    ck_assert_str_eq(url_query(&url, "="), "=");
}
END_TEST

START_TEST(addresses_of_ipv6_stand_in_brackets)
{
    ck_assert(parse("mysql://[::1]:3306/x"));
    ck_assert_str_eq(url.host, "::1");
    ck_assert_int_eq(url.port, 3306);
    ck_assert(parse("mysql://[fe80::1]"));
    ck_assert_str_eq(url.host, "fe80::1");
    ck_assert(!parse("mysql://[::1/x"));
    ck_assert(!parse("mysql://[::1]3306/x"));
}
END_TEST

START_TEST(the_last_at_sign_ends_the_password)
{
    ck_assert(parse("a://me:p@ss@host/x@y"));

    ck_assert_str_eq(url.password, "p@ss");
    ck_assert_str_eq(url.host, "host");
    ck_assert_str_eq(url.path, "/x@y");
}
END_TEST

static const struct {
    const char *text;
    const char *why;
} refused[] = {
    { "", "it doesn't begin with a scheme and a colon" },
    { "host", "it doesn't begin with a scheme and a colon" },
    { "1a:x", "it doesn't begin with a scheme and a colon" },
    { "://x", "it doesn't begin with a scheme and a colon" },
    { "a://h:x", "the port isn't a number" },
    { "a://h:0", "the port is 0" },
    { "a://h:65536", "the port is above 65535" },
    { "a://u:secret/x@h", "the port isn't a number" },
    { "a:%", "a % isn't followed by two hex digits other than 00 (write %25 "
             "for a % itself)" },
    { "a:%1", "a % isn't followed by two hex digits other than 00 (write %25 "
              "for a % itself)" },
    { "a:%1g", "a % isn't followed by two hex digits other than 00 (write %25 "
               "for a % itself)" },
    { "a:%00", "a % isn't followed by two hex digits other than 00 (write %25 "
               "for a % itself)" },
    { "a:b\n", "a control character stands in it (write it as %XX)" },
    { "a:b#c", "it ends in a #fragment (write %23 for a # in a name or "
               "password)" },
};

START_TEST(what_is_no_url_is_refused_with_the_reason)
{
    ck_assert(!parse(refused[_i].text));

    ck_assert_str_eq(why, refused[_i].why);
    ck_assert_ptr_null(url.memory);
}
END_TEST

START_TEST(ports_hold_at_their_edges)
{
    ck_assert(parse("a://h:1"));
    ck_assert_int_eq(url.port, 1);
    ck_assert(parse("a://h:65535"));
    ck_assert_int_eq(url.port, 65535);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("url");
    TCase *tests = tcase_create("url");
    int count = (int)(sizeof(refused) / sizeof(refused[0]));

    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, every_part_is_found);
    tcase_add_test(tests, what_is_not_there_is_not_made_up);
    tcase_add_test(tests, encoded_parts_are_decoded);
    tcase_add_test(tests, addresses_of_ipv6_stand_in_brackets);
    tcase_add_test(tests, the_last_at_sign_ends_the_password);
    tcase_add_loop_test(tests, what_is_no_url_is_refused_with_the_reason, 0,
                        count);
    tcase_add_test(tests, ports_hold_at_their_edges);
    suite_add_tcase(suite, tests);
    return suite;
}
