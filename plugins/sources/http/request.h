/* SPDX-License-Identifier: Apache-2.0 */

/*
 * request - the records in the body of a request
 *
 * Three bodies are known:
 *
 *     BODY_REST             {"records":[{"key":K,"value":V,"partition":P}]}, as
 *                           the Confluent REST Proxy v2 has it; K and V are
 *                           JSON, or base64
 *     BODY_KINESIS_RECORD   {"Data":V,"PartitionKey":"K"}
 *     BODY_KINESIS_RECORDS  {"records":[{"data":"TEXT","partition-key":"K"}]};
 *                           API Gateway's mapping wants a text for data; what
 *                           else stands there is taken as the JSON it is
 *
 * Nothing is copied: keys and values are pieces of the body, which is changed
 * for it (white space between JSON's tokens goes, base64 and escapes are
 * decoded where they stand).  Knows nothing of HTTP but status codes.
 */

#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <millrace/json.h>

/* The most records of one request; Kinesis' own limit for its. */
#define REQUEST_RECORDS_MOST 100000u
#define REQUEST_KINESIS_MOST 500u

enum body_kind { BODY_REST, BODY_KINESIS_RECORD, BODY_KINESIS_RECORDS };

/* How a body is to be read. */
struct request_style {
    enum body_kind kind;
    bool binary;       /* BODY_REST: keys and values are base64 */
    bool binary_json;  /* and what they hold is JSON */
    bool one_place;    /* BODY_REST: the URL names the partition */
    bool unwrap;       /* a text that holds JSON becomes that JSON */
    size_t max_record; /* bytes of a value */
};

struct record {
    struct mill_bytes key; /* data NULL: none */
    struct mill_bytes value;
    uint32_t index;    /* its place in the request */
    int32_t partition; /* -1: anywhere */
    uint8_t format;    /* of the value: MILL_JSON, MILL_LINE */
};

struct request {
    struct record *records;
    size_t count;
    size_t wrapped; /* values that are a text that holds JSON */
};

/* Why a request is refused, as it will be answered: an HTTP status, the REST
 * Proxy's code, a text. */
struct refusal {
    int status; /* 0: it isn't */
    int code;
    char text[256];
};

/* Fills WHY in; returns false, so that one can return it. */
bool refuse(struct refusal *why, int status, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* False: refused, and *WHY is filled in. */
bool request_parse(struct request *request, const struct request_style *style,
                   char *body, size_t len, struct refusal *why);

/* Zeroed memory is fine. */
void request_finish(struct request *request);

#endif /* HTTP_REQUEST_H */
