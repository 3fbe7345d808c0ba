/* SPDX-License-Identifier: Apache-2.0 */

/*
 * credentials - who we are to AWS, found where AWS's own tools look
 *
 * Asked in this order, which is botocore's; the first that has any wins:
 *
 *     options       access_key and secret_key of the stage
 *     environment   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
 *                   (passed over where the stage names a profile)
 *     role          the profile's role_arn, with source_profile,
 *                   credential_source or web_identity_token_file
 *     web identity  AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN (EKS)
 *     profile       keys in ~/.aws/credentials or ~/.aws/config
 *     container     AWS_CONTAINER_CREDENTIALS_..._URI (ECS, EKS Pod Identity)
 *     instance      EC2's metadata service, IMDSv2
 *
 * One that is set up but fails ends the search: what comes behind it may be
 * somebody else.  Not supported, and said so where a profile asks for it:
 * credential_process (plugins start no processes), IAM Identity Center
 * (sso_...), login_session, and roles that want a code from an MFA device.
 *
 * AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, AWS_EC2_METADATA_SERVICE_ENDPOINT
 * (..._MODE), AWS_CA_BUNDLE and the switches AWS_EC2_METADATA_DISABLED and
 * AWS_EC2_METADATA_V1_DISABLED are obeyed.
 */

#ifndef COMMON_AWS_CREDENTIALS_H
#define COMMON_AWS_CREDENTIALS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "aws/sigv4.h"

/* Temporary credentials are renewed by the first who asks from 15 minutes
 * before they end; from 10 minutes before, all who ask wait for that. */
#define AWS_REFRESH_SOON 900
#define AWS_REFRESH_NOW 600
/* As long as old ones hold, it is tried again no sooner than this. */
#define AWS_REFRESH_PAUSE 60

/* What the stage says itself; NULL or "" is nothing.  Only borrowed: it has to
 * live as long as what was made with it. */
struct aws_options {
    const char *access_key;
    const char *secret_key;
    const char *session_token;
    const char *profile;
    const char *region;
    const atomic_bool *stop; /* set by any thread to end a call; or NULL */
};

struct aws_credentials {
    struct aws_keys keys;
    int64_t expires;      /* seconds since 1970; 0: never */
    const char *provider; /* one of the words above; static text */
    char *memory;         /* the keys' */
};

/* Wipes and frees.  Zeroed memory is fine. */
void aws_credentials_finish(struct aws_credentials *credentials);

/* Any thread may use a chain, several at a time. */
struct aws_chain;

/* Asks nobody yet.  NULL: no memory. */
struct aws_chain *aws_chain_create(const struct aws_options *options);

/* NULL is fine. */
void aws_chain_destroy(struct aws_chain *chain);

/*
 * Credentials that hold at NOW (seconds since 1970), into *TO, which is the
 * caller's to finish.  Usually at once; blocks, in the time-outs of whoever is
 * asked, where there are none yet or they are about to end.
 *
 * False: there are none; WHY (appended to) names each that was asked, and why
 * it said no.  True, with something in WHY: these still hold, but renewing them
 * failed; that is for the log.  There is no secret in WHY.
 */
bool aws_chain_get(struct aws_chain *chain, int64_t now,
                   struct aws_credentials *to, struct mill_buffer *why);

/* Forgets what it gave, where it still would: a service took that for expired
 * or unknown. */
void aws_chain_forget(struct aws_chain *chain,
                      const struct aws_credentials *refused);

/*
 * The region, appended to TO: that of the options, AWS_REGION,
 * AWS_DEFAULT_REGION, the profile's, the EC2 instance's.  May block as above.
 * False: there is none, and WHY (appended to) says where it was looked for.
 */
bool aws_region(const struct aws_options *options, struct mill_buffer *to,
                struct mill_buffer *why);

#endif /* COMMON_AWS_CREDENTIALS_H */
