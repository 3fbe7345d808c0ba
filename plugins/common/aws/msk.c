/* SPDX-License-Identifier: Apache-2.0 */

#include "aws/msk.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

/* Shows in MSK's logs who came; brokers don't mind what it says. */
#define AGENT "millrace/1.0/c"

/* Base64 in the alphabet of URLs, without padding. */
static void
write_base64url(struct mill_buffer *to, const struct mill_buffer *bytes)
{
    size_t room = (bytes->len + 2) / 3 * 4;
    char *at = mill_buffer_room(to, room + 1);
    size_t len;

    if (!at)
        return;
    len = (size_t)EVP_EncodeBlock((unsigned char *)at,
                                  (const unsigned char *)bytes->data,
                                  (int)bytes->len);
    while (len > 0 && at[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++) {
        if (at[i] == '+')
            at[i] = '-';
        if (at[i] == '/')
            at[i] = '_';
    }
    to->len += len;
}

bool
msk_token(const struct aws_credentials *credentials, const char *region,
          int64_t now, struct mill_buffer *to, int64_t *expires)
{
    static const struct sigv4_pair action = { "Action",
                                              "kafka-cluster:Connect" };
    struct mill_buffer host = { 0 };
    struct mill_buffer url = { 0 };
    struct sigv4_request request = {
        .method = "GET",
        .path = "/",
        .query = &action,
        .query_count = 1,
        .service = "kafka-cluster",
        .region = region,
        .time = now,
        .keys = &credentials->keys,
    };
    bool done;

    mill_buffer_print(&host, "kafka.%s.amazonaws.com", region);
    request.host = mill_buffer_text(&host);
    done = !host.failed && sigv4_presign(&request, MSK_LIFETIME, &url);
    /* Behind the signature, which doesn't cover it. */
    mill_buffer_print(&url, "&User-Agent=");
    sigv4_encode(&url, AGENT, false);
    done = done && !url.failed;
    if (done)
        write_base64url(to, &url);
    /* Brokers take it no longer than its keys, whatever it says itself. */
    *expires = now + MSK_LIFETIME;
    if (credentials->expires != 0 && credentials->expires < *expires)
        *expires = credentials->expires;
    *expires *= 1000;
    if (url.data)
        OPENSSL_cleanse(url.data, url.len);
    mill_buffer_finish(&host);
    mill_buffer_finish(&url);
    return done && !to->failed;
}
