/* SPDX-License-Identifier: Apache-2.0 */

/* reply - see reply.h */

#include "reply.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static void
put(struct mill_buffer *to, const char *text)
{
    mill_buffer_add(to, text, strlen(text));
}

static void
put_text(struct mill_buffer *to, const char *text)
{
    size_t len = strlen(text);

    /* A reason may have been cut within a character. */
    while (len > 0 && !mill_utf8_valid(text, len))
        len--;
    mill_json_write_text(to, text, len, NULL);
}

/* --- REST Proxy ------------------------------------------------------------
 */

static void
put_offset(struct mill_buffer *to, const struct outcome *outcome,
           const char *why)
{
    bool dead = outcome->state == OUTCOME_DEAD;

    if (outcome->state == OUTCOME_STORED) {
        mill_buffer_print(to,
                          "{\"partition\":%" PRId64 ",\"offset\":%" PRId64
                          ",\"error_code\":null,\"error\":null}",
                          outcome->partition, outcome->offset);
        return;
    }
    mill_buffer_print(to,
                      "{\"partition\":null,\"offset\":null,\"error_code\":%d,"
                      "\"error\":",
                      dead ? 50002 : 50003);
    put_text(to, dead && outcome->reason ? outcome->reason : why);
    put(to, "}");
}

void
reply_offsets(struct mill_buffer *to, const struct outcome *outcomes,
              size_t count, const char *why)
{
    put(to, "{\"offsets\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            put(to, ",");
        put_offset(to, &outcomes[i], why);
    }
    put(to, "],\"key_schema_id\":null,\"value_schema_id\":null}");
}

void
reply_refusal(struct mill_buffer *to, const struct refusal *refusal)
{
    mill_buffer_print(to, "{\"error_code\":%d,\"message\":", refusal->code);
    put_text(to, refusal->text);
    put(to, "}");
}

void
reply_message(struct mill_buffer *to, const char *message)
{
    put(to, "{\"message\":");
    put_text(to, message);
    put(to, "}");
}

/* --- Kinesis ---------------------------------------------------------------
 */

static void
put_sequence(struct mill_buffer *to, const struct outcome *outcome)
{
    mill_buffer_print(to,
                      "{\"SequenceNumber\":\"%" PRId64
                      "\",\"ShardId\":\"shardId-%012" PRId64 "\"}",
                      outcome->offset, outcome->partition);
}

void
reply_put_records(struct mill_buffer *to, const struct outcome *outcomes,
                  size_t count, const char *why)
{
    size_t failed = 0;

    for (size_t i = 0; i < count; i++)
        failed += outcomes[i].state != OUTCOME_STORED;
    mill_buffer_print(to, "{\"FailedRecordCount\":%zu,\"Records\":[", failed);
    for (size_t i = 0; i < count; i++) {
        const struct outcome *outcome = &outcomes[i];

        if (i > 0)
            put(to, ",");
        if (outcome->state == OUTCOME_STORED) {
            put_sequence(to, outcome);
            continue;
        }
        /* InternalFailure may pass, and is sent again. */
        mill_buffer_print(to, "{\"ErrorCode\":\"%s\",\"ErrorMessage\":",
                          outcome->state == OUTCOME_DEAD
                              ? "InvalidArgumentException"
                              : "InternalFailure");
        put_text(to, outcome->reason ? outcome->reason : why);
        put(to, "}");
    }
    put(to, "]}");
}

static void
put_fault(struct mill_buffer *to, const char *type, const char *text)
{
    mill_buffer_print(to, "{\"__type\":\"%s\",\"message\":", type);
    put_text(to, text);
    put(to, "}");
}

int
reply_put_record(struct mill_buffer *to, const struct outcome *outcome,
                 const char *why)
{
    switch (outcome->state) {
    case OUTCOME_STORED:
        put_sequence(to, outcome);
        return 200;
    case OUTCOME_DEAD:
        put_fault(to, "InvalidArgumentException",
                  outcome->reason ? outcome->reason : why);
        return 400;
    case OUTCOME_OPEN:
        break;
    }
    put_fault(to, "InternalFailure", why);
    return 500;
}

int
reply_kinesis_refusal(struct mill_buffer *to, const struct refusal *refusal)
{
    static const struct {
        int status;
        int answer;
        const char *type;
    } types[] = {
        { 401, 401, "UnrecognizedClientException" },
        { 403, 403, "AccessDeniedException" },
        { 404, 400, "ResourceNotFoundException" },
        { 405, 403, "UnknownOperationException" },
        { 409, 400, "ResourceInUseException" },
        { 413, 413, "ValidationException" },
        { 415, 415, "SerializationException" },
        { 429, 429, "ProvisionedThroughputExceededException" },
        { 500, 500, "InternalFailure" },
        { 501, 501, "UnknownOperationException" },
        { 503, 503, "ServiceUnavailable" },
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (types[i].status == refusal->status) {
            put_fault(to, types[i].type, refusal->text);
            return types[i].answer;
        }
    put_fault(to, "ValidationException", refusal->text);
    return 400;
}

/* --- what a sink told ------------------------------------------------------
 */

/* The partitions of a sink's answer as a list; the caller puts the object. */
static json_object *
read_partitions(struct mill_bytes told, json_object **list)
{
    json_tokener *tokener = json_tokener_new();
    json_object *object =
        tokener ? json_tokener_parse_ex(tokener, told.data, (int)told.len)
                : NULL;

    json_tokener_free(tokener);
    *list = NULL;
    if (!json_object_is_type(object, json_type_object)
        || !json_object_object_get_ex(object, "partitions", list)
        || !json_object_is_type(*list, json_type_array))
        *list = NULL;
    return object;
}

void
reply_topic(struct mill_buffer *to, const char *name, struct mill_bytes told)
{
    json_object *list;
    json_object *object = read_partitions(told, &list);
    size_t count = list ? json_object_array_length(list) : 0;

    put(to, "{\"name\":");
    put_text(to, name);
    put(to, ",\"configs\":{},\"partitions\":[");
    for (size_t i = 0; i < count; i++)
        mill_buffer_print(
            to, "%s{\"partition\":%" PRId64 ",\"replicas\":[]}",
            i > 0 ? "," : "",
            json_object_get_int64(json_object_array_get_idx(list, i)));
    put(to, "]}");
    json_object_put(object);
}

void
reply_streams(struct mill_buffer *to, struct mill_bytes told)
{
    put(to, "{\"HasMoreStreams\":false,\"StreamNames\":");
    mill_buffer_add(to, told.data, told.len);
    put(to, "}");
}

void
reply_stream(struct mill_buffer *to, const char *name, struct mill_bytes told)
{
    json_object *list;
    json_object *object = read_partitions(told, &list);
    size_t count = list ? json_object_array_length(list) : 0;

    put(to, "{\"StreamDescription\":{\"StreamName\":");
    put_text(to, name);
    put(to, ",\"StreamStatus\":\"ACTIVE\",\"HasMoreShards\":false,"
            "\"Shards\":[");
    for (size_t i = 0; i < count; i++) {
        json_object *id = json_object_array_get_idx(list, i);

        put(to, i > 0 ? ",{\"ShardId\":" : "{\"ShardId\":");
        if (json_object_is_type(id, json_type_string))
            put_text(to, json_object_get_string(id));
        else
            mill_buffer_print(to, "\"shardId-%012" PRId64 "\"",
                              json_object_get_int64(id));
        put(to, "}");
    }
    put(to, "]}}");
    json_object_put(object);
}

bool
reply_shard_count(struct mill_bytes body, int64_t *count)
{
    json_tokener *tokener = json_tokener_new();
    json_object *number = NULL;
    json_object *object = NULL;
    bool good = body.len == 0;

    *count = 0;
    if (!good && tokener) {
        object = json_tokener_parse_ex(tokener, body.data, (int)body.len);
        good = json_object_is_type(object, json_type_object);
    }
    if (good && object
        && json_object_object_get_ex(object, "ShardCount", &number))
        *count = json_object_get_int64(number);
    json_tokener_free(tokener);
    json_object_put(object);
    return good && *count >= 0;
}
