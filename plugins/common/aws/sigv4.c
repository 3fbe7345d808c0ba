/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sigv4 - from a canonical request to a signature
 *
 * The signature is an HMAC over the hash of the canonical request, with a key
 * that is derived, HMAC by HMAC, from the secret, the day, the region and the
 * service; canonical.c writes the request.
 */

#include "aws/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "aws/canonical.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

/* --- hashes --- */

static void
write_hex(const unsigned char bytes[SIGV4_KEY_SIZE], char hex[SIGV4_HASH_ROOM])
{
    for (size_t i = 0; i < SIGV4_KEY_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

bool
sigv4_hash(const void *data, size_t len, char hex[SIGV4_HASH_ROOM])
{
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (!EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL))
        return false;
    write_hex(digest, hex);
    return true;
}

static bool
hmac(const void *key, size_t key_len, const char *text,
     unsigned char digest[SIGV4_KEY_SIZE])
{
    return HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text,
                strlen(text), digest, NULL)
           != NULL;
}

bool
sigv4_key(const char *secret, const char *day, const char *region,
          const char *service, unsigned char key[SIGV4_KEY_SIZE])
{
    size_t room = strlen(secret) + sizeof("AWS4");
    char *first = malloc(room);
    bool done;

    if (!first)
        return false;
    snprintf(first, room, "AWS4%s", secret);
    done = hmac(first, room - 1, day, key)
           && hmac(key, SIGV4_KEY_SIZE, region, key)
           && hmac(key, SIGV4_KEY_SIZE, service, key)
           && hmac(key, SIGV4_KEY_SIZE, "aws4_request", key);
    OPENSSL_cleanse(first, room);
    free(first);
    return done;
}

/* --- one signature --- */

/* What is known of a signature before there is one. */
struct signing {
    char date[CANONICAL_DATE_ROOM]; /* 20150830T123600Z */
    char day[9];                    /* 20150830 */
    struct mill_buffer scope;       /* DAY/REGION/SERVICE/aws4_request */
};

static bool
start(struct signing *signing, const struct sigv4_request *request)
{
    time_t at = (time_t)request->time;
    struct tm parts;

    *signing = (struct signing){ 0 };
    if (!gmtime_r(&at, &parts)
        || !strftime(signing->date, sizeof(signing->date), "%Y%m%dT%H%M%SZ",
                     &parts))
        return false;
    memcpy(signing->day, signing->date, sizeof(signing->day) - 1);
    mill_buffer_print(&signing->scope, "%s/%s/%s/aws4_request", signing->day,
                      request->region, request->service);
    return !signing->scope.failed;
}

/* The signature of a canonical request, in hex. */
static bool
sign(struct signing *signing, const struct sigv4_request *request,
     struct mill_buffer *canonical, char hex[SIGV4_HASH_ROOM])
{
    unsigned char key[SIGV4_KEY_SIZE];
    unsigned char digest[SIGV4_KEY_SIZE];
    struct mill_buffer text = { 0 };
    bool done;

    if (canonical->failed || !sigv4_hash(canonical->data, canonical->len, hex))
        return false;
    mill_buffer_print(&text, ALGORITHM "\n%s\n%s\n%s", signing->date,
                      mill_buffer_text(&signing->scope), hex);
    mill_buffer_text(&text);
    done = !text.failed
           && sigv4_key(request->keys->secret, signing->day, request->region,
                        request->service, key)
           && hmac(key, sizeof(key), text.data, digest);
    if (done)
        write_hex(digest, hex);
    OPENSSL_cleanse(key, sizeof(key));
    mill_buffer_finish(&text);
    return done;
}

/* --- in the headers --- */

static bool
add_header(struct sigv4_signature *signature, const char *name,
           const char *value)
{
    size_t at = 0;

    while (signature->headers[at])
        at++;
    if (asprintf(&signature->headers[at], "%s: %s", name, value) >= 0)
        return true;
    signature->headers[at] = NULL;
    return false;
}

static bool
authorize(struct sigv4_signature *signature, struct signing *signing,
          const struct sigv4_request *request, struct canonical *canonical)
{
    struct mill_buffer value = { 0 };
    char hex[SIGV4_HASH_ROOM];
    bool done;

    if (!sign(signing, request, &canonical->text, hex))
        return false;
    mill_buffer_print(
        &value, ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
        request->keys->id, mill_buffer_text(&signing->scope),
        mill_buffer_text(&canonical->signed_headers), hex);
    mill_buffer_text(&value);
    done = !value.failed && add_header(signature, "Authorization", value.data);
    mill_buffer_finish(&value);
    return done;
}

bool
sigv4_sign(const struct sigv4_request *request,
           struct sigv4_signature *signature)
{
    const struct aws_keys *keys = request->keys;
    struct canonical canonical = { 0 };
    struct signing signing;
    bool done;

    *signature = (struct sigv4_signature){ 0 };
    done = start(&signing, request)
           && canonical_in_headers(&canonical, request, signing.date)
           && add_header(signature, "X-Amz-Date", signing.date)
           && (!keys->token
               || add_header(signature, "X-Amz-Security-Token", keys->token))
           && (!canonical_is_s3(request)
               || add_header(signature, "X-Amz-Content-Sha256",
                             canonical.payload_hash))
           && authorize(signature, &signing, request, &canonical);
    canonical_finish(&canonical);
    mill_buffer_finish(&signing.scope);
    if (!done)
        sigv4_finish(signature);
    return done;
}

void
sigv4_finish(struct sigv4_signature *signature)
{
    for (size_t i = 0; signature->headers[i]; i++)
        free(signature->headers[i]);
    *signature = (struct sigv4_signature){ 0 };
}

/* --- in the query --- */

static void
add_pair(struct sigv4_pair *query, size_t *count, const char *name,
         const char *value)
{
    query[(*count)++] = (struct sigv4_pair){ name, value };
}

/* The request's own query and all that says who signs, when, and what. */
static size_t
fill_query(struct sigv4_pair *query, const struct sigv4_request *request,
           const struct signing *signing, const char *credential,
           const char *lifetime, const char *signed_headers)
{
    size_t count = request->query_count;

    if (count > 0)
        memcpy(query, request->query, count * sizeof(*query));
    add_pair(query, &count, "X-Amz-Algorithm", ALGORITHM);
    add_pair(query, &count, "X-Amz-Credential", credential);
    add_pair(query, &count, "X-Amz-Date", signing->date);
    add_pair(query, &count, "X-Amz-Expires", lifetime);
    add_pair(query, &count, "X-Amz-SignedHeaders", signed_headers);
    if (request->keys->token)
        add_pair(query, &count, "X-Amz-Security-Token", request->keys->token);
    return count;
}

static bool
presign(struct signing *signing, const struct sigv4_request *request,
        const char *lifetime, struct mill_buffer *to)
{
    struct sigv4_pair *query = calloc(request->query_count + 6, sizeof(*query));
    struct sigv4_request whole = *request;
    struct canonical canonical = { 0 };
    struct mill_buffer credential = { 0 };
    char hex[SIGV4_HASH_ROOM];
    bool done = query && canonical_name_headers(&canonical, request);

    mill_buffer_print(&credential, "%s/%s", request->keys->id,
                      mill_buffer_text(&signing->scope));
    if (done) {
        whole.query = query;
        whole.query_count =
            fill_query(query, request, signing, mill_buffer_text(&credential),
                       lifetime, mill_buffer_text(&canonical.signed_headers));
        done = canonical_in_query(&canonical, &whole) && !credential.failed
               && sign(signing, request, &canonical.text, hex);
    }
    if (done) {
        mill_buffer_print(to, "https://%s%s?", request->host,
                          request->path[0] ? request->path : "/");
        sigv4_write_query(to, query, whole.query_count);
        mill_buffer_print(to, "&X-Amz-Signature=%s", hex);
    }
    mill_buffer_finish(&credential);
    canonical_finish(&canonical);
    free(query);
    return done && !to->failed;
}

bool
sigv4_presign(const struct sigv4_request *request, int lifetime,
              struct mill_buffer *to)
{
    struct signing signing;
    char seconds[16];
    bool done;

    snprintf(seconds, sizeof(seconds), "%d", lifetime);
    done = start(&signing, request) && presign(&signing, request, seconds, to);
    mill_buffer_finish(&signing.scope);
    return done;
}
