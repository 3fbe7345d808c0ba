/* SPDX-License-Identifier: Apache-2.0 */

/* ahead - the thread, its two chunks, and the driver that reads them */

#include "ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#include "chunk.h"
#include "key.h"

/* How long rows wait for more of their chunk. */
#define LINGER_MS 1

/* A blocking call may begin just after it was cancelled; so again. */
#define CANCEL_AGAIN_NS (10 * 1000 * 1000)

#define CHUNKS 2

enum state {
    RESTING, /* there is no query */
    RUNNING, /* the inner driver and the query are the thread's */
    ENDED,   /* `verdict` is how; fetch hasn't said so yet */
};

struct ahead {
    struct driver driver; /* first */
    struct driver *inner; /* the thread's while RUNNING, but for cancel */
    int event;
    pthread_t thread;
    bool started;

    struct query query; /* the thread's while RUNNING; its key is in `from` */
    struct key from;

    /* The thread's. */
    size_t filling;

    /* The reader's. */
    size_t reading;
    bool taken;  /* that chunk's rows are being read */
    size_t next; /* of them */

    /* A chunk that is full is the reader's, any other the thread's. */
    struct chunk chunks[CHUNKS];

    pthread_mutex_t lock;   /* of what follows */
    pthread_cond_t changed; /* any of it */
    bool full[CHUNKS];
    enum state state;
    enum mill_verdict verdict;
    bool stop; /* give up the query */
    bool quit; /* and the thread */
};

static struct ahead *
ahead_of(struct driver *driver)
{
    return (struct ahead *)driver;
}

/* --- the thread ------------------------------------------------------------
 */

/* The chunk to fill, once the reader let go of it; NULL: stop. */
static struct chunk *
free_chunk(struct ahead *ahead)
{
    struct chunk *chunk = NULL;

    pthread_mutex_lock(&ahead->lock);
    while (!ahead->stop && ahead->full[ahead->filling])
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    if (!ahead->stop)
        chunk = &ahead->chunks[ahead->filling];
    pthread_mutex_unlock(&ahead->lock);
    return chunk;
}

/* To be called with the lock held. */
static void
tell_reader(struct ahead *ahead)
{
    int written = eventfd_write(ahead->event, 1);

    (void)written; /* it fails where it is signalled for ever already */
    pthread_cond_broadcast(&ahead->changed);
}

static void
hand_over(struct ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->full[ahead->filling] = true;
    ahead->filling = (ahead->filling + 1) % CHUNKS;
    tell_reader(ahead);
    pthread_mutex_unlock(&ahead->lock);
}

static enum mill_verdict
keep(struct ahead *ahead, struct chunk **chunk, const struct row *row)
{
    enum chunk_taken taken = chunk_add(*chunk, row);

    if (taken == CHUNK_FULL) {
        hand_over(ahead);
        *chunk = free_chunk(ahead);
        if (!*chunk)
            return MILL_RETRY;
        taken = chunk_add(*chunk, row);
    }
    return taken == CHUNK_TOOK
               ? MILL_OK
               : driver_fail(ahead->inner, MILL_RETRY, "no memory for rows");
}

/* Reads the open query to its end, or to another. */
static enum mill_verdict
read_rows(struct ahead *ahead)
{
    struct driver *inner = ahead->inner;
    struct chunk *chunk = free_chunk(ahead);
    enum mill_verdict verdict = MILL_OK;
    struct row row;

    while (chunk && verdict == MILL_OK) {
        verdict =
            inner->class->fetch(inner, chunk->count > 0 ? LINGER_MS : -1, &row);
        if (verdict == MILL_OK) {
            verdict = keep(ahead, &chunk, &row);
        } else if (verdict == MILL_IDLE) {
            hand_over(ahead);
            chunk = free_chunk(ahead);
            verdict = MILL_OK;
        }
    }
    if (chunk && chunk->count > 0)
        hand_over(ahead);
    return chunk ? verdict : MILL_RETRY;
}

static enum mill_verdict
run_query(struct ahead *ahead)
{
    struct driver *inner = ahead->inner;
    enum mill_verdict verdict = MILL_OK;

    if (!inner->connected)
        verdict = inner->class->connect(inner);
    if (verdict == MILL_OK)
        verdict = inner->class->select(inner, &ahead->query);
    if (verdict == MILL_OK)
        verdict = read_rows(ahead);
    if (verdict != MILL_END)
        inner->class->finish(inner);
    return verdict;
}

static void *
work(void *arg)
{
    struct ahead *ahead = arg;

    pthread_mutex_lock(&ahead->lock);
    while (!ahead->quit) {
        if (ahead->state != RUNNING) {
            pthread_cond_wait(&ahead->changed, &ahead->lock);
            continue;
        }
        pthread_mutex_unlock(&ahead->lock);

        enum mill_verdict verdict = run_query(ahead);

        pthread_mutex_lock(&ahead->lock);
        ahead->verdict = verdict;
        ahead->state = ENDED;
        tell_reader(ahead);
    }
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

/* --- the reader ------------------------------------------------------------
 */

static enum mill_verdict
ahead_connect(struct driver *driver)
{
    struct ahead *ahead = ahead_of(driver);
    int error = 0;

    if (!ahead->started)
        error = pthread_create(&ahead->thread, NULL, work, ahead);
    if (error != 0)
        return driver_fail(driver, MILL_RETRY,
                           "cannot start a thread for a connection: %s",
                           strerror(error));
    ahead->started = true;
    driver->connected = true;
    return MILL_OK;
}

/* Copies what the query borrows. */
static bool
keep_query(struct ahead *ahead, const struct query *query)
{
    size_t count = query->from_count;
    struct row from = { .cells = query->from };

    ahead->query = *query;
    if (!query->from)
        return true;
    from.count = count > 0 ? count : query->table->key_count;
    if (!key_take_all(&ahead->from, &from))
        return false;
    ahead->query.from = ahead->from.values;
    return true;
}

static enum mill_verdict
ahead_select(struct driver *driver, const struct query *query)
{
    struct ahead *ahead = ahead_of(driver);

    if (!keep_query(ahead, query))
        return driver_fail(driver, MILL_RETRY, "no memory for a query");
    pthread_mutex_lock(&ahead->lock);
    ahead->stop = false;
    ahead->state = RUNNING;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    return MILL_OK;
}

/* Lets go of the chunk that is read, and takes the next.  IDLE: there is none
 * yet.  Anything but OK: `driver` is as the inner one.  With the lock held. */
static enum mill_verdict
next_chunk(struct ahead *ahead, int patience_ms)
{
    if (ahead->taken) {
        chunk_clear(&ahead->chunks[ahead->reading]);
        ahead->full[ahead->reading] = false;
        ahead->reading = (ahead->reading + 1) % CHUNKS;
        pthread_cond_broadcast(&ahead->changed);
    }
    ahead->taken = false;
    ahead->next = 0;
    while (patience_ms < 0 && ahead->state == RUNNING
           && !ahead->full[ahead->reading])
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    ahead->taken = ahead->full[ahead->reading];
    if (ahead->taken)
        return MILL_OK;
    if (ahead->state == RUNNING)
        return MILL_IDLE;
    ahead->state = RESTING;
    ahead->driver.connected = ahead->inner->connected;
    memcpy(ahead->driver.said, ahead->inner->said, DRIVER_SAID);
    return ahead->verdict;
}

static enum mill_verdict
ahead_fetch(struct driver *driver, int patience_ms, struct row *row)
{
    struct ahead *ahead = ahead_of(driver);
    const struct chunk *chunk = &ahead->chunks[ahead->reading];

    if (!ahead->taken || ahead->next == chunk->count) {
        pthread_mutex_lock(&ahead->lock);

        enum mill_verdict verdict = next_chunk(ahead, patience_ms);

        pthread_mutex_unlock(&ahead->lock);
        if (verdict != MILL_OK)
            return verdict;
        chunk = &ahead->chunks[ahead->reading];
    }
    *row = chunk->rows[ahead->next++];
    return MILL_OK;
}

static void
ahead_cancel(struct driver *driver)
{
    struct driver *inner = ahead_of(driver)->inner;

    inner->class->cancel(inner);
}

/* Ends what the thread is at.  With the lock held. */
static void
stop(struct ahead *ahead)
{
    ahead->stop = true;
    pthread_cond_broadcast(&ahead->changed);
    while (ahead->state == RUNNING) {
        struct timespec until;

        ahead_cancel(&ahead->driver);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += CANCEL_AGAIN_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&ahead->changed, &ahead->lock, &until);
    }
}

static void
ahead_finish(struct driver *driver)
{
    struct ahead *ahead = ahead_of(driver);

    pthread_mutex_lock(&ahead->lock);
    stop(ahead);
    ahead->state = RESTING;
    for (size_t i = 0; i < CHUNKS; i++) {
        chunk_clear(&ahead->chunks[i]);
        ahead->full[i] = false;
    }
    ahead->reading = ahead->filling;
    ahead->taken = false;
    pthread_mutex_unlock(&ahead->lock);
}

static void
ahead_disconnect(struct driver *driver)
{
    struct driver *inner = ahead_of(driver)->inner;

    ahead_finish(driver);
    inner->class->disconnect(inner);
    driver->connected = false;
}

static void
ahead_destroy(struct driver *driver)
{
    struct ahead *ahead = ahead_of(driver);

    pthread_mutex_lock(&ahead->lock);
    stop(ahead);
    ahead->quit = true;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    if (ahead->started)
        pthread_join(ahead->thread, NULL);
    ahead->inner->class->destroy(ahead->inner);
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->lock);
    for (size_t i = 0; i < CHUNKS; i++)
        chunk_finish(&ahead->chunks[i]);
    key_finish(&ahead->from);
    free(ahead);
}

static const struct driver_class class = {
    .connect = ahead_connect,
    .select = ahead_select,
    .fetch = ahead_fetch,
    .finish = ahead_finish,
    .disconnect = ahead_disconnect,
    .cancel = ahead_cancel,
    .destroy = ahead_destroy,
};

struct driver *
ahead_create(struct driver *inner, int event)
{
    struct ahead *ahead = inner ? calloc(1, sizeof(*ahead)) : NULL;

    if (!ahead) {
        if (inner)
            inner->class->destroy(inner);
        return NULL;
    }
    ahead->driver.class = &class;
    ahead->inner = inner;
    ahead->event = event;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    return &ahead->driver;
}
