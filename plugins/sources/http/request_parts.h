/* SPDX-License-Identifier: Apache-2.0 */

/*
 * request_parts - what the parser of requests is made of, for its own files
 *
 * What parses takes where it begins and returns what follows, or NULL: no JSON,
 * or refused.
 */

#ifndef HTTP_REQUEST_PARTS_H
#define HTTP_REQUEST_PARTS_H

#include "request.h"
#include "scan.h"

struct parser {
    struct scan scan;
    char *body;
    const struct request_style *style;
    struct request *request;
    size_t room; /* for records */
    struct refusal *why;
    struct mill_buffer scratch;

    struct record record; /* the one at work */
    bool has_value;
};

/* Takes the member NAME of a map, whose value begins at AT; returns what
 * follows it, or NULL: no JSON, or refused. */
typedef const char *member_fn(struct parser *parser, const char *at,
                              struct mill_bytes name);

bool parse_is(struct mill_bytes text, const char *literal);
bool parse_is_null(const struct parser *parser, const char *at);

/* The record at work has what it must not have.  Returns NULL. */
const char *parse_bad_record(struct parser *parser, const char *what);

/* The same for a value at AT of the wrong kind, if it is JSON at all. */
const char *parse_instead(struct parser *parser, const char *at,
                          const char *what);

/* JSON as it stands, without its white space; data NULL where it is null and
 * NULL_IS_NONE. */
const char *parse_json(struct parser *parser, const char *at, bool null_is_none,
                       struct mill_bytes *to);

/* A text, decoded. */
const char *parse_text(struct parser *parser, const char *at,
                       struct mill_bytes *to);

/* The bytes of a base64 text; data NULL where it is null. */
const char *parse_base64(struct parser *parser, const char *at,
                         struct mill_bytes *to);

/* The value of the record at work, as JSON or from base64. */
const char *parse_value(struct parser *parser, const char *at);
const char *parse_binary_value(struct parser *parser, const char *at);

/* Its value was given as bytes: those that are JSON go on as JSON, without a
 * newline that would break a line of it; others as text. */
void parse_judge(struct parser *parser, struct mill_bytes *value);

const char *parse_partition(struct parser *parser, const char *at);
const char *parse_partition_key(struct parser *parser, const char *at);

#endif /* HTTP_REQUEST_PARTS_H */
