/* SPDX-License-Identifier: Apache-2.0 */

/*
 * http - the source's parts
 *
 *     server      libmicrohttpd's threads: requests in, answers out
 *     clerk       a thread that asks the sink (mill_admin) and ends what takes
 *                 too long, so that the server's never wait
 *     desk        requests under way
 *     spooler     a thread that writes them to the spool, many with one sync
 *     emit        the source's own thread: rows out, settlements in
 */

#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdatomic.h>

#include <millrace/plugin.h>

#include "desk.h"
#include "spool.h"

/* A batch of rows from the spool that is under way. */
struct flight {
    uint64_t low;  /* all requests before this one were emitted before it */
    uint64_t last; /* position of its last row */
    bool settled;
};

struct server;
struct clerk;

struct http_source {
    const char *listen;
    const char *base_path;
    const char *tls_cert;
    const char *tls_key;
    const char *api_key;
    const char *user;
    const char *password;
    const char *const *topics;
    const char *unknown_topics;
    const char *acknowledge;
    struct mill_duration settle_within;
    const char *spool;
    struct mill_size spool_size;
    struct mill_duration idempotency_window;
    int64_t idempotency_records;
    const char *double_encoded;
    const char *binary;
    struct mill_size max_body;
    int64_t max_connections;
    struct mill_size max_pending;
    struct mill_duration timeout;
    int64_t threads;

    struct mill_stage *stage;
    bool opened;
    atomic_bool ready; /* open is through */
    struct desk desk;
    bool has_spool;
    struct spool disk;
    bool spooling; /* its thread runs */
    pthread_t spooler;
    atomic_bool broken; /* the spool can't be written any more; */
    char why[256];      /* why, set before */
    struct server *server;
    struct clerk *clerk;

    /* The source's thread. */
    struct ticket *ticket; /* that is being emitted, without a spool */
    struct entry entry;
    size_t at;       /* records of it that were emitted */
    uint64_t next;   /* number of the next request, without a spool */
    uint64_t read;   /* all numbers before are read, with one */
    bool told_early; /* that keys are forgotten early */
    bool told_stuck; /* that what is settled can't go */
    struct flight *flights;
    size_t flight_count;
    size_t flight_room;
};

/* Seconds since 1970. */
int64_t http_now_s(void);

/* --- emit --- */

enum mill_verdict emit_read(struct http_source *http, struct mill_stage *stage,
                            struct mill_batch *batch);
void emit_settled(struct http_source *http, const struct mill_settled *settled);
/* Reports what was counted since it was called last. */
void emit_count(struct http_source *http);

/* --- spooler --- */

/* Opens the spool and starts its thread. */
enum mill_verdict spooler_start(struct http_source *http,
                                struct mill_stage *stage);
/* Lets it write what is queued, once the desk was stopped, and ends it; closes
 * the spool. */
void spooler_join(struct http_source *http);
void spooler_close(struct http_source *http);

/* Lets go of what is settled. */
void spooler_done(struct http_source *http, uint64_t upto);

/* --- server --- */

enum mill_verdict server_start(struct http_source *http,
                               struct mill_stage *stage);
/* Takes no more connections; any thread. */
void server_quiesce(struct http_source *http);
/* Answers who still waits, and ends it. */
void server_stop(struct http_source *http);

#endif /* HTTP_HTTP_H */
