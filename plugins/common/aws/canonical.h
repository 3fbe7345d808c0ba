/* SPDX-License-Identifier: Apache-2.0 */

/*
 * canonical - a request in the one form that is signed
 *
 * Signer and service each write it on their own and compare hashes of it, so
 * every byte counts: order, blanks, encoding.
 */

#ifndef COMMON_AWS_CANONICAL_H
#define COMMON_AWS_CANONICAL_H

#include "aws/sigv4.h"

/* Of 20150830T123600Z. */
#define CANONICAL_DATE_ROOM 17

/* Zeroed memory is an empty one. */
struct canonical {
    struct mill_buffer text;
    struct mill_buffer signed_headers; /* host;x-amz-date */
    char payload_hash[SIGV4_HASH_ROOM];

    struct header *headers; /* sorted; canonical.c's */
    size_t count;
};

bool canonical_is_s3(const struct sigv4_request *request);

/* For a signature in the headers.  False: no memory, or libcrypto failed. */
bool canonical_in_headers(struct canonical *canonical,
                          const struct sigv4_request *request,
                          const char *date);

/* For one in the query, in two steps, since the query names the headers: fills
 * signed_headers; then, where the query is whole, the text. */
bool canonical_name_headers(struct canonical *canonical,
                            const struct sigv4_request *request);
bool canonical_in_query(struct canonical *canonical,
                        const struct sigv4_request *request);

/* Zeroed memory is fine. */
void canonical_finish(struct canonical *canonical);

#endif /* COMMON_AWS_CANONICAL_H */
