/* SPDX-License-Identifier: Apache-2.0 */

/*
 * maria - what the source rds and the sink sql share about libmariadb
 *
 *     mysql://user:password@host:port/database?ssl=...
 *
 * Behind the question mark there can be
 *
 *     ssl=disabled          no TLS; what happens where neither is given
 *     ssl=required          TLS, whoever answers; with ssl_ca its certificate
 *                           must come from that authority
 *     ssl=verify_identity   and it must be made out to the host; what happens
 *                           where only ssl_ca is given
 *     ssl_ca=FILE           the certificates to trust, PEM
 *     socket=PATH           connect there instead of to the host
 */

#ifndef COMMON_MARIA_H
#define COMMON_MARIA_H

#include <mysql.h>

#include <millrace/plugin.h>

#include "url.h"

#define MARIA_PORT 3306

/* Connects MYSQL, fresh from mysql_init(), in UTF-8; an answer that takes
 * longer than SECONDS counts as a broken connection.  False: mysql_error() says
 * why. */
bool maria_connect(MYSQL *mysql, const struct url *url, unsigned seconds,
                   unsigned long flags);

/* What an error means: RETRY or FATAL.  REACHED: a connection worked before, so
 * that what looks like a wrong setting is rather a server in trouble. */
enum mill_verdict maria_verdict(unsigned number, bool reached);

/* "; do this", or "". */
const char *maria_advice(unsigned number);

#endif /* COMMON_MARIA_H */
