/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sts - temporary credentials of a role, from AWS's Security Token Service
 *
 * A form is posted to it, signed with keys or with a token inside it; it
 * answers in XML, of which four elements matter.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/provider.h"
#include "fetch.h"

#define TIMEOUT_MS 10000
#define TRIES 3
#define PAUSE_MS 200 /* before the second try; doubled before each other */

/* Where no region is known, one address serves the world. */
#define GLOBAL_HOST "sts.amazonaws.com"
#define GLOBAL_REGION "us-east-1"

struct sts {
    struct mill_buffer url;
    struct mill_buffer form;
    char host[256];
    const char *region;
    bool again; /* what failed may work later */
};

/* --- the answer --- */

static void
add_entity(struct mill_buffer *to, const char **at)
{
    static const char *const entities[][2] = {
        { "&amp;", "&" },   { "&lt;", "<" },   { "&gt;", ">" },
        { "&quot;", "\"" }, { "&apos;", "'" },
    };

    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
        if (strncmp(*at, entities[i][0], strlen(entities[i][0])) == 0) {
            mill_buffer_add(to, entities[i][1], 1);
            *at += strlen(entities[i][0]);
            return;
        }
    mill_buffer_add(to, (*at)++, 1);
}

/* What stands in the first <NAME>, into TO; "" where there is none. */
static const char *
element(const char *xml, const char *name, struct mill_buffer *to)
{
    char open[64];
    const char *at;
    const char *end;

    snprintf(open, sizeof(open), "<%s>", name);
    at = strstr(xml, open);
    at = at ? at + strlen(open) : "";
    end = at + strcspn(at, "<");
    while (at < end)
        add_entity(to, &at);
    return mill_buffer_text(to);
}

static enum aws_answer
take_xml(struct aws_ask *ask, const char *xml, struct aws_credentials *to)
{
    static const char *const names[] = { "AccessKeyId", "SecretAccessKey",
                                         "SessionToken", "Expiration" };
    struct mill_buffer values[4] = { 0 };
    const char *expiration;
    int64_t expires;
    enum aws_answer answer;

    for (size_t i = 0; i < 4; i++)
        element(xml, names[i], &values[i]);
    expiration = mill_buffer_text(&values[3]);
    expires = aws_parse_time(expiration);
    if (expires < 0)
        answer = aws_fail(ask, "STS's answer has no Expiration in it");
    else
        answer = aws_take(ask,
                          &(struct aws_keys){ mill_buffer_text(&values[0]),
                                              mill_buffer_text(&values[1]),
                                              mill_buffer_text(&values[2]) },
                          expires, to);
    for (size_t i = 0; i < 4; i++)
        aws_wipe(&values[i]);
    return answer;
}

/* What may pass by itself: STS can't reach the issuer of a token, or has too
 * much to do. */
static bool
is_passing(int status, const char *code)
{
    return status >= 500 || status == 429
           || strcmp(code, "IDPCommunicationError") == 0
           || strncmp(code, "Throttling", 10) == 0;
}

/* Says what STS said. */
static void
refuse(struct aws_ask *ask, struct sts *sts, const struct fetch_reply *reply)
{
    const char *xml = reply->body.data;
    struct mill_buffer code = { 0 };
    struct mill_buffer message = { 0 };
    char request[64];

    element(xml, "Code", &code);
    element(xml, "Message", &message);
    fetch_header(reply, "x-amzn-RequestId", request, sizeof(request));
    sts->again = is_passing(reply->status, mill_buffer_text(&code));
    aws_say(ask, "STS at %s answered %d %.100s: %.300s%s%s", sts->host,
            reply->status, mill_buffer_text(&code), mill_buffer_text(&message),
            request[0] ? ", request " : "", request);
    mill_buffer_finish(&code);
    mill_buffer_finish(&message);
}

/* --- the request --- */

static bool
find_address(struct aws_ask *ask, struct sts *sts)
{
    const char *url = aws_env("AWS_ENDPOINT_URL_STS");
    const char *region = aws_known_region(ask);

    if (!url)
        url = aws_env("AWS_ENDPOINT_URL");
    if (region && !aws_region_is_valid(region)) {
        aws_say(ask, "the region \"%.64s\" isn't one", region);
        return false;
    }
    sts->region = region ? region : GLOBAL_REGION;
    if (url)
        mill_buffer_print(&sts->url, "%s%s", url,
                          url[strlen(url) - 1] == '/' ? "" : "/");
    else if (region)
        mill_buffer_print(&sts->url, "https://sts.%s.amazonaws.com%s/", region,
                          strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
    else
        mill_buffer_print(&sts->url, "https://" GLOBAL_HOST "/");
    if (fetch_host(mill_buffer_text(&sts->url), sts->host, sizeof(sts->host)))
        return true;
    aws_say(ask, "AWS_ENDPOINT_URL_STS, or AWS_ENDPOINT_URL, isn't a URL");
    return false;
}

static const char *
path_of(const char *url)
{
    const char *at = strstr(url, "://");

    at = at ? strchr(at + 3, '/') : NULL;
    return at ? at : "/";
}

/* Where there are no KEYS, the token in the form says who asks. */
static bool
sign(const struct aws_ask *ask, const struct sts *sts,
     const struct aws_keys *keys, struct sigv4_signature *signature)
{
    static const struct sigv4_pair form = {
        "Content-Type", "application/x-www-form-urlencoded"
    };
    char hash[SIGV4_HASH_ROOM];
    struct sigv4_request request = {
        .method = "POST",
        .host = sts->host,
        .path = path_of(sts->url.data),
        .headers = &form,
        .header_count = 1,
        .payload_hash = hash,
        .service = "sts",
        .region = sts->region,
        .time = ask->now,
        .keys = keys,
    };

    return !keys
           || (sigv4_hash(sts->form.data, sts->form.len, hash)
               && sigv4_sign(&request, signature));
}

static enum aws_answer
ask_once(struct aws_ask *ask, struct sts *sts, const struct aws_keys *keys,
         struct aws_credentials *to)
{
    struct sigv4_signature signature = { 0 };
    struct fetch_reply reply;
    struct fetch_request request = {
        .url = sts->url.data,
        .body = sts->form.data,
        .body_len = sts->form.len,
        .timeout_ms = TIMEOUT_MS,
        .ca = aws_env("AWS_CA_BUNDLE"),
        .stop = ask->options->stop,
    };
    enum aws_answer answer = AWS_FAIL;
    char why[256];

    if (!sign(ask, sts, keys, &signature))
        return aws_fail(ask, "the request to STS can't be signed: no memory");
    request.headers = (const char *const *)signature.headers;
    if (!fetch(&request, &reply, why, sizeof(why))) {
        sts->again = true;
        aws_say(ask, "cannot ask STS at %s: %s", sts->host, why);
    } else if (reply.status == 200) {
        sts->again = false;
        answer = take_xml(ask, reply.body.data, to);
    } else {
        refuse(ask, sts, &reply);
    }
    fetch_finish(&reply);
    sigv4_finish(&signature);
    return answer;
}

static enum aws_answer
ask_sts(struct aws_ask *ask, struct sts *sts, const struct aws_keys *keys,
        struct aws_credentials *to)
{
    int pause = PAUSE_MS;

    for (int try = 1;; try++) {
        enum aws_answer answer = ask_once(ask, sts, keys, to);

        if (answer == AWS_HAVE || !sts->again || try == TRIES
            || !fetch_pause(pause, ask->options->stop))
            return answer;
        pause *= 2;
    }
}

static void
add_field(struct mill_buffer *form, const char *name, const char *value)
{
    if (!value)
        return;
    mill_buffer_print(form, "&%s=", name);
    sigv4_encode(form, value, false);
}

static enum aws_answer
assume(struct aws_ask *ask, const struct aws_role *role, const char *token,
       const struct aws_keys *keys, struct aws_credentials *to)
{
    struct sts sts = { 0 };
    enum aws_answer answer = AWS_FAIL;
    char session[32];

    snprintf(session, sizeof(session), "millrace-%lld", (long long)ask->now);
    mill_buffer_print(&sts.form, "Action=%s&Version=2011-06-15",
                      token ? "AssumeRoleWithWebIdentity" : "AssumeRole");
    add_field(&sts.form, "RoleArn", role->arn);
    add_field(&sts.form, "RoleSessionName",
              role->session_name ? role->session_name : session);
    add_field(&sts.form, "ExternalId", role->external_id);
    add_field(&sts.form, "DurationSeconds", role->duration);
    add_field(&sts.form, "WebIdentityToken", token);
    mill_buffer_text(&sts.form);
    if (find_address(ask, &sts)) {
        if (sts.form.failed || sts.url.failed)
            answer = aws_fail(ask, "no memory");
        else
            answer = ask_sts(ask, &sts, keys, to);
    }
    aws_wipe(&sts.form);
    mill_buffer_finish(&sts.url);
    return answer;
}

enum aws_answer
aws_assume_role(struct aws_ask *ask, const struct aws_role *role,
                const struct aws_keys *keys, struct aws_credentials *to)
{
    return assume(ask, role, NULL, keys, to);
}

enum aws_answer
aws_assume_with_token(struct aws_ask *ask, const struct aws_role *role,
                      const char *path, struct aws_credentials *to)
{
    struct mill_buffer token = { 0 };
    enum aws_answer answer = AWS_FAIL;

    if (aws_read_file(ask, path, &token))
        answer = assume(ask, role, token.data, NULL, to);
    aws_wipe(&token);
    return answer;
}
