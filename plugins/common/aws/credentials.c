/* SPDX-License-Identifier: Apache-2.0 */

/*
 * credentials - the chain of providers, and what it gave last
 *
 * Two locks: one is held while providers are asked, which may take seconds; the
 * other only while what they gave is copied, so that nobody waits for a refresh
 * who still has something that holds.
 */

#include "aws/credentials.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "aws/provider.h"

static const struct {
    const char *name;
    aws_provider *provider;
} providers[] = {
    { "options", aws_from_options },
    { "environment", aws_from_environment },
    { "role", aws_from_role },
    { "web identity", aws_from_web_identity },
    { "profile", aws_from_profile },
    { "container", aws_from_container },
    { "instance", aws_from_instance },
};

struct aws_chain {
    struct aws_options options;
    pthread_mutex_t refreshing; /* taken first, where both are */
    pthread_mutex_t lock;       /* for what follows */
    struct aws_credentials current;
    int64_t next_try; /* no refresh before, as long as current holds */
};

/* --- asking --- */

/* Asks one after the other. */
static enum aws_answer
ask_all(struct aws_ask *ask, struct aws_credentials *to,
        struct mill_buffer *why)
{
    enum aws_answer answer = AWS_PASS;
    size_t count = sizeof(providers) / sizeof(providers[0]);

    for (size_t i = 0; i < count && answer == AWS_PASS; i++) {
        answer = providers[i].provider(ask, to);
        to->provider = providers[i].name;
        if (answer != AWS_HAVE)
            mill_buffer_print(why, "%s%s: %s", i > 0 ? "; " : "",
                              providers[i].name, mill_buffer_text(&ask->why));
    }
    return answer;
}

/* New credentials.  False: there are none, and WHY says why. */
static bool
find(const struct aws_options *options, int64_t now, struct aws_credentials *to,
     struct mill_buffer *why)
{
    struct aws_ask ask;
    struct mill_buffer reasons = { 0 };
    enum aws_answer answer = AWS_FAIL;

    if (aws_ask_start(&ask, options, now))
        answer = ask_all(&ask, to, &reasons);
    else
        mill_buffer_print(&reasons, "%s", mill_buffer_text(&ask.why));
    if (answer != AWS_HAVE) {
        aws_credentials_finish(to);
        mill_buffer_print(why, "no AWS credentials: %s",
                          mill_buffer_text(&reasons));
    }
    mill_buffer_finish(&reasons);
    aws_ask_finish(&ask);
    return answer == AWS_HAVE;
}

/* --- the chain --- */

struct aws_chain *
aws_chain_create(const struct aws_options *options)
{
    struct aws_chain *chain = calloc(1, sizeof(*chain));

    if (!chain)
        return NULL;
    chain->options = *options;
    pthread_mutex_init(&chain->refreshing, NULL);
    pthread_mutex_init(&chain->lock, NULL);
    return chain;
}

void
aws_chain_destroy(struct aws_chain *chain)
{
    if (!chain)
        return;
    aws_credentials_finish(&chain->current);
    pthread_mutex_destroy(&chain->lock);
    pthread_mutex_destroy(&chain->refreshing);
    free(chain);
}

enum need {
    NEED_NOTHING,
    NEED_SOON, /* somebody should refresh */
    NEED_NOW,  /* everybody waits for it */
};

static enum need
need(const struct aws_chain *chain, int64_t now)
{
    int64_t expires = chain->current.expires;

    if (!chain->current.memory || (expires != 0 && expires <= now))
        return NEED_NOW;
    if (expires == 0 || now < chain->next_try
        || expires - now > AWS_REFRESH_SOON)
        return NEED_NOTHING;
    return expires - now > AWS_REFRESH_NOW ? NEED_SOON : NEED_NOW;
}

static bool
copy(const struct aws_credentials *from, struct aws_credentials *to)
{
    /* What was taken once is fit to be taken. */
    struct aws_ask ask = { .now = INT64_MIN };
    bool done = aws_take(&ask, &from->keys, from->expires, to) == AWS_HAVE;

    to->provider = from->provider;
    mill_buffer_finish(&ask.why);
    return done;
}

/* Copies what there is, where it holds; what there is to do. */
static enum need
look(struct aws_chain *chain, int64_t now, struct aws_credentials *to)
{
    enum need answer;
    bool holds;

    pthread_mutex_lock(&chain->lock);
    answer = need(chain, now);
    holds = chain->current.memory
            && (chain->current.expires == 0 || chain->current.expires > now);
    if (holds && !copy(&chain->current, to))
        answer = NEED_NOW;
    pthread_mutex_unlock(&chain->lock);
    return answer;
}

/* With `refreshing` held.  TO has what still holds, or nothing. */
static bool
refresh(struct aws_chain *chain, int64_t now, struct aws_credentials *to,
        struct mill_buffer *why)
{
    struct aws_credentials found = { 0 };
    bool done = find(&chain->options, now, &found, why);

    pthread_mutex_lock(&chain->lock);
    chain->next_try = now + AWS_REFRESH_PAUSE;
    if (done) {
        aws_credentials_finish(&chain->current);
        chain->current = found;
        aws_credentials_finish(to);
        done = copy(&chain->current, to);
        if (!done)
            mill_buffer_print(why, "no memory for AWS credentials");
    }
    pthread_mutex_unlock(&chain->lock);
    return done || to->memory != NULL;
}

bool
aws_chain_get(struct aws_chain *chain, int64_t now, struct aws_credentials *to,
              struct mill_buffer *why)
{
    enum need before;
    bool done = true;

    *to = (struct aws_credentials){ 0 };
    before = look(chain, now, to);
    if (before == NEED_NOTHING)
        return true;
    if (before == NEED_NOW)
        pthread_mutex_lock(&chain->refreshing);
    else if (pthread_mutex_trylock(&chain->refreshing) != 0)
        return true;
    /* Somebody else may have done it meanwhile. */
    if (look(chain, now, to) != NEED_NOTHING)
        done = refresh(chain, now, to, why);
    pthread_mutex_unlock(&chain->refreshing);
    return done;
}

void
aws_chain_forget(struct aws_chain *chain, const struct aws_credentials *refused)
{
    pthread_mutex_lock(&chain->lock);
    if (chain->current.memory
        && strcmp(chain->current.keys.id, refused->keys.id) == 0)
        aws_credentials_finish(&chain->current);
    pthread_mutex_unlock(&chain->lock);
}

/* --- the region --- */

static bool
find_region(struct aws_ask *ask, struct mill_buffer *to,
            struct mill_buffer *why)
{
    const char *known = aws_known_region(ask);
    bool named;

    if (known && aws_region_is_valid(known)) {
        mill_buffer_print(to, "%s", known);
        return true;
    }
    if (known) {
        mill_buffer_print(why, "the AWS region \"%.64s\" isn't one", known);
        return false;
    }
    if (aws_instance_region(ask, to))
        return true;
    mill_buffer_print(why,
                      "no AWS region: none in the options, in AWS_REGION, "
                      "AWS_DEFAULT_REGION or profile \"%s\"; instance: %s",
                      aws_profile_name(ask, &named),
                      mill_buffer_text(&ask->why));
    return false;
}

bool
aws_region(const struct aws_options *options, struct mill_buffer *to,
           struct mill_buffer *why)
{
    struct mill_buffer region = { 0 };
    struct aws_ask ask;
    bool done = false;

    if (aws_ask_start(&ask, options, 0))
        done = find_region(&ask, &region, why);
    else
        mill_buffer_print(why, "no AWS region: %s", mill_buffer_text(&ask.why));
    if (done)
        mill_buffer_add(to, region.data, region.len);
    aws_ask_finish(&ask);
    mill_buffer_finish(&region);
    return done && !to->failed;
}
