/* SPDX-License-Identifier: Apache-2.0 */

/* postgres_copy - rows as the text that COPY FROM STDIN takes */

#ifndef SQL_POSTGRES_COPY_H
#define SQL_POSTGRES_COPY_H

#include <libpq-fe.h>

#include "driver.h"

/* Zeroed memory is fine. */
struct copier {
    struct mill_buffer piece; /* what is sent next */
    struct mill_buffer text;  /* of a value that has to be escaped */
};

/* Sends the rows; an upsert's with their numbers in front.  False: the
 * connection failed, or copier->piece.failed. */
bool copier_send(struct copier *copier, PGconn *connection,
                 const struct rows *rows);

void copier_finish(struct copier *copier);

#endif /* SQL_POSTGRES_COPY_H */
