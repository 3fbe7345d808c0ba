/* SPDX-License-Identifier: Apache-2.0 */

/*
 * driver - one kind of database, as the sink sees it
 *
 * A driver holds one connection.  What goes wrong is told by a verdict and by a
 * text in `said`, which never holds a password:
 *
 *     RETRY    another connection may do better; this one is to be closed, and
 *              the transaction ends with it
 *     REJECT   the database refuses these rows or this value; the connection
 *              and the transaction go on
 *     FATAL    another try won't help; this connection too is to be closed
 */

#ifndef SQL_DRIVER_H
#define SQL_DRIVER_H

#include <millrace/plugin.h>

#include "table.h"
#include "url.h"

/* Rows of a batch that go into one table, all into the same columns. */
struct rows {
    struct mill_batch *batch;
    struct table *table;
    const int *from;        /* columns of the batch */
    const unsigned *into;   /* and the table's, for each of them */
    size_t count;           /* how many columns */
    bool upsert;            /* by the table's key columns, all among them */
    const char *const *key; /* their names; ends with NULL */
    size_t first;           /* the rows: from here */
    size_t behind;          /* to here */
    /* Others are at hand: an insert may leave its end, and what is wrong with
     * it, to the next call.  That one says RETRY then. */
    bool more;
};

/* The rows of a query come as one call with cells NULL for the names of the
 * columns, one a row, and one with both NULL at the end; a text may hold
 * several statements, and those without columns are passed over.  Cells are
 * NULL, BOOL, INT, DOUBLE, NUMBER, TEXT or BYTES and live until the call
 * returns.  False: no memory. */
typedef bool driver_row_fn(void *arg, const char *const *names,
                           const struct mill_value *cells, size_t count);

struct driver;

struct driver_class {
    enum mill_verdict (*connect)(struct driver *driver);
    enum mill_verdict (*execute)(struct driver *driver, const char *sql);
    enum mill_verdict (*query)(struct driver *driver, const char *sql,
                               driver_row_fn *row, void *arg);
    /* CREATE TABLE IF NOT EXISTS, which must not end the open transaction. */
    enum mill_verdict (*define)(struct driver *driver, const char *sql);
    /* Writes some of the rows, *TAKEN from the first on: at least one.  REJECT:
     * one of those is refused and none of them written. */
    enum mill_verdict (*insert)(struct driver *driver, const struct rows *rows,
                                size_t *taken);
    /* Not the connection's end, but of what was prepared for TABLE. */
    void (*forget)(struct driver *driver, struct table *table);
    void (*disconnect)(struct driver *driver);
    /* Any thread: ends a blocking call; it returns RETRY. */
    void (*cancel)(struct driver *driver);
    void (*destroy)(struct driver *driver);

    /* --- its SQL --- */

    char quote;             /* around names */
    size_t name_most;       /* longer ones are cut without a word; 0: none */
    const char *begin;      /* a transaction */
    const char *for_update; /* behind a SELECT that locks rows */
    const char *marks;      /* CREATE TABLE IF NOT EXISTS millrace_marks */
    const char *mark_again; /* behind INSERT of a mark that is there */
    /* A query for name, type and digits behind the point of a table's columns,
     * what stands before and behind the table's name, a literal. */
    const char *describe;
    const char *describe_end;
    enum kind (*kind_of)(const char *type);
    /* The type of a column to be created. */
    void (*type_name)(const struct driver *driver, const struct column *column,
                      struct mill_buffer *to);
    /* What is wrong with TABLE for rows to be put in by KEY (none: to be
     * appended).  Optional. */
    enum mill_verdict (*verify)(struct driver *driver,
                                const struct table *table,
                                const char *const *key);
    /* What stands behind CREATE TABLE (...). */
    const char *create_end;
};

#define DRIVER_SAID 1024

struct driver {
    const struct driver_class *class;
    bool connected;
    char said[DRIVER_SAID];
};

/* Puts the text into `said` and returns VERDICT. */
enum mill_verdict driver_fail(struct driver *driver, enum mill_verdict verdict,
                              const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* URL is borrowed.  NULL: no memory, or no such driver in this build. */
struct driver *sqlite_create(const struct url *url);
struct driver *mysql_create(const struct url *url,
                            struct mill_duration timeout);
struct driver *postgres_create(const struct url *url,
                               struct mill_duration timeout);

#endif /* SQL_DRIVER_H */
