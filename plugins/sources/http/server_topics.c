/* SPDX-License-Identifier: Apache-2.0 */

/* server_topics - what the sink said about topics, for a while */

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "server.h"

#define SECOND_NS ((int64_t)1000 * 1000 * 1000)

/* How long an answer holds: a topic stays, one that isn't there may be made any
 * time, and a sink that can't say is asked again when it may have recovered. */
#define THERE_NS (60 * SECOND_NS)
#define UNKNOWN_NS (1 * SECOND_NS)
#define NO_ANSWER_NS (5 * SECOND_NS)

/* Under the lock. */
static struct topic *
find(struct server *server, const char *name)
{
    for (size_t i = 0; i < server->topic_count; i++)
        if (strcmp(server->topics[i].name, name) == 0)
            return &server->topics[i];
    return NULL;
}

/* Room for another topic: names that somebody made up don't keep out those that
 * are there.  NULL: no memory, or there are too many. */
static struct topic *
make_room(struct server *server)
{
    int64_t now_ns = clock_ns();

    if (!server->topics)
        server->topics = calloc(TOPICS_MOST, sizeof(*server->topics));
    if (server->topics && server->topic_count < TOPICS_MOST)
        return &server->topics[server->topic_count++];
    for (size_t i = 0; server->topics && i < TOPICS_MOST; i++) {
        struct topic *topic = &server->topics[i];

        if (!topic->there && !topic->told && topic->until_ns < now_ns)
            return topic;
    }
    return NULL;
}

/* The same as find(), and makes it; NULL: there is no room. */
static struct topic *
get(struct server *server, const char *name)
{
    struct topic *topic = find(server, name);

    if (topic)
        return topic;
    topic = make_room(server);
    if (!topic)
        return NULL;
    *topic = (struct topic){ 0 };
    memcpy(topic->name, name, strlen(name) + 1);
    return topic;
}

static bool
is_listed(const struct http_source *http, const char *name)
{
    for (size_t i = 0; http->topics[i]; i++)
        if (strcmp(http->topics[i], name) == 0)
            return true;
    return !http->topics[0];
}

enum topic_known
topic_look(struct server *server, const char *name, int64_t *partitions)
{
    enum topic_known known = TOPIC_ASK;
    struct topic *topic;

    *partitions = 0;
    if (!is_listed(server->http, name))
        return TOPIC_UNKNOWN;
    if (strcmp(server->http->unknown_topics, "take") == 0)
        return TOPIC_THERE;
    pthread_mutex_lock(&server->lock);
    topic = find(server, name);
    if (server->no_admin) {
        known = TOPIC_THERE;
    } else if (topic && topic->until_ns > clock_ns()) {
        known = topic->there ? TOPIC_THERE : TOPIC_UNKNOWN;
        *partitions = topic->partitions;
    }
    pthread_mutex_unlock(&server->lock);
    return known;
}

/* One more than the highest of the partitions; 0: it doesn't say. */
static int64_t
count_partitions(struct mill_bytes told)
{
    json_tokener *tokener = json_tokener_new();
    json_object *list = NULL;
    json_object *object;
    int64_t count = 0;

    if (!tokener)
        return 0;
    object = json_tokener_parse_ex(tokener, told.data, (int)told.len);
    json_tokener_free(tokener);
    if (json_object_is_type(object, json_type_object)
        && json_object_object_get_ex(object, "partitions", &list)
        && json_object_is_type(list, json_type_array))
        for (size_t i = 0; i < json_object_array_length(list); i++) {
            json_object *id = json_object_array_get_idx(list, i);

            if (json_object_is_type(id, json_type_int)
                && json_object_get_int64(id) >= count)
                count = json_object_get_int64(id) + 1;
        }
    json_object_put(object);
    return count;
}

void
topic_learn(struct server *server, const char *name, enum mill_answer answer,
            struct mill_bytes told)
{
    int64_t now_ns = clock_ns();
    struct topic *topic;

    pthread_mutex_lock(&server->lock);
    if (answer == MILL_UNSUPPORTED)
        server->no_admin = true;
    topic = get(server, name);
    if (topic) {
        topic->there = answer != MILL_NOT_THERE;
        topic->partitions = 0;
        topic->until_ns = now_ns + NO_ANSWER_NS;
        if (answer == MILL_ANSWERED) {
            topic->until_ns = now_ns + THERE_NS;
            topic->partitions = count_partitions(told);
        } else if (answer == MILL_NOT_THERE) {
            topic->until_ns = now_ns + UNKNOWN_NS;
        }
    }
    pthread_mutex_unlock(&server->lock);
}

bool
topic_tell_once(struct server *server, const char *name)
{
    struct topic *topic;
    bool tell;

    pthread_mutex_lock(&server->lock);
    topic = get(server, name);
    tell = topic && !topic->told;
    if (topic)
        topic->told = true;
    pthread_mutex_unlock(&server->lock);
    return tell;
}
