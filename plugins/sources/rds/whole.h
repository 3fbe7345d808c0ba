/* SPDX-License-Identifier: Apache-2.0 */

/*
 * whole - mode "all": every row of each table, in the order of its key
 *
 * One query a table.  With one connection the tables come one after another,
 * and each row straight from its driver.  With `connections` = N there are N
 * lanes, each a connection that reads ahead in a thread of its own (ahead.h);
 * a read takes what is at hand from one of them, in turn, so that none starves,
 * and a lane whose table is done begins the next.  A lane that loses its
 * connection tries again by itself while others have work, and through the core
 * when it is the last.
 *
 * Where the key is one integer column and never negative it is the row's
 * position, so that a position means the same row whatever was inserted since;
 * any other key travels as the cursor, and rows are numbered as they come.
 *
 * Mode "incremental" is the same again and again, each table `interval` after
 * its end, in the order of the column and then the key.  Positions that count
 * rows stay the same over a restart, unless a row was committed late meanwhile,
 * between those that were read after the last position that was stored: a sink
 * that keeps positions of its own (sql) then takes it for another.
 */

#ifndef RDS_WHOLE_H
#define RDS_WHOLE_H

#include "rds.h"

/* The tables must be described, and with several connections the driver isn't
 * used any more.  NULL: no memory, or no file descriptors. */
struct whole *whole_create(struct rds *rds);
void whole_destroy(struct whole *whole);

enum mill_verdict whole_read(struct rds *rds, struct mill_stage *stage,
                             struct mill_batch *batch);

/* Any thread: ends a blocking call. */
void whole_cancel(struct whole *whole);

#endif /* RDS_WHOLE_H */
