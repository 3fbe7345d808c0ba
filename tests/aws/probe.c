/* SPDX-License-Identifier: Apache-2.0 */

/*
 * probe - asks plugins/common/aws what tests want to know; JSON lines in,
 * JSON lines out, one answer a question:
 *
 *     {"ask":"get","now":N}       credentials, from the one chain of the run
 *     {"ask":"crowd","now":N,"threads":N}   what each of them got, in ms
 *     {"ask":"forget"}            those of the last get were refused
 *     {"ask":"region"}
 *     {"ask":"sign", ...}         the headers that signing adds
 *     {"ask":"presign", ...}      a URL
 *     {"ask":"msk", ...}          a token and its end
 *
 * Options of the chain come as arguments, name=value.  It shows secrets: never
 * give it keys that open anything.  SIGTERM sets the stop flag, as a plugin's
 * cancel() would.
 */

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "aws/credentials.h"
#include "aws/msk.h"

#define PAIRS_MAX 64
#define MEMBERS_MAX 16

static atomic_bool stop;
static struct aws_options options = { .stop = &stop };
static struct aws_chain *chain;
static struct aws_credentials last;

static const char *
text(struct json_object *question, const char *name)
{
    return json_object_get_string(json_object_object_get(question, name));
}

static int64_t
number(struct json_object *question, const char *name)
{
    return json_object_get_int64(json_object_object_get(question, name));
}

static void
put(struct json_object *answer, const char *name, const char *value)
{
    json_object_object_add(answer, name,
                           value ? json_object_new_string(value) : NULL);
}

/* --- credentials --- */

static void
get(struct json_object *question, struct json_object *answer)
{
    struct mill_buffer why = { 0 };

    aws_credentials_finish(&last);
    if (aws_chain_get(chain, number(question, "now"), &last, &why)) {
        put(answer, "id", last.keys.id);
        put(answer, "secret", last.keys.secret);
        put(answer, "token", last.keys.token);
        put(answer, "provider", last.provider);
        json_object_object_add(answer, "expires",
                               json_object_new_int64(last.expires));
    }
    put(answer, "why", mill_buffer_text(&why));
    mill_buffer_finish(&why);
}

struct member {
    pthread_t thread;
    int64_t now;
    char id[64];
    int64_t ms;
};

static int64_t
milliseconds(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * INT64_C(1000) + at.tv_nsec / 1000000;
}

static void *
get_as_member(void *arg)
{
    struct member *member = arg;
    struct aws_credentials credentials;
    struct mill_buffer why = { 0 };
    int64_t began = milliseconds();

    if (aws_chain_get(chain, member->now, &credentials, &why))
        snprintf(member->id, sizeof(member->id), "%s", credentials.keys.id);
    member->ms = milliseconds() - began;
    aws_credentials_finish(&credentials);
    mill_buffer_finish(&why);
    return NULL;
}

static void
crowd(struct json_object *question, struct json_object *answer)
{
    static struct member members[MEMBERS_MAX];
    struct json_object *ids = json_object_new_array();
    struct json_object *ms = json_object_new_array();
    int count = (int)number(question, "threads");

    for (int i = 0; i < count && i < MEMBERS_MAX; i++) {
        members[i] = (struct member){ .now = number(question, "now") };
        pthread_create(&members[i].thread, NULL, get_as_member, &members[i]);
    }
    for (int i = 0; i < count && i < MEMBERS_MAX; i++) {
        pthread_join(members[i].thread, NULL);
        json_object_array_add(ids, json_object_new_string(members[i].id));
        json_object_array_add(ms, json_object_new_int64(members[i].ms));
    }
    json_object_object_add(answer, "ids", ids);
    json_object_object_add(answer, "ms", ms);
}

static void
region(struct json_object *question, struct json_object *answer)
{
    struct mill_buffer found = { 0 };
    struct mill_buffer why = { 0 };

    (void)question;
    if (aws_region(&options, &found, &why))
        put(answer, "region", mill_buffer_text(&found));
    put(answer, "why", mill_buffer_text(&why));
    mill_buffer_finish(&found);
    mill_buffer_finish(&why);
}

static void
forget(struct json_object *question, struct json_object *answer)
{
    (void)question;
    (void)answer;
    aws_chain_forget(chain, &last);
}

/* --- signatures --- */

/* [["name", "value"], ...] */
static size_t
pairs(struct json_object *question, const char *name,
      struct sigv4_pair to[PAIRS_MAX])
{
    struct json_object *list = json_object_object_get(question, name);
    size_t count = list ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < count && i < PAIRS_MAX; i++) {
        struct json_object *pair = json_object_array_get_idx(list, i);

        to[i].name = json_object_get_string(json_object_array_get_idx(pair, 0));
        to[i].value =
            json_object_get_string(json_object_array_get_idx(pair, 1));
    }
    return count;
}

static struct aws_keys
keys(struct json_object *question)
{
    return (struct aws_keys){ text(question, "id"), text(question, "secret"),
                              text(question, "token") };
}

static void
sign(struct json_object *question, struct json_object *answer)
{
    static struct sigv4_pair query[PAIRS_MAX];
    static struct sigv4_pair headers[PAIRS_MAX];
    const struct aws_keys signer = keys(question);
    struct sigv4_signature signature = { 0 };
    struct mill_buffer url = { 0 };
    const struct sigv4_request request = {
        .method = text(question, "method"),
        .host = text(question, "host"),
        .path = text(question, "path"),
        .query = query,
        .query_count = pairs(question, "query", query),
        .headers = headers,
        .header_count = pairs(question, "headers", headers),
        .payload_hash = text(question, "hash"),
        .service = text(question, "service"),
        .region = text(question, "region"),
        .time = number(question, "now"),
        .keys = &signer,
    };

    if (number(question, "lifetime") > 0) {
        sigv4_presign(&request, (int)number(question, "lifetime"), &url);
        put(answer, "url", mill_buffer_text(&url));
    } else if (sigv4_sign(&request, &signature)) {
        struct json_object *list = json_object_new_array();

        for (size_t i = 0; signature.headers[i]; i++)
            json_object_array_add(list,
                                  json_object_new_string(signature.headers[i]));
        json_object_object_add(answer, "headers", list);
    }
    mill_buffer_finish(&url);
    sigv4_finish(&signature);
}

static void
msk(struct json_object *question, struct json_object *answer)
{
    const struct aws_credentials signer = { .keys = keys(question) };
    struct mill_buffer token = { 0 };
    int64_t expires = 0;

    msk_token(&signer, text(question, "region"), number(question, "now"),
              &token, &expires);
    put(answer, "token", mill_buffer_text(&token));
    json_object_object_add(answer, "expires", json_object_new_int64(expires));
    mill_buffer_finish(&token);
}

/* --- the rest --- */

static const struct {
    const char *name;
    void (*answer)(struct json_object *question, struct json_object *answer);
} questions[] = {
    { "get", get },       { "crowd", crowd }, { "forget", forget },
    { "region", region }, { "sign", sign },   { "presign", sign },
    { "msk", msk },
};

static void
answer_line(const char *line)
{
    struct json_object *question = json_tokener_parse(line);
    struct json_object *answer = json_object_new_object();
    const char *name = text(question, "ask");

    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
        if (name && strcmp(name, questions[i].name) == 0)
            questions[i].answer(question, answer);
    puts(json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN));
    fflush(stdout);
    json_object_put(question);
    json_object_put(answer);
}

static void
on_signal(int number_)
{
    (void)number_;
    atomic_store(&stop, true);
}

static bool
take_option(const char *argument)
{
    static const struct {
        const char *name;
        const char **to;
    } known[] = {
        { "access_key=", &options.access_key },
        { "secret_key=", &options.secret_key },
        { "session_token=", &options.session_token },
        { "profile=", &options.profile },
        { "region=", &options.region },
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t len = strlen(known[i].name);

        if (strncmp(argument, known[i].name, len) == 0) {
            *known[i].to = argument + len;
            return true;
        }
    }
    return false;
}

int
main(int argc, char **argv)
{
    struct sigaction action = { .sa_handler = on_signal,
                                .sa_flags = SA_RESTART };
    char *line = NULL;
    size_t room = 0;

    for (int i = 1; i < argc; i++)
        if (!take_option(argv[i])) {
            fprintf(stderr, "probe: no such option: %s\n", argv[i]);
            return 2;
        }
    sigaction(SIGTERM, &action, NULL);
    chain = aws_chain_create(&options);
    while (chain && getline(&line, &room, stdin) > 0)
        answer_line(line);
    free(line);
    aws_credentials_finish(&last);
    aws_chain_destroy(chain);
    return chain ? 0 : 1;
}
