/* SPDX-License-Identifier: Apache-2.0 */

/*
 * url - a URL taken apart
 *
 *     scheme://user:password@host:port/path?name=value&name=value#fragment
 *     scheme:path?name=value         without "//": no host, path as it stands
 *
 * Everything that may be percent-encoded is decoded.  The path keeps its
 * leading slash; a fragment is refused, as nothing here has a use for one. All
 * parts lie in one block that url_finish() frees.
 */

#ifndef COMMON_URL_H
#define COMMON_URL_H

#include <stdbool.h>
#include <stddef.h>

struct url_pair {
    const char *name;
    const char *value; /* "" where there is no "=" */
};

struct url {
    const char *scheme; /* in lower case */
    const char *user;   /* NULL: none; so is the password */
    const char *password;
    const char *host; /* NULL: no "//"; without the brackets of [::1] */
    int port;         /* 0: none */
    const char *path; /* "" where there is none */
    struct url_pair *query;
    size_t query_count;

    char *memory; /* the url's */
};

/* False: TEXT is no URL, and *WHY (static text) says what is wrong with it; it
 * never quotes it, for there may be a password in it. */
bool url_parse(struct url *url, const char *text, const char **why);

/* The value of NAME in the query, or NULL. */
const char *url_query(const struct url *url, const char *name);

/* Zeroed memory is fine. */
void url_finish(struct url *url);

#endif /* COMMON_URL_H */
