/* SPDX-License-Identifier: Apache-2.0 */

/* token_none - in the place of token.c where AWS's part isn't built */

#include "kafka/token.h"

bool
kafka_token_supported(const char **why)
{
    *why = "this build has nothing for AWS: it needs libcurl and OpenSSL";
    return false;
}

/* kafka_check() lets nobody get here. */
enum mill_verdict
kafka_token_open(struct kafka_token **token,
                 const struct kafka_options *options, struct mill_stage *stage,
                 rd_kafka_conf_t *conf)
{
    (void)options;
    (void)conf;
    *token = NULL;
    return mill_fail(stage, MILL_FATAL, "auth: aws-iam isn't built in");
}

void
kafka_token_start(struct kafka_token *token, rd_kafka_t *client)
{
    (void)token;
    (void)client;
}

void
kafka_token_stop(struct kafka_token *token)
{
    (void)token;
}

void
kafka_token_close(struct kafka_token *token)
{
    (void)token;
}
