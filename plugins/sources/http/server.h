/* SPDX-License-Identifier: Apache-2.0 */

/*
 * server - what its own files share: requests, connections, the clerk's jobs
 *
 * libmicrohttpd calls from threads of its own; a connection stays with one of
 * them.  A request that waits, for the pipeline or for the clerk, is suspended:
 * then nobody touches it until it is resumed, and its thread serves others.
 */

#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <microhttpd.h>

#include "http.h"

enum call_state {
    CALL_RECEIVING,
    CALL_ASKING,  /* the clerk is at work for it */
    CALL_ASKED,   /* and has answered */
    CALL_WAITING, /* for its ticket */
};

/* One request. */
struct call {
    struct watcher watcher; /* first: a watcher is its call */
    struct http_source *http;
    struct MHD_Connection *connection;
    struct link *link;
    enum call_state state;
    struct route route;
    struct request_style style;
    const char *reply_type;
    struct refusal refusal; /* status 0: none so far */
    const char *gateway;    /* a refusal in API Gateway's words; or NULL */
    bool unclear;           /* where it ends: what follows isn't a request */
    char *body;
    size_t len;
    size_t room;            /* of the desk's bytes */
    struct request request; /* what is in it, until there is a ticket */

    struct ticket *ticket;

    /* Under the desk's lock: while it is held for its ticket. */
    bool held;
    bool was_held; /* by the thread that handed it in */
    int64_t since_ns;
    struct call *next_held;

    /* The clerk's. */
    struct call *next_job;
    struct mill_request job;
    enum mill_answer answer;
    struct mill_buffer told;
};

/* One connection; slow ones are found by it. */
struct link {
    struct link *next;
    struct link *prev;
    int fd;
    /* Since when the client is to send or to fetch; 0: it waits for us. */
    _Atomic int64_t since_ns;
};

/* What is known of a topic. */
struct topic {
    char name[ROUTE_NAME_MOST + 1];
    bool there;
    int64_t partitions; /* 0: not known */
    int64_t until_ns;   /* when to ask again */
    bool told;          /* that its values are JSON in a text */
};

#define TOPICS_MOST 1024u

struct server {
    struct http_source *http;
    struct MHD_Daemon *daemon;
    int socket; /* that listens; -1: no more */
    char *cert;
    char *key;
    char *authorization; /* what basic authentication has to send; or NULL */

    pthread_mutex_t lock; /* of all below */
    struct link *links;
    size_t calls;
    struct topic *topics;
    size_t topic_count;
    bool no_admin; /* no sink behind this source answers questions */
};

/* --- server_open.c --- */

enum mill_verdict server_listen(struct http_source *http,
                                struct mill_stage *stage);
enum mill_verdict server_read_tls(struct http_source *http,
                                  struct mill_stage *stage);
/* What a client sends that knows user and password; false: no memory. */
bool server_authorization(struct http_source *http);

/* --- server_call.c: what is to be done with a request --- */

/* Who may, and what for: fills in the route, and the refusal if there is one.
 */
void call_begin(struct call *call, const char *method, const char *path);

/* The whole body is there, or what it waited for: what to do now. */
enum MHD_Result call_go_on(struct call *call);

/* --- server_answer.c --- */

enum MHD_Result call_answer(struct call *call);
/* A reply that is made elsewhere; takes the buffer. */
enum MHD_Result call_reply(struct call *call, int status,
                           struct mill_buffer *body);

/* --- server_topics.c --- */

enum topic_known { TOPIC_ASK, TOPIC_THERE, TOPIC_UNKNOWN };

/* What is known of the topic of a call. */
enum topic_known topic_look(struct server *server, const char *name,
                            int64_t *partitions);
/* What the sink said when it was asked to describe it. */
void topic_learn(struct server *server, const char *name,
                 enum mill_answer answer, struct mill_bytes told);
/* True once a topic. */
bool topic_tell_once(struct server *server, const char *name);

/* --- clerk.c --- */

struct clerk *clerk_start(struct http_source *http);
/* Has answered all jobs when it returns. */
void clerk_stop(struct clerk *clerk);
/* Suspends the call until its job is done; false: the clerk is leaving. */
bool clerk_ask(struct clerk *clerk, struct call *call);
/* Calls that wait for their ticket; under the desk's lock. */
void clerk_hold(struct clerk *clerk, struct call *call);
void clerk_let_go(struct clerk *clerk, struct call *call);
/* Wakes all that wait, whatever became of their tickets. */
void clerk_wake_all(struct clerk *clerk);

#endif /* HTTP_SERVER_H */
