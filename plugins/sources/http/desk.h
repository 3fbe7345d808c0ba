/* SPDX-License-Identifier: Apache-2.0 */

/*
 * desk - requests between those who sent them and the pipeline
 *
 * A request that was taken becomes a ticket.  It goes
 *
 *     without a spool   queue --> read, given numbers --> out --> done
 *     with one          queue --> written, synced --> out --> done
 *
 * and is done when each of its records is settled, or, where `acknowledge` says
 * so, when it is synced; or it failed, and none of it was taken.  Whoever waits
 * for a ticket is a watcher, and is woken once it is done or failed.
 *
 * A ticket may hold records that came before, under an idempotency key.  Those
 * follow the ticket that they came with first, and get the same outcome.
 *
 * Everything here is under the desk's lock: threads of the HTTP server put
 * tickets in, the source's thread or the spooler takes them out, the source's
 * thread settles them, the clerk gives up on them.
 */

#ifndef HTTP_DESK_H
#define HTTP_DESK_H

#include <pthread.h>

#include <millrace/plugin.h>

#include "keys.h"
#include "reply.h"
#include "route.h"

/* Tickets that are done, with a key, whose receipts are still known; and their
 * records. */
#define DESK_RECENT 1024u
#define DESK_RECENT_RECORDS 131072u

enum ticket_state {
    TICKET_QUEUED, /* nobody has begun with it: can be withdrawn */
    TICKET_OUT,
    TICKET_DONE,
    TICKET_FAILED, /* as `failed` says */
};

struct watcher {
    struct watcher *next;
    void (*hold)(struct watcher *watcher); /* both under the desk's lock */
    void (*wake)(struct watcher *watcher);
};

struct follower {
    struct follower *next;
    struct ticket *ticket;
};

struct ticket {
    struct ticket *next; /* in the queue, or among those that are out */
    unsigned refs;
    bool held; /* one of them is the desk's */
    enum ticket_state state;
    struct refusal failed;

    char topic[ROUTE_NAME_MOST + 1];
    char *body; /* the records are in it; gone once they were read or written */
    size_t body_room;
    struct request request; /* the records that are new, in entry's order */

    uint64_t first; /* record i has number FIRST + i */
    size_t total;   /* records that were sent */
    size_t open;    /* whose outcome isn't known */
    struct outcome *outcomes;
    int32_t *places; /* partitions that were asked for; -1: none */

    char *key; /* NULL: none */
    bool named;
    uint64_t key_settled;
    struct keys_hit *hits; /* one a record, where there is a key */
    struct keys_holding *holding;

    struct watcher *watchers;
    struct follower *followers;
};

struct desk {
    pthread_mutex_t lock;
    pthread_cond_t queued; /* for the spooler */
    bool spooled;          /* there is a spool */
    bool at_sync;          /* a ticket is done when it is synced */
    bool closing;
    size_t bytes; /* of bodies, from their first byte until they are read or
                   * written, and of their records */
    size_t bytes_most;
    struct ticket *queue;
    struct ticket *queue_end;
    struct ticket *out; /* by number */
    struct ticket *out_end;
    struct keys *keys;
    /* Requests of an earlier run that aren't settled have numbers from here to
     * there, and no tickets. */
    uint64_t left_first;
    uint64_t left_end;
    struct ticket *recent[DESK_RECENT]; /* a ring, from the oldest on */
    size_t recent_first;
    size_t recent_count;
    size_t recent_records;
    int event; /* readable when there is something to read */

    /* Since the source's thread counted them last. */
    uint64_t refused;  /* requests for which there was no room, in time */
    uint64_t repeated; /* records that came before */
    uint64_t early;    /* records whose keys were forgotten before their time */
};

bool desk_open(struct desk *desk);
/* All watchers must have been let go. */
void desk_close(struct desk *desk);

/* Bytes for bodies: false where there would be too many.  Takes the lock. */
bool desk_reserve(struct desk *desk, size_t bytes);
void desk_release(struct desk *desk, size_t bytes);

/* A ticket of a request under the key NAME, whose text is NULL where there is
 * none.  It takes the records and the body.  NULL: no memory, nothing taken. */
struct ticket *ticket_create(const struct keys_name *name,
                             struct request *request, char *body,
                             size_t body_room);

/*
 * Hands TICKET in; the caller keeps a reference, and gives it back with
 * desk_leave().  True: WATCHER is held and will be woken, or
 * the ticket is done already (its state says so).  False: refused.
 */
bool desk_submit(struct desk *desk, struct ticket *ticket,
                 struct watcher *watcher, int64_t now_s, struct refusal *why);

/* The watcher waits no longer; it can have been woken or not. */
void desk_leave(struct desk *desk, struct ticket *ticket,
                struct watcher *watcher);

/* Gives up on a ticket that nobody has begun with, so that none of it is taken;
 * false: it is too late for that.  Under the lock. */
bool desk_withdraw(struct desk *desk, struct ticket *ticket, const char *why);

/* No more is taken; without a spool, what is queued isn't either. */
void desk_stop(struct desk *desk);

/* --- the source's thread, or the spooler; all under the lock --- */

/* Takes all of the queue, as a list. */
struct ticket *desk_take_all(struct desk *desk);

/* Takes the first, with a reference that desk_give_back() gives back: its body
 * is needed no more then.  NULL: there is none; also fine to give back. */
struct ticket *desk_take(struct desk *desk);
void desk_give_back(struct desk *desk, struct ticket *ticket);

/* A ticket that got its number goes out, or is done at once. */
void desk_out(struct desk *desk, struct ticket *ticket, uint64_t first);
/* None of it was taken. */
void desk_fail(struct desk *desk, struct ticket *ticket,
               const struct refusal *why);
/* Its body is needed no more. */
void desk_drop_body(struct desk *desk, struct ticket *ticket);

/* Rows were settled. */
void desk_settled(struct desk *desk, const struct mill_settled *settled);

/* The desk's lane names: what a partition that nobody asked for is called. */
#define DESK_ANYWHERE "any"
void desk_partition(char *to, size_t size, int32_t partition);

#endif /* HTTP_DESK_H */
