/* SPDX-License-Identifier: Apache-2.0 */

/*
 * canonical - a request in the one form that is signed:
 *
 *     METHOD \n PATH \n QUERY \n name:value \n ... \n \n NAMES \n PAYLOAD-HASH
 */

#include "aws/canonical.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One value of one header; several values of a name stay in their order. */
struct header {
    const char *name;
    const char *value;
    size_t order;
};

static bool
is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c));
}

static void
encode_bytes(struct mill_buffer *to, const char *text, size_t len, bool slashes)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (is_plain(c) || (slashes && c == '/'))
            mill_buffer_add(to, &text[i], 1);
        else
            mill_buffer_print(to, "%%%02X", c);
    }
}

void
sigv4_encode(struct mill_buffer *to, const char *text, bool slashes)
{
    encode_bytes(to, text, strlen(text), slashes);
}

/* S3's relatives sign under names of their own, such as s3express. */
bool
canonical_is_s3(const struct sigv4_request *request)
{
    return strncmp(request->service, "s3", 2) == 0;
}

/* --- path --- */

/* Takes the last segment off what was written since START. */
static void
drop_segment(struct mill_buffer *to, size_t start)
{
    while (to->len > start && to->data[to->len - 1] != '/')
        to->len--;
    if (to->len > start)
        to->len--;
}

/* Dot segments resolved, slashes single, what is encoded encoded again. */
static void
write_normal_path(struct mill_buffer *to, const char *path)
{
    size_t start = to->len;
    const char *at = path;
    bool folder = true;

    while (*at) {
        size_t len = strcspn(at, "/");

        folder = at[len] == '/';
        if (len == 2 && strncmp(at, "..", 2) == 0) {
            drop_segment(to, start);
        } else if (len > 0 && !(len == 1 && *at == '.')) {
            mill_buffer_add(to, "/", 1);
            encode_bytes(to, at, len, false);
        }
        at += len + (at[len] == '/');
    }
    if (to->len == start || folder)
        mill_buffer_add(to, "/", 1);
}

static void
write_path(struct mill_buffer *to, const struct sigv4_request *request)
{
    const char *path = request->path[0] ? request->path : "/";

    if (canonical_is_s3(request))
        mill_buffer_add(to, path, strlen(path));
    else
        write_normal_path(to, path);
    mill_buffer_add(to, "\n", 1);
}

/* --- query --- */

void
sigv4_write_query(struct mill_buffer *to, const struct sigv4_pair *query,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            mill_buffer_add(to, "&", 1);
        sigv4_encode(to, query[i].name, false);
        mill_buffer_add(to, "=", 1);
        sigv4_encode(to, query[i].value, false);
    }
}

static int
compare_pairs(const void *left, const void *right)
{
    const struct sigv4_pair *a = left;
    const struct sigv4_pair *b = right;
    int names = strcmp(a->name, b->name);

    return names != 0 ? names : strcmp(a->value, b->value);
}

/* The pairs encoded, as name, NUL, value, NUL; they are sorted as such. */
static bool
encode_pairs(struct sigv4_pair *to, const struct sigv4_request *request,
             struct mill_buffer *memory)
{
    const char *at;

    for (size_t i = 0; i < request->query_count; i++) {
        sigv4_encode(memory, request->query[i].name, false);
        mill_buffer_add(memory, "", 1);
        sigv4_encode(memory, request->query[i].value, false);
        mill_buffer_add(memory, "", 1);
    }
    if (memory->failed)
        return false;
    at = memory->data;
    for (size_t i = 0; i < request->query_count; i++) {
        to[i].name = at;
        to[i].value = at + strlen(at) + 1;
        at = to[i].value + strlen(to[i].value) + 1;
    }
    return true;
}

static bool
write_sorted_query(struct mill_buffer *to, const struct sigv4_request *request)
{
    size_t count = request->query_count;
    struct sigv4_pair *pairs = calloc(count + 1, sizeof(*pairs));
    struct mill_buffer memory = { 0 };
    bool done = pairs && encode_pairs(pairs, request, &memory);

    if (done) {
        qsort(pairs, count, sizeof(*pairs), compare_pairs);
        for (size_t i = 0; i < count; i++)
            mill_buffer_print(to, "%s%s=%s", i > 0 ? "&" : "", pairs[i].name,
                              pairs[i].value);
        mill_buffer_add(to, "\n", 1);
    }
    mill_buffer_finish(&memory);
    free(pairs);
    return done;
}

/* --- headers --- */

/* Those that proxies on the way add, drop or rewrite. */
static bool
is_left_out(const char *name)
{
    static const char *const left_out[] = {
        "connection", "expect",     "keep-alive",
        "te",         "trailer",    "transfer-encoding",
        "upgrade",    "user-agent", "x-amzn-trace-id",
    };

    for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
        if (strcasecmp(name, left_out[i]) == 0)
            return true;
    return strncasecmp(name, "proxy-", 6) == 0;
}

static int
compare_headers(const void *left, const void *right)
{
    const struct header *a = left;
    const struct header *b = right;
    int names = strcasecmp(a->name, b->name);

    return names != 0 ? names : (a->order > b->order) - (a->order < b->order);
}

static void
take_header(struct canonical *canonical, const char *name, const char *value)
{
    canonical->headers[canonical->count] =
        (struct header){ name, value, canonical->count };
    canonical->count++;
}

/* The request's own headers, and room for what signing adds. */
static bool
take_headers(struct canonical *canonical, const struct sigv4_request *request)
{
    canonical->headers = calloc(request->header_count + SIGV4_HEADERS,
                                sizeof(*canonical->headers));
    if (!canonical->headers)
        return false;
    take_header(canonical, "host", request->host);
    for (size_t i = 0; i < request->header_count; i++)
        if (!is_left_out(request->headers[i].name))
            take_header(canonical, request->headers[i].name,
                        request->headers[i].value);
    return true;
}

static void
write_small(struct mill_buffer *to, const char *text)
{
    for (; *text; text++) {
        char c = *text >= 'A' && *text <= 'Z' ? (char)(*text | 0x20) : *text;

        mill_buffer_add(to, &c, 1);
    }
}

/* Without blanks around it, and with single ones inside. */
static void
write_trimmed(struct mill_buffer *to, const char *value)
{
    static const char blanks[] = " \t\r\n\v\f";
    bool first = true;

    for (value += strspn(value, blanks); *value;
         value += strspn(value, blanks)) {
        size_t len = strcspn(value, blanks);

        if (!first)
            mill_buffer_add(to, " ", 1);
        mill_buffer_add(to, value, len);
        value += len;
        first = false;
    }
}

/* Sorts the headers; their names, each once, into signed_headers. */
static bool
name_headers(struct canonical *canonical)
{
    struct mill_buffer *to = &canonical->signed_headers;

    qsort(canonical->headers, canonical->count, sizeof(*canonical->headers),
          compare_headers);
    for (size_t i = 0; i < canonical->count; i++) {
        const char *name = canonical->headers[i].name;

        if (i > 0 && strcasecmp(name, canonical->headers[i - 1].name) == 0)
            continue;
        if (i > 0)
            mill_buffer_add(to, ";", 1);
        write_small(to, name);
    }
    return !to->failed;
}

static void
write_headers(struct mill_buffer *to, const struct canonical *canonical)
{
    for (size_t i = 0; i < canonical->count; i++) {
        const struct header *header = &canonical->headers[i];
        const struct header *next = header + 1;
        bool more = i + 1 < canonical->count
                    && strcasecmp(header->name, next->name) == 0;
        bool again = i > 0 && strcasecmp(header->name, header[-1].name) == 0;

        if (!again) {
            write_small(to, header->name);
            mill_buffer_add(to, ":", 1);
        }
        write_trimmed(to, header->value);
        mill_buffer_add(to, more ? "," : "\n", 1);
    }
    mill_buffer_add(to, "\n", 1);
}

/* --- the whole --- */

static bool
hash_payload(struct canonical *canonical, const char *hash)
{
    if (!hash)
        return sigv4_hash("", 0, canonical->payload_hash);
    snprintf(canonical->payload_hash, sizeof(canonical->payload_hash), "%s",
             hash);
    return true;
}

static bool
write_all(struct canonical *canonical, const struct sigv4_request *request)
{
    struct mill_buffer *to = &canonical->text;

    mill_buffer_print(to, "%s\n", request->method);
    write_path(to, request);
    if (!write_sorted_query(to, request))
        return false;
    write_headers(to, canonical);
    mill_buffer_print(to, "%s\n%s",
                      mill_buffer_text(&canonical->signed_headers),
                      canonical->payload_hash);
    return !to->failed;
}

bool
canonical_in_headers(struct canonical *canonical,
                     const struct sigv4_request *request, const char *date)
{
    if (!hash_payload(canonical, request->payload_hash)
        || !take_headers(canonical, request))
        return false;
    take_header(canonical, "x-amz-date", date);
    if (request->keys->token)
        take_header(canonical, "x-amz-security-token", request->keys->token);
    if (canonical_is_s3(request))
        take_header(canonical, "x-amz-content-sha256", canonical->payload_hash);
    return name_headers(canonical) && write_all(canonical, request);
}

bool
canonical_name_headers(struct canonical *canonical,
                       const struct sigv4_request *request)
{
    return take_headers(canonical, request) && name_headers(canonical);
}

/* Who presigns for S3 doesn't have the body; others' URLs have none. */
bool
canonical_in_query(struct canonical *canonical,
                   const struct sigv4_request *request)
{
    const char *hash = canonical_is_s3(request) ? SIGV4_UNSIGNED_PAYLOAD : NULL;

    return hash_payload(canonical,
                        request->payload_hash ? request->payload_hash : hash)
           && write_all(canonical, request);
}

void
canonical_finish(struct canonical *canonical)
{
    mill_buffer_finish(&canonical->text);
    mill_buffer_finish(&canonical->signed_headers);
    free(canonical->headers);
    *canonical = (struct canonical){ 0 };
}
