/* SPDX-License-Identifier: Apache-2.0 */

/* answer - credentials out of what a provider said */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "aws/provider.h"

/* --- times --- */

int64_t
aws_parse_time(const char *text)
{
    struct tm parts = { 0 };
    const char *at = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);

    if (at && *at == '.')
        at += 1 + strspn(at + 1, "0123456789");
    if (!at || (strcmp(at, "Z") != 0 && strcmp(at, "+00:00") != 0))
        return -1;
    return timegm(&parts);
}

static void
print_time(int64_t seconds, char *to, size_t room)
{
    time_t at = (time_t)seconds;
    struct tm parts;

    if (!gmtime_r(&at, &parts)
        || !strftime(to, room, "%Y-%m-%dT%H:%M:%SZ", &parts))
        snprintf(to, room, "%lld", (long long)seconds);
}

/* --- keys --- */

/* Whether it can stand in a header: no line ends, no blanks. */
static bool
is_sendable(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text == 0x7f)
            return false;
    return true;
}

static enum aws_answer
check(struct aws_ask *ask, const struct aws_keys *keys, int64_t expires)
{
    char when[32];

    if (!keys->id || !*keys->id || !keys->secret || !*keys->secret)
        return aws_fail(ask, "it gave no access key, or no secret key");
    if (!is_sendable(keys->id) || !is_sendable(keys->secret)
        || (keys->token && !is_sendable(keys->token)))
        return aws_fail(ask, "a key has a blank, a line end or a control "
                             "character in it");
    if (expires == 0 || expires > ask->now)
        return AWS_HAVE;
    print_time(expires, when, sizeof(when));
    return aws_fail(ask,
                    "it gave credentials that ended at %s: is this machine's "
                    "clock right?",
                    when);
}

static const char *
put(char **at, const char *text)
{
    const char *copy = *at;
    size_t size = strlen(text) + 1;

    memcpy(*at, text, size);
    *at += size;
    return copy;
}

enum aws_answer
aws_take(struct aws_ask *ask, const struct aws_keys *keys, int64_t expires,
         struct aws_credentials *to)
{
    struct aws_credentials copy = { .expires = expires };
    const char *token = keys->token && *keys->token ? keys->token : NULL;
    enum aws_answer answer = check(ask, keys, expires);
    char *at;

    if (answer != AWS_HAVE)
        return answer;
    at = copy.memory = malloc(strlen(keys->id) + strlen(keys->secret)
                              + (token ? strlen(token) : 0) + 3);
    if (!at)
        return aws_fail(ask, "no memory");
    copy.keys.id = put(&at, keys->id);
    copy.keys.secret = put(&at, keys->secret);
    copy.keys.token = token ? put(&at, token) : NULL;
    aws_credentials_finish(to);
    *to = copy;
    return AWS_HAVE;
}

void
aws_credentials_finish(struct aws_credentials *credentials)
{
    const struct aws_keys *keys = &credentials->keys;

    if (credentials->memory) {
        const char *last = keys->token ? keys->token : keys->secret;

        explicit_bzero(credentials->memory,
                       (size_t)(last - credentials->memory) + strlen(last));
    }
    free(credentials->memory);
    *credentials = (struct aws_credentials){ 0 };
}

/* --- JSON --- */

static const char *
text_of(struct json_object *object, const char *name)
{
    struct json_object *value = NULL;

    json_object_object_get_ex(object, name, &value);
    return json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : NULL;
}

static enum aws_answer
take_object(struct aws_ask *ask, struct json_object *object,
            struct aws_credentials *to)
{
    const struct aws_keys keys = {
        .id = text_of(object, "AccessKeyId"),
        .secret = text_of(object, "SecretAccessKey"),
        .token = text_of(object, "Token"),
    };
    const char *code = text_of(object, "Code");
    const char *message = text_of(object, "Message");
    const char *expiration = text_of(object, "Expiration");
    int64_t expires = expiration ? aws_parse_time(expiration) : 0;

    if (code && strcmp(code, "Success") != 0)
        return aws_fail(ask, "it answered %.100s: %.200s", code,
                        message ? message : "without a message");
    if (expires < 0)
        return aws_fail(ask, "its Expiration isn't a time: %.40s", expiration);
    return aws_take(ask, &keys, expires, to);
}

enum aws_answer
aws_take_json(struct aws_ask *ask, const char *body, struct aws_credentials *to)
{
    struct json_object *object = json_tokener_parse(body);
    enum aws_answer answer;

    if (json_object_is_type(object, json_type_object))
        answer = take_object(ask, object, to);
    else
        answer = aws_fail(ask, "its answer isn't a JSON object");
    json_object_put(object);
    return answer;
}
