/* SPDX-License-Identifier: Apache-2.0 */

/* profile - keys in a profile, or a role that a profile assumes */

#include <string.h>

#include "aws/provider.h"

/* Roles that assume roles that assume roles: more is a circle. */
#define CHAIN_MAX 8

static const char *
get(const struct aws_ask *ask, const char *profile, const char *name)
{
    return profiles_get(&ask->profiles, profile, name);
}

/* False: nobody has it, and the answer is in *ANSWER. */
static bool
is_there(struct aws_ask *ask, const char *profile, bool named,
         enum aws_answer *answer)
{
    const char *first = mill_buffer_text(&ask->profiles.credentials.path);
    const char *second = mill_buffer_text(&ask->profiles.config.path);

    if (profiles_has(&ask->profiles, profile))
        return true;
    if (named)
        *answer = aws_fail(ask, "profile \"%s\" is neither in %s nor in %s",
                           profile, first, second);
    else
        *answer = aws_pass(ask, "no profile \"%s\" in %s or %s", profile, first,
                           second);
    return false;
}

/* --- keys --- */

/* What a profile may have instead of keys that isn't supported; or NULL. */
static const char *
unsupported(const struct aws_ask *ask, const char *profile)
{
    static const char *const names[] = { "credential_process", "sso_session",
                                         "sso_start_url", "login_session" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (get(ask, profile, names[i]))
            return names[i];
    return NULL;
}

static enum aws_answer
take_keys(struct aws_ask *ask, const char *profile, struct aws_credentials *to)
{
    const struct aws_keys keys = {
        .id = get(ask, profile, "aws_access_key_id"),
        .secret = get(ask, profile, "aws_secret_access_key"),
        .token = get(ask, profile, "aws_session_token"),
    };
    const char *other = unsupported(ask, profile);

    if (!keys.id && other)
        return aws_fail(ask,
                        "profile \"%s\" has %s, which isn't supported: give "
                        "keys or a role",
                        profile, other);
    if (!keys.id)
        return aws_pass(ask, "profile \"%s\" has no aws_access_key_id",
                        profile);
    if (!keys.secret)
        return aws_fail(ask,
                        "profile \"%s\" has aws_access_key_id, but no "
                        "aws_secret_access_key",
                        profile);
    return aws_take(ask, &keys, 0, to);
}

enum aws_answer
aws_from_profile(struct aws_ask *ask, struct aws_credentials *to)
{
    bool named;
    const char *profile = aws_profile_name(ask, &named);
    enum aws_answer answer;

    if (!is_there(ask, profile, named, &answer))
        return answer;
    return take_keys(ask, profile, to);
}

/* --- roles --- */

static enum aws_answer take_role(struct aws_ask *ask, const char *profile,
                                 int depth, struct aws_credentials *to);

static enum aws_answer
ask_source(struct aws_ask *ask, const char *profile, const char *source,
           struct aws_credentials *to)
{
    static const struct {
        const char *name;
        aws_provider *provider;
    } sources[] = {
        { "Environment", aws_keys_of_environment },
        { "EcsContainer", aws_from_container },
        { "Ec2InstanceMetadata", aws_from_instance },
    };

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
        if (strcmp(source, sources[i].name) == 0)
            return sources[i].provider(ask, to);
    return aws_fail(ask,
                    "profile \"%s\": credential_source is one of Environment, "
                    "EcsContainer and Ec2InstanceMetadata",
                    profile);
}

/* A source profile's own keys, or, where it has a role, that role's.  One that
 * names itself means its keys. */
static enum aws_answer
ask_profile(struct aws_ask *ask, const char *profile, const char *source,
            int depth, struct aws_credentials *to)
{
    enum aws_answer answer;

    if (!is_there(ask, source, true, &answer))
        return answer;
    if (depth >= CHAIN_MAX)
        return aws_fail(ask, "the source_profile of \"%s\" goes in a circle",
                        profile);
    if (strcmp(profile, source) != 0 && get(ask, source, "role_arn"))
        return take_role(ask, source, depth + 1, to);
    return take_keys(ask, source, to);
}

static enum aws_answer
ask_for_keys(struct aws_ask *ask, const char *profile, int depth,
             struct aws_credentials *to)
{
    const char *source = get(ask, profile, "source_profile");
    const char *other = get(ask, profile, "credential_source");
    enum aws_answer answer;

    if (get(ask, profile, "mfa_serial"))
        return aws_fail(ask,
                        "profile \"%s\" wants a code from an MFA device, "
                        "which nobody is here to type",
                        profile);
    if (!source == !other)
        return aws_fail(ask,
                        "profile \"%s\" has role_arn, and needs one of "
                        "source_profile and credential_source with it",
                        profile);
    answer = source ? ask_profile(ask, profile, source, depth, to)
                    : ask_source(ask, profile, other, to);
    /* Keys that aren't there fail a role that is. */
    return answer == AWS_PASS ? AWS_FAIL : answer;
}

static enum aws_answer
take_role(struct aws_ask *ask, const char *profile, int depth,
          struct aws_credentials *to)
{
    const struct aws_role role = {
        .arn = get(ask, profile, "role_arn"),
        .session_name = get(ask, profile, "role_session_name"),
        .external_id = get(ask, profile, "external_id"),
        .duration = get(ask, profile, "duration_seconds"),
    };
    const char *file = get(ask, profile, "web_identity_token_file");
    struct aws_credentials source = { 0 };
    enum aws_answer answer;

    if (file)
        return aws_assume_with_token(ask, &role, file, to);
    answer = ask_for_keys(ask, profile, depth, &source);
    if (answer == AWS_HAVE)
        answer = aws_assume_role(ask, &role, &source.keys, to);
    aws_credentials_finish(&source);
    return answer;
}

enum aws_answer
aws_from_role(struct aws_ask *ask, struct aws_credentials *to)
{
    bool named;
    const char *profile = aws_profile_name(ask, &named);
    enum aws_answer answer;

    if (!is_there(ask, profile, named, &answer))
        return answer;
    if (!get(ask, profile, "role_arn"))
        return aws_pass(ask, "profile \"%s\" has no role_arn", profile);
    return take_role(ask, profile, 0, to);
}
