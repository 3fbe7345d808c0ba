/* SPDX-License-Identifier: Apache-2.0 */

/* server_open - what the server needs before it starts: its socket, its
 * certificate, the header that it asks for */

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server.h"

#define BACKLOG 511
#define FILE_MOST ((size_t)1024 * 1024)

/* "host:port", "[address]:port"; false: it isn't so. */
static bool
split_address(const char *listen, char *host, size_t size, const char **port)
{
    const char *colon = strrchr(listen, ':');
    size_t len = colon ? (size_t)(colon - listen) : 0;

    if (!colon || len >= size)
        return false;
    if (len > 1 && *listen == '[' && colon[-1] == ']') {
        listen++;
        len -= 2;
    }
    memcpy(host, listen, len);
    host[len] = '\0';
    *port = colon + 1;
    return true;
}

static int
listen_on(const struct addrinfo *at)
{
    int one = 1;
    int fd =
        socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
               at->ai_protocol);
    int error;

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0
        && bind(fd, at->ai_addr, at->ai_addrlen) == 0
        && listen(fd, BACKLOG) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

enum mill_verdict
server_listen(struct http_source *http, struct mill_stage *stage)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *found = NULL;
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    char host[256];
    char port[16];
    const char *service = "";
    int error;

    if (!split_address(http->listen, host, sizeof(host), &service))
        return mill_fail(stage, MILL_FATAL,
                         "cannot listen on %s: it has to be HOST:PORT",
                         http->listen);
    error = getaddrinfo(*host ? host : NULL, service, &hints, &found);
    if (error != 0)
        return mill_fail(stage, MILL_FATAL, "cannot listen on %s: %s",
                         http->listen, gai_strerror(error));
    http->server->socket = listen_on(found);
    error = errno;
    freeaddrinfo(found);
    if (http->server->socket < 0)
        return mill_fail(stage, MILL_RETRY, "cannot listen on %s: %s",
                         http->listen, strerror(error));
    if (getsockname(http->server->socket, (struct sockaddr *)&address, &len)
            == 0
        && getnameinfo((struct sockaddr *)&address, len, host, sizeof(host),
                       port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV)
               == 0)
        mill_log(stage, MILL_INFO, "listening on %s://%s%s%s:%s%s",
                 http->tls_cert ? "https" : "http",
                 strchr(host, ':') ? "[" : "", host,
                 strchr(host, ':') ? "]" : "", port, http->base_path);
    return MILL_OK;
}

/* The whole of a small file, as text; NULL: errno. */
static char *
read_file(const char *path)
{
    struct mill_buffer text = { 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : 1;

    while (got > 0 && text.len < FILE_MOST) {
        char *room = mill_buffer_room(&text, 4096);

        got = room ? read(fd, room, 4096) : -1;
        if (got > 0)
            text.len += (size_t)got;
    }
    if (fd >= 0)
        close(fd);
    if (got < 0) {
        mill_buffer_finish(&text);
        return NULL;
    }
    mill_buffer_add(&text, "", 1);
    return text.data;
}

enum mill_verdict
server_read_tls(struct http_source *http, struct mill_stage *stage)
{
    struct server *server = http->server;

    if (!http->tls_cert)
        return MILL_OK;
    server->cert = read_file(http->tls_cert);
    if (!server->cert)
        return mill_fail(stage, MILL_FATAL, "cannot read %s: %s",
                         http->tls_cert, strerror(errno));
    server->key = read_file(http->tls_key);
    if (!server->key)
        return mill_fail(stage, MILL_FATAL, "cannot read %s: %s", http->tls_key,
                         strerror(errno));
    return MILL_OK;
}

bool
server_authorization(struct http_source *http)
{
    struct mill_buffer plain = { 0 };
    struct mill_buffer text = { 0 };
    char *room;

    if (!http->user)
        return true;
    mill_buffer_print(&plain, "%s:%s", http->user, http->password);
    mill_buffer_print(&text, "Basic ");
    room = plain.failed ? NULL
                        : mill_buffer_room(&text, mill_base64_len(plain.len));
    if (room)
        text.len +=
            (size_t)(mill_base64_encode(room, plain.data, plain.len) - room);
    mill_buffer_add(&text, "", 1);
    mill_buffer_finish(&plain);
    if (!room || text.failed) {
        mill_buffer_finish(&text);
        return false;
    }
    http->server->authorization = text.data;
    return true;
}
