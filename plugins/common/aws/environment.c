/* SPDX-License-Identifier: Apache-2.0 */

/* environment - keys in the stage's options, keys in the environment */

#include "aws/provider.h"

enum aws_answer
aws_from_options(struct aws_ask *ask, struct aws_credentials *to)
{
    const struct aws_keys keys = {
        .id = ask->options->access_key,
        .secret = ask->options->secret_key,
        .token = ask->options->session_token,
    };
    bool id = keys.id && *keys.id;
    bool secret = keys.secret && *keys.secret;

    if (!id && !secret)
        return aws_pass(ask, "no access_key");
    if (!id || !secret)
        return aws_fail(ask, "%s is given without %s",
                        id ? "access_key" : "secret_key",
                        id ? "secret_key" : "access_key");
    return aws_take(ask, &keys, 0, to);
}

/* Whatever the stage says: a profile may ask for just these. */
enum aws_answer
aws_keys_of_environment(struct aws_ask *ask, struct aws_credentials *to)
{
    const struct aws_keys keys = {
        .id = aws_env("AWS_ACCESS_KEY_ID"),
        .secret = aws_env("AWS_SECRET_ACCESS_KEY"),
        .token = aws_env("AWS_SESSION_TOKEN"),
    };

    if (!keys.id)
        return aws_pass(ask, "AWS_ACCESS_KEY_ID isn't set");
    if (!keys.secret)
        return aws_fail(ask, "AWS_ACCESS_KEY_ID is set, "
                             "AWS_SECRET_ACCESS_KEY isn't");
    return aws_take(ask, &keys, 0, to);
}

enum aws_answer
aws_from_environment(struct aws_ask *ask, struct aws_credentials *to)
{
    if (ask->options->profile && *ask->options->profile)
        return aws_pass(ask, "passed over, since the stage names a profile");
    return aws_keys_of_environment(ask, to);
}
