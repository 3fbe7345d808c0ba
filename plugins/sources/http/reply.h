/* SPDX-License-Identifier: Apache-2.0 */

/*
 * reply - the bodies of answers, as the REST Proxy and Kinesis spell them
 *
 * All of them append to a buffer that the caller checks for failure.
 */

#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <millrace/json.h>

#include "request.h"

enum outcome_state {
    OUTCOME_OPEN,   /* not settled yet */
    OUTCOME_STORED, /* partition and offset say where */
    OUTCOME_DEAD,   /* among the dead letters; reason says why */
};

/* What became of one record, in the order of the request. */
struct outcome {
    enum outcome_state state;
    int64_t partition;
    int64_t offset;
    char *reason; /* malloc()ed, or NULL */
};

/* Those that are open are told to be tried again; WHY says why. */
void reply_offsets(struct mill_buffer *to, const struct outcome *outcomes,
                   size_t count, const char *why);

/* PutRecords; and PutRecord, whose status is returned, for it can fail. */
void reply_put_records(struct mill_buffer *to, const struct outcome *outcomes,
                       size_t count, const char *why);
int reply_put_record(struct mill_buffer *to, const struct outcome *outcome,
                     const char *why);

/* {"error_code":40401,"message":"..."} */
void reply_refusal(struct mill_buffer *to, const struct refusal *refusal);

/* {"__type":"...","message":"..."}; returns the status, which Kinesis has other
 * ideas about. */
int reply_kinesis_refusal(struct mill_buffer *to,
                          const struct refusal *refusal);

/* What API Gateway says for itself: {"message":"Forbidden"} */
void reply_message(struct mill_buffer *to, const char *message);

/* What a sink told of a topic or stream (see sink.admin), in the words of the
 * REST Proxy and of Kinesis. */
void reply_topic(struct mill_buffer *to, const char *name,
                 struct mill_bytes told);
void reply_streams(struct mill_buffer *to, struct mill_bytes told);
void reply_stream(struct mill_buffer *to, const char *name,
                  struct mill_bytes told);

/* The ShardCount in the body of POST /streams/S; 0: it says nothing.  False:
 * no such body. */
bool reply_shard_count(struct mill_bytes body, int64_t *count);

#endif /* HTTP_REPLY_H */
