/* SPDX-License-Identifier: Apache-2.0 */

/*
 * kinesis - what Kinesis says of single records, through API Gateway; see
 * http.h
 *
 * The reply of PutRecords is passed on as it is, status 200 where records
 * failed, too; where the gateway isn't told otherwise it makes a 200 of an
 * error of the whole call:
 *
 *     {"FailedRecordCount":1,"Records":[
 *         {"SequenceNumber":"...","ShardId":"..."},
 *         {"ErrorCode":"InternalFailure","ErrorMessage":"..."}]}
 *     {"__type":"ResourceNotFoundException","message":"..."}
 */

#include "http.h"

#include <string.h>

static const struct {
    const char *type;
    enum mill_verdict verdict;
} errors[] = {
    { "ProvisionedThroughputExceededException", MILL_RETRY },
    { "LimitExceededException", MILL_RETRY },
    { "ThrottlingException", MILL_RETRY },
    { "KMSThrottlingException", MILL_RETRY },
    { "InternalFailure", MILL_RETRY },
    { "InternalFailureException", MILL_RETRY },
    { "ServiceUnavailable", MILL_RETRY },
    { "ServiceUnavailableException", MILL_RETRY },
    { "ExpiredTokenException", MILL_RETRY },
    { "ValidationException", MILL_REJECT },
    { "InvalidArgumentException", MILL_REJECT },
    { "SerializationException", MILL_REJECT },
};

enum mill_verdict
kinesis_verdict(const char *type, size_t len)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
        if (strlen(errors[i].type) == len
            && memcmp(errors[i].type, type, len) == 0)
            return errors[i].verdict;
    return MILL_FATAL; /* no such stream, no right to it, no key for it */
}

bool
kinesis_error_type(const struct mill_value *reply, struct mill_bytes *type)
{
    const struct mill_value *text = answer_member(reply, "__type");
    const char *hash;

    if (!text || text->type != MILL_TEXT)
        return false;
    *type = (struct mill_bytes){ text->text, text->len };
    hash = memchr(type->data, '#', type->len); /* com.amazonaws...#Name */
    if (hash) {
        type->len -= (size_t)(hash + 1 - type->data);
        type->data = hash + 1;
    }
    return true;
}

static void
member_text(const struct mill_value *value, const char *name,
            char to[ANSWER_TEXT_ROOM])
{
    const struct mill_value *text = answer_member(value, name);

    if (text && text->type == MILL_TEXT)
        answer_text(to, text->text, text->len);
    else
        to[0] = '\0';
}

/* False: the row is to be sent again. */
static bool
settle_row(struct http_sink *sink, uint32_t row, const struct mill_value *entry)
{
    const struct mill_value *code = answer_member(entry, "ErrorCode");
    char message[ANSWER_TEXT_ROOM];

    if (!code || code->type != MILL_TEXT || code->len == 0) {
        sink->states[row] = ROW_TAKEN;
        return true;
    }
    if (kinesis_verdict(code->text, code->len) != MILL_REJECT) {
        sink->states[row] = ROW_OPEN;
        return false;
    }
    member_text(entry, "ErrorMessage", message);
    mill_reject_row(sink->batch, row, "Kinesis refuses it, %.*s: %s",
                    (int)code->len, code->text, message);
    sink->states[row] = ROW_GONE;
    return true;
}

static enum mill_verdict
read_records(struct http_sink *sink, struct mill_stage *stage,
             struct request *request, const struct mill_value *records)
{
    char code[ANSWER_TEXT_ROOM] = "";
    char message[ANSWER_TEXT_ROOM] = "";
    uint32_t again = 0;
    uint32_t row = request->first;

    for (uint32_t i = 0; answer_next_row(sink, request, &row); i++) {
        if (settle_row(sink, row, &records->items[i]))
            continue;
        if (again++ > 0)
            continue;
        member_text(&records->items[i], "ErrorCode", code);
        member_text(&records->items[i], "ErrorMessage", message);
    }
    if (again == 0)
        return MILL_OK;
    return mill_fail(stage, MILL_RETRY,
                     "%s: Kinesis could not take %u of %u records just now: "
                     "%s: %s",
                     mill_buffer_text(&sink->shown), again, request->count,
                     code, message);
}

/* A 200 that is an error of the call as a whole. */
static enum mill_verdict
read_error(struct http_sink *sink, struct mill_stage *stage,
           const struct mill_value *reply, struct mill_bytes type)
{
    char message[ANSWER_TEXT_ROOM];

    member_text(reply, "message", message);
    return answer_fail(sink, stage, kinesis_verdict(type.data, type.len),
                       "%s answers 200, but Kinesis %.*s: %s",
                       mill_buffer_text(&sink->shown), (int)type.len, type.data,
                       message);
}

/* The gateway may be told to answer something of its own; then a failed record
 * is lost on us, and nothing can be done about it here. */
static void
warn_once(struct http_sink *sink, struct mill_stage *stage)
{
    if (!sink->mapped_away)
        mill_log(stage, MILL_WARN,
                 "%s doesn't pass on what Kinesis answers: records that it "
                 "refuses are lost there, unseen",
                 mill_buffer_text(&sink->shown));
    sink->mapped_away = true;
}

enum mill_verdict
kinesis_read(struct http_sink *sink, struct mill_stage *stage,
             struct request *request)
{
    struct mill_value reply = mill_null();
    const struct mill_value *records;
    struct mill_bytes type;
    bool is_json = answer_json(stage, request, &reply);

    if (is_json && kinesis_error_type(&reply, &type))
        return read_error(sink, stage, &reply, type);
    records = answer_member(&reply, "Records");
    if (records && records->type == MILL_LIST) {
        if (records->len == request->count)
            return read_records(sink, stage, request, records);
        return mill_fail(
            stage, MILL_RETRY, "%s answers for %u records, and was sent %u",
            mill_buffer_text(&sink->shown), records->len, request->count);
    }
    if (!answer_member(&reply, "SequenceNumber"))
        warn_once(sink, stage);
    answer_take_all(sink, request);
    return MILL_OK;
}
