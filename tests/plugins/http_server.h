/* SPDX-License-Identifier: Apache-2.0 */

/*
 * http_server - a server on the bench that answers as it was told
 *
 *     struct http_server *server = http_server_start();
 *
 *     http_server_answer(server, 429, "Retry-After: 2\r\n", "{}");
 *     ... a request to 127.0.0.1, http_server_port(server) ...
 *     http_server_body(server, 0);
 *
 * Each request gets the next of the answers; what goes beyond them gets 200 and
 * "{}".  One thread a connection; it keeps what came.
 */

#ifndef TESTS_HTTP_SERVER_H
#define TESTS_HTTP_SERVER_H

#include <stddef.h>

struct http_server;

/* Listens on a free port. */
struct http_server *http_server_start(void);
void http_server_stop(struct http_server *server);
int http_server_port(const struct http_server *server);

/* Appends an answer.  LINES are more header lines, each with its end; STATUS 0
 * resets the connection, half way through the request; -1 never answers. */
void http_server_answer(struct http_server *server, int status,
                        const char *lines, const char *body);

/* How many requests came, whole; and of one of them, in their order: its first
 * line, the value of a header ("" where it had none), its body and how long
 * that is. */
size_t http_server_count(struct http_server *server);
const char *http_server_line(struct http_server *server, size_t index);
const char *http_server_header(struct http_server *server, size_t index,
                               const char *name);
const char *http_server_body(struct http_server *server, size_t index);
size_t http_server_body_len(struct http_server *server, size_t index);

#endif /* TESTS_HTTP_SERVER_H */
