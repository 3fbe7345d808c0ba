/* SPDX-License-Identifier: Apache-2.0 */

/* server_call - what is to be done with a request */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "idempotency.h"
#include "server.h"

static const char *
header(const struct call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

/* --- where does it end -----------------------------------------------------
 */

struct ends {
    unsigned lengths;
    bool chunked;
    bool odd; /* a name that others may read as another */
};

static enum MHD_Result
look_for_end(void *arg, enum MHD_ValueKind kind, const char *name,
             const char *value)
{
    struct ends *ends = arg;

    (void)kind;
    ends->odd |= name[strcspn(name, " \t")] != '\0';
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0)
        ends->lengths++;
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) != 0)
        return MHD_YES;
    ends->odd |= ends->chunked || !value || strcasecmp(value, "chunked") != 0;
    ends->chunked = true;
    return MHD_YES;
}

/* Of a request that ends here for one reader of its headers and there for
 * another, a proxy before us takes the rest for somebody else's. */
static bool
has_one_end(struct call *call)
{
    struct ends ends = { 0 };

    MHD_get_connection_values(call->connection, MHD_HEADER_KIND, look_for_end,
                              &ends);
    call->unclear = ends.odd || ends.lengths + ends.chunked > 1;
    return !call->unclear
           || refuse(&call->refusal, 400, 400,
                     "the headers don't say where the body ends");
}

/* --- may this one ----------------------------------------------------------
 */

/* Takes as long whatever the difference. */
static bool
same_secret(const char *given, const char *secret)
{
    size_t len = strlen(secret);
    size_t given_len = given ? strlen(given) : 0;
    unsigned different = given_len != len;

    for (size_t i = 0; i < len; i++)
        different |= (unsigned char)secret[i]
                     ^ (unsigned char)(i < given_len ? given[i] : 0);
    return different == 0;
}

/* EXPECTED is "Basic " and what follows; a scheme's case doesn't matter. */
static bool
knows_password(const struct call *call, const char *expected)
{
    const char *given = header(call, MHD_HTTP_HEADER_AUTHORIZATION);
    size_t scheme = strlen("Basic ");

    return given && strncasecmp(given, expected, scheme) == 0
           && same_secret(given + scheme, expected + scheme);
}

static bool
may(struct call *call)
{
    const struct http_source *http = call->http;
    const char *expected = http->server->authorization;

    if (call->route.kind == ROUTE_OTHER_BASE) {
        call->gateway = "Missing Authentication Token";
        return refuse(&call->refusal, 403, 403, "%s", call->gateway);
    }
    if (http->api_key
        && !same_secret(header(call, "x-api-key"), http->api_key)) {
        call->gateway = "Forbidden";
        return refuse(&call->refusal, 403, 403, "%s", call->gateway);
    }
    if (expected && !knows_password(call, expected))
        return refuse(&call->refusal, 401, 40101, "Unauthorized");
    return true;
}

/* --- what is it about ------------------------------------------------------
 */

static bool
is_routed(struct call *call)
{
    switch (call->route.kind) {
    case ROUTE_NOWHERE:
        return refuse(&call->refusal, 404, 404, "HTTP 404 Not Found");
    case ROUTE_NOT_SO:
        return refuse(&call->refusal, 405, 405, "HTTP 405 Method Not Allowed");
    case ROUTE_BAD_NAME:
        return refuse(&call->refusal, 422, 422,
                      "a topic or stream has a name of 1 to %d characters out "
                      "of A-Z, a-z, 0-9, '.', '_' and '-'",
                      ROUTE_NAME_MOST);
    default:
        return true;
    }
}

/* How the body is to be read, and the answer to be written. */
static bool
choose_style(struct call *call)
{
    const struct http_source *http = call->http;
    struct request_style *style = &call->style;
    enum media media = media_of(header(call, MHD_HTTP_HEADER_CONTENT_TYPE));

    style->unwrap = strcmp(http->double_encoded, "unwrap") == 0;
    style->binary_json = strcmp(http->binary, "json") == 0;
    style->max_record = mill_max_record(http->stage);
    style->one_place = call->route.partition >= 0;
    style->kind = BODY_REST;
    if (call->route.kinesis) {
        style->kind = call->route.kind == ROUTE_PUT_RECORD
                          ? BODY_KINESIS_RECORD
                          : BODY_KINESIS_RECORDS;
        return true;
    }
    call->reply_type = media_reply(header(call, MHD_HTTP_HEADER_ACCEPT));
    if (!call->reply_type)
        return refuse(&call->refusal, 406, 406, "HTTP 406 Not Acceptable");
    style->binary = media == MEDIA_BINARY;
    if (call->route.kind != ROUTE_PRODUCE || media == MEDIA_JSON
        || media == MEDIA_BINARY)
        return true;
    return refuse(&call->refusal, 415, 415,
                  media == MEDIA_SCHEMA
                      ? "HTTP 415 Unsupported Media Type: records with a "
                        "schema aren't taken, only json and binary"
                      : "HTTP 415 Unsupported Media Type");
}

static bool
is_small(struct call *call)
{
    const char *length = header(call, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return !length
           || strtoull(length, NULL, 10) <= (uint64_t)call->http->max_body.bytes
           || refuse(&call->refusal, 413, 413, "Request Too Long");
}

/* Nothing is unpacked here. */
static bool
is_plain(struct call *call)
{
    const char *coding = header(call, MHD_HTTP_HEADER_CONTENT_ENCODING);

    return !coding || strcasecmp(coding, "identity") == 0
           || refuse(&call->refusal, 415, 415,
                     "HTTP 415 Unsupported Media Type: a body with "
                     "Content-Encoding isn't taken");
}

void
call_begin(struct call *call, const char *method, const char *path)
{
    route_find(&call->route, method, path, call->http->base_path);
    if (has_one_end(call) && may(call) && is_routed(call) && choose_style(call)
        && is_plain(call))
        is_small(call);
}

/* --- its records -----------------------------------------------------------
 */

static bool
throttle(struct call *call, const char *what)
{
    pthread_mutex_lock(&call->http->desk.lock);
    call->http->desk.refused++;
    pthread_mutex_unlock(&call->http->desk.lock);
    return refuse(&call->refusal, 429, 42901, "%s", what);
}

static void
tell_wrapped(struct call *call)
{
    if (call->request.wrapped == 0
        || !topic_tell_once(call->http->server, call->route.name))
        return;
    mill_log(call->http->stage, MILL_WARN,
             "%s: values are texts that hold JSON: its sender encodes them "
             "twice, and %s",
             call->route.name,
             call->style.unwrap
                 ? "they are unwrapped"
                 : "who reads them gets a text (double_encoded = \"unwrap\" "
                   "would mend that here)");
}

/* What is to be known of a record until it is settled. */
#define RECORD_BYTES                                                           \
    (sizeof(struct record) + sizeof(struct outcome) + sizeof(int32_t))

/* Many small records take more memory than their body.  A request that is alone
 * is always taken. */
static bool
reserve_records(struct call *call)
{
    struct desk *desk = &call->http->desk;
    size_t bytes = call->request.count * RECORD_BYTES;

    if (bytes > desk->bytes_most - call->room)
        bytes = desk->bytes_most - call->room;
    if (!desk_reserve(desk, bytes))
        return refuse(&call->refusal, 429, 42901,
                      "the pipeline is behind: try again later");
    call->room += bytes;
    return true;
}

static bool
parse(struct call *call)
{
    if (!request_parse(&call->request, &call->style, call->body, call->len,
                       &call->refusal)
        || !reserve_records(call))
        return false;
    for (size_t i = 0; call->style.one_place && i < call->request.count; i++)
        call->request.records[i].partition = call->route.partition;
    tell_wrapped(call);
    return true;
}

/* The key that the sender gave this request; its text is NULL where there is
 * none. */
static bool
find_key(struct call *call, struct keys_name *name)
{
    const char *text = header(call, IDEMPOTENCY_SETTLED);
    char *end = NULL;

    *name = (struct keys_name){ .topic = call->route.name,
                                .text = header(call, IDEMPOTENCY_KEY),
                                .named = text != NULL,
                                .count = call->request.count };
    if (!text) {
        name->named = name->text && keys_is_named(name);
        return true;
    }
    errno = 0;
    name->settled = strtoull(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && *text != '-')
        return true;
    return refuse(&call->refusal, 422, 422, "%s has to be a position",
                  IDEMPOTENCY_SETTLED);
}

static bool
make_ticket(struct call *call)
{
    struct keys_name name;

    if (!find_key(call, &name))
        return false;
    call->ticket = ticket_create(&name, &call->request, call->body, call->room);
    if (!call->ticket)
        return refuse(&call->refusal, 503, 50302, "no memory for the request");
    call->body = NULL;
    call->room = 0;
    return true;
}

static bool
has_room(struct call *call)
{
    struct http_source *http = call->http;

    return !http->has_spool
           || spool_used(&http->disk) + (int64_t)call->len
                  <= http->spool_size.bytes
           || throttle(call, "the spool is full: try again later");
}

/* Hands the records in; false: refused. */
static bool
submit(struct call *call)
{
    if (!has_room(call) || !make_ticket(call))
        return false;
    call->state = CALL_WAITING;
    return desk_submit(&call->http->desk, call->ticket, &call->watcher,
                       http_now_s(), &call->refusal);
}

/* False: some record asks for a partition that the topic hasn't got. */
static bool
check_partitions(struct call *call, int64_t count)
{
    for (size_t i = 0; count > 0 && i < call->request.count; i++)
        if (call->request.records[i].partition >= count)
            return refuse(&call->refusal, 404, 40402, "Partition not found.");
    return true;
}

/* The topic is there, as far as anybody knows, or isn't. */
static enum MHD_Result
submit_known(struct call *call, enum topic_known known, int64_t partitions)
{
    if (known != TOPIC_THERE)
        refuse(&call->refusal, 404, 40401, "%s not found.",
               call->route.kinesis ? "Stream" : "Topic");
    else if (check_partitions(call, partitions) && submit(call)
             && call->was_held)
        return MHD_YES; /* it may be answered already: hands off */
    return call_answer(call);
}

static enum MHD_Result
take_records(struct call *call)
{
    enum topic_known known;
    int64_t partitions;

    if (!parse(call))
        return call_answer(call);
    known = topic_look(call->http->server, call->route.name, &partitions);
    if (known != TOPIC_ASK)
        return submit_known(call, known, partitions);
    call->job = (struct mill_request){ .verb = MILL_ADMIN_DESCRIBE,
                                       .name = call->route.name };
    if (clerk_ask(call->http->clerk, call))
        return MHD_YES;
    refuse(&call->refusal, 503, 50302, "the service is stopping");
    return call_answer(call);
}

static enum MHD_Result
records_asked(struct call *call)
{
    int64_t partitions;
    enum topic_known known =
        topic_look(call->http->server, call->route.name, &partitions);

    /* Too many topics to remember them all. */
    if (known == TOPIC_ASK)
        known = call->answer == MILL_NOT_THERE ? TOPIC_UNKNOWN : TOPIC_THERE;
    return submit_known(call, known, partitions);
}

/* --- questions -------------------------------------------------------------
 */

static enum MHD_Result
ask(struct call *call)
{
    struct mill_bytes body = { call->body, call->len };

    call->job = (struct mill_request){ .name = call->route.name };
    switch (call->route.kind) {
    case ROUTE_TOPICS:
    case ROUTE_STREAMS:
        call->job = (struct mill_request){ .verb = MILL_ADMIN_LIST };
        break;
    case ROUTE_STREAM_CREATE:
        call->job.verb = MILL_ADMIN_CREATE;
        if (!reply_shard_count(body, &call->job.partitions))
            refuse(&call->refusal, 400, 400,
                   "the body has to be an object with a ShardCount");
        break;
    case ROUTE_STREAM_DELETE:
        call->job.verb = MILL_ADMIN_DELETE;
        break;
    default:
        call->job.verb = MILL_ADMIN_DESCRIBE;
        break;
    }
    if (call->refusal.status != 0)
        return call_answer(call);
    if (clerk_ask(call->http->clerk, call))
        return MHD_YES;
    refuse(&call->refusal, 503, 50302, "the service is stopping");
    return call_answer(call);
}

static bool
is_closing(struct call *call)
{
    bool closing;

    pthread_mutex_lock(&call->http->desk.lock);
    closing = call->http->desk.closing;
    pthread_mutex_unlock(&call->http->desk.lock);
    return closing;
}

enum MHD_Result
call_go_on(struct call *call)
{
    bool records = route_has_records(&call->route);

    if (call->state == CALL_WAITING)
        return call_answer(call);
    if (call->state == CALL_ASKED && call->refusal.status == 0)
        return records ? records_asked(call) : call_answer(call);
    atomic_store(&call->link->since_ns, 0);
    if (call->refusal.status == 0 && is_closing(call))
        refuse(&call->refusal, 503, 50302, "the service is stopping");
    if (call->refusal.status != 0 || call->route.kind == ROUTE_ALIVE)
        return call_answer(call);
    return records ? take_records(call) : ask(call);
}
