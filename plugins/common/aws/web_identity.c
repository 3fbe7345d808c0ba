/* SPDX-License-Identifier: Apache-2.0 */

/* web_identity - a token in a file, as EKS mounts it, for a role */

#include "aws/provider.h"

enum aws_answer
aws_from_web_identity(struct aws_ask *ask, struct aws_credentials *to)
{
    const char *path = aws_env("AWS_WEB_IDENTITY_TOKEN_FILE");
    const struct aws_role role = {
        .arn = aws_env("AWS_ROLE_ARN"),
        .session_name = aws_env("AWS_ROLE_SESSION_NAME"),
    };

    if (!path)
        return aws_pass(ask, "AWS_WEB_IDENTITY_TOKEN_FILE isn't set");
    if (!role.arn)
        return aws_fail(ask, "AWS_WEB_IDENTITY_TOKEN_FILE is set, "
                             "AWS_ROLE_ARN isn't");
    return aws_assume_with_token(ask, &role, path, to);
}
