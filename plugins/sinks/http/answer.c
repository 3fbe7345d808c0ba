/* SPDX-License-Identifier: Apache-2.0 */

/* answer - what a reply means for the rows of its request; see http.h */

#include "http.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A Retry-After beyond this is a mistake. */
#define PAUSE_MOST_S 3600

enum mill_verdict
answer_fail(struct http_sink *sink, struct mill_stage *stage,
            enum mill_verdict verdict, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(sink->why, sizeof(sink->why), format, values);
    va_end(values);
    return mill_fail(stage, verdict, "%s", sink->why);
}

/* --- the reply's text --- */

void
answer_text(char to[ANSWER_TEXT_ROOM], const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len && n < ANSWER_TEXT_ROOM - 1; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '\n' && n > 0)
            break; /* what AWS says behind it repeats the request */
        to[n++] = c < ' ' || c == 0x7f ? ' ' : (char)c;
    }
    /* A character that was cut in two is no character. */
    while (n > 0 && !mill_utf8_valid(to, n))
        n--;
    to[n] = '\0';
}

bool
answer_json(struct mill_stage *stage, struct request *request,
            struct mill_value *value)
{
    struct mill_json_error error;
    struct mill_bytes text = { request->reply.data, request->reply.len };
    struct mill_batch *scratch = text.len > 0 ? mill_scratch(stage) : NULL;

    return scratch && mill_json_read(scratch, text, value, &error);
}

const struct mill_value *
answer_member(const struct mill_value *value, const char *name)
{
    if (value->type != MILL_MAP)
        return NULL;
    for (uint32_t i = 0; i < value->len; i++)
        if (mill_value_is(&value->items[(size_t)i * 2], name))
            return &value->items[(size_t)i * 2 + 1];
    return NULL;
}

int64_t
answer_number(const struct mill_value *value)
{
    return value && value->type == MILL_INT ? value->integer : 0;
}

/* What the server says of its error: the member that most call "message", or
 * the beginning of the text.  *CODE is the REST proxy's. */
static void
explain(struct mill_stage *stage, struct request *request,
        char to[ANSWER_TEXT_ROOM], int64_t *code)
{
    static const char *const names[] = { "message", "Message", "error" };
    struct mill_value reply;
    const struct mill_value *text = NULL;

    *code = 0;
    if (!answer_json(stage, request, &reply)) {
        answer_text(to, request->reply.data, request->reply.len);
        return;
    }
    *code = answer_number(answer_member(&reply, "error_code"));
    for (size_t i = 0; i < 3 && (!text || text->type != MILL_TEXT); i++)
        text = answer_member(&reply, names[i]);
    if (text && text->type == MILL_TEXT)
        answer_text(to, text->text, text->len);
    else
        answer_text(to, request->reply.data, request->reply.len);
}

/* --- rows --- */

bool
answer_next_row(const struct http_sink *sink, const struct request *request,
                uint32_t *at)
{
    while (*at < request->end && sink->states[*at] != ROW_SENT)
        ++*at;
    return *at < request->end;
}

void
answer_take_all(struct http_sink *sink, struct request *request)
{
    for (uint32_t row = request->first; answer_next_row(sink, request, &row);)
        sink->states[row] = ROW_TAKEN;
}

/* --- status --- */

/* What a status means where nothing more is known. */
struct meaning {
    long from;
    long to;
    enum mill_verdict verdict;
    const char *hint; /* "": none */
};

static const struct meaning meanings[] = {
    { 300, 399, MILL_FATAL,
      "; it sends us elsewhere, and we don't follow: give that address as "
      "url" },
    { 401, 401, MILL_FATAL,
      "; put user and password, token, or api_key right" },
    { 403, 403, MILL_FATAL,
      "; the server knows us and doesn't let us in: see to our rights there" },
    { 404, 404, MILL_FATAL, "; nothing is there: put the url right" },
    { 405, 405, MILL_FATAL, "; put the url or the method right" },
    { 406, 406, MILL_FATAL, "; another format is wanted there" },
    { 407, 407, MILL_FATAL, "; the proxy wants to know who we are" },
    { 408, 408, MILL_RETRY, "" },
    { 410, 410, MILL_FATAL, "; what was there is gone: put the url right" },
    { 415, 415, MILL_FATAL, "; another format is wanted there" },
    { 421, 421, MILL_RETRY, "" },
    { 425, 425, MILL_RETRY, "" },
    { 426, 426, MILL_FATAL, "; it wants another protocol" },
    { 429, 429, MILL_RETRY, "" },
    { 400, 499, MILL_REJECT, "" },
    { 501, 501, MILL_FATAL, "; put the method right" },
    { 505, 505, MILL_FATAL, "; it wants another version of HTTP" },
    { 500, 599, MILL_RETRY, "" },
    { 0, 999, MILL_FATAL, "; that isn't HTTP as we know it" },
};

/* API Gateway's own words, which mislead. */
static const struct {
    const char *message;
    const char *hint;
} gateway[] = {
    { "Missing Authentication Token",
      "; API Gateway says so where there is no such path, method or stage: put "
      "the url right (.../STAGE/topics/NAME, .../STAGE/streams/NAME/record)" },
    { "Forbidden",
      "; API Gateway says so where the API key is missing or wrong, or has no "
      "usage plan for this stage: put api_key right" },
};

static struct meaning
meaning_of(long status, int64_t code, const char *text)
{
    struct meaning meaning = { 0 };
    const struct meaning *known = meanings;

    while (status < known->from || status > known->to)
        known++;
    meaning = *known;
    if (status == 403)
        for (size_t i = 0; i < sizeof(gateway) / sizeof(*gateway); i++)
            if (strcmp(text, gateway[i].message) == 0)
                meaning.hint = gateway[i].hint;
    if (code == 40401 || code == 40404) {
        /* Also where the proxy's news of the topics are late. */
        meaning.verdict = MILL_RETRY;
        meaning.hint = "; create the topic";
    }
    return meaning;
}

/* Kinesis itself answers 400 to nearly everything, and names the error. */
static bool
ask_kinesis(const struct http_sink *sink, struct mill_stage *stage,
            struct request *request, enum mill_verdict *verdict)
{
    struct mill_value reply;
    struct mill_bytes type;

    if (sink->shape->read != kinesis_read
        || !answer_json(stage, request, &reply)
        || !kinesis_error_type(&reply, &type))
        return false;
    *verdict = kinesis_verdict(type.data, type.len);
    return true;
}

static void
note_pause(struct http_sink *sink, struct request *request)
{
    curl_off_t seconds = 0;

    curl_easy_getinfo(request->easy, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds > PAUSE_MOST_S)
        seconds = PAUSE_MOST_S;
    if (seconds > sink->pause_s)
        sink->pause_s = seconds;
}

/* What AWS has against a signature and waiting may cure. */
static void
judge_signature(struct http_sink *sink, const char *text,
                struct meaning *meaning)
{
    if (strstr(text, "Signature expired")
        || strstr(text, "Signature not yet current")) {
        meaning->verdict = MILL_RETRY;
        meaning->hint = "; put the clock of this machine right";
    } else if (strstr(text, "expired")) {
        sign_forget(sink);
        meaning->verdict = MILL_RETRY;
        meaning->hint = "; looking for others";
    }
}

static enum mill_verdict
refuse(struct http_sink *sink, struct mill_stage *stage,
       struct request *request, long status)
{
    char text[ANSWER_TEXT_ROOM];
    int64_t code;

    explain(stage, request, text, &code);

    struct meaning meaning = meaning_of(status, code, text);

    if (ask_kinesis(sink, stage, request, &meaning.verdict))
        meaning.hint = "";
    if (sink->signer && status == 403)
        judge_signature(sink, text, &meaning);
    /* Fewer rows have a shorter key; that of one row is as short as it gets,
     * and no fault of the row. */
    if (status == 431 && request->count == 1) {
        meaning.verdict = MILL_FATAL;
        meaning.hint = "; it takes no headers of that length: give stages and "
                       "streams shorter names, or say idempotency = false";
    }
    if (meaning.verdict == MILL_RETRY)
        note_pause(sink, request);
    return answer_fail(sink, stage, meaning.verdict, "%s answers %ld%s%s%s",
                       mill_buffer_text(&sink->shown), status,
                       text[0] ? ": " : "", text, meaning.hint);
}

enum mill_verdict
answer_read(struct http_sink *sink, struct mill_stage *stage,
            struct request *request)
{
    long status = 0;

    if (request->code != CURLE_OK)
        return transfer_fault(stage, mill_buffer_text(&sink->shown),
                              request->code, request->error);
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 299)
        return refuse(sink, stage, request, status);
    if (sink->shape->read)
        return sink->shape->read(sink, stage, request);
    answer_take_all(sink, request);
    return MILL_OK;
}
