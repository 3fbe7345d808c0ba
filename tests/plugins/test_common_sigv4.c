/* SPDX-License-Identifier: Apache-2.0 */

/* sigv4, msk - held to the examples that AWS's documentation publishes; the
 * rest is compared with botocore in tests/e2e/aws-credentials */

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "aws/msk.h"
#include "aws/sigv4.h"
#include "suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct aws_keys example = {
    "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", NULL
};
static const struct aws_keys s3_example = {
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL
};

static struct sigv4_signature signature;

static void
teardown(void)
{
    sigv4_finish(&signature);
}

/* The value of one of the headers that signing added, or NULL. */
static const char *
header(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; signature.headers[i]; i++)
        if (strncmp(signature.headers[i], name, len) == 0
            && signature.headers[i][len] == ':')
            return signature.headers[i] + len + 2;
    return NULL;
}

static const char *
signature_of(const struct sigv4_request *request)
{
    const char *found;

    sigv4_finish(&signature);
    ck_assert(sigv4_sign(request, &signature));
    found = strstr(header("Authorization"), "Signature=");
    ck_assert_ptr_nonnull(found);
    return found + strlen("Signature=");
}

/* GET iam ListUsers, of 2015-08-30T12:36:00Z. */
static struct sigv4_request
list_users(void)
{
    static const struct sigv4_pair query[] = {
        { "Version", "2010-05-08" },
        { "Action", "ListUsers" },
    };
    static const struct sigv4_pair headers[] = {
        { "Content-Type", "application/x-www-form-urlencoded; charset=utf-8" },
    };

    return (struct sigv4_request){
        .method = "GET",
        .host = "iam.amazonaws.com",
        .path = "/",
        .query = query,
        .query_count = COUNT(query),
        .headers = headers,
        .header_count = COUNT(headers),
        .service = "iam",
        .region = "us-east-1",
        .time = 1440938160,
        .keys = &example,
    };
}

START_TEST(keys_are_derived_as_documented)
{
    unsigned char key[SIGV4_KEY_SIZE];
    char hex[SIGV4_HASH_ROOM];

    ck_assert(sigv4_key(example.secret, "20150830", "us-east-1", "iam", key));
    for (size_t i = 0; i < sizeof(key); i++)
        snprintf(hex + 2 * i, 3, "%02x", key[i]);
    ck_assert_str_eq(hex, "c4afb1cc5771d871763a393e44b70357"
                          "1b55cc28424d1a5e86da6ed3c154a4b9");

    ck_assert(sigv4_key(example.secret, "20120215", "us-east-1", "iam", key));
    for (size_t i = 0; i < sizeof(key); i++)
        snprintf(hex + 2 * i, 3, "%02x", key[i]);
    ck_assert_str_eq(hex, "f4780e2d9f65fa895f9c67b32ce1baf0"
                          "b0d8a43505a000a1a9e090d414db404d");
}
END_TEST

START_TEST(a_hash_is_small_hex)
{
    char hex[SIGV4_HASH_ROOM];

    ck_assert(sigv4_hash("", 0, hex));
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb924"
                          "27ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(the_documented_request_gets_the_documented_signature)
{
    struct sigv4_request request = list_users();

    signature_of(&request);
    ck_assert_str_eq(
        header("Authorization"),
        "AWS4-HMAC-SHA256 "
        "Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6"
        "789a8edb4c82c400e06b5924a6f2b5d7");
    ck_assert_str_eq(header("X-Amz-Date"), "20150830T123600Z");
    ck_assert_ptr_null(header("X-Amz-Security-Token"));
    ck_assert_ptr_null(header("X-Amz-Content-Sha256"));
}
END_TEST

/* Of the documentation of S3, 2013-05-24. */
static struct sigv4_request
s3_request(void)
{
    return (struct sigv4_request){
        .method = "GET",
        .host = "examplebucket.s3.amazonaws.com",
        .path = "/",
        .service = "s3",
        .region = "us-east-1",
        .time = 1369353600,
        .keys = &s3_example,
    };
}

START_TEST(s3_reads_a_part_of_an_object)
{
    static const struct sigv4_pair range = { "Range", "bytes=0-9" };
    struct sigv4_request request = s3_request();

    request.path = "/test.txt";
    request.headers = &range;
    request.header_count = 1;
    ck_assert_str_eq(signature_of(&request),
                     "f0e8bdb87c964420e857bd35b5d6ed31"
                     "0bd44f0170aba48dd91039c6036bdb41");
    ck_assert_str_eq(header("X-Amz-Content-Sha256"),
                     "e3b0c44298fc1c149afbf4c8996fb924"
                     "27ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(s3_writes_an_object_whose_name_is_encoded_once)
{
    static const struct sigv4_pair headers[] = {
        { "Date", "Fri, 24 May 2013 00:00:00 GMT" },
        { "x-amz-storage-class", "REDUCED_REDUNDANCY" },
    };
    struct sigv4_request request = s3_request();
    char hash[SIGV4_HASH_ROOM];

    ck_assert(sigv4_hash("Welcome to Amazon S3.", 21, hash));
    request.method = "PUT";
    request.path = "/test%24file.text";
    request.headers = headers;
    request.header_count = COUNT(headers);
    request.payload_hash = hash;
    ck_assert_str_eq(signature_of(&request),
                     "98ad721746da40c64f1a55b78f14c238"
                     "d841ea1380cd77a1b5971af0ece108bd");
}
END_TEST

START_TEST(a_name_without_a_value_is_signed_with_its_equals_sign)
{
    static const struct sigv4_pair lifecycle = { "lifecycle", "" };
    static const struct sigv4_pair list[] = {
        { "prefix", "J" },
        { "max-keys", "2" },
    };
    struct sigv4_request request = s3_request();

    request.query = &lifecycle;
    request.query_count = 1;
    ck_assert_str_eq(signature_of(&request),
                     "fea454ca298b7da1c68078a5d1bdbfbb"
                     "e0d65c699e0f91ac7a200a0136783543");
    request.query = list;
    request.query_count = COUNT(list);
    ck_assert_str_eq(signature_of(&request),
                     "34b48302e7b5fa45bde8084f4b7868a8"
                     "6f0a534bc59db6670ed5711ef69dc6f7");
}
END_TEST

START_TEST(s3_is_presigned_as_documented)
{
    struct sigv4_request request = s3_request();
    struct mill_buffer url = { 0 };

    request.path = "/test.txt";
    ck_assert(sigv4_presign(&request, 86400, &url));
    ck_assert_str_eq(
        mill_buffer_text(&url),
        "https://examplebucket.s3.amazonaws.com/test.txt"
        "?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3"
        "%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
        "&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835"
        "f995330da4c265957d157751f604d404");
    mill_buffer_finish(&url);
}
END_TEST

/* Pairs of paths that are signed as the same, or not. */
static const struct {
    const char *one;
    const char *other;
    const char *service;
    bool same;
} paths[] = {
    { "", "/", "execute-api", true },
    { "/a/./b", "/a/b", "execute-api", true },
    { "/a//b", "/a/b", "execute-api", true },
    { "/a/../../b/", "/b/", "execute-api", true },
    { "/..", "/", "execute-api", true },
    { "/a/b/..", "/a", "execute-api", true },
    { "/a/b/.", "/a/b", "execute-api", true },
    { "/a/", "/a", "execute-api", false },
    { "/a%2Fb", "/a/b", "execute-api", false },
    { "/...", "/", "execute-api", false },
    { "", "/", "s3", true },
    { "/a/./b", "/a/b", "s3", false },
    { "/a//b", "/a/b", "s3", false },
};

START_TEST(paths_are_normalised_except_for_s3)
{
    struct sigv4_request request = list_users();
    char first[SIGV4_HASH_ROOM];
    bool same;

    request.service = paths[_i].service;
    request.path = paths[_i].one;
    snprintf(first, sizeof(first), "%s", signature_of(&request));
    request.path = paths[_i].other;
    same = strcmp(first, signature_of(&request)) == 0;
    ck_assert_msg(same == paths[_i].same, "%s and %s", paths[_i].one,
                  paths[_i].other);
}
END_TEST

START_TEST(headers_that_change_on_the_way_are_not_signed)
{
    static const struct sigv4_pair more[] = {
        { "User-Agent", "x" },          { "CONNECTION", "close" },
        { "Proxy-Authorization", "x" }, { "X-Amzn-Trace-Id", "1" },
        { "Expect", "100-continue" },   { "Transfer-Encoding", "chunked" },
    };
    struct sigv4_request request = list_users();
    char first[SIGV4_HASH_ROOM];

    request.header_count = 0;
    snprintf(first, sizeof(first), "%s", signature_of(&request));
    request.headers = more;
    request.header_count = COUNT(more);
    ck_assert_str_eq(signature_of(&request), first);
}
END_TEST

START_TEST(a_session_token_is_sent_and_signed)
{
    struct aws_keys keys = example;
    struct sigv4_request request = list_users();

    keys.token = "a+token==";
    request.keys = &keys;
    ck_assert_str_ne(signature_of(&request),
                     "5d672d79c15b13162d9279b0855cfba6"
                     "789a8edb4c82c400e06b5924a6f2b5d7");
    ck_assert_str_eq(header("X-Amz-Security-Token"), "a+token==");
    ck_assert_ptr_nonnull(strstr(header("Authorization"),
                                 "SignedHeaders=content-type;host;x-amz-date;"
                                 "x-amz-security-token,"));
}
END_TEST

START_TEST(text_is_encoded_with_big_digits)
{
    struct mill_buffer text = { 0 };

    sigv4_encode(&text, "aZ09-._~ /+\xC3\xA9%", false);
    sigv4_encode(&text, "/a b", true);
    ck_assert_str_eq(mill_buffer_text(&text),
                     "aZ09-._~%20%2F%2B%C3%A9%25/a%20b");
    mill_buffer_finish(&text);
}
END_TEST

/* --- msk --- */

/* The URL in a token of any length modulo 3. */
static void
decode(const char *token, char *url, size_t room)
{
    char padded[4096];
    size_t len = strlen(token);
    int size;

    ck_assert_uint_lt(len + 4, sizeof(padded));
    for (size_t i = 0; i < len; i++)
        padded[i] = token[i] == '-' ? '+' : token[i] == '_' ? '/' : token[i];
    while (len % 4 != 0)
        padded[len++] = '=';
    ck_assert_uint_lt(len, room);
    size = EVP_DecodeBlock((unsigned char *)url, (unsigned char *)padded,
                           (int)len);
    ck_assert_int_gt(size, 0);
    url[strlen(token) * 3 / 4] = '\0';
}

START_TEST(a_token_ends_with_its_keys)
{
    struct aws_credentials credentials = { .keys = { "AKID", "secret", "t" } };
    struct mill_buffer token = { 0 };
    int64_t expires;

    credentials.expires = 1440938160 + 600;
    ck_assert(
        msk_token(&credentials, "eu-west-1", 1440938160, &token, &expires));
    ck_assert_int_eq(expires, (1440938160LL + 600) * 1000);
    credentials.expires = 1440938160 + 3600;
    ck_assert(
        msk_token(&credentials, "eu-west-1", 1440938160, &token, &expires));
    ck_assert_int_eq(expires, (1440938160LL + 900) * 1000);
    mill_buffer_finish(&token);
}
END_TEST

START_TEST(a_token_is_a_url_without_padding)
{
    struct aws_credentials credentials = { .keys = { "AKID", "secret", NULL } };
    struct mill_buffer token = { 0 };
    int64_t expires;
    char url[4096];

    credentials.keys.token = &"???"[_i]; /* each length modulo 3 */
    ck_assert(
        msk_token(&credentials, "eu-west-1", 1440938160, &token, &expires));
    ck_assert(expires == (1440938160LL + 900) * 1000);
    ck_assert_ptr_null(strpbrk(mill_buffer_text(&token), "+/="));
    decode(mill_buffer_text(&token), url, sizeof(url));
    ck_assert_ptr_eq(
        strstr(url,
               "https://kafka.eu-west-1.amazonaws.com/"
               "?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-"
               "SHA256&X-Amz-Credential=AKID%2F20150830%2Feu-west-1%2Fkafka-"
               "cluster%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-"
               "Expires=900&X-Amz-SignedHeaders=host"),
        url);
    ck_assert_ptr_nonnull(strstr(url, "&X-Amz-Security-Token=%3F"));
    ck_assert_ptr_nonnull(strstr(url, "&User-Agent=millrace%2F"));
    mill_buffer_finish(&token);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sigv4");
    TCase *tests = tcase_create("sigv4");

    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, keys_are_derived_as_documented);
    tcase_add_test(tests, a_hash_is_small_hex);
    tcase_add_test(tests, the_documented_request_gets_the_documented_signature);
    tcase_add_test(tests, s3_reads_a_part_of_an_object);
    tcase_add_test(tests, s3_writes_an_object_whose_name_is_encoded_once);
    tcase_add_test(tests,
                   a_name_without_a_value_is_signed_with_its_equals_sign);
    tcase_add_test(tests, s3_is_presigned_as_documented);
    tcase_add_loop_test(tests, paths_are_normalised_except_for_s3, 0,
                        (int)COUNT(paths));
    tcase_add_test(tests, headers_that_change_on_the_way_are_not_signed);
    tcase_add_test(tests, a_session_token_is_sent_and_signed);
    tcase_add_test(tests, text_is_encoded_with_big_digits);
    tcase_add_test(tests, a_token_ends_with_its_keys);
    tcase_add_loop_test(tests, a_token_is_a_url_without_padding, 0, 3);
    suite_add_tcase(suite, tests);
    return suite;
}
