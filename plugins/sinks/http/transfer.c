/* SPDX-License-Identifier: Apache-2.0 */

/* transfer - requests on their way, by libcurl's multi interface; see http.h */

#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 10000L

/* What a reply says behind that is nothing that we could use. */
#define REPLY_MOST ((size_t)16 * 1024 * 1024)

/* How much libcurl takes of a body at a time. */
#define UPLOAD_BYTES (512L * 1024)

static size_t
take_reply(char *data, size_t size, size_t count, void *arg)
{
    struct request *request = arg;
    size_t len = size * count;
    size_t room = REPLY_MOST - request->reply.len;

    mill_buffer_add(&request->reply, data, len < room ? len : room);
    return request->reply.failed ? 0 : len;
}

/* --- headers --- */

/* NAME is NULL where VALUE is the whole line. */
static bool
add_line(struct http_sink *sink, const char *name, const char *value)
{
    struct mill_buffer line = { 0 };
    struct curl_slist *lines = NULL;

    mill_buffer_print(&line, "%s%s%s", name ? name : "", name ? ": " : "",
                      value);
    if (!line.failed)
        lines = curl_slist_append(sink->lines, mill_buffer_text(&line));
    mill_buffer_finish(&line);
    if (lines)
        sink->lines = lines;
    return lines != NULL;
}

/* True where `headers` sets NAME itself. */
static bool
is_given(const struct http_sink *sink, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; sink->headers[i]; i++)
        if (strncasecmp(sink->headers[i], name, len) == 0
            && sink->headers[i][len] == ':')
            return true;
    return false;
}

static bool
add_lines(struct http_sink *sink)
{
    bool good = add_line(sink, NULL, "Expect:"); /* no waiting for a 100 */

    if (good && !is_given(sink, "Content-Type"))
        good = add_line(sink, "Content-Type", sink->shape->type);
    if (good && !is_given(sink, "Accept"))
        good = add_line(sink, "Accept", sink->shape->accept);
    if (good && sink->compression[0] == 'g')
        good = add_line(sink, "Content-Encoding", "gzip");
    if (good && sink->api_key)
        good = add_line(sink, "x-api-key", sink->api_key);
    if (good && sink->token) {
        struct mill_buffer bearer = { 0 };

        mill_buffer_print(&bearer, "Bearer %s", sink->token);
        good = add_line(sink, "Authorization", mill_buffer_text(&bearer));
        mill_buffer_finish(&bearer);
    }
    for (size_t i = 0; good && sink->headers[i]; i++)
        good = add_line(sink, NULL, sink->headers[i]);
    return good;
}

/* --- handles --- */

static void
set_tls(const struct http_sink *sink, CURL *easy)
{
    if (sink->tls_ca)
        curl_easy_setopt(easy, CURLOPT_CAINFO, sink->tls_ca);
    if (sink->tls_cert)
        curl_easy_setopt(easy, CURLOPT_SSLCERT, sink->tls_cert);
    if (sink->tls_key)
        curl_easy_setopt(easy, CURLOPT_SSLKEY, sink->tls_key);
}

static void
set_user(const struct http_sink *sink, CURL *easy)
{
    if (!sink->user)
        return;
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, sink->user);
    curl_easy_setopt(easy, CURLOPT_PASSWORD,
                     sink->password ? sink->password : "");
}

static CURL *
make_handle(const struct http_sink *sink, struct request *request)
{
    CURL *easy = curl_easy_init();
    const char *method =
        sink->method[0] == 'a' ? sink->shape->method : sink->method;

    if (!easy)
        return NULL;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "millrace/" MILL_VERSION);
    /* Replies are small, so none needs packing; one that is, by a proxy on the
     * way, is unpacked all the same. */
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BYTES);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     (long)(sink->timeout.ns / 1000000));
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    set_tls(sink, easy);
    set_user(sink, easy);
    return easy;
}

/* --- the server is there --- */

/* The address in a URL, without the path; NULL: it has braces in it, or there
 * is no memory.  The caller frees it. */
static char *
address_of(const char *url)
{
    const char *host = strstr(url, "://");
    size_t len;

    if (!host)
        return NULL;
    len = (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");
    return memchr(url, '{', len) ? NULL : strndup(url, len);
}

/* Connects, TLS included, and no more: what is wrong with the address, the
 * certificates or the network is better known before anything is read. */
static enum mill_verdict
try_address(struct http_sink *sink, struct mill_stage *stage)
{
    struct request *request = &sink->requests[0];
    char *address = address_of(sink->url.text);
    enum mill_verdict verdict = MILL_OK;

    if (!address)
        return MILL_OK;
    curl_easy_setopt(request->easy, CURLOPT_URL, address);
    curl_easy_setopt(request->easy, CURLOPT_CONNECT_ONLY, 1L);
    request->busy = true;
    if (curl_multi_add_handle(sink->multi, request->easy) != CURLM_OK)
        verdict =
            mill_fail(stage, MILL_FATAL, "no memory to reach %s", address);
    else if (!transfer_wait(sink))
        verdict = mill_fail(stage, MILL_RETRY, "stopped while connecting to %s",
                            address);
    else if (request->code != CURLE_OK)
        verdict = transfer_fault(stage, address, request->code, request->error);
    transfer_abort(sink);
    curl_easy_cleanup(request->easy);
    request->easy = make_handle(sink, request);
    free(address);
    return verdict == MILL_OK && !request->easy
               ? mill_fail(stage, MILL_FATAL, "no memory for a connection")
               : verdict;
}

enum mill_verdict
transfer_open(struct http_sink *sink, struct mill_stage *stage)
{
    size_t count = (size_t)sink->connections;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return mill_fail(stage, MILL_FATAL, "libcurl doesn't start");
    sink->opened = true;
    sink->requests = calloc(count, sizeof(*sink->requests));
    sink->multi = curl_multi_init();
    if (!sink->requests || !sink->multi || !add_lines(sink))
        return mill_fail(stage, MILL_FATAL, "no memory for connections");
    for (size_t i = 0; i < count; i++) {
        sink->requests[i].easy = make_handle(sink, &sink->requests[i]);
        if (!sink->requests[i].easy)
            return mill_fail(stage, MILL_FATAL, "no memory for a connection");
    }
    return try_address(sink, stage);
}

void
transfer_close(struct http_sink *sink)
{
    if (!sink->opened)
        return;
    transfer_abort(sink);
    for (int64_t i = 0; sink->requests && i < sink->connections; i++) {
        curl_easy_cleanup(sink->requests[i].easy);
        request_finish(&sink->requests[i]);
    }
    free(sink->requests);
    sink->requests = NULL;
    curl_slist_free_all(sink->lines);
    sink->lines = NULL;
    if (sink->multi)
        curl_multi_cleanup(sink->multi);
    sink->multi = NULL;
    curl_global_cleanup();
    sink->opened = false;
}

void
transfer_cancel(struct http_sink *sink)
{
    CURLM *multi = sink->multi;

    atomic_store(&sink->cancelled, true);
    if (multi)
        curl_multi_wakeup(multi);
}

/* --- requests --- */

/* The lines that only this request has, in front of those that all have. */
static struct curl_slist *
lines_of(const struct http_sink *sink, struct request *request)
{
    struct curl_slist *first = sink->lines;
    struct mill_buffer *own[] = { &request->key, &request->settled };

    for (size_t i = 0; sink->idempotency && i < 2; i++) {
        if (own[i]->len == 0)
            continue;
        request->lines[i] = (struct curl_slist){
            .data = (char *)(uintptr_t)mill_buffer_text(own[i]), .next = first
        };
        first = &request->lines[i];
    }
    return sign_lines(request, first);
}

static bool
set_url(const struct http_sink *sink, struct request *request)
{
    if (request->url.len == sink->target.len && request->url.len > 0
        && memcmp(request->url.data, sink->target.data, sink->target.len) == 0)
        return true;
    request->url.len = 0;
    mill_buffer_add(&request->url, sink->target.data, sink->target.len);
    return curl_easy_setopt(request->easy, CURLOPT_URL,
                            mill_buffer_text(&request->url))
               == CURLE_OK
           && !request->url.failed;
}

bool
transfer_start(struct http_sink *sink, struct request *request)
{
    const struct mill_buffer *body = request_body(sink, request);
    CURL *easy = request->easy;

    request->error[0] = '\0';
    if (!set_url(sink, request))
        return false;
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body->data);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines_of(sink, request));
    request->busy = curl_multi_add_handle(sink->multi, easy) == CURLM_OK;
    return request->busy;
}

/* One that has ended since the last call, or NULL. */
static struct request *
take_ended(struct http_sink *sink)
{
    int left;

    for (;;) {
        CURLMsg *message = curl_multi_info_read(sink->multi, &left);
        struct request *request = NULL;

        if (!message)
            return NULL;
        if (message->msg != CURLMSG_DONE)
            continue;

        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;

        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&request);
        curl_multi_remove_handle(sink->multi, easy);
        request->code = code;
        request->busy = false;
        return request;
    }
}

struct request *
transfer_wait(struct http_sink *sink)
{
    int running;

    while (!atomic_load(&sink->cancelled)) {
        curl_multi_perform(sink->multi, &running);

        struct request *request = take_ended(sink);

        if (request)
            return request;
        curl_multi_poll(sink->multi, NULL, 0, 1000, NULL);
    }
    return NULL;
}

void
transfer_abort(struct http_sink *sink)
{
    for (int64_t i = 0; sink->requests && i < sink->connections; i++) {
        if (sink->requests[i].busy)
            curl_multi_remove_handle(sink->multi, sink->requests[i].easy);
        sink->requests[i].busy = false;
    }
}

/* --- failures --- */

/* What to do about one that no waiting will cure; NULL: it may. */
static const char *
hint_of(CURLcode code)
{
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return "give the authority that signed its certificate as tls_ca, or "
               "mend the certificate";
    case CURLE_SSL_CACERT_BADFILE:
        return "tls_ca must be a file of PEM certificates that can be read";
    case CURLE_SSL_CERTPROBLEM:
        return "tls_cert and tls_key must be PEM files that belong together, "
               "the key without a passphrase";
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
        return "the two have no way to encrypt in common";
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return "put the url right";
    default:
        return NULL;
    }
}

enum mill_verdict
transfer_fault(struct mill_stage *stage, const char *url, CURLcode code,
               const char *error)
{
    const char *why = error[0] ? error : curl_easy_strerror(code);
    const char *hint = hint_of(code);

    if (hint)
        return mill_fail(stage, MILL_FATAL, "%s: %s; %s", url, why, hint);
    return mill_fail(stage, MILL_RETRY, "%s: %s", url, why);
}
