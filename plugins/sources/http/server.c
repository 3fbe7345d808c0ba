/* SPDX-License-Identifier: Apache-2.0 */

/*
 * server - libmicrohttpd on its threads
 *
 * It has `threads` of them, each with an epoll of its own on the one listening
 * socket, so that they share the connections; none of them ever waits but for
 * its epoll and, for moments, for a lock.
 */

#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

#define BODY_FIRST ((size_t)8 * 1024)

/* For the head of a request, idempotency keys included. */
#define CONNECTION_BYTES ((size_t)64 * 1024)

/* For answers to get out when it stops. */
#define LEAVE_NS ((int64_t)2 * 1000 * 1000 * 1000)

/* --- requests --------------------------------------------------------------
 */

static void
hold(struct watcher *watcher)
{
    struct call *call = (struct call *)watcher;

    call->was_held = true;
    clerk_hold(call->http->clerk, call);
}

static void
wake(struct watcher *watcher)
{
    struct call *call = (struct call *)watcher;

    clerk_let_go(call->http->clerk, call);
}

static struct call *
call_create(struct http_source *http, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct call *call =
        info && info->socket_context ? calloc(1, sizeof(*call)) : NULL;

    if (!call)
        return NULL;
    call->watcher = (struct watcher){ .hold = hold, .wake = wake };
    call->http = http;
    call->connection = connection;
    call->link = info->socket_context;
    atomic_store(&call->link->since_ns, clock_ns());
    pthread_mutex_lock(&http->server->lock);
    http->server->calls++;
    pthread_mutex_unlock(&http->server->lock);
    return call;
}

/* The body is needed no more, or never was. */
static void
drop_body(struct call *call)
{
    if (call->room > 0)
        desk_release(&call->http->desk, call->room);
    free(call->body);
    call->body = NULL;
    call->len = 0;
    call->room = 0;
}

static void
call_over(void *arg, struct MHD_Connection *connection, void **context,
          enum MHD_RequestTerminationCode code)
{
    struct http_source *http = arg;
    struct call *call = *context;

    (void)connection;
    (void)code;
    if (!call)
        return;
    *context = NULL;
    atomic_store(&call->link->since_ns, clock_ns());
    if (call->ticket)
        desk_leave(&http->desk, call->ticket, &call->watcher);
    drop_body(call);
    request_finish(&call->request);
    mill_buffer_finish(&call->told);
    free(call);
    pthread_mutex_lock(&http->server->lock);
    http->server->calls--;
    pthread_mutex_unlock(&http->server->lock);
}

static bool
grow(struct call *call, size_t len)
{
    size_t room = call->room ? call->room : BODY_FIRST;
    size_t most = (size_t)call->http->max_body.bytes;
    char *body;

    if (len <= call->room)
        return true;
    if (len > most)
        return refuse(&call->refusal, 413, 413, "Request Too Long");
    while (room < len)
        room *= 2;
    if (room > most)
        room = most;
    if (!desk_reserve(&call->http->desk, room - call->room))
        return refuse(&call->refusal, 429, 42901,
                      "the pipeline is behind: try again later");
    body = realloc(call->body, room);
    if (!body) {
        desk_release(&call->http->desk, room - call->room);
        return refuse(&call->refusal, 503, 50302, "no memory for the request");
    }
    call->body = body;
    call->room = room;
    return true;
}

/* More of the body; of one that is refused nothing is kept. */
static void
receive(struct call *call, const char *data, size_t len)
{
    if (call->refusal.status == 0 && grow(call, call->len + len)) {
        memcpy(call->body + call->len, data, len);
        call->len += len;
        return;
    }
    drop_body(call);
}

static enum MHD_Result
handle(void *arg, struct MHD_Connection *connection, const char *url,
       const char *method, const char *version, const char *data, size_t *len,
       void **context)
{
    struct http_source *http = arg;
    struct call *call = *context;

    (void)version;
    if (!call) {
        call = call_create(http, connection);
        if (!call)
            return MHD_NO;
        *context = call;
        call_begin(call, method, url);
        /* Nobody has to send it first to be told that it is too long. */
        return call->refusal.status == 413 || call->unclear ? call_answer(call)
                                                            : MHD_YES;
    }
    if (*len > 0) {
        receive(call, data, *len);
        *len = 0;
        return MHD_YES;
    }
    return call_go_on(call);
}

/* --- connections -----------------------------------------------------------
 */

static void
link_begin(struct server *server, struct MHD_Connection *connection,
           void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct link *link = calloc(1, sizeof(*link));

    *context = link;
    if (!link || !info)
        return;
    link->fd = info->connect_fd;
    atomic_init(&link->since_ns, clock_ns());
    pthread_mutex_lock(&server->lock);
    link->next = server->links;
    if (link->next)
        link->next->prev = link;
    server->links = link;
    pthread_mutex_unlock(&server->lock);
}

static void
link_end(struct server *server, struct link *link)
{
    pthread_mutex_lock(&server->lock);
    if (link->next)
        link->next->prev = link->prev;
    if (link->prev)
        link->prev->next = link->next;
    else if (server->links == link)
        server->links = link->next;
    pthread_mutex_unlock(&server->lock);
    free(link);
}

static void
link_news(void *arg, struct MHD_Connection *connection, void **context,
          enum MHD_ConnectionNotificationCode code)
{
    struct http_source *http = arg;

    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        link_begin(http->server, connection, context);
    else if (*context)
        link_end(http->server, *context);
}

static size_t
decode(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg;
    (void)connection;
    return route_decode(text);
}

/* --- starting --------------------------------------------------------------
 */

__attribute__((format(printf, 2, 0))) static void
log_mhd(void *arg, const char *format, va_list values)
{
    struct http_source *http = arg;
    char line[256];

    vsnprintf(line, sizeof(line), format, values);
    line[strcspn(line, "\n")] = '\0';
    mill_log(http->stage, MILL_DEBUG, "libmicrohttpd: %s", line);
}

static struct MHD_Daemon *
start_daemon(struct http_source *http)
{
    struct server *server = http->server;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME
                     | MHD_USE_ERROR_LOG | (http->tls_cert ? MHD_USE_TLS : 0u);
    int64_t seconds = (http->timeout.ns + 999999999) / 1000000000;
    struct MHD_OptionItem more[4] = { { MHD_OPTION_END, 0, NULL } };
    size_t count = 0;

    if (http->threads > 1)
        more[count++] =
            (struct MHD_OptionItem){ MHD_OPTION_THREAD_POOL_SIZE,
                                     (intptr_t)http->threads, NULL };
    if (http->tls_cert) {
        more[count++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0,
                                                 server->cert };
        more[count++] =
            (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, server->key };
    }
    more[count] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handle, http, MHD_OPTION_EXTERNAL_LOGGER, log_mhd,
        http, MHD_OPTION_LISTEN_SOCKET, server->socket,
        MHD_OPTION_NOTIFY_COMPLETED, call_over, http,
        MHD_OPTION_NOTIFY_CONNECTION, link_news, http,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)http->max_connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)seconds,
        MHD_OPTION_UNESCAPE_CALLBACK, decode, NULL, MHD_OPTION_ARRAY, more,
        MHD_OPTION_END);
}

enum mill_verdict
server_start(struct http_source *http, struct mill_stage *stage)
{
    struct server *server = calloc(1, sizeof(*server));
    enum mill_verdict verdict;

    if (!server)
        return mill_fail(stage, MILL_RETRY, "no memory for the server");
    http->server = server;
    server->http = http;
    server->socket = -1;
    pthread_mutex_init(&server->lock, NULL);
    http->clerk = clerk_start(http);
    if (!http->clerk || !server_authorization(http))
        return mill_fail(stage, MILL_RETRY, "cannot start a thread: %s",
                         strerror(errno));
    verdict = server_read_tls(http, stage);
    if (verdict == MILL_OK)
        verdict = server_listen(http, stage);
    if (verdict != MILL_OK)
        return verdict;
    server->daemon = start_daemon(http);
    if (server->daemon)
        return MILL_OK;
    return mill_fail(
        stage, MILL_FATAL, "cannot start the server on %s%s", http->listen,
        http->tls_cert ? ": tls_cert and tls_key have to be a certificate in "
                         "PEM and the key that belongs to it"
                       : ": out of memory or file descriptors");
}

/* --- stopping --------------------------------------------------------------
 */

/* The socket only stops listening: until the daemon has ended, one of its
 * threads may still be about to accept, and would do so on whatever got the
 * number of a closed one (libmicrohttpd's manual, MHD_quiesce_daemon). */
void
server_quiesce(struct http_source *http)
{
    struct server *server = http->server;

    if (!server || !server->daemon)
        return;
    if (MHD_quiesce_daemon(server->daemon) != MHD_INVALID_SOCKET)
        shutdown(server->socket, SHUT_RD);
}

static void
wait_calls(struct server *server)
{
    int64_t end_ns = clock_ns() + LEAVE_NS;
    size_t calls = 1;

    while (calls > 0 && clock_ns() < end_ns) {
        pthread_mutex_lock(&server->lock);
        calls = server->calls;
        pthread_mutex_unlock(&server->lock);
        if (calls > 0)
            nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
}

void
server_stop(struct http_source *http)
{
    struct server *server = http->server;

    if (!server)
        return;
    server_quiesce(http);
    if (http->clerk) {
        clerk_stop(http->clerk);
        clerk_wake_all(http->clerk);
    }
    if (server->daemon) {
        wait_calls(server);
        MHD_stop_daemon(server->daemon);
    }
    free(http->clerk);
    if (server->socket >= 0)
        close(server->socket);
    free(server->cert);
    free(server->key);
    free(server->authorization);
    free(server->topics);
    pthread_mutex_destroy(&server->lock);
    free(server);
    http->server = NULL;
    http->clerk = NULL;
}
