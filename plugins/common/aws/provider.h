/* SPDX-License-Identifier: Apache-2.0 */

/*
 * provider - what credentials.c asks, one provider after the other, and what
 * the providers share.  Nothing outside this folder includes it.
 */

#ifndef COMMON_AWS_PROVIDER_H
#define COMMON_AWS_PROVIDER_H

#include "aws/credentials.h"
#include "aws/profiles.h"

enum aws_answer {
    AWS_HAVE, /* here they are */
    AWS_PASS, /* it isn't set up here: ask the next */
    AWS_FAIL, /* it is set up, and didn't work: ask nobody else */
};

/* One search, in one thread. */
struct aws_ask {
    const struct aws_options *options;
    int64_t now;
    struct profiles profiles;
    struct mill_buffer why; /* of the provider that answered last */
};

/* Fills *TO, or says in ask->why why not. */
typedef enum aws_answer aws_provider(struct aws_ask *ask,
                                     struct aws_credentials *to);

aws_provider aws_from_options;
aws_provider aws_from_environment;
aws_provider aws_from_role;
aws_provider aws_from_web_identity;
aws_provider aws_from_profile;
aws_provider aws_from_container;
aws_provider aws_from_instance;

/* Those of the environment, even where the stage names a profile. */
aws_provider aws_keys_of_environment;

/* The region of the instance, appended to TO.  True: there is one. */
bool aws_instance_region(struct aws_ask *ask, struct mill_buffer *to);

/* Reads the profiles' files.  False: one is wrong, and ask->why says what. */
bool aws_ask_start(struct aws_ask *ask, const struct aws_options *options,
                   int64_t now);
void aws_ask_finish(struct aws_ask *ask);

/* The profile that is asked for, and whether anybody named it. */
const char *aws_profile_name(const struct aws_ask *ask, bool *named);

/* Of the options, the environment or the profile; NULL: none of them. */
const char *aws_known_region(const struct aws_ask *ask);

/* False: it can't be part of a host's name. */
bool aws_region_is_valid(const char *region);

/* Replace ask->why; the second return AWS_PASS, the third AWS_FAIL. */
void aws_say(struct aws_ask *ask, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum aws_answer aws_pass(struct aws_ask *ask, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum aws_answer aws_fail(struct aws_ask *ask, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* NULL where it isn't set, or is empty. */
const char *aws_env(const char *name);
/* True where it says "true", in any case. */
bool aws_env_is_true(const char *name);

/* The text of a small file, without line ends and blanks at its end.  False:
 * ask->why says why. */
bool aws_read_file(struct aws_ask *ask, const char *path,
                   struct mill_buffer *to);

/* Wipes and frees. */
void aws_wipe(struct mill_buffer *buffer);

/* Copies keys into *TO (KEYS may be its own).  AWS_FAIL: one is missing or
 * can't be sent in a header, or they ran out before ask->now. */
enum aws_answer aws_take(struct aws_ask *ask, const struct aws_keys *keys,
                         int64_t expires, struct aws_credentials *to);

/* "2026-01-31T10:20:30Z", with a fraction perhaps, in seconds since 1970; -1:
 * it isn't one. */
int64_t aws_parse_time(const char *text);

/* Reads {"AccessKeyId","SecretAccessKey","Token","Expiration"}. */
enum aws_answer aws_take_json(struct aws_ask *ask, const char *body,
                              struct aws_credentials *to);

/* A role, and how to assume it; NULL for what isn't given. */
struct aws_role {
    const char *arn;
    const char *session_name;
    const char *external_id;
    const char *duration;
};

/* Asks STS, as whom KEYS says. */
enum aws_answer aws_assume_role(struct aws_ask *ask,
                                const struct aws_role *role,
                                const struct aws_keys *keys,
                                struct aws_credentials *to);
/* Asks STS, with the token in a file, which is read anew. */
enum aws_answer aws_assume_with_token(struct aws_ask *ask,
                                      const struct aws_role *role,
                                      const char *path,
                                      struct aws_credentials *to);

#endif /* COMMON_AWS_PROVIDER_H */
