/* SPDX-License-Identifier: Apache-2.0 */

/*
 * instance - the metadata service of an EC2 instance, version 2
 *
 * A token is fetched first and shown with every other request.  A service that
 * has no such tokens is asked without, as version 1 was, unless that is
 * forbidden.  Where there is no such service the first connection fails, within
 * a second.
 */

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "aws/provider.h"
#include "fetch.h"

#define TIMEOUT_MS 1000
#define ROLES "/latest/meta-data/iam/security-credentials/"

/* Credentials that should have been renewed by now are stretched by this: the
 * service keeps them valid while it can't renew them. */
#define STRETCH_LEAST 120
#define STRETCH_MOST 600

struct service {
    struct aws_ask *ask;
    const char *base;
    struct mill_buffer token; /* the header; empty: version 1 */
};

/* --- asking --- */

/* False: no answer. */
static bool
ask_for(struct service *service, const char *method, const char *path,
        const char *header, struct fetch_reply *reply)
{
    const char *headers[] = { header, NULL };
    struct mill_buffer url = { 0 };
    size_t base_len = strlen(service->base);
    char why[256];
    bool done;

    if (base_len > 0 && service->base[base_len - 1] == '/')
        base_len--;
    mill_buffer_print(&url, "%.*s%s", (int)base_len, service->base, path);
    done = fetch(
        &(struct fetch_request){
            .method = method,
            .url = mill_buffer_text(&url),
            .headers = headers,
            .timeout_ms = TIMEOUT_MS,
            .direct = true,
            .stop = service->ask->options->stop,
        },
        reply, why, sizeof(why));
    if (!done)
        aws_say(service->ask, "cannot ask %s: %s", service->base, why);
    mill_buffer_finish(&url);
    return done;
}

static enum aws_answer
start(struct service *service)
{
    struct aws_ask *ask = service->ask;
    struct fetch_reply reply = { 0 };
    enum aws_answer answer = AWS_HAVE;
    bool old;

    if (!ask_for(service, "PUT", "/latest/api/token",
                 "X-aws-ec2-metadata-token-ttl-seconds: 21600", &reply))
        return AWS_PASS;
    old = reply.status == 403 || reply.status == 404 || reply.status == 405;
    if (reply.status == 200 && strpbrk(reply.body.data, "\r\n"))
        answer = aws_fail(ask, "the token of %s has a line end in it",
                          service->base);
    else if (reply.status == 200)
        mill_buffer_print(&service->token, "X-aws-ec2-metadata-token: %s",
                          reply.body.data);
    else if (!old)
        answer = aws_fail(ask, "%s answered %d when asked for a token",
                          service->base, reply.status);
    else if (aws_env_is_true("AWS_EC2_METADATA_V1_DISABLED"))
        answer = aws_fail(ask,
                          "%s gives no token (%d), and version 1 is forbidden "
                          "by AWS_EC2_METADATA_V1_DISABLED",
                          service->base, reply.status);
    mill_buffer_text(&service->token);
    fetch_finish(&reply);
    return answer;
}

/* The body of PATH, into TO. */
static enum aws_answer
get(struct service *service, const char *path, struct mill_buffer *to)
{
    const char *token = service->token.len > 0 ? service->token.data : NULL;
    struct fetch_reply reply;
    enum aws_answer answer = AWS_HAVE;

    if (!ask_for(service, NULL, path, token, &reply))
        return AWS_FAIL;
    if (reply.status == 200)
        mill_buffer_add(to, reply.body.data, reply.body.len);
    else if (reply.status == 404)
        answer = aws_pass(service->ask, "%s has no %s", service->base, path);
    else
        answer = aws_fail(service->ask, "%s answered %d when asked for %s",
                          service->base, reply.status, path);
    fetch_finish(&reply);
    mill_buffer_text(to);
    return answer;
}

/* Finds the service and gets a token. */
static enum aws_answer
open_service(struct aws_ask *ask, struct service *service)
{
    const char *base = aws_env("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = aws_env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    bool v6 = mode && strcasecmp(mode, "IPv6") == 0;

    *service = (struct service){ .ask = ask };
    service->base = v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    if (base)
        service->base = base;
    if (aws_env_is_true("AWS_EC2_METADATA_DISABLED"))
        return aws_pass(ask, "AWS_EC2_METADATA_DISABLED is true");
    return start(service);
}

static void
close_service(struct service *service)
{
    aws_wipe(&service->token);
}

/* --- credentials --- */

/* The path of the role's credentials. */
static enum aws_answer
find_role(struct service *service, struct mill_buffer *path)
{
    struct mill_buffer roles = { 0 };
    enum aws_answer answer = get(service, ROLES, &roles);

    if (answer == AWS_PASS)
        aws_say(service->ask, "no role is attached to this instance");
    if (answer == AWS_HAVE) {
        roles.len = strcspn(roles.data, "\r\n");
        mill_buffer_print(path, ROLES);
        sigv4_encode(path, mill_buffer_text(&roles), false);
        if (roles.len == 0)
            answer =
                aws_pass(service->ask, "no role is attached to this instance");
    }
    mill_buffer_finish(&roles);
    return answer;
}

/* Moves an end that is near or past, so that the next refresh comes in 2 to 10
 * minutes; not all instances of a fleet at the same time. */
static void
stretch(const struct aws_ask *ask, struct aws_credentials *credentials)
{
    unsigned int dice = 0;
    int64_t more;

    /* Without chance it is the least. */
    if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) != sizeof(dice))
        dice = 0;
    more = STRETCH_LEAST + dice % (STRETCH_MOST - STRETCH_LEAST + 1);
    if (credentials->expires != 0
        && credentials->expires <= ask->now + AWS_REFRESH_NOW + more)
        credentials->expires = ask->now + AWS_REFRESH_NOW + more;
}

static enum aws_answer
take(struct service *service, const char *body, struct aws_credentials *to)
{
    int64_t now = service->ask->now;
    enum aws_answer answer;

    /* Ended ones are taken, too. */
    service->ask->now = INT64_MIN;
    answer = aws_take_json(service->ask, body, to);
    service->ask->now = now;
    if (answer == AWS_HAVE)
        stretch(service->ask, to);
    return answer;
}

enum aws_answer
aws_from_instance(struct aws_ask *ask, struct aws_credentials *to)
{
    struct service service;
    struct mill_buffer path = { 0 };
    struct mill_buffer body = { 0 };
    enum aws_answer answer = open_service(ask, &service);

    if (answer == AWS_HAVE)
        answer = find_role(&service, &path);
    if (answer == AWS_HAVE)
        answer = get(&service, mill_buffer_text(&path), &body);
    if (answer == AWS_HAVE)
        answer = take(&service, mill_buffer_text(&body), to);
    aws_wipe(&body);
    mill_buffer_finish(&path);
    close_service(&service);
    return answer;
}

/* --- the region --- */

bool
aws_instance_region(struct aws_ask *ask, struct mill_buffer *to)
{
    struct service service;
    enum aws_answer answer = open_service(ask, &service);

    if (answer == AWS_HAVE)
        answer = get(&service, "/latest/meta-data/placement/region", to);
    if (answer == AWS_HAVE && !aws_region_is_valid(mill_buffer_text(to)))
        answer = aws_fail(ask, "the region \"%.64s\" isn't one",
                          mill_buffer_text(to));
    close_service(&service);
    return answer == AWS_HAVE;
}
