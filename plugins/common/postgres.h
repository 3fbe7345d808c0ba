/* SPDX-License-Identifier: Apache-2.0 */

/*
 * postgres - what the source rds and the sink sql share about libpq
 *
 *     postgresql://user:password@host:port/database?sslmode=...
 *
 * Behind the question mark there can be
 *
 *     sslmode=disable, prefer, require, verify-ca, verify-full
 *                         prefer where nothing is given, verify-full where
 *                         sslrootcert is
 *     sslrootcert=FILE    the certificates to trust, PEM
 *     sslcert=FILE, sslkey=FILE
 *     socket=FOLDER       connect there instead of to the host
 *     schema=NAME         where tables without a schema are
 */

#ifndef COMMON_POSTGRES_H
#define COMMON_POSTGRES_H

#include <libpq-fe.h>

#include <millrace/plugin.h>

#include "url.h"

#define POSTGRES_PORT 5432

/* The characters of an SQLSTATE, and NUL. */
#define POSTGRES_STATE_ROOM 6

/*
 * A connection that is open, speaks UTF-8, notices a host that is gone, and
 * keeps notices to itself; the caller's, for PQfinish().  NULL: SAID says why,
 * in one line and without any password, and *VERDICT is FATAL where another
 * try won't help.  REACHED: the url worked before, so certificates are right.
 */
PGconn *postgres_connect(const struct url *url, bool reached,
                         enum mill_verdict *verdict, char *said, size_t room);

/* What a failed statement means: RETRY or FATAL by its SQLSTATE ("" or NULL:
 * the connection broke). */
enum mill_verdict postgres_verdict(const char *state);

/* "; do this", or "". */
const char *postgres_advice(const char *state);

/* Why RESULT failed, in one line: message, and detail where there is one.
 * Without a RESULT's own message it is the connection's. */
void postgres_reason(const PGconn *connection, const PGresult *result, char *to,
                     size_t room);

/* The SQLSTATE of RESULT; "" where it has none. */
const char *postgres_state(const PGresult *result);

#endif /* COMMON_POSTGRES_H */
