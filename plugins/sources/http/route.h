/* SPDX-License-Identifier: Apache-2.0 */

/*
 * route - what a method, a path and the media types of a request ask for
 *
 *     POST /topics/T   POST /topics/T/partitions/P   GET /topics   GET
 * /topics/T PUT /streams/S/record    PUT /streams/S/records GET /streams
 * GET|POST|DELETE /streams/S GET /            is this alive
 *
 * A name has 1 to 249 of [A-Za-z0-9._-], as Kafka's topics do; so it is fit for
 * a file's name as well.
 */

#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROUTE_NAME_MOST 249

enum route_kind {
    ROUTE_PRODUCE,
    ROUTE_TOPICS,
    ROUTE_TOPIC,
    ROUTE_PUT_RECORD,
    ROUTE_PUT_RECORDS,
    ROUTE_STREAMS,
    ROUTE_STREAM,
    ROUTE_STREAM_CREATE,
    ROUTE_STREAM_DELETE,
    ROUTE_ALIVE,
    ROUTE_NOWHERE,    /* no such path */
    ROUTE_NOT_SO,     /* the path is one, but not with this method */
    ROUTE_BAD_NAME,   /* no topic or stream can be called so */
    ROUTE_OTHER_BASE, /* not below base_path, where API Gateway's stage is */
};

struct route {
    enum route_kind kind;
    bool kinesis; /* errors are spelt as Kinesis does */
    char name[ROUTE_NAME_MOST + 1];
    int32_t partition; /* -1: none in the path */
    const char *allow; /* with ROUTE_NOT_SO: the methods that it takes */
};

/* Decodes PATH where it stands; its length.  What is a slash or a NUL only once
 * decoded can't divide or end it: it is a '%' then, which no name has. */
size_t route_decode(char *path);

/* PATH was decoded; BASE is "" or "/stage". */
void route_find(struct route *route, const char *method, const char *path,
                const char *base);

/* True for those that carry records. */
bool route_has_records(const struct route *route);

enum media { MEDIA_JSON, MEDIA_BINARY, MEDIA_SCHEMA, MEDIA_UNKNOWN };

/* What a Content-Type (NULL: none) says of the records of POST /topics/T. */
enum media media_of(const char *content_type);

/* The type to answer with that ACCEPT (NULL: any) allows; NULL: none. */
const char *media_reply(const char *accept);

#endif /* HTTP_ROUTE_H */
