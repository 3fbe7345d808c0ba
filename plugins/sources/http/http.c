/* SPDX-License-Identifier: Apache-2.0 */

/*
 * http - records that clients post: a Kafka REST Proxy, a Kinesis API
 *
 *     api = { source = "http"; listen = "0.0.0.0:8082"; };
 *     api = { source = "http"; listen = "127.0.0.1:0"; base_path = "/test";
 *             api_key = "${API_KEY}"; spool = "/var/spool/millrace/api";
 *             acknowledge = "spooled"; };
 *
 * It takes what Confluent's REST Proxy v2 takes (POST /topics/T, and
 * /topics/T/partitions/P, with json and binary records) and what the course's
 * API Gateway does for Kinesis (PUT /streams/S/record and /records), and
 * answers as they do.  GET /topics, GET /topics/T and GET, POST, DELETE of
 * /streams and /streams/S are answered by the sink behind it, where that can.
 *
 * A topic or stream is a stream here; a record's explicit partition is its
 * partition, and "any" where it has none.  The value goes on as JSON, the bytes
 * that came without the white space between tokens; a binary one as what its
 * base64 holds, a line of text or, with binary = "json", JSON.  The key stands
 * beside the row: JSON, bytes, or the partition key.  Kafka's tombstone, a null
 * value, goes on as the JSON it is.
 *
 * 200 means that all sinks have the records (acknowledge = "settled"; each
 * record's partition and offset are the sink's, or "0" and its position here if
 * the sink doesn't say), or that they are on disk in the spool, from where they
 * are sent on whatever happens to this process ("spooled").  A record that is a
 * dead letter is told with code 50002, one that isn't settled within
 * `settle_within` with 50003: it may be stored yet.  Without a spool rows live
 * in memory until then, so a crash loses those that nobody was told of.
 *
 * Whoever can't know whether a request arrived sends it again with the same
 * Idempotency-Key, and its records are stored once, over a crash if there is a
 * spool.  When the pipeline is behind requests are refused with 429, when the
 * disk is full with 503.
 */

#include "http.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const acknowledgements[] = { "settled", "spooled", NULL };
static const char *const unknowns[] = { "refuse", "take", NULL };
static const char *const encodings[] = { "keep", "unwrap", NULL };
static const char *const binaries[] = { "line", "json", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct http_source, listen,
                "Address to listen on; port 0 is any free one",
                .fallback = "127.0.0.1:8082"),
    MILL_OPTION(struct http_source, base_path,
                "What all paths begin with, as a stage of API Gateway: /test",
                .fallback = ""),
    MILL_OPTION(struct http_source, tls_cert,
                "File with the certificate chain (PEM); then it is HTTPS"),
    MILL_OPTION(struct http_source, tls_key,
                "File with the certificate's key (PEM)"),
    MILL_OPTION(struct http_source, api_key,
                "What a request's x-api-key has to be", .secret = true),
    MILL_OPTION(struct http_source, user, "User of basic authentication"),
    MILL_OPTION(struct http_source, password, "And the password",
                .secret = true),
    MILL_OPTION(struct http_source, topics,
                "Topics and streams that are taken; none: all"),
    MILL_OPTION(struct http_source, unknown_topics,
                "What becomes of a topic that the sink says isn't there",
                .fallback = "refuse", .choices = unknowns),
    MILL_OPTION(struct http_source, acknowledge,
                "Answer once all sinks have it, or once it is on disk",
                .fallback = "settled", .choices = acknowledgements),
    MILL_OPTION(struct http_source, settle_within,
                "How long a request waits for that", .fallback = "30s",
                .least = 1000000, .most = INT64_MAX),
    MILL_OPTION(struct http_source, spool,
                "Folder for requests until they are settled"),
    MILL_OPTION(struct http_source, spool_size,
                "The most that may wait there; then 429", .fallback = "1GiB",
                .least = 4096, .most = INT64_MAX),
    MILL_OPTION(struct http_source, idempotency_window,
                "How long idempotency keys are remembered", .fallback = "1h",
                .least = 1000000000, .most = INT64_MAX),
    MILL_OPTION(struct http_source, idempotency_records,
                "Of how many records at most; a long key counts as several",
                .fallback = "1000000", .least = 1, .most = 1000000000),
    MILL_OPTION(struct http_source, double_encoded,
                "What becomes of a value that is a text that holds JSON",
                .fallback = "keep", .choices = encodings),
    MILL_OPTION(struct http_source, binary, "What a binary record's bytes are",
                .fallback = "line", .choices = binaries),
    MILL_OPTION(struct http_source, max_body, "The longest request; then 413",
                .fallback = "10MB", .least = 1024, .most = 1073741824),
    MILL_OPTION(struct http_source, max_connections,
                "Connections at a time; more wait to be accepted",
                .fallback = "1024", .least = 16, .most = 1000000),
    MILL_OPTION(struct http_source, max_pending,
                "Memory of requests that wait to be read; then 429",
                .fallback = "64MiB", .least = 1024, .most = INT64_MAX),
    MILL_OPTION(struct http_source, timeout,
                "How long a client may take to send or to fetch",
                .fallback = "30s", .least = 100000000, .most = 86400000000000),
    MILL_OPTION(struct http_source, threads, "Threads of the server",
                .fallback = "2", .least = 1, .most = 16),
    { 0 },
};

int64_t
http_now_s(void)
{
    return (int64_t)time(NULL);
}

static enum mill_verdict
check_path(const struct http_source *http, struct mill_stage *stage)
{
    size_t len = strlen(http->base_path);

    if (len > 0
        && (http->base_path[0] != '/' || http->base_path[len - 1] == '/'))
        return mill_fail(stage, MILL_FATAL,
                         "`base_path` has to begin with a / and not to end "
                         "with one: \"/test\"");
    return MILL_OK;
}

/* What is "", as "${API_KEY:-}" may be, isn't there; but a user's password may
 * be so. */
static void
drop_empty(struct http_source *http)
{
    const char **const texts[] = { &http->tls_cert, &http->tls_key,
                                   &http->api_key, &http->user, &http->spool };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (*texts[i] && !**texts[i])
            *texts[i] = NULL;
    if (!http->user && http->password && !*http->password)
        http->password = NULL;
}

static enum mill_verdict
http_check(void *self, struct mill_stage *stage)
{
    struct http_source *http = self;

    drop_empty(http);
    if (!strchr(http->listen, ':'))
        return mill_fail(stage, MILL_FATAL,
                         "`listen` has to be HOST:PORT: \"127.0.0.1:8082\"");
    if (!http->tls_cert != !http->tls_key)
        return mill_fail(stage, MILL_FATAL,
                         "`tls_cert` and `tls_key` go together");
    if (!http->user != !http->password)
        return mill_fail(stage, MILL_FATAL,
                         "`user` and `password` go together");
    if (strcmp(http->acknowledge, "spooled") == 0 && !http->spool)
        return mill_fail(stage, MILL_FATAL,
                         "acknowledge = \"spooled\" needs a folder: `spool`");
    if (http->max_pending.bytes < http->max_body.bytes)
        return mill_fail(stage, MILL_FATAL,
                         "`max_pending` has to hold a request of `max_body`");
    if (http->spool && http->spool_size.bytes / 2 < http->max_body.bytes)
        return mill_fail(stage, MILL_FATAL,
                         "`spool_size` has to be twice `max_body` at least");
    if (!http->spool)
        mill_no_promise(stage, "without `spool` a request that isn't settled "
                               "is in memory only, and has no answer yet");
    return check_path(http, stage);
}

/* The first number that no lane of an earlier run has seen. */
static uint64_t
first_number(struct mill_stage *stage)
{
    struct mill_position position;
    const char *stream;
    const char *partition;
    uint64_t number = 0;

    for (size_t i = 0; mill_resume_at(stage, i, &stream, &partition, &position);
         i++) {
        uint64_t unseen = mill_unseen(stage, stream, partition);

        if (unseen <= position.position)
            unseen = position.position + 1;
        if (unseen > number)
            number = unseen;
    }
    return number;
}

static enum mill_verdict
http_open(void *self, struct mill_stage *stage)
{
    struct http_source *http = self;
    enum mill_verdict verdict = MILL_OK;

    drop_empty(http);
    http->stage = stage;
    http->opened = true;
    mill_endless(stage);
    if (!desk_open(&http->desk))
        return mill_fail(stage, MILL_RETRY, "no file descriptor left");
    http->desk.spooled = http->spool != NULL;
    http->desk.at_sync = strcmp(http->acknowledge, "spooled") == 0;
    http->desk.bytes_most = (size_t)http->max_pending.bytes;
    http->desk.keys = keys_create(http->idempotency_window.ns / 1000000000,
                                  (size_t)http->idempotency_records);
    if (!http->desk.keys)
        return mill_fail(stage, MILL_RETRY, "no memory for keys");
    http->next = first_number(stage);
    if (http->spool)
        verdict = spooler_start(http, stage);
    if (verdict == MILL_OK)
        verdict = server_start(http, stage);
    atomic_store(&http->ready, verdict == MILL_OK);
    return verdict;
}

static enum mill_verdict
http_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    return emit_read(self, stage, batch);
}

static void
http_settled(void *self, struct mill_stage *stage,
             const struct mill_settled *settled)
{
    (void)stage;
    emit_settled(self, settled);
}

/* The run is ending: what is under way is answered, and nothing else taken. */
static void
http_cancel(void *self)
{
    struct http_source *http = self;

    if (!atomic_load(&http->ready))
        return; /* close does the same */
    server_quiesce(http);
    desk_stop(&http->desk);
}

static void
http_close(void *self)
{
    struct http_source *http = self;

    if (!http->opened)
        return;
    atomic_store(&http->ready, false);
    desk_stop(&http->desk);
    spooler_join(http); /* what is queued is written, and answered */
    server_stop(http);
    emit_count(http); /* what came behind the last read, too */
    spooler_close(http);
    desk_give_back(&http->desk, http->ticket);
    desk_close(&http->desk);
    free(http->flights);
    http->flights = NULL;
    http->flight_count = 0;
    http->flight_room = 0;
    http->ticket = NULL;
    http->entry = (struct entry){ 0 };
    http->at = 0;
    http->read = 0;
    http->opened = false;
    atomic_store(&http->broken, false);
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "http",
    .version = "1.0",
    .summary = "Take records over HTTP: Kafka REST Proxy v2, Kinesis by API "
               "Gateway",
    .flags = MILL_REPLAYS,
    .instance_size = sizeof(struct http_source),
    .options = options,
    .check = http_check,
    .open = http_open,
    .close = http_close,
    .cancel = http_cancel,
    .source.read = http_read,
    .source.settled = http_settled,
};
