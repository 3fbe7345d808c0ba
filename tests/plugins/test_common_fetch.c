/* SPDX-License-Identifier: Apache-2.0 */

/* fetch - what needs no server; the rest is in tests/e2e/aws-credentials */

#include <string.h>

#include "fetch.h"
#include "suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *url;
    const char *host; /* NULL: it isn't a URL */
} hosts[] = {
    { "http://a.example/x?y", "a.example" },
    { "http://a.example:80/", "a.example" },
    { "https://a.example:443", "a.example" },
    { "https://a.example:80/", "a.example:80" },
    { "http://me:secret@a.example:8080/", "a.example:8080" },
    { "http://[::1]:8000/", "[::1]:8000" },
    { "", NULL },
    { "a.example", NULL },
    { "http://a b/", NULL },
};

START_TEST(the_host_is_what_the_header_will_say)
{
    char host[64];

    ck_assert(fetch_host(hosts[_i].url, host, sizeof(host))
              == (hosts[_i].host != NULL));
    ck_assert_str_eq(host, hosts[_i].host ? hosts[_i].host : "");
}
END_TEST

START_TEST(a_host_that_does_not_fit_is_no_host)
{
    char host[9];

    ck_assert(!fetch_host("http://a.example/", host, sizeof(host)));
    ck_assert(fetch_host("http://a.exampl/", host, sizeof(host)));
}
END_TEST

START_TEST(headers_are_found_in_any_case)
{
    struct fetch_reply reply = { 0 };
    char value[8];

    mill_buffer_print(&reply.headers,
                      "HTTP/1.1 200 OK\r\nRetry: no\r\nretry-after:  17 \r\n"
                      "Long: 123456789\r\nEmpty:\r\n\r\n");
    mill_buffer_text(&reply.headers);
    ck_assert(fetch_header(&reply, "Retry-After", value, sizeof(value)));
    ck_assert_str_eq(value, "17");
    ck_assert(fetch_header(&reply, "long", value, sizeof(value)));
    ck_assert_str_eq(value, "1234567");
    ck_assert(fetch_header(&reply, "empty", value, sizeof(value)));
    ck_assert_str_eq(value, "");
    ck_assert(!fetch_header(&reply, "Retry-Afte", value, sizeof(value)));
    ck_assert_str_eq(value, "");
    fetch_finish(&reply);
}
END_TEST

START_TEST(nothing_is_asked_once_it_is_stopped)
{
    atomic_bool stop = true;
    struct fetch_request request = { .url = "http://127.0.0.1:1/",
                                     .timeout_ms = 1000,
                                     .stop = &stop };
    struct fetch_reply reply;
    char why[64];

    ck_assert(!fetch(&request, &reply, why, sizeof(why)));
    ck_assert_str_eq(why, "stopped");
    ck_assert(!fetch_pause(60000, &stop));
}
END_TEST

START_TEST(only_http_is_spoken)
{
    struct fetch_request request = { .url = "file:///etc/hostname",
                                     .timeout_ms = 1000 };
    struct fetch_reply reply;
    char why[256];

    ck_assert(!fetch(&request, &reply, why, sizeof(why)));
    ck_assert_ptr_nonnull(strstr(why, "file"));
    ck_assert_int_eq(reply.status, 0);
    ck_assert_ptr_null(reply.body.data);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("fetch");
    TCase *tests = tcase_create("fetch");

    tcase_add_loop_test(tests, the_host_is_what_the_header_will_say, 0,
                        (int)COUNT(hosts));
    tcase_add_test(tests, a_host_that_does_not_fit_is_no_host);
    tcase_add_test(tests, headers_are_found_in_any_case);
    tcase_add_test(tests, nothing_is_asked_once_it_is_stopped);
    tcase_add_test(tests, only_http_is_spoken);
    suite_add_tcase(suite, tests);
    return suite;
}
