/* SPDX-License-Identifier: Apache-2.0 */

/*
 * rds - an instance of the source, and what its two modes share
 */

#ifndef RDS_RDS_H
#define RDS_RDS_H

#include <stdatomic.h>

#include "convert.h"
#include "driver.h"
#include "overlap.h"

struct whole;
struct emulate;

struct rds {
    /* options */
    struct mill_url url;
    const char *const *tables;
    const char *mode;
    const char *const *key;
    const char *const *column;
    struct mill_duration interval;
    const char *overlap;
    int64_t seed;
    int64_t rows;
    const char *pace;
    int64_t draw_max;
    const char *zero_dates;
    struct mill_duration timeout;
    int64_t connections;

    /* from open to close */
    struct url parsed;
    /* Describes the tables, and reads them where there is one connection;
     * cancel looks at it. */
    struct driver *_Atomic driver;
    struct table *list; /* one an item of `tables` */
    size_t count;
    bool incremental;
    struct overlap_span span;
    struct whole *_Atomic whole; /* the mode's state; the other one is NULL */
    struct emulate *emulate;
    struct mill_buffer text;   /* of converters */
    const struct driver *dead; /* what it said is told by every further read */
};

/* A driver for the url.  NULL: no memory. */
struct driver *rds_make_driver(const struct rds *rds);

/* Connects DRIVER where that is needed, and describes TABLE where it isn't yet.
 * Anything but OK: `said` of the driver is why. */
enum mill_verdict rds_prepare(struct rds *rds, struct mill_stage *stage,
                              struct driver *driver, struct table *table);

/*
 * Ends a read that met VERDICT, for which DRIVER said why.  Rows that the batch
 * already holds go on first: the same trouble, if it lasts, will be met again
 * by the next read.
 */
enum mill_verdict rds_stop(struct rds *rds, struct mill_stage *stage,
                           const struct driver *driver,
                           const struct mill_batch *batch,
                           enum mill_verdict verdict);

/* How a row of TABLE becomes one of a batch. */
struct converter rds_converter(struct rds *rds, struct mill_stage *stage,
                               const struct table *table);

#endif /* RDS_RDS_H */
