/* SPDX-License-Identifier: Apache-2.0 */

/*
 * container - the agent beside a container, of ECS or of EKS Pod Identity
 *
 * The environment says where it is.  Since what is asked there is sent a token
 * and trusted with what it answers, plain http goes only to this machine and to
 * the addresses that AWS's agents have.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "aws/provider.h"
#include "fetch.h"

#define AGENT "http://169.254.170.2"
#define TIMEOUT_MS 2000
#define TRIES 3
#define PAUSE_MS 200

/* --- where --- */

/* HOST as libcurl has it, so that it is the very one that will be asked. */
static bool
is_near(const char *host)
{
    static const char *const agents[] = { "169.254.170.2", "169.254.170.23",
                                          "fd00:ec2::23" };
    char bare[64] = "";
    struct in6_addr v6;
    struct in6_addr agent_v6;
    struct in_addr v4;

    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127 || strcmp(host, agents[0]) == 0
               || strcmp(host, agents[1]) == 0;
    if (sscanf(host, "[%63[^]]]", bare) != 1
        || inet_pton(AF_INET6, bare, &v6) != 1
        || inet_pton(AF_INET6, agents[2], &agent_v6) != 1)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&v6) || memcmp(&v6, &agent_v6, sizeof(v6)) == 0;
}

static bool
is_allowed(const char *url)
{
    CURLU *parts = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    bool allowed =
        parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK
        && curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
        && curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK
        && (strcmp(scheme, "https") == 0
            || (strcmp(scheme, "http") == 0 && is_near(host)));

    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parts);
    return allowed;
}

static enum aws_answer
find_agent(struct aws_ask *ask, struct mill_buffer *url)
{
    const char *relative = aws_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = aws_env("AWS_CONTAINER_CREDENTIALS_FULL_URI");

    if (!relative && !full)
        return aws_pass(ask, "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI "
                             "nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set");
    if (relative && *relative != '/')
        return aws_fail(ask, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI doesn't "
                             "begin with a slash");
    mill_buffer_print(url, "%s%s", relative ? AGENT : "",
                      relative ? relative : full);
    mill_buffer_text(url);
    if (!is_allowed(mill_buffer_text(url)))
        return aws_fail(ask, "AWS_CONTAINER_CREDENTIALS_FULL_URI has to be "
                             "https, or http to this machine, 169.254.170.2, "
                             "169.254.170.23 or fd00:ec2::23");
    return AWS_HAVE;
}

/* --- with what --- */

/* The Authorization header, into HEADER, where one is wanted. */
static bool
authorize(struct aws_ask *ask, struct mill_buffer *header)
{
    const char *path = aws_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = aws_env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    struct mill_buffer text = { 0 };
    bool done = true;

    if (path) {
        done = aws_read_file(ask, path, &text);
        token = mill_buffer_text(&text);
    }
    if (done && token && strpbrk(token, "\r\n")) {
        aws_say(ask, "the authorization token has a line end in it");
        done = false;
    }
    if (done && token) {
        mill_buffer_print(header, "Authorization: %s", token);
        mill_buffer_text(header);
    }
    aws_wipe(&text);
    return done;
}

/* --- asking --- */

static enum aws_answer
ask_once(struct aws_ask *ask, const char *url, const char *header, bool *again,
         struct aws_credentials *to)
{
    const char *headers[] = { "Accept: application/json", header, NULL };
    char host[256];
    struct fetch_request request = {
        .url = url,
        .headers = headers,
        .timeout_ms = TIMEOUT_MS,
        .direct = true,
        .ca = aws_env("AWS_CA_BUNDLE"),
        .stop = ask->options->stop,
    };
    struct fetch_reply reply;
    enum aws_answer answer = AWS_FAIL;
    char why[256];

    *again = true;
    /* The path is a secret: who has it gets the keys. */
    fetch_host(url, host, sizeof(host));
    if (!fetch(&request, &reply, why, sizeof(why))) {
        aws_say(ask, "cannot ask %s: %s", host, why);
    } else if (reply.status == 200) {
        *again = false;
        answer = aws_take_json(ask, reply.body.data, to);
    } else {
        *again = reply.status >= 500 || reply.status == 429;
        aws_say(ask, "%s answered %d", host, reply.status);
    }
    fetch_finish(&reply);
    return answer;
}

static enum aws_answer
ask_agent(struct aws_ask *ask, const char *url, const char *header,
          struct aws_credentials *to)
{
    int pause = PAUSE_MS;
    bool again;

    for (int try = 1;; try++) {
        enum aws_answer answer = ask_once(ask, url, header, &again, to);

        if (answer == AWS_HAVE || !again || try == TRIES
            || !fetch_pause(pause, ask->options->stop))
            return answer;
        pause *= 2;
    }
}

enum aws_answer
aws_from_container(struct aws_ask *ask, struct aws_credentials *to)
{
    struct mill_buffer url = { 0 };
    struct mill_buffer header = { 0 };
    enum aws_answer answer = find_agent(ask, &url);

    if (answer == AWS_HAVE && !authorize(ask, &header))
        answer = AWS_FAIL;
    if (answer == AWS_HAVE)
        answer = ask_agent(ask, mill_buffer_text(&url), header.data, to);
    aws_wipe(&header);
    mill_buffer_finish(&url);
    return answer;
}
