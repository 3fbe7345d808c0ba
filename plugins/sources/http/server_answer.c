/* SPDX-License-Identifier: Apache-2.0 */

/* server_answer - replies on their way out */

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "server.h"

#define JSON "application/json"
#define RETRY_AFTER "1" /* seconds */

static void
add_headers(const struct call *call, struct MHD_Response *response, int status)
{
    bool closing;

    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                            call->reply_type ? call->reply_type : JSON);
    if (status == 429 || status == 503)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER,
                                RETRY_AFTER);
    if (status == 405 && call->route.allow)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
                                call->route.allow);
    if (status == 401)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                "Basic realm=\"millrace\"");
    if (status == 403 && call->gateway)
        MHD_add_response_header(response, "x-amzn-ErrorType",
                                call->route.kind == ROUTE_OTHER_BASE
                                    ? "MissingAuthenticationTokenException"
                                    : "ForbiddenException");
    pthread_mutex_lock(&call->http->desk.lock);
    closing = call->http->desk.closing;
    pthread_mutex_unlock(&call->http->desk.lock);
    if (closing || call->unclear)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

enum MHD_Result
call_reply(struct call *call, int status, struct mill_buffer *body)
{
    struct MHD_Response *response;
    enum MHD_Result queued;

    if (body->failed) {
        mill_buffer_finish(body);
        return MHD_NO;
    }
    response = MHD_create_response_from_buffer(body->len, body->data,
                                               MHD_RESPMEM_MUST_FREE);
    if (!response) {
        mill_buffer_finish(body);
        return MHD_NO;
    }
    *body = (struct mill_buffer){ 0 };
    add_headers(call, response, status);
    atomic_store(&call->link->since_ns, clock_ns());
    queued = MHD_queue_response(call->connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result
answer_refusal(struct call *call)
{
    struct mill_buffer body = { 0 };
    int status = call->refusal.status;

    if (call->gateway) {
        call->reply_type = JSON;
        reply_message(&body, call->gateway);
    } else if (call->route.kinesis) {
        call->reply_type = JSON;
        status = reply_kinesis_refusal(&body, &call->refusal);
    } else {
        reply_refusal(&body, &call->refusal);
    }
    return call_reply(call, status, &body);
}

/* What became of the records.  Under the desk's lock. */
static int
tell_outcomes(struct call *call, struct mill_buffer *body)
{
    const struct ticket *ticket = call->ticket;
    const char *why = "not settled in time; it may still be stored";

    if (call->http->desk.closing)
        why = call->http->has_spool
                  ? "the service stopped before this was settled; it is "
                    "spooled, and will be when it runs again"
                  : "the service stopped before this was settled";
    switch (call->route.kind) {
    case ROUTE_PUT_RECORD:
        return reply_put_record(body, ticket->outcomes, why);
    case ROUTE_PUT_RECORDS:
        reply_put_records(body, ticket->outcomes, ticket->total, why);
        return 200;
    default:
        reply_offsets(body, ticket->outcomes, ticket->total, why);
        return 200;
    }
}

static enum MHD_Result
answer_ticket(struct call *call)
{
    struct mill_buffer body = { 0 };
    bool failed;
    int status = 0;

    pthread_mutex_lock(&call->http->desk.lock);
    failed = call->ticket->state == TICKET_FAILED;
    if (failed)
        call->refusal = call->ticket->failed;
    else
        status = tell_outcomes(call, &body);
    pthread_mutex_unlock(&call->http->desk.lock);
    if (failed)
        return answer_refusal(call);
    if (call->route.kinesis)
        call->reply_type = JSON;
    return call_reply(call, status, &body);
}

/* A sink's answer that isn't the one that was hoped for, as a refusal. */
static void
refuse_asked(struct call *call)
{
    const char *told = mill_buffer_text(&call->told);
    bool stream = call->route.kinesis;

    switch (call->answer) {
    case MILL_NOT_THERE:
        refuse(&call->refusal, 404, 40401, "%s",
               stream ? told : "Topic not found.");
        break;
    case MILL_THERE:
        refuse(&call->refusal, 409, 40902, "%s", told);
        break;
    case MILL_REFUSED:
        refuse(&call->refusal, 422, 422, "%s", told);
        break;
    case MILL_UNAVAILABLE:
        refuse(&call->refusal, 503, 50302, "%s", told);
        break;
    default:
        refuse(&call->refusal, 501, 501, "no sink behind this source can tell");
        break;
    }
}

static enum MHD_Result
answer_asked(struct call *call)
{
    struct mill_bytes told = { call->told.data, call->told.len };
    struct mill_buffer body = { 0 };

    if (call->answer != MILL_ANSWERED) {
        refuse_asked(call);
        return answer_refusal(call);
    }
    if (call->route.kinesis)
        call->reply_type = JSON;
    switch (call->route.kind) {
    case ROUTE_TOPICS:
        mill_buffer_add(&body, told.data, told.len);
        break;
    case ROUTE_TOPIC:
        reply_topic(&body, call->route.name, told);
        break;
    case ROUTE_STREAMS:
        reply_streams(&body, told);
        break;
    case ROUTE_STREAM:
        reply_stream(&body, call->route.name, told);
        break;
    default: /* made or deleted: Kinesis says nothing */
        break;
    }
    return call_reply(call, 200, &body);
}

enum MHD_Result
call_answer(struct call *call)
{
    struct mill_buffer body = { 0 };

    if (call->refusal.status != 0)
        return answer_refusal(call);
    if (call->ticket)
        return answer_ticket(call);
    if (call->state == CALL_ASKED)
        return answer_asked(call);
    mill_buffer_print(&body, "{}");
    return call_reply(call, 200, &body);
}
