/* SPDX-License-Identifier: Apache-2.0 */

/*
 * msk - the token with which a Kafka client logs in to Amazon MSK
 *
 * For SASL/OAUTHBEARER: librdkafka asks for it in its token refresh callback
 * and takes token and expiry in rd_kafka_oauthbearer_set_token().  The token is
 * a presigned URL of the action kafka-cluster:Connect that nobody ever fetches;
 * the broker checks its signature.
 */

#ifndef COMMON_AWS_MSK_H
#define COMMON_AWS_MSK_H

#include "aws/credentials.h"

/* How long a token is good, in seconds, with keys that are good for longer. */
#define MSK_LIFETIME 900

/*
 * Appends the token to TO; *EXPIRES is when it ends, or the credentials do, in
 * milliseconds since 1970.  NOW in seconds since 1970.  False: no memory, or
 * libcrypto failed; TO is then to be thrown away.
 */
bool msk_token(const struct aws_credentials *credentials, const char *region,
               int64_t now, struct mill_buffer *to, int64_t *expires);

#endif /* COMMON_AWS_MSK_H */
