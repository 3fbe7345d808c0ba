/* SPDX-License-Identifier: Apache-2.0 */

/*
 * database - which database a url names, and whether this build can have it
 *
 *     sqlite:PATH
 *     mysql://user:password@host:port/database?...         see maria.h
 *     postgresql://user:password@host:port/database?...    see postgres.h
 */

#ifndef COMMON_DATABASE_H
#define COMMON_DATABASE_H

#include <millrace/plugin.h>

#include "url.h"

enum database {
    DATABASE_UNKNOWN,
    DATABASE_SQLITE,
    DATABASE_MYSQL,
    DATABASE_POSTGRES,
};

enum database database_of(const struct url *url);

/* FATAL, with the reason in mill_fail(): TEXT, of the option url, is none, or
 * names what isn't there.  The text itself is never quoted, for there may be a
 * password in it. */
enum mill_verdict database_check(struct mill_stage *stage, const char *text);

/* What the url asks for, where it can't be had: *WHY (static text) says so. */
bool maria_url_check(const struct url *url, const char **why);
bool postgres_url_check(const struct url *url, const char **why);

/* The one name behind the host. */
const char *database_name(const struct url *url);

#endif /* COMMON_DATABASE_H */
