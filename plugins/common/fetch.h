/* SPDX-License-Identifier: Apache-2.0 */

/*
 * fetch - one HTTP request and its whole answer, by libcurl
 *
 * For what a plugin asks now and then: credentials, a region, a state.  What
 * has to be quick, with many requests in flight, isn't for this.
 *
 * Redirects aren't followed; an answer is an answer whatever its status says.
 * Blocks, until the answer, the time-out, or the stop flag, which is looked at
 * every FETCH_LOOK_MS.  Any thread.
 */

#ifndef COMMON_FETCH_H
#define COMMON_FETCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <millrace/json.h>

#define FETCH_LOOK_MS 100

/* A larger answer isn't one to a question that this is for. */
#define FETCH_MAX (1024 * 1024)

struct fetch_request {
    const char *method; /* NULL: GET, or POST where there is a body */
    const char *url;
    const char *const *headers; /* "Name: value", NULL ends them; or NULL */
    const char *body;           /* NULL: none */
    size_t body_len;
    int timeout_ms;          /* for all of it, from the name's look-up on */
    bool direct;             /* past the proxies of the environment */
    const char *ca;          /* a file of authorities; NULL: the system's */
    const atomic_bool *stop; /* set by any thread to give up; or NULL */
};

struct fetch_reply {
    int status;                 /* 0: there is no answer */
    struct mill_buffer headers; /* both NUL-terminated */
    struct mill_buffer body;
};

/*
 * False: no answer, and WHY says why, without the URL, which may hold a secret;
 * *REPLY is then empty.  Otherwise it is the caller's, for fetch_finish().
 */
bool fetch(const struct fetch_request *request, struct fetch_reply *reply,
           char *why, size_t room);

/*
 * The Host header that a request to URL will have, without a port where it is
 * the scheme's own: what signers have to know.  False: URL isn't one.
 */
bool fetch_host(const char *url, char *to, size_t room);

/* The value of a header of the reply, into TO; "" and false: it isn't there. */
bool fetch_header(const struct fetch_reply *reply, const char *name, char *to,
                  size_t room);

/* Zeroed memory is fine.  Wipes what it frees. */
void fetch_finish(struct fetch_reply *reply);

/* Sleeps, as long as STOP (or NULL) isn't set.  False: it is. */
bool fetch_pause(int ms, const atomic_bool *stop);

#endif /* COMMON_FETCH_H */
