/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sql - the sink's instance
 *
 * sql.c       options and callbacks
 * session.c   connection, transaction, and the marks that make it exactly once
 * target.c    a batch's table: described, created where that is wanted
 * write.c     the rows of a batch, and which of them the database refuses
 * queries.c   what is asked when all is there
 */

#ifndef SQL_SQL_H
#define SQL_SQL_H

#include <millrace/plugin.h>

#include "driver.h"
#include "table.h"
#include "url.h"

#define SQL_RUN_ROOM 33

struct sql {
    struct mill_url url;
    struct mill_template table;
    const char *create;
    const char *mode;
    const char *const *key;
    const char *const *types;
    struct mill_duration timeout;
    const char *const *queries;
    const char *queries_format;

    struct url parsed;
    struct driver *driver;
    struct table *tables;
    bool upsert;

    char run[SQL_RUN_ROOM]; /* whose marks count */
    bool in_transaction;
    uint64_t number;  /* of the transactions so far, which the target has too */
    bool in_doubt;    /* the last one may or may not have been committed */
    bool done;        /* it was: what is handed again is there already */
    bool others_gone; /* marks of other runs were removed */

    /* Of the batch that is being written: column i of it is column into[i] of
     * the table, -1: of no row. */
    long *into;
    size_t into_room;
    /* The columns that some rows fill. */
    int *from;
    unsigned *to;
};

/* Says why it failed; where it isn't REJECT the connection is closed. */
enum mill_verdict sql_fail(struct sql *sql, struct mill_stage *stage,
                           enum mill_verdict verdict);

/* --- session.c --- */

/* Connects unless that was done. */
enum mill_verdict session_connect(struct sql *sql, struct mill_stage *stage);

/* Connects and reads the marks that the target has. */
enum mill_verdict session_open(struct sql *sql, struct mill_stage *stage);

/* Runs a CREATE TABLE, within the open transaction or none. */
enum mill_verdict session_define(struct sql *sql, struct mill_stage *stage,
                                 const char *text);

/* Begins a transaction unless one is open, or sql->done. */
enum mill_verdict session_begin(struct sql *sql, struct mill_stage *stage);

/* Stores the marks and ends the transaction. */
enum mill_verdict session_commit(struct sql *sql, struct mill_stage *stage);

/* Closes the connection; what wasn't committed is gone. */
void session_end(struct sql *sql);

/* --- target.c --- */

/* The table of a batch, described; within a transaction. */
enum mill_verdict target_of(struct sql *sql, struct mill_stage *stage,
                            struct mill_batch *batch, struct table **table);

/* Whether a row of BATCH has something in COLUMN. */
bool target_is_used(struct mill_batch *batch, uint32_t column);

/* --- write.c --- */

enum mill_verdict write_batch(struct sql *sql, struct mill_stage *stage,
                              struct mill_batch *batch, struct table *table);

/* --- queries.c --- */

/* Whether the option names files that are there. */
enum mill_verdict queries_check(const struct sql *sql,
                                struct mill_stage *stage);

/* Runs them all and prints the answers. */
enum mill_verdict queries_run(struct sql *sql, struct mill_stage *stage);

#endif /* SQL_SQL_H */
