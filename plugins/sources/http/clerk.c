/* SPDX-License-Identifier: Apache-2.0 */

/*
 * clerk - two threads for what the server's threads must not wait for
 *
 * One asks the sink behind this source about topics, one question at a time.
 * The other gives up on requests that aren't settled within `settle_within`,
 * and shuts connections whose client takes longer than `timeout` to send a
 * request or to fetch an answer, a byte now and then or not.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "clock.h"
#include "server.h"

/* How often the second looks for what takes too long. */
#define ROUND_NS ((int64_t)100 * 1000 * 1000)

struct clerk {
    struct http_source *http;
    pthread_t asker;
    pthread_t watch;
    pthread_mutex_t lock;  /* of what follows, but `held` */
    pthread_cond_t news;   /* for the first: a job, or the end */
    pthread_cond_t ending; /* for the second */
    struct call *jobs;
    struct call *last;
    bool leaving;

    struct call *held; /* under the desk's lock */
};

/* --- waiting calls ---------------------------------------------------------
 */

void
clerk_hold(struct clerk *clerk, struct call *call)
{
    call->held = true;
    call->since_ns = clock_ns();
    call->next_held = clerk->held;
    clerk->held = call;
    MHD_suspend_connection(call->connection);
}

void
clerk_let_go(struct clerk *clerk, struct call *call)
{
    struct call **at = &clerk->held;

    if (!call->held)
        return;
    while (*at && *at != call)
        at = &(*at)->next_held;
    if (*at)
        *at = call->next_held;
    call->held = false;
    MHD_resume_connection(call->connection);
}

void
clerk_wake_all(struct clerk *clerk)
{
    struct desk *desk = &clerk->http->desk;

    pthread_mutex_lock(&desk->lock);
    while (clerk->held) {
        struct call *call = clerk->held;

        clerk_let_go(clerk, call);
    }
    pthread_mutex_unlock(&desk->lock);
}

/* Gives up on what isn't settled in time. */
static void
end_patience(struct clerk *clerk, int64_t now_ns)
{
    struct http_source *http = clerk->http;
    struct call *call;
    struct call *next;

    pthread_mutex_lock(&http->desk.lock);
    for (call = clerk->held; call; call = next) {
        next = call->next_held;
        if (now_ns - call->since_ns < http->settle_within.ns)
            continue;
        /* Where it is withdrawn others that wait for it are woken as well. */
        if (desk_withdraw(&http->desk, call->ticket,
                          "the pipeline is behind: nothing of this request "
                          "was taken; try again later")) {
            next = clerk->held;
            continue;
        }
        clerk_let_go(clerk, call);
    }
    pthread_mutex_unlock(&http->desk.lock);
}

static void
shut_slow(struct clerk *clerk, int64_t now_ns)
{
    struct server *server = clerk->http->server;
    int64_t most = clerk->http->timeout.ns;

    pthread_mutex_lock(&server->lock);
    for (struct link *link = server->links; link; link = link->next) {
        int64_t since = atomic_load(&link->since_ns);

        if (since > 0 && now_ns - since > most)
            shutdown(link->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&server->lock);
}

/* --- jobs ------------------------------------------------------------------
 */

bool
clerk_ask(struct clerk *clerk, struct call *call)
{
    bool taken;

    pthread_mutex_lock(&clerk->lock);
    taken = !clerk->leaving;
    if (taken) {
        call->state = CALL_ASKING;
        call->next_job = NULL;
        MHD_suspend_connection(call->connection);
        if (clerk->last)
            clerk->last->next_job = call;
        else
            clerk->jobs = call;
        clerk->last = call;
        pthread_cond_signal(&clerk->news);
    }
    pthread_mutex_unlock(&clerk->lock);
    return taken;
}

/* Answers a job for which there is no answer. */
static void
turn_down(struct call *call, const char *why)
{
    call->answer = MILL_UNAVAILABLE;
    call->told.len = 0;
    mill_buffer_print(&call->told, "%s", why);
    call->state = CALL_ASKED;
    MHD_resume_connection(call->connection);
}

/* All that wait: what one question isn't answered, after as long as the sink
 * takes to give up, the others wouldn't be either. */
static void
turn_down_all(struct clerk *clerk, const char *why)
{
    struct call *call;

    pthread_mutex_lock(&clerk->lock);
    call = clerk->jobs;
    clerk->jobs = NULL;
    clerk->last = NULL;
    pthread_mutex_unlock(&clerk->lock);
    while (call) {
        struct call *next = call->next_job;

        turn_down(call, why);
        call = next;
    }
}

static void
do_job(struct clerk *clerk, struct call *call)
{
    struct server *server = clerk->http->server;
    int64_t partitions;
    bool records = route_has_records(&call->route);

    /* Somebody before may have asked the same. */
    if (!records
        || topic_look(server, call->job.name, &partitions) == TOPIC_ASK) {
        call->told.len = 0;
        call->answer = mill_admin(clerk->http->stage, &call->job, &call->told);
        if (records || call->job.verb == MILL_ADMIN_DESCRIBE)
            topic_learn(server, call->job.name, call->answer,
                        (struct mill_bytes){ call->told.data, call->told.len });
        if (call->answer == MILL_UNAVAILABLE)
            turn_down_all(clerk, mill_buffer_text(&call->told));
    }
    call->state = CALL_ASKED;
    MHD_resume_connection(call->connection);
}

/* Waits for a job; NULL: there will be none. */
static struct call *
wait_job(struct clerk *clerk)
{
    struct call *call;

    pthread_mutex_lock(&clerk->lock);
    while (!clerk->jobs && !clerk->leaving)
        pthread_cond_wait(&clerk->news, &clerk->lock);
    call = clerk->leaving ? NULL : clerk->jobs;
    if (call)
        clerk->jobs = call->next_job;
    if (!clerk->jobs)
        clerk->last = NULL;
    pthread_mutex_unlock(&clerk->lock);
    return call;
}

static void *
answer_jobs(void *arg)
{
    struct clerk *clerk = arg;
    struct call *call;

    while ((call = wait_job(clerk)))
        do_job(clerk, call);
    turn_down_all(clerk, "the service is stopping");
    return NULL;
}

/* --- rounds --- */

/* False: no other round. */
static bool
wait_round(struct clerk *clerk)
{
    struct timespec until;
    bool leaving;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ROUND_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&clerk->lock);
    if (!clerk->leaving)
        pthread_cond_timedwait(&clerk->ending, &clerk->lock, &until);
    leaving = clerk->leaving;
    pthread_mutex_unlock(&clerk->lock);
    return !leaving;
}

static void *
keep_watch(void *arg)
{
    struct clerk *clerk = arg;

    while (wait_round(clerk)) {
        int64_t now_ns = clock_ns();

        end_patience(clerk, now_ns);
        shut_slow(clerk, now_ns);
    }
    return NULL;
}

/* --- from start to stop --- */

static void
leave(struct clerk *clerk)
{
    pthread_mutex_lock(&clerk->lock);
    clerk->leaving = true;
    pthread_cond_signal(&clerk->news);
    pthread_cond_signal(&clerk->ending);
    pthread_mutex_unlock(&clerk->lock);
    pthread_join(clerk->asker, NULL);
}

/* One that waits by the clock that nobody sets. */
static void
init_timed(pthread_cond_t *cond)
{
    pthread_condattr_t steady;

    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &steady);
    pthread_condattr_destroy(&steady);
}

struct clerk *
clerk_start(struct http_source *http)
{
    struct clerk *clerk = calloc(1, sizeof(*clerk));
    int error;

    if (!clerk)
        return NULL;
    clerk->http = http;
    pthread_mutex_init(&clerk->lock, NULL);
    pthread_cond_init(&clerk->news, NULL);
    init_timed(&clerk->ending);
    error = pthread_create(&clerk->asker, NULL, answer_jobs, clerk);
    if (error == 0) {
        error = pthread_create(&clerk->watch, NULL, keep_watch, clerk);
        if (error == 0)
            return clerk;
        leave(clerk);
    }
    free(clerk);
    errno = error;
    return NULL;
}

void
clerk_stop(struct clerk *clerk)
{
    leave(clerk);
    pthread_join(clerk->watch, NULL);
}
