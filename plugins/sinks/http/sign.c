/* SPDX-License-Identifier: Apache-2.0 */

/* sign - requests that AWS lets in: sign = "aws"; see http.h */

#include "http.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/credentials.h"
#include "fetch.h"

#define HOST_ROOM 300

struct signer {
    struct aws_options options;
    struct aws_chain *chain;
    struct mill_buffer region;
    struct aws_credentials used; /* by the last request */
    struct sigv4_pair *headers;  /* of every request, to be signed */
    size_t header_count;
};

/* What one request was signed with; its headers are sent. */
struct signed_lines {
    struct sigv4_signature signature;
    struct curl_slist lines[SIGV4_HEADERS];
};

enum mill_verdict
sign_check(const struct http_sink *sink, struct mill_stage *stage)
{
    if (sink->user || sink->token)
        return mill_fail(stage, MILL_FATAL,
                         "`sign` and `%s` exclude each other: both are sent as "
                         "Authorization",
                         sink->user ? "user" : "token");
    if (strchr(sink->url.text, '?'))
        return mill_fail(stage, MILL_FATAL, "url: no query can be signed here");
    return MILL_OK;
}

/* --- open and close --- */

/* Takes the headers that all requests have apart. */
static bool
take_headers(struct signer *signer, const struct curl_slist *lines)
{
    for (; lines; lines = lines->next) {
        const char *colon = strchr(lines->data, ':');
        struct sigv4_pair *headers =
            realloc(signer->headers,
                    (signer->header_count + 1) * sizeof(*signer->headers));

        if (!headers)
            return false;
        signer->headers = headers;
        if (!colon || !colon[1])
            continue; /* "Expect:" is not sent */

        struct sigv4_pair *header = &headers[signer->header_count];

        header->name = strndup(lines->data, (size_t)(colon - lines->data));
        header->value = strdup(colon + 1 + strspn(colon + 1, " "));
        signer->header_count++;
        if (!header->name || !header->value)
            return false;
    }
    return true;
}

/* Gets credentials that hold. */
static enum mill_verdict
renew(struct http_sink *sink, struct mill_stage *stage)
{
    struct signer *signer = sink->signer;
    struct mill_buffer why = { 0 };
    bool good;

    aws_credentials_finish(&signer->used);
    good =
        aws_chain_get(signer->chain, (int64_t)time(NULL), &signer->used, &why);
    if (!good)
        mill_fail(stage, MILL_RETRY, "no credentials to sign with: %s",
                  mill_buffer_text(&why));
    else if (why.len > 0)
        mill_log(stage, MILL_WARN, "credentials: %s", mill_buffer_text(&why));
    mill_buffer_finish(&why);
    return good ? MILL_OK : MILL_RETRY;
}

enum mill_verdict
sign_open(struct http_sink *sink, struct mill_stage *stage)
{
    struct signer *signer = calloc(1, sizeof(*signer));
    struct mill_buffer why = { 0 };
    enum mill_verdict verdict = MILL_OK;

    sink->signer = signer;
    if (!signer)
        return mill_fail(stage, MILL_FATAL, "no memory to sign");
    signer->options = (struct aws_options){ .profile = sink->profile,
                                            .region = sink->region,
                                            .stop = &sink->cancelled };
    signer->chain = aws_chain_create(&signer->options);
    if (!signer->chain || !take_headers(signer, sink->lines))
        return mill_fail(stage, MILL_FATAL, "no memory to sign");
    if (!aws_region(&signer->options, &signer->region, &why))
        verdict =
            mill_fail(stage, MILL_FATAL, "region: %s", mill_buffer_text(&why));
    mill_buffer_finish(&why);
    return verdict == MILL_OK ? renew(sink, stage) : verdict;
}

void
sign_finish_request(struct request *request)
{
    if (request->own)
        sigv4_finish(&request->own->signature);
    free(request->own);
    request->own = NULL;
}

void
sign_close(struct http_sink *sink)
{
    struct signer *signer = sink->signer;

    if (!signer)
        return;
    for (size_t i = 0; i < signer->header_count; i++) {
        free((char *)(uintptr_t)signer->headers[i].name);
        free((char *)(uintptr_t)signer->headers[i].value);
    }
    free(signer->headers);
    mill_buffer_finish(&signer->region);
    aws_credentials_finish(&signer->used);
    aws_chain_destroy(signer->chain);
    free(signer);
    sink->signer = NULL;
}

/* --- requests --- */

/* The path of a URL as it stands, without a query, which there is none of. */
static const char *
path_of(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;

    return path ? path : "/";
}

static bool
sign(struct http_sink *sink, struct request *request,
     const struct mill_buffer *body)
{
    struct signer *signer = sink->signer;
    const char *url = mill_buffer_text(&sink->target);
    char hash[SIGV4_HASH_ROOM];
    char host[HOST_ROOM];
    struct sigv4_request what = {
        .method = sink->method[0] == 'a' ? sink->shape->method : sink->method,
        .host = host,
        .path = path_of(url),
        .headers = signer->headers,
        .header_count = signer->header_count,
        .payload_hash = hash,
        .service = sink->service,
        .region = mill_buffer_text(&signer->region),
        .time = (int64_t)time(NULL),
        .keys = &signer->used.keys,
    };

    return fetch_host(url, host, sizeof(host))
           && sigv4_hash(body->data, body->len, hash)
           && sigv4_sign(&what, &request->own->signature);
}

enum mill_verdict
sign_request(struct http_sink *sink, struct mill_stage *stage,
             struct request *request, const struct mill_buffer *body)
{
    enum mill_verdict verdict = renew(sink, stage);

    if (verdict != MILL_OK)
        return verdict;
    if (!request->own)
        request->own = calloc(1, sizeof(*request->own));
    if (!request->own)
        return mill_fail(stage, MILL_RETRY, "no memory to sign a request");
    sigv4_finish(&request->own->signature);
    if (sign(sink, request, body))
        return MILL_OK;
    return mill_fail(stage, MILL_RETRY, "a request could not be signed");
}

struct curl_slist *
sign_lines(struct request *request, struct curl_slist *behind)
{
    struct signed_lines *own = request->own;

    for (size_t i = 0; own && own->signature.headers[i]; i++) {
        own->lines[i] = (struct curl_slist){ .data = own->signature.headers[i],
                                             .next = behind };
        behind = &own->lines[i];
    }
    return behind;
}

void
sign_forget(struct http_sink *sink)
{
    aws_chain_forget(sink->signer->chain, &sink->signer->used);
}
