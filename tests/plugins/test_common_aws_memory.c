/* SPDX-License-Identifier: Apache-2.0 */

/*
 * test_common_aws_memory - what plugins/common/aws does when memory runs out
 *
 * The linker sends malloc(), calloc() and realloc() here.  One after the other
 * fails, until all that is done succeeds: each failure has to be reported, and
 * neither a wrong signature nor half a key may come of it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/credentials.h"
#include "aws/msk.h"
#include "short_memory.h"
#include "suite.h"

/* Calls WORK with ever more memory until it succeeds; how often it failed. */
static long
run_out(bool (*work)(void))
{
    for (long allocations = 0;; allocations++) {
        bool done;

        memory_left = allocations;
        done = work();
        memory_left = -1;
        if (done)
            return allocations;
        ck_assert_int_lt(allocations, 1000);
    }
}

/* --- signatures --- */

static const struct aws_keys keys = { "ID", "secret", "token" };
static const struct sigv4_pair pairs[] = { { "b", "2" }, { "a", "1" } };
static char authorization[512];
static char url[1024];
static char msk[2048];

static struct sigv4_request
request(void)
{
    return (struct sigv4_request){
        .method = "GET",
        .host = "h.example",
        .path = "/a/../b",
        .query = pairs,
        .query_count = 2,
        .headers = pairs,
        .header_count = 2,
        .service = "execute-api",
        .region = "eu-west-1",
        .time = 1440938160,
        .keys = &keys,
    };
}

/* What came of it, where it succeeded, has to be what came the first time. */
static bool
same(bool done, const char *text, char *first, size_t room)
{
    long now = memory_left;

    memory_left = -1;
    if (done && !*first)
        snprintf(first, room, "%s", text);
    if (done)
        ck_assert_str_eq(text, first);
    memory_left = now;
    return done;
}

static bool
sign(void)
{
    const struct sigv4_request asked = request();
    struct sigv4_signature signature;
    bool done = sigv4_sign(&asked, &signature);

    same(done, done ? signature.headers[2] : "", authorization,
         sizeof(authorization));
    sigv4_finish(&signature);
    return done;
}

static bool
presign(void)
{
    const struct sigv4_request asked = request();
    struct mill_buffer text = { 0 };
    bool done = sigv4_presign(&asked, 60, &text) && *mill_buffer_text(&text);

    same(done, mill_buffer_text(&text), url, sizeof(url));
    mill_buffer_finish(&text);
    return done;
}

static bool
make_token(void)
{
    struct mill_buffer text = { 0 };
    int64_t expires;
    struct aws_credentials credentials = { .keys = keys };
    bool done =
        msk_token(&credentials, "eu-west-1", 1440938160, &text, &expires)
        && *mill_buffer_text(&text);

    same(done, mill_buffer_text(&text), msk, sizeof(msk));
    mill_buffer_finish(&text);
    return done;
}

START_TEST(no_signature_is_wrong_for_lack_of_memory)
{
    ck_assert(sign() && presign() && make_token());
    ck_assert_int_gt(run_out(sign), 5);
    ck_assert_int_gt(run_out(presign), 5);
    ck_assert_int_gt(run_out(make_token), 5);
}
END_TEST

/* --- credentials --- */

/* The profile's, or none. */
static bool
find(void)
{
    static const struct aws_options options = { .profile = "mine" };
    struct aws_chain *chain = aws_chain_create(&options);
    struct aws_credentials found = { 0 };
    struct mill_buffer why = { 0 };
    bool done = chain && aws_chain_get(chain, 0, &found, &why);

    if (done && strcmp(found.keys.id, "MINE") != 0)
        abort();
    aws_credentials_finish(&found);
    mill_buffer_finish(&why);
    aws_chain_destroy(chain);
    return done;
}

START_TEST(credentials_are_whole_or_there_are_none)
{
    char path[] = "/tmp/test-aws-XXXXXX";
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(dprintf(fd, "[mine]\naws_access_key_id = MINE\n"
                                 "aws_secret_access_key = secret\n"),
                     0);
    close(fd);
    setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
    setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    ck_assert_int_gt(run_out(find), 5);
    unlink(path);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("aws memory");
    TCase *tests = tcase_create("aws memory");

    tcase_add_test(tests, no_signature_is_wrong_for_lack_of_memory);
    tcase_add_test(tests, credentials_are_whole_or_there_are_none);
    suite_add_tcase(suite, tests);
    return suite;
}
