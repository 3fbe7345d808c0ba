/* SPDX-License-Identifier: Apache-2.0 */

/* http_bench - a sink http and a server for it, for each test anew */

#ifndef TESTS_HTTP_BENCH_H
#define TESTS_HTTP_BENCH_H

#include "harness.h"
#include "http_server.h"

extern struct http_server *server;
extern struct harness *sink;

/* The fixture. */
void http_bench_setup(void);
void http_bench_teardown(void);

/* The option url: PATH on the server. */
void set_path(const char *path);

/* Sets PATH and format, and opens. */
void opens(const char *path, const char *format);

/* A REST proxy's answer for ROWS rows that are all taken. */
void answer_offsets(unsigned rows);

/* Writes ROWS, JSON lines, which has to end in VERDICT. */
void writes(const char *rows, enum mill_verdict verdict);

/* The batch of the last write again, as the core hands it after RETRY. */
enum mill_verdict write_again(void);

/* What mill_fail() said last has PART in it. */
void said(const char *part);

/* The value of the key of request INDEX, behind pipeline, stage and epoch. */
const char *key_of(size_t index);

#endif /* TESTS_HTTP_BENCH_H */
