/* SPDX-License-Identifier: Apache-2.0 */

/* postgres_insert - rows into PostgreSQL, by COPY */

#ifndef SQL_POSTGRES_INSERT_H
#define SQL_POSTGRES_INSERT_H

#include <libpq-fe.h>

#include "driver.h"
#include "hangup.h"
#include "postgres.h"
#include "postgres_copy.h"

/* A COPY that waits for more rows of its kind. */
struct open_copy {
    const struct table *table; /* NULL: there is none */
    unsigned *into;            /* its columns */
    size_t count;
    size_t room;
    int64_t since_ns;
};

struct postgres_driver {
    struct driver driver; /* first */
    const struct url *url;
    int64_t timeout_ms;
    bool reached; /* a connection worked before */
    bool saved;   /* the transaction has a savepoint */
    /* So many transactions still end each COPY with the rows that began it. */
    unsigned careful;
    struct open_copy open;
    /* SQLSTATE of the last failure. */
    char state[POSTGRES_STATE_ROOM];
    unsigned stages;
    PGconn *connection;
    struct copier copier;
    struct hangup hangup; /* for cancel */
};

static inline struct postgres_driver *
postgres_of(struct driver *driver)
{
    return (struct postgres_driver *)driver;
}

/* Says why RESULT, which it clears, isn't what it should be. */
enum mill_verdict postgres_fail(struct postgres_driver *postgres,
                                PGresult *result, const char *what,
                                const char *table);

/* Takes all results of what was sent.  The first that isn't well decides. */
enum mill_verdict postgres_results(struct postgres_driver *postgres,
                                   const char *what, const char *table);

enum mill_verdict postgres_run(struct postgres_driver *postgres,
                               const char *sql, const char *what,
                               const char *table);

/* As driver.h's. */
enum mill_verdict postgres_insert(struct driver *driver,
                                  const struct rows *rows, size_t *taken);

/* Before any other statement: ends the COPY that is open, if one is.  RETRY:
 * the database refuses one of its rows; they come again, and then each batch
 * has a COPY of its own. */
enum mill_verdict postgres_end_copy(struct postgres_driver *postgres);

#endif /* SQL_POSTGRES_INSERT_H */
