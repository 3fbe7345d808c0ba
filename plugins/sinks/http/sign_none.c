/* SPDX-License-Identifier: Apache-2.0 */

/* sign_none - instead of sign.c where there is no OpenSSL */

#include "http.h"

enum mill_verdict
sign_check(const struct http_sink *sink, struct mill_stage *stage)
{
    (void)sink;
    return mill_fail(stage, MILL_FATAL,
                     "sign: millrace was built without OpenSSL (apt-get "
                     "install libssl-dev)");
}

enum mill_verdict
sign_open(struct http_sink *sink, struct mill_stage *stage)
{
    return sign_check(sink, stage);
}

void
sign_close(struct http_sink *sink)
{
    (void)sink;
}

enum mill_verdict
sign_request(struct http_sink *sink, struct mill_stage *stage,
             struct request *request, const struct mill_buffer *body)
{
    (void)request;
    (void)body;
    return sign_check(sink, stage);
}

struct curl_slist *
sign_lines(struct request *request, struct curl_slist *behind)
{
    (void)request;
    return behind;
}

void
sign_finish_request(struct request *request)
{
    (void)request;
}

void
sign_forget(struct http_sink *sink)
{
    (void)sink;
}
