/* SPDX-License-Identifier: Apache-2.0 */

/* route - see route.h */

#include "route.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define PARTS_MOST 4

/* A path in parts; more than fit are counted only. */
struct path {
    const char *part[PARTS_MOST];
    size_t len[PARTS_MOST];
    size_t count;
};

static void
split(struct path *path, const char *text)
{
    path->count = 0;
    while (*text) {
        size_t len = strcspn(text, "/");

        if (len > 0 || path->count > 0) {
            if (path->count < PARTS_MOST) {
                path->part[path->count] = text;
                path->len[path->count] = len;
            }
            path->count++;
        }
        text += len;
        text += *text == '/';
        if (!*text)
            break;
    }
}

static bool
part_is(const struct path *path, size_t i, const char *literal)
{
    return i < path->count && i < PARTS_MOST && path->len[i] == strlen(literal)
           && memcmp(path->part[i], literal, path->len[i]) == 0;
}

static bool
take_name(struct route *route, const struct path *path)
{
    static const char fine[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t len = path->len[1];

    if (len == 0 || len > ROUTE_NAME_MOST)
        return false;
    memcpy(route->name, path->part[1], len);
    route->name[len] = '\0';
    return strspn(route->name, fine) == len && strcmp(route->name, ".") != 0
           && strcmp(route->name, "..") != 0;
}

static bool
take_partition(struct route *route, const struct path *path)
{
    int64_t number = 0;

    for (size_t i = 0; i < path->len[3]; i++) {
        char c = path->part[3][i];

        if (c < '0' || c > '9' || number > INT32_MAX)
            return false;
        number = number * 10 + (c - '0');
    }
    if (path->len[3] == 0 || number > INT32_MAX)
        return false;
    route->partition = (int32_t)number;
    return true;
}

/* A GET without the body, which is left out where it is sent. */
static bool
is_get(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* KIND where METHOD is WANTED, which is all that there is unless route->allow
 * was set. */
static enum route_kind
of_method(struct route *route, const char *method, const char *wanted,
          enum route_kind kind)
{
    if (!route->allow)
        route->allow = wanted;
    return strcmp(method, wanted) == 0 ? kind : ROUTE_NOT_SO;
}

static enum route_kind
of_get(struct route *route, const char *method, enum route_kind kind)
{
    if (!route->allow)
        route->allow = "GET, HEAD";
    return is_get(method) ? kind : ROUTE_NOT_SO;
}

static enum route_kind
topic_route(struct route *route, const char *method, const struct path *path)
{
    if (path->count == 1)
        return of_get(route, method, ROUTE_TOPICS);
    if (path->count == 3 || path->count > 4
        || (path->count == 4 && !part_is(path, 2, "partitions")))
        return ROUTE_NOWHERE;
    if (!take_name(route, path))
        return ROUTE_BAD_NAME;
    if (path->count == 4)
        return take_partition(route, path)
                   ? of_method(route, method, "POST", ROUTE_PRODUCE)
                   : ROUTE_NOWHERE;
    route->allow = "GET, HEAD, POST";
    return is_get(method) ? ROUTE_TOPIC
                          : of_method(route, method, "POST", ROUTE_PRODUCE);
}

static enum route_kind
stream_route(struct route *route, const char *method, const struct path *path)
{
    route->kinesis = true;
    if (path->count == 1)
        return of_get(route, method, ROUTE_STREAMS);
    if (path->count > 3)
        return ROUTE_NOWHERE;
    if (!take_name(route, path))
        return ROUTE_BAD_NAME;
    if (part_is(path, 2, "record"))
        return of_method(route, method, "PUT", ROUTE_PUT_RECORD);
    if (part_is(path, 2, "records"))
        return of_method(route, method, "PUT", ROUTE_PUT_RECORDS);
    if (path->count == 3)
        return ROUTE_NOWHERE;
    route->allow = "DELETE, GET, HEAD, POST";
    if (strcmp(method, "POST") == 0)
        return ROUTE_STREAM_CREATE;
    if (strcmp(method, "DELETE") == 0)
        return ROUTE_STREAM_DELETE;
    return of_get(route, method, ROUTE_STREAM);
}

void
route_find(struct route *route, const char *method, const char *path,
           const char *base)
{
    size_t len = strlen(base);
    struct path parts;

    *route = (struct route){ .kind = ROUTE_NOWHERE, .partition = -1 };
    if (strncmp(path, base, len) != 0 || (path[len] && path[len] != '/')) {
        route->kind = ROUTE_OTHER_BASE;
        return;
    }
    split(&parts, path + len);
    if (parts.count == 0)
        route->kind = of_get(route, method, ROUTE_ALIVE);
    else if (part_is(&parts, 0, "topics"))
        route->kind = topic_route(route, method, &parts);
    else if (part_is(&parts, 0, "streams"))
        route->kind = stream_route(route, method, &parts);
}

bool
route_has_records(const struct route *route)
{
    return route->kind == ROUTE_PRODUCE || route->kind == ROUTE_PUT_RECORD
           || route->kind == ROUTE_PUT_RECORDS;
}

static int
hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t
route_decode(char *path)
{
    char *to = path;

    for (const char *at = path; *at; to++) {
        int high = at[0] == '%' ? hex(at[1]) : -1;
        int low = high >= 0 ? hex(at[2]) : -1;

        if (low < 0) {
            *to = *at++;
            continue;
        }
        *to = (char)(high << 4 | low);
        if (*to == '/' || *to == '\0')
            *to = '%';
        at += 3;
    }
    *to = '\0';
    return (size_t)(to - path);
}

/* --- media types -----------------------------------------------------------
 */

/* True where the type that begins TEXT, up to a blank, comma or semicolon, is
 * TYPE. */
static bool
media_is(const char *text, const char *type)
{
    size_t len = strcspn(text, " \t;,");

    return len == strlen(type) && strncasecmp(text, type, len) == 0;
}

enum media
media_of(const char *content_type)
{
    static const struct {
        const char *type;
        enum media media;
    } known[] = {
        { "application/vnd.kafka.json.v2+json", MEDIA_JSON },
        { "application/vnd.kafka.binary.v2+json", MEDIA_BINARY },
        { "application/vnd.kafka.v2+json", MEDIA_BINARY },
        { "application/vnd.kafka+json", MEDIA_BINARY },
        { "application/json", MEDIA_BINARY },
        { "application/vnd.kafka.avro.v2+json", MEDIA_SCHEMA },
        { "application/vnd.kafka.jsonschema.v2+json", MEDIA_SCHEMA },
        { "application/vnd.kafka.protobuf.v2+json", MEDIA_SCHEMA },
    };

    for (size_t i = 0; content_type && i < sizeof(known) / sizeof(*known); i++)
        if (media_is(content_type, known[i].type))
            return known[i].media;
    return MEDIA_UNKNOWN;
}

const char *
media_reply(const char *accept)
{
    static const char kafka[] = "application/vnd.kafka.v2+json";
    static const char *const wide[] = { "*/*", "application/*", kafka,
                                        "application/vnd.kafka+json" };
    const char *found = NULL;

    if (!accept || !*accept)
        return kafka;
    while (*accept) {
        accept += strspn(accept, " \t,");
        for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
            if (media_is(accept, wide[i]))
                return kafka;
        if (media_is(accept, "application/json"))
            found = "application/json";
        /* Clients that ask for what they send mean well. */
        if (!found && strncasecmp(accept, "application/vnd.kafka.", 22) == 0)
            found = kafka;
        accept += strcspn(accept, ",");
    }
    return found;
}
