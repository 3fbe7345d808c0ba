/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sigv4 - AWS's request signature, version 4
 *
 * Pure functions: they ask no clock, no environment and no network, so that the
 * same request gives the same signature for ever.  A request can be signed in
 * its headers (what clients send) or in its query (a presigned URL, which is
 * good for whoever holds it until it expires).
 *
 * Nothing here keeps a secret: keys derived on the way are wiped.
 */

#ifndef COMMON_AWS_SIGV4_H
#define COMMON_AWS_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <millrace/json.h>

/* Who signs.  Only borrowed, never kept. */
struct aws_keys {
    const char *id;
    const char *secret;
    const char *token; /* of temporary credentials; NULL: they are permanent */
};

struct sigv4_pair {
    const char *name;
    const char *value;
};

struct sigv4_request {
    const char *method;
    const char *host; /* as the Host header has it, with a port where it has */
    const char *path; /* as the request line has it: percent-encoded; "" is / */
    const struct sigv4_pair *query; /* decoded; see sigv4_write_query() */
    size_t query_count;
    const struct sigv4_pair *headers; /* the others that will be sent */
    size_t header_count;
    const char *payload_hash; /* sigv4_hash() of the body; NULL: no body */
    const char *service;      /* "execute-api"; "s3" has rules of its own */
    const char *region;
    int64_t time; /* seconds since 1970; it is what the service compares */
    const struct aws_keys *keys;
};

/* S3 only, and only over TLS: instead of the body's hash. */
#define SIGV4_UNSIGNED_PAYLOAD "UNSIGNED-PAYLOAD"

/* The characters of a SHA-256 in hex, and NUL. */
#define SIGV4_HASH_ROOM 65
#define SIGV4_KEY_SIZE 32

/* What signing adds: the date, the token, S3's hash, the signature. */
#define SIGV4_HEADERS 4

/* Headers to send beside the request's own.  The Host header has to be sent as
 * the request told it. */
struct sigv4_signature {
    char *headers[SIGV4_HEADERS + 1]; /* "Name: value"; NULL ends them */
};

/* The SHA-256 of DATA in small hex digits.  False: libcrypto failed. */
bool sigv4_hash(const void *data, size_t len, char hex[SIGV4_HASH_ROOM]);

/* The key of one day (YYYYMMDD), region and service.  False as above. */
bool sigv4_key(const char *secret, const char *day, const char *region,
               const char *service, unsigned char key[SIGV4_KEY_SIZE]);

/* Appends TEXT with everything but letters, digits and -._~ as %XX; slashes
 * stay where SLASHES. */
void sigv4_encode(struct mill_buffer *to, const char *text, bool slashes);

/* Appends name=value&... as it has to be sent to match the signature. */
void sigv4_write_query(struct mill_buffer *to, const struct sigv4_pair *query,
                       size_t count);

/*
 * Signs the method, host, path, query, the body's hash and all headers but
 * those that hops on the way may change (Connection, User-Agent...).  False: no
 * memory, or libcrypto failed; *SIGNATURE is then empty.
 */
bool sigv4_sign(const struct sigv4_request *request,
                struct sigv4_signature *signature);

/* Zeroed memory is fine. */
void sigv4_finish(struct sigv4_signature *signature);

/*
 * Appends https://HOST/PATH?QUERY, signed in the query, good for LIFETIME
 * seconds.  The signature comes last.  False as above; TO is then to be thrown
 * away.
 */
bool sigv4_presign(const struct sigv4_request *request, int lifetime,
                   struct mill_buffer *to);

#endif /* COMMON_AWS_SIGV4_H */
