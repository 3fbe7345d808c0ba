/* SPDX-License-Identifier: Apache-2.0 */

/*
 * whole - mode "all": every row of each table, in the order of its key
 *
 * One query a table, whose rows go on while the server still sends.  After a
 * break or a restart the query begins behind the last key.  Where the key is
 * one integer column and never negative it is the row's position, so that a
 * position means the same row whatever was inserted since; any other key
 * travels as the cursor, and rows are numbered as they come.
 *
 * Mode "incremental" is the same again and again, every `interval`, in the
 * order of the column and then the key.  Positions that count rows stay the
 * same over a restart, unless a row was committed late meanwhile, between those
 * that were read after the last position that was stored: a sink that keeps
 * positions of its own (sql) then takes it for another.
 */

#ifndef RDS_WHOLE_H
#define RDS_WHOLE_H

#include "rds.h"

/* NULL: no memory. */
struct whole *whole_create(size_t tables, struct overlap_span span);
void whole_destroy(struct whole *whole);

enum mill_verdict whole_read(struct rds *rds, struct mill_stage *stage,
                             struct mill_batch *batch);

#endif /* RDS_WHOLE_H */
