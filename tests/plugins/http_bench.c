/* SPDX-License-Identifier: Apache-2.0 */

/* http_bench - see the header */

#include "http_bench.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "record/batch.h"

struct http_server *server;
struct harness *sink;

void
http_bench_setup(void)
{
    server = http_server_start();
    sink = harness_create(MILL_SINK, "http");
}

void
http_bench_teardown(void)
{
    harness_destroy(sink);
    http_server_stop(server);
}

void
set_path(const char *path)
{
    char url[200];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d%s",
             http_server_port(server), path);
    harness_set(sink, "url", url);
}

void
opens(const char *path, const char *format)
{
    set_path(path);
    harness_set(sink, "format", format);
    ck_assert_msg(harness_open(sink) == MILL_OK, "open: %s",
                  harness_said(sink));
}

void
answer_offsets(unsigned rows)
{
    struct mill_buffer body = { 0 };

    mill_buffer_print(&body, "{\"offsets\":[");
    for (unsigned row = 0; row < rows; row++)
        mill_buffer_print(&body,
                          "%s{\"partition\":0,\"offset\":%u,"
                          "\"error_code\":null,\"error\":null}",
                          row ? "," : "", row);
    mill_buffer_print(&body, "]}");
    http_server_answer(server, 200, "", mill_buffer_text(&body));
    mill_buffer_finish(&body);
}

void
writes(const char *rows, enum mill_verdict verdict)
{
    enum mill_verdict found = harness_write(sink, rows);

    ck_assert_msg(found == verdict, "write: %d, %s", (int)found,
                  harness_said(sink));
}

enum mill_verdict
write_again(void)
{
    struct batch *batch = batch_of(harness_out(sink));

    batch_retain(batch); /* the bench lets go of it first */
    return harness_write_batch(sink, &batch->pub);
}

void
said(const char *part)
{
    ck_assert_msg(strstr(harness_said(sink), part), "\"%s\" has no \"%s\"",
                  harness_said(sink), part);
}

const char *
key_of(size_t index)
{
    const char *key = http_server_header(server, index, "Idempotency-Key");

    ck_assert_msg(strncmp(key, "bench/http/", 11) == 0, "key %s", key);
    ck_assert_uint_eq(strcspn(key + 11, "/"), 16);
    return key + 11 + 17;
}
