/* SPDX-License-Identifier: Apache-2.0 */

/*
 * lane - one connection, and the table that is read through it
 *
 * A table is read by one query, whose rows go on while the server still sends.
 * After a break or a restart the query begins behind the last key: progress
 * knows where that is, whichever lane the table comes to.
 */

#ifndef RDS_LANE_H
#define RDS_LANE_H

#include "key.h"
#include "rds.h"

/* How far one table was read. */
struct progress {
    bool begun;        /* something was read, now or before a restart */
    bool by_number;    /* positions count rows; else they are the key */
    uint64_t position; /* of the last row */
    struct key last;   /* its key, where positions count rows */
    bool resumed;      /* the resume position was looked up */
    struct overlap overlap;

    bool busy;   /* a lane reads it */
    bool done;   /* all of it was read */
    int64_t due; /* incremental: when to look again; CLOCK_MONOTONIC, ns */
};

struct lane {
    struct driver *driver;
    struct table *table; /* NULL: none */
    struct progress *progress;
    bool selected; /* the query is open */
    struct mill_buffer cursor;
    int attempts; /* that failed since something worked */
    int64_t due;  /* when to make the next; CLOCK_MONOTONIC, ns */
};

void progress_finish(struct progress *progress);

/*
 * Fills BATCH with rows of the lane's table, waiting for the first as the
 * driver's fetch does with PATIENCE_MS.  IDLE: none is there yet.  END: the
 * table is done; the batch may hold rows, also with RETRY and FATAL, for which
 * `said` of the driver is why.
 */
enum mill_verdict lane_read(struct rds *rds, struct mill_stage *stage,
                            struct lane *lane, int patience_ms,
                            struct mill_batch *batch);

#endif /* RDS_LANE_H */
