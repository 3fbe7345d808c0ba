/* SPDX-License-Identifier: Apache-2.0 */

/* credentials - one chain, many threads; who gives what, and when it is
 * renewed, is in tests/e2e/aws-credentials */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "aws/credentials.h"
#include "suite.h"

#define THREADS 4
#define ROUNDS 500

static const struct aws_options none;

static void
setup(void)
{
    setenv("AWS_ACCESS_KEY_ID", "ID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    setenv("AWS_SESSION_TOKEN", "token", 1);
    setenv("HOME", "/nonexistent", 1);
}

/* Gets and forgets: each sees whole credentials or, never, none. */
static void *
get_often(void *chain)
{
    size_t good = 0;

    for (int i = 0; i < ROUNDS; i++) {
        struct aws_credentials credentials;
        struct mill_buffer why = { 0 };

        if (!aws_chain_get(chain, i, &credentials, &why))
            break;
        good += strcmp(credentials.keys.id, "ID") == 0
                && strcmp(credentials.keys.secret, "secret") == 0
                && strcmp(credentials.keys.token, "token") == 0
                && strcmp(credentials.provider, "environment") == 0
                && credentials.expires == 0 && why.len == 0;
        if (i % 3 == 0)
            aws_chain_forget(chain, &credentials);
        aws_credentials_finish(&credentials);
        mill_buffer_finish(&why);
    }
    return good == ROUNDS ? chain : NULL;
}

START_TEST(many_threads_share_a_chain)
{
    struct aws_chain *chain = aws_chain_create(&none);
    pthread_t threads[THREADS];
    void *good;

    ck_assert_ptr_nonnull(chain);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, get_often, chain),
                         0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &good);
        ck_assert_ptr_eq(good, chain);
    }
    aws_chain_destroy(chain);
}
END_TEST

START_TEST(only_what_was_refused_is_forgotten)
{
    struct aws_chain *chain = aws_chain_create(&none);
    struct aws_credentials first;
    struct aws_credentials second;
    struct mill_buffer why = { 0 };

    ck_assert(aws_chain_get(chain, 0, &first, &why));
    setenv("AWS_ACCESS_KEY_ID", "NEW", 1);
    aws_chain_forget(chain, &first);
    ck_assert(aws_chain_get(chain, 0, &second, &why));
    ck_assert_str_eq(second.keys.id, "NEW");

    /* A late word on the first doesn't cost the second. */
    aws_chain_forget(chain, &first);
    setenv("AWS_ACCESS_KEY_ID", "NEWER", 1);
    aws_credentials_finish(&second);
    ck_assert(aws_chain_get(chain, 0, &second, &why));
    ck_assert_str_eq(second.keys.id, "NEW");

    aws_credentials_finish(&first);
    aws_credentials_finish(&second);
    aws_chain_destroy(chain);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("credentials");
    TCase *tests = tcase_create("credentials");

    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, many_threads_share_a_chain);
    tcase_add_test(tests, only_what_was_refused_is_forgotten);
    suite_add_tcase(suite, tests);
    return suite;
}
