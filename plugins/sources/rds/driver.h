/* SPDX-License-Identifier: Apache-2.0 */

/*
 * driver - one kind of database, as rds sees it
 *
 * A driver holds one connection and at most one open query.  What goes wrong is
 * told by a verdict, RETRY where another connection may do better, and by a
 * text in `said`, which never holds a password.  After anything but OK and END
 * the driver is as disconnected: the next call is connect.
 */

#ifndef RDS_DRIVER_H
#define RDS_DRIVER_H

#include <millrace/plugin.h>

#include "table.h"
#include "url.h"

/* A row as the database sent it: NULL, BOOL, INT, DOUBLE, TEXT and BYTES, what
 * they mean is in the columns.  The driver's until the next call. */
struct row {
    const struct mill_value *cells;
    size_t count;
    size_t size; /* bytes, of the texts at least */
    /* Where all texts lie in one piece: data NULL where they don't. */
    struct mill_bytes block;
    /* Where the memory ends that the block is in; NULL: with the block. */
    const char *readable;
};

/* The rows of a table in the order of its key, or as they lie where it has
 * none. */
struct query {
    const struct table *table;
    const struct mill_value *from; /* key values to begin at; NULL: all */
    size_t from_count; /* so many values are in `from`; 0: one a column */
    bool after;        /* begin behind them */
    bool not_null;     /* without rows whose first key value is NULL */
    bool keys_only;    /* the rows hold the key's columns alone */
    uint64_t offset;
    uint64_t limit; /* 0: none */
};

struct driver;

struct driver_class {
    enum mill_verdict (*connect)(struct driver *driver);
    /* Fills in TABLE, which is empty, and its key if the schema has one. */
    enum mill_verdict (*describe)(struct driver *driver, struct table *table);
    enum mill_verdict (*select)(struct driver *driver,
                                const struct query *query);
    /* The next row of the query; END: that was all, and it is finished.  IDLE:
     * none came within PATIENCE_MS, where that isn't negative. */
    enum mill_verdict (*fetch)(struct driver *driver, int patience_ms,
                               struct row *row);
    /* Ends a query before its end; nothing to do where there is none. */
    void (*finish)(struct driver *driver);
    void (*disconnect)(struct driver *driver);
    /* Any thread: ends a blocking call; it returns RETRY. */
    void (*cancel)(struct driver *driver);
    void (*destroy)(struct driver *driver);
};

#define DRIVER_SAID 768

struct driver {
    const struct driver_class *class;
    bool connected;
    char said[DRIVER_SAID];
};

/* Puts the text into `said` and returns VERDICT. */
enum mill_verdict driver_fail(struct driver *driver, enum mill_verdict verdict,
                              const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* URL is borrowed.  NULL: no memory. */
struct driver *sqlite_create(const struct url *url);
struct driver *mysql_create(const struct url *url,
                            struct mill_duration timeout);
struct driver *postgres_create(const struct url *url,
                               struct mill_duration timeout);

#endif /* RDS_DRIVER_H */
