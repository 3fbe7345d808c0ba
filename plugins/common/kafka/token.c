/* SPDX-License-Identifier: Apache-2.0 */

/* token - see token.h */

#include "kafka/token.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/credentials.h"
#include "aws/msk.h"
#include "kafka/client.h"

/* MSK looks at the signature only; librdkafka wants some name. */
#define PRINCIPAL "millrace"
#define WHY_ROOM 512

struct kafka_token {
    struct mill_stage *stage;
    struct aws_options options;
    struct aws_chain *chain;
    struct mill_buffer region;
    atomic_bool stop;
};

bool
kafka_token_supported(const char **why)
{
    *why = NULL;
    return true;
}

/* Appends a token to TEXT.  False: WHY says why there is none. */
static bool
make(struct kafka_token *token, struct mill_buffer *text, int64_t *expires,
     struct mill_buffer *why)
{
    struct aws_credentials credentials = { .provider = NULL };
    int64_t now = (int64_t)time(NULL);
    bool made = aws_chain_get(token->chain, now, &credentials, why);

    if (made && why->len > 0)
        mill_log(token->stage, MILL_WARN, "AWS credentials: %s",
                 mill_buffer_text(why));
    if (made) {
        why->len = 0;
        made = msk_token(&credentials, mill_buffer_text(&token->region), now,
                         text, expires)
               && !text->failed;
        if (!made)
            mill_buffer_print(why, "no memory to sign a token");
    }
    aws_credentials_finish(&credentials);
    return made;
}

static void
on_refresh(rd_kafka_t *client, const char *config, void *opaque)
{
    struct kafka_token *token = ((struct kafka *)opaque)->token;
    struct mill_buffer text = { 0 };
    struct mill_buffer why = { 0 };
    char said[WHY_ROOM] = "";
    int64_t expires = 0;

    (void)config;
    if (!make(token, &text, &expires, &why))
        rd_kafka_oauthbearer_set_token_failure(client, mill_buffer_text(&why));
    else if (rd_kafka_oauthbearer_set_token(client, mill_buffer_text(&text),
                                            expires, PRINCIPAL, NULL, 0, said,
                                            sizeof(said)))
        rd_kafka_oauthbearer_set_token_failure(client, said);
    if (text.data)
        explicit_bzero(text.data, text.len);
    mill_buffer_finish(&text);
    mill_buffer_finish(&why);
}

enum mill_verdict
kafka_token_open(struct kafka_token **made, const struct kafka_options *options,
                 struct mill_stage *stage, rd_kafka_conf_t *conf)
{
    struct kafka_token *token = calloc(1, sizeof(*token));
    struct mill_buffer why = { 0 };
    enum mill_verdict verdict = MILL_OK;

    *made = token;
    if (!token)
        return mill_fail(stage, MILL_RETRY, "no memory to log in");
    token->stage = stage;
    token->options =
        (struct aws_options){ .access_key = options->access_key,
                              .secret_key = options->secret_key,
                              .session_token = options->session_token,
                              .profile = options->profile,
                              .region = options->region,
                              .stop = &token->stop };
    token->chain = aws_chain_create(&token->options);
    if (!token->chain)
        verdict = mill_fail(stage, MILL_RETRY, "no memory to log in");
    else if (!aws_region(&token->options, &token->region, &why))
        verdict = mill_fail(stage, MILL_FATAL,
                            "auth: aws-iam needs a region: set the option "
                            "region; %s",
                            mill_buffer_text(&why));
    mill_buffer_finish(&why);
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, on_refresh);
    rd_kafka_conf_enable_sasl_queue(conf, 1);
    return verdict;
}

void
kafka_token_start(struct kafka_token *token, rd_kafka_t *client)
{
    rd_kafka_error_t *error = rd_kafka_sasl_background_callbacks_enable(client);

    if (!error)
        return;
    mill_log(token->stage, MILL_ERROR, "librdkafka: %s",
             rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
}

void
kafka_token_stop(struct kafka_token *token)
{
    atomic_store(&token->stop, true);
}

void
kafka_token_close(struct kafka_token *token)
{
    if (!token)
        return;
    aws_chain_destroy(token->chain);
    mill_buffer_finish(&token->region);
    free(token);
}
