/* SPDX-License-Identifier: Apache-2.0 */

#include "fetch.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

/* One transfer; libcurl writes what it says to ERROR. */
struct transfer {
    CURL *easy;
    CURLM *multi;
    struct curl_slist *headers;
    const struct fetch_request *request;
    struct fetch_reply *reply;
    char error[CURL_ERROR_SIZE];
};

static bool
is_stopped(const atomic_bool *stop)
{
    return stop && atomic_load(stop);
}

/* Keeps what comes as long as it isn't too much. */
static size_t
keep(struct mill_buffer *to, const char *data, size_t len)
{
    if (to->len + len > FETCH_MAX)
        return 0;
    mill_buffer_add(to, data, len);
    return to->failed ? 0 : len;
}

static size_t
on_header(char *data, size_t size, size_t count, void *reply)
{
    return keep(&((struct fetch_reply *)reply)->headers, data, size * count);
}

static size_t
on_body(char *data, size_t size, size_t count, void *reply)
{
    return keep(&((struct fetch_reply *)reply)->body, data, size * count);
}

static bool
set_headers(struct transfer *transfer)
{
    const char *const *header = transfer->request->headers;

    for (; header && *header; header++) {
        struct curl_slist *longer =
            curl_slist_append(transfer->headers, *header);

        if (!longer)
            return false;
        transfer->headers = longer;
    }
    return curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER,
                            transfer->headers)
           == CURLE_OK;
}

static void
set_request(struct transfer *transfer)
{
    const struct fetch_request *request = transfer->request;
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    if (request->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)request->body_len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    }
    if (request->method)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    if (request->direct)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    if (request->ca)
        curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca);
}

/* From 7.84 on libcurl initialises itself here, whatever thread comes first. */
static bool
start(struct transfer *transfer)
{
    CURL *easy = transfer->easy = curl_easy_init();

    transfer->multi = curl_multi_init();
    if (!easy || !transfer->multi || !set_headers(transfer))
        return false;
    set_request(transfer);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "millrace");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer->reply);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer->reply);
    /* Plugins have no signal handlers; nor is a look-up that hangs waited for
     * when everything else is done. */
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    return curl_multi_add_handle(transfer->multi, easy) == CURLM_OK;
}

/* Until it is over.  False: it was stopped, or libcurl gave up on itself. */
static bool
run(struct transfer *transfer)
{
    int running = 1;

    while (!is_stopped(transfer->request->stop)) {
        if (curl_multi_perform(transfer->multi, &running) != CURLM_OK)
            return false;
        if (!running)
            return true;
        if (curl_multi_poll(transfer->multi, NULL, 0, FETCH_LOOK_MS, NULL)
            != CURLM_OK)
            return false;
    }
    return false;
}

static CURLcode
result(struct transfer *transfer)
{
    int left;
    CURLMsg *message = curl_multi_info_read(transfer->multi, &left);

    return message && message->msg == CURLMSG_DONE ? message->data.result
                                                   : CURLE_FAILED_INIT;
}

static void
finish(struct transfer *transfer)
{
    if (transfer->multi && transfer->easy)
        curl_multi_remove_handle(transfer->multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
    curl_multi_cleanup(transfer->multi);
    curl_slist_free_all(transfer->headers);
}

/* libcurl's own words for these two speak of write callbacks and of
 * milliseconds. */
static void
explain(const struct transfer *transfer, CURLcode code, char *why, size_t room)
{
    const struct fetch_request *request = transfer->request;

    if (is_stopped(request->stop))
        snprintf(why, room, "stopped");
    else if (code == CURLE_OPERATION_TIMEDOUT)
        snprintf(why, room, "no answer within %.1f s",
                 request->timeout_ms / 1000.0);
    else if (code == CURLE_WRITE_ERROR)
        snprintf(why, room, "the answer is larger than %d bytes", FETCH_MAX);
    else
        snprintf(why, room, "%s",
                 transfer->error[0] ? transfer->error
                                    : curl_easy_strerror(code));
}

bool
fetch(const struct fetch_request *request, struct fetch_reply *reply, char *why,
      size_t room)
{
    struct transfer transfer = { .request = request, .reply = reply };
    CURLcode code = CURLE_FAILED_INIT;
    long status = 0;

    *reply = (struct fetch_reply){ 0 };
    if (start(&transfer) && run(&transfer))
        code = result(&transfer);
    mill_buffer_text(&reply->headers);
    mill_buffer_text(&reply->body);
    if (reply->headers.failed || reply->body.failed)
        code = CURLE_OUT_OF_MEMORY;
    if (code == CURLE_OK)
        curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    else
        explain(&transfer, code, why, room);
    finish(&transfer);
    if (code != CURLE_OK)
        fetch_finish(reply);
    reply->status = (int)status;
    return code == CURLE_OK;
}

bool
fetch_host(const char *url, char *to, size_t room)
{
    CURLU *parts = curl_url();
    char *host = NULL;
    char *port = NULL;
    bool done = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK
                && curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;

    to[0] = '\0';
    if (done) {
        curl_url_get(parts, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT);
        done = snprintf(to, room, "%s%s%s", host, port ? ":" : "",
                        port ? port : "")
               < (int)room;
    }
    curl_free(port);
    curl_free(host);
    curl_url_cleanup(parts);
    return done;
}

bool
fetch_header(const struct fetch_reply *reply, const char *name, char *to,
             size_t room)
{
    const char *at = reply->headers.data;
    const char *end = at ? at + reply->headers.len : at;
    size_t name_len = strlen(name);

    to[0] = '\0';
    while (at < end) {
        const char *line = at;
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t len;

        at = line_end ? line_end + 1 : end;
        len = (size_t)(at - line);
        if (len <= name_len || line[name_len] != ':'
            || strncasecmp(line, name, name_len) != 0)
            continue;
        line += name_len + 1;
        line += strspn(line, " \t");
        len = strcspn(line, "\r\n");
        while (len > 0 && strchr(" \t", line[len - 1]))
            len--;
        snprintf(to, room, "%.*s", (int)len, line);
        return true;
    }
    return false;
}

static void
wipe(struct mill_buffer *buffer)
{
    if (buffer->data)
        explicit_bzero(buffer->data, buffer->room);
    mill_buffer_finish(buffer);
}

void
fetch_finish(struct fetch_reply *reply)
{
    wipe(&reply->headers);
    wipe(&reply->body);
    reply->status = 0;
}

bool
fetch_pause(int ms, const atomic_bool *stop)
{
    while (ms > 0 && !is_stopped(stop)) {
        int part = ms < FETCH_LOOK_MS ? ms : FETCH_LOOK_MS;
        struct timespec span = { .tv_nsec = part * 1000000L };

        nanosleep(&span, NULL);
        ms -= part;
    }
    return !is_stopped(stop);
}
