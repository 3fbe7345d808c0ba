/* SPDX-License-Identifier: Apache-2.0 */

/* http_server - see the header */

#include "http_server.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <millrace/json.h>

#define ANSWERS 64
#define REQUESTS 20000
#define CONNECTIONS 64
#define WAIT_MS 20

struct answer {
    int status;
    char *lines;
    char *body;
};

struct asked {
    char *head; /* first line and headers */
    char *body;
    size_t body_len;
};

struct connection {
    struct http_server *server;
    pthread_t thread;
    int fd;
};

struct http_server {
    int fd;
    int port;
    atomic_bool stopping;
    pthread_t thread;
    struct connection connections[CONNECTIONS];
    size_t connection_count; /* the listener's, until it ended */

    pthread_mutex_t lock; /* of all below */
    struct answer answers[ANSWERS];
    size_t answer_count;
    size_t answered;
    struct asked asked[REQUESTS];
    size_t asked_count;
    char value[4096]; /* of http_server_header() */
};

/* --- one connection --- */

/* Waits for bytes and appends them; false: there will be none. */
static bool
receive(const struct connection *connection, struct mill_buffer *to)
{
    while (!atomic_load(&connection->server->stopping)) {
        struct pollfd wait = { .fd = connection->fd, .events = POLLIN };
        char *room = mill_buffer_room(to, 65536);
        ssize_t len;

        if (poll(&wait, 1, WAIT_MS) <= 0)
            continue;
        len = recv(connection->fd, room, 65536, 0);
        if (len <= 0)
            return false;
        to->len += (size_t)len;
        return true;
    }
    return false;
}

static size_t
body_length(const char *head)
{
    const char *line = strcasestr(head, "\r\nContent-Length:");

    return line ? strtoul(strchr(line, ':') + 1, NULL, 10) : 0;
}

/* Where the head ends in TEXT, or NULL. */
static const char *
head_end(struct mill_buffer *text)
{
    const char *end = strstr(mill_buffer_text(text), "\r\n\r\n");

    return end ? end + 4 : NULL;
}

/* The next answer; the default where there is none. */
static struct answer
take_answer(struct http_server *server)
{
    struct answer answer = { 200, (char *)"", (char *)"{}" };

    pthread_mutex_lock(&server->lock);
    if (server->answered < server->answer_count)
        answer = server->answers[server->answered++];
    pthread_mutex_unlock(&server->lock);
    return answer;
}

static void
keep(struct http_server *server, const char *text, size_t head_len,
     size_t body_len)
{
    pthread_mutex_lock(&server->lock);
    ck_assert_uint_lt(server->asked_count, REQUESTS);

    struct asked *asked = &server->asked[server->asked_count++];

    asked->head = strndup(text, head_len);
    asked->body = calloc(1, body_len + 1);
    memcpy(asked->body, text + head_len, body_len);
    asked->body_len = body_len;
    pthread_mutex_unlock(&server->lock);
}

static void
reset(const struct connection *connection)
{
    struct linger linger = { .l_onoff = 1 };

    setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* False: the connection is over. */
static bool
reply(const struct connection *connection, const struct answer *answer)
{
    struct mill_buffer text = { 0 };
    bool sent;

    mill_buffer_print(
        &text, "HTTP/1.1 %d Whatever\r\n%sContent-Length: %zu\r\n\r\n%s",
        answer->status, answer->lines, strlen(answer->body), answer->body);
    sent = send(connection->fd, text.data, text.len, MSG_NOSIGNAL)
           == (ssize_t)text.len;
    mill_buffer_finish(&text);
    return sent && !strcasestr(answer->lines, "Connection: close");
}

/* Reads a request into TEXT, which may hold its beginning, and answers it. */
static bool
serve_one(const struct connection *connection, struct mill_buffer *text)
{
    struct answer answer;
    const char *end;

    while (!(end = head_end(text)))
        if (!receive(connection, text))
            return false;

    size_t head_len = (size_t)(end - text->data);
    size_t body_len = body_length(text->data);

    answer = take_answer(connection->server);
    if (answer.status == 0) {
        reset(connection);
        return false;
    }
    while (text->len < head_len + body_len)
        if (!receive(connection, text))
            return false;
    keep(connection->server, text->data, head_len, body_len);
    text->len -= head_len + body_len;
    memmove(text->data, text->data + head_len + body_len, text->len);
    while (answer.status < 0)
        if (!receive(connection, text))
            return false;
    return reply(connection, &answer);
}

static void *
serve(void *arg)
{
    struct connection *connection = arg;
    struct mill_buffer text = { 0 };

    while (serve_one(connection, &text))
        ;
    mill_buffer_finish(&text);
    close(connection->fd);
    return NULL;
}

/* --- the server --- */

static void *
listen_loop(void *arg)
{
    struct http_server *server = arg;

    while (!atomic_load(&server->stopping)) {
        struct pollfd wait = { .fd = server->fd, .events = POLLIN };

        if (poll(&wait, 1, WAIT_MS) <= 0)
            continue;
        if (server->connection_count == CONNECTIONS)
            abort();

        struct connection *connection =
            &server->connections[server->connection_count++];

        connection->server = server;
        connection->fd = accept(server->fd, NULL, NULL);
        pthread_create(&connection->thread, NULL, serve, connection);
    }
    return NULL;
}

struct http_server *
http_server_start(void)
{
    struct http_server *server = calloc(1, sizeof(*server));
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(address);

    ck_assert_ptr_nonnull(server);
    pthread_mutex_init(&server->lock, NULL);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(server->fd, 0);
    ck_assert_int_eq(bind(server->fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(server->fd, 16), 0);
    getsockname(server->fd, (struct sockaddr *)&address, &len);
    server->port = ntohs(address.sin_port);
    ck_assert_int_eq(pthread_create(&server->thread, NULL, listen_loop, server),
                     0);
    return server;
}

void
http_server_stop(struct http_server *server)
{
    if (!server)
        return;
    atomic_store(&server->stopping, true);
    pthread_join(server->thread, NULL);
    for (size_t i = 0; i < server->connection_count; i++)
        pthread_join(server->connections[i].thread, NULL);
    for (size_t i = 0; i < server->answer_count; i++) {
        free(server->answers[i].lines);
        free(server->answers[i].body);
    }
    for (size_t i = 0; i < server->asked_count; i++) {
        free(server->asked[i].head);
        free(server->asked[i].body);
    }
    close(server->fd);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

int
http_server_port(const struct http_server *server)
{
    return server->port;
}

void
http_server_answer(struct http_server *server, int status, const char *lines,
                   const char *body)
{
    pthread_mutex_lock(&server->lock);
    ck_assert_uint_lt(server->answer_count, ANSWERS);
    server->answers[server->answer_count++] =
        (struct answer){ status, strdup(lines), strdup(body) };
    pthread_mutex_unlock(&server->lock);
}

/* --- what came --- */

size_t
http_server_count(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t count = server->asked_count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

static const struct asked *
asked_at(struct http_server *server, size_t index)
{
    ck_assert_uint_lt(index, http_server_count(server));
    return &server->asked[index];
}

static const char *
keep_value(struct http_server *server, const char *text, size_t len)
{
    ck_assert_uint_lt(len, sizeof(server->value));
    memcpy(server->value, text, len);
    server->value[len] = '\0';
    return server->value;
}

const char *
http_server_line(struct http_server *server, size_t index)
{
    const char *head = asked_at(server, index)->head;

    return keep_value(server, head, strcspn(head, "\r"));
}

const char *
http_server_header(struct http_server *server, size_t index, const char *name)
{
    const char *at = asked_at(server, index)->head;
    size_t len = strlen(name);

    while ((at = strstr(at, "\r\n"))) {
        at += 2;
        if (strncasecmp(at, name, len) != 0 || at[len] != ':')
            continue;
        at += len + 1;
        at += strspn(at, " ");
        return keep_value(server, at, strcspn(at, "\r"));
    }
    return "";
}

const char *
http_server_body(struct http_server *server, size_t index)
{
    return asked_at(server, index)->body;
}

size_t
http_server_body_len(struct http_server *server, size_t index)
{
    return asked_at(server, index)->body_len;
}
