/* SPDX-License-Identifier: Apache-2.0 */

/*
 * token - logging in to Amazon MSK with what AWS gives us
 *
 * librdkafka asks for a token when it first connects, and again when 80 % of
 * its time has passed; it asks in a thread of its own, so that a client that is
 * not polled for a while stays logged in, and finding credentials holds up
 * nobody.
 *
 * A build without libcurl or OpenSSL has token_none.c in its place.
 */

#ifndef COMMON_KAFKA_TOKEN_H
#define COMMON_KAFKA_TOKEN_H

#include <librdkafka/rdkafka.h>

#include "kafka/options.h"

struct kafka_token;

/* False: this build can't, and *WHY (static text) says so. */
bool kafka_token_supported(const char **why);

/* Sets up CONF, whose opaque will be the struct kafka with this token.  RETRY
 * or FATAL: mill_fail() was called. */
enum mill_verdict kafka_token_open(struct kafka_token **token,
                                   const struct kafka_options *options,
                                   struct mill_stage *stage,
                                   rd_kafka_conf_t *conf);

/* Lets the client ask, from now on. */
void kafka_token_start(struct kafka_token *token, rd_kafka_t *client);

/* Ends a search for credentials; before the client is destroyed. */
void kafka_token_stop(struct kafka_token *token);

/* Behind the client.  NULL is fine. */
void kafka_token_close(struct kafka_token *token);

#endif /* COMMON_KAFKA_TOKEN_H */
