/* SPDX-License-Identifier: Apache-2.0 */

/*
 * render - a database's row becomes a row of JSON at once
 *
 * For sinks that write rows as JSON and have no use for cells
 * (mill_json_will_do): most of a row's bytes are then copied once, from where
 * the driver has them to where the sink takes them, and come out the same as
 * cells would.
 */

#ifndef RDS_RENDER_H
#define RDS_RENDER_H

#include "convert.h"

/* Appends ROW, which isn't over max_record, at POSITION, as MILL_JSON.  A
 * line's end lies behind it, so that rows in a row can be written in one piece.
 * False: no memory. */
bool render_row(const struct converter *converter, struct mill_batch *batch,
                const struct row *row, uint64_t position);

#endif /* RDS_RENDER_H */
