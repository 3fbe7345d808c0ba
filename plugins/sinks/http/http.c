/* SPDX-License-Identifier: Apache-2.0 */

/*
 * http - post rows to Kafka's REST proxy, to API Gateway, or anywhere
 *
 *     topics = { sink = "http"; from = [ "pin", "geo", "user" ];
 *                url = "http://127.0.0.1:8082/topics/${USER_ID}.{from}"; };
 *
 *     streams = { sink = "http"; from = [ "pin", "geo", "user" ];
 *                 url = "https://${API}/test/streams/me-{from}/records";
 *                 format = "kinesis-api"; key_text = "{from}"; };
 *
 *     hook = { sink = "http"; from = "orders"; format = "ndjson";
 *              url = "https://example.org/in"; token = "${TOKEN}"; };
 *
 * A batch goes out as soon as it comes, in as many requests as the limits make
 * of it, none for rows of several batches.  `format` says how:
 *
 *     rest-proxy     {"records":[{"key":K,"value":ROW}, ...]}, version 2
 *                    of Kafka's REST proxy; rest-proxy-binary: the same with
 *                    keys and values in base64
 *     kinesis-api    Kinesis behind API Gateway: {"StreamName":S,"Data":ROW,
 *                    "PartitionKey":K} where the url ends in
 *                    /streams/NAME/record, {"records":[{"data":"ROW",
 *                    "partition-key":K}, ...]} where it ends in /records
 *     json           [ROW, ...]
 *     ndjson         a ROW a line
 *
 * With one connection rows of a partition arrive in their order, but for those
 * that a server refused one by one and took later.  With more, the requests of
 * one batch may overtake each other.
 *
 * A row is delivered when the reply says so: the REST proxy and Kinesis answer
 * for each, and only those that failed are sent again.  A request that is
 * refused for what is in it (400, 413, 422 and the like) is halved until the
 * row that nobody wants is alone; that one is a dead letter.  What can't work
 * whatever is sent (401, 403, 404, a certificate) ends the run.
 *
 * A request whose reply was lost may have been stored, and is sent again: each
 * names its rows in an Idempotency-Key (plugins/common/idempotency.h), by which
 * the source http, for one, stores each once.
 */

#include "http.h"

#include <string.h>

static const char *const methods[] = { "auto", "POST", "PUT", NULL };
static const char *const signs[] = { "none", "aws", NULL };
static const char *const compressions[] = { "none", "gzip", NULL };
static const char *const separators[] = { "blank", "T", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct http_sink, url,
                "Where to, such as http://127.0.0.1:8082/topics/{stream}",
                .required = true),
    MILL_OPTION(struct http_sink, format, "How rows stand in a request",
                .fallback = "rest-proxy", .choices = format_names),
    MILL_OPTION(struct http_sink, method,
                "auto: PUT for kinesis-api, POST for all others",
                .fallback = "auto", .choices = methods),
    MILL_OPTION(struct http_sink, key,
                "Column with the record's key, or partition key; none: the key "
                "that a row came with, if it has one"),
    MILL_OPTION(struct http_sink, key_text,
                "The same key for all, such as \"${USER_ID}-{from}\"",
                .fallback = ""),
    MILL_OPTION(struct http_sink, max_rows,
                "Most rows of a request; 0: rest-proxy 1000, kinesis-api 500, "
                "others any number",
                .fallback = "0", .least = 0, .most = 1000000),
    MILL_OPTION(struct http_sink, max_bytes,
                "Most bytes of a request; a row that is larger is a dead "
                "letter; 0: 10MB, as API Gateway takes, kinesis-api 5MiB",
                .fallback = "0", .least = 0, .most = INT64_C(1) << 30),
    MILL_OPTION(struct http_sink, connections,
                "Requests under way at once, which share the rows of a batch; "
                "with 1 rows arrive in order, with more they may overtake each "
                "other within a batch",
                .fallback = "1", .least = 1, .most = 64),
    MILL_OPTION(struct http_sink, timeout,
                "How long a request may take, its reply included",
                .fallback = "60s", .least = 1000000,
                .most = INT64_C(86400) * 1000000000),
    MILL_OPTION(struct http_sink, headers,
                "More of them, each \"Name: value\""),
    MILL_OPTION(struct http_sink, api_key, "Goes out as x-api-key",
                .secret = true),
    MILL_OPTION(struct http_sink, user, "For basic authentication"),
    MILL_OPTION(struct http_sink, password, "For basic authentication",
                .secret = true),
    MILL_OPTION(struct http_sink, token, "Goes out as Authorization: Bearer",
                .secret = true),
    MILL_OPTION(struct http_sink, tls_ca,
                "File with certificates of authorities to trust, PEM; none: "
                "the system's"),
    MILL_OPTION(struct http_sink, tls_cert,
                "File with a certificate to show to the server, PEM"),
    MILL_OPTION(struct http_sink, tls_key, "File with its key, PEM"),
    MILL_OPTION(struct http_sink, sign,
                "aws: signature version 4, by credentials from where AWS's own "
                "tools look",
                .fallback = "none", .choices = signs),
    MILL_OPTION(struct http_sink, service, "Service that is signed for",
                .fallback = "execute-api"),
    MILL_OPTION(struct http_sink, region,
                "Region that is signed for; none: as AWS's own tools find it"),
    MILL_OPTION(struct http_sink, profile,
                "Profile of ~/.aws that has the credentials"),
    MILL_OPTION(struct http_sink, idempotency,
                "Name the rows of a request in Idempotency-Key",
                .fallback = "true"),
    MILL_OPTION(struct http_sink, compression, "Pack what is sent",
                .fallback = "none", .choices = compressions),
    MILL_OPTION(struct http_sink, time_separator,
                "Between date and time of a timestamp", .fallback = "blank",
                .choices = separators),
    { 0 },
};

/* --- check --- */

/* What differs from row to row, or from try to try, has no place here. */
static enum mill_verdict
check_fields(struct mill_stage *stage, const char *name, const char *text)
{
    static const char *const fields[] = { "offset", "yyyy", "MM",
                                          "dd",     "HH",   "mm" };
    struct mill_template tmpl = { text };

    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        if (mill_template_has(&tmpl, fields[i]))
            return mill_fail(stage, MILL_FATAL, "%s: {%s} has no place there",
                             name, fields[i]);
    return MILL_OK;
}

static bool
has_part(CURLU *parsed, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(parsed, part, &text, 0) == CURLUE_OK;

    curl_free(text);
    return has;
}

/* The URL with its fields filled in somehow. */
static enum mill_verdict
check_parts(struct mill_stage *stage, const char *text)
{
    CURLU *parsed = curl_url();
    CURLUcode code = CURLUE_OUT_OF_MEMORY;
    enum mill_verdict verdict = MILL_OK;

    if (parsed)
        code = curl_url_set(parsed, CURLUPART_URL, text, 0);
    if (strncasecmp(text, "http://", 7) != 0
        && strncasecmp(text, "https://", 8) != 0)
        verdict = mill_fail(stage, MILL_FATAL,
                            "url: it must begin with http:// or https://");
    else if (code != CURLUE_OK)
        verdict = mill_fail(stage, MILL_FATAL, "url: it is no URL: %s",
                            curl_url_strerror(code));
    else if (has_part(parsed, CURLUPART_USER)
             || has_part(parsed, CURLUPART_PASSWORD))
        verdict = mill_fail(stage, MILL_FATAL,
                            "url: messages show it, so give user and password "
                            "as options");
    else if (has_part(parsed, CURLUPART_FRAGMENT))
        verdict =
            mill_fail(stage, MILL_FATAL, "url: what is behind # is never sent");
    curl_url_cleanup(parsed);
    return verdict;
}

static enum mill_verdict
check_url(const struct http_sink *sink, struct mill_stage *stage)
{
    const struct mill_batch some = { .stream = "stream", .partition = "0" };
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict = check_fields(stage, "url", sink->url.text);

    mill_url_fill(stage, &sink->url, &some, 0, 0, &text);
    if (verdict == MILL_OK)
        verdict = check_parts(stage, mill_buffer_text(&text));
    mill_buffer_finish(&text);
    return verdict;
}

static enum mill_verdict
check_format(const struct http_sink *sink, struct mill_stage *stage)
{
    const struct format *shape = format_find(sink->format, sink->url.text);
    bool has_key = sink->key || sink->key_text.text[0];

    if (!shape)
        return mill_fail(stage, MILL_FATAL,
                         "url: with kinesis-api it must end in "
                         "/streams/NAME/record or /streams/NAME/records");
    if (sink->key && sink->key_text.text[0])
        return mill_fail(stage, MILL_FATAL,
                         "`key` and `key_text` exclude each other");
    if (shape->wants_key && !has_key)
        return mill_fail(stage, MILL_FATAL,
                         "kinesis-api needs a partition key: give `key`, a "
                         "column, or `key_text`");
    if (!shape->read && has_key)
        return mill_fail(stage, MILL_FATAL,
                         "%s has no place for a key: take `%s` away",
                         sink->format, sink->key ? "key" : "key_text");
    if (shape->wants_key && sink->max_rows > shape->rows)
        return mill_fail(stage, MILL_FATAL,
                         "max_rows: this url takes %lld at most",
                         (long long)shape->rows);
    return check_fields(stage, "key_text", sink->key_text.text);
}

/* A header's name and value; whatever ends a line would begin another. */
static bool
is_header(const char *text)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
                               "VWXYZ0123456789!#$%&'*+-.^_`|~";
    size_t len = strspn(text, name);

    if (len == 0 || text[len] != ':')
        return false;
    for (; *text; text++)
        if ((unsigned char)*text < ' ' && *text != '\t')
            return false;
    return true;
}

static enum mill_verdict
check_headers(const struct http_sink *sink, struct mill_stage *stage)
{
    static const char *const ours[] = { IDEMPOTENCY_KEY, IDEMPOTENCY_SETTLED,
                                        "Content-Length", "Content-Encoding",
                                        "Transfer-Encoding" };

    for (size_t i = 0; sink->headers[i]; i++) {
        const char *text = sink->headers[i];

        if (!is_header(text))
            return mill_fail(stage, MILL_FATAL,
                             "headers: number %zu isn't \"Name: value\"",
                             i + 1);
        for (size_t k = 0; k < sizeof(ours) / sizeof(*ours); k++)
            if (strncasecmp(text, ours[k], strlen(ours[k])) == 0
                && text[strlen(ours[k])] == ':')
                return mill_fail(stage, MILL_FATAL,
                                 "headers: %s is set by the sink itself",
                                 ours[k]);
    }
    return MILL_OK;
}

static bool
is_one_line(const char *text)
{
    return !text || !text[strcspn(text, "\r\n")];
}

static enum mill_verdict
check_secrets(const struct http_sink *sink, struct mill_stage *stage)
{
    if (!is_one_line(sink->api_key) || !is_one_line(sink->token))
        return mill_fail(stage, MILL_FATAL, "%s: it has more than one line",
                         is_one_line(sink->api_key) ? "token" : "api_key");
    if (sink->password && !sink->user)
        return mill_fail(stage, MILL_FATAL, "`password` needs a `user`");
    if (sink->token && sink->user)
        return mill_fail(stage, MILL_FATAL,
                         "`token` and `user` exclude each other: both are sent "
                         "as Authorization");
    if (sink->tls_key && !sink->tls_cert)
        return mill_fail(stage, MILL_FATAL, "`tls_key` needs a `tls_cert`");
    return MILL_OK;
}

/* What is "", as "${API_KEY:-}" may be, isn't there. */
static void
drop_empty(struct http_sink *sink)
{
    const char **const texts[] = {
        &sink->api_key, &sink->user,     &sink->password, &sink->token,
        &sink->tls_ca,  &sink->tls_cert, &sink->tls_key,  &sink->key,
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (*texts[i] && !**texts[i])
            *texts[i] = NULL;
}

static enum mill_verdict
http_check(void *self, struct mill_stage *stage)
{
    struct http_sink *sink = self;
    enum mill_verdict verdict;

    drop_empty(sink);
    verdict = check_url(sink, stage);
    if (verdict == MILL_OK)
        verdict = check_format(sink, stage);
    if (verdict == MILL_OK)
        verdict = check_headers(sink, stage);
    if (verdict == MILL_OK)
        verdict = check_secrets(sink, stage);
    return verdict == MILL_OK && sink->sign[0] == 'a' ? sign_check(sink, stage)
                                                      : verdict;
}

/* --- open and close --- */

static enum mill_verdict
http_open(void *self, struct mill_stage *stage)
{
    struct http_sink *sink = self;
    const struct format *shape = format_find(sink->format, sink->url.text);
    enum mill_verdict verdict = lanes_open(sink, stage);

    drop_empty(sink);
    sink->shape = shape;
    sink->rows_most = sink->max_rows ? sink->max_rows : shape->rows;
    sink->bytes_most =
        sink->max_bytes.bytes ? sink->max_bytes.bytes : shape->bytes;
    sink->style.time_separator = sink->time_separator[0] == 'T' ? 'T' : ' ';
    if (verdict == MILL_OK)
        verdict = transfer_open(sink, stage);
    return verdict == MILL_OK && sink->sign[0] == 'a' ? sign_open(sink, stage)
                                                      : verdict;
}

static void
http_close(void *self)
{
    struct http_sink *sink = self;

    transfer_close(sink);
    sign_close(sink);
    write_close(sink);
    lanes_close(sink);
    atomic_store(&sink->cancelled, false);
}

static void
http_cancel(void *self)
{
    transfer_cancel(self);
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "http",
    .version = "1.0",
    .summary = "Post rows to Kafka's REST proxy, to API Gateway, or anywhere",
    .flags = MILL_TAKES_PAYLOADS,
    .instance_size = sizeof(struct http_sink),
    .options = options,
    .check = http_check,
    .open = http_open,
    .close = http_close,
    .cancel = http_cancel,
    .sink.write = http_write,
    .sink.flush = http_flush,
    .sink.published = http_published,
};
