/* SPDX-License-Identifier: Apache-2.0 */

/*
 * idempotency - names for the records of a request, so that none is kept twice
 *
 * A sender that got no reply can't know whether a request arrived, and sends
 * its records again: perhaps after a crash, and cut into requests otherwise. So
 * what is named is each record, by where it came from:
 *
 *     Idempotency-Key: SCOPE/RECORDS
 *     Idempotency-Settled: POSITION
 *
 * SCOPE says whose positions these are: pipeline, stage, epoch, and the lane
 * (from, source, stream, partition), parted by "/", each percent-encoded.  The
 * epoch is made anew where the sender's state begins anew, for then positions
 * do, too.  To a receiver it is text to compare, and nothing else.
 *
 * RECORDS are runs of rows, parted by commas, in the order of the records in
 * the body; no row comes before one with a lower position.
 *
 *     17        the row at position 17
 *     17+99     the rows at positions 17 to 116
 *     17:1      the second of the rows that were made from the one at 17
 *     17:0+2    the first, second and third of them
 *
 * The first number is a position in the first run, and in all others how far
 * the run is from the last position of the one before: 17+2,6,0:1 are the rows
 * at 17, 18, 19, 25, and the second at 25.  "17" is short for "17:0".
 *
 * What a receiver does: with the records it stores, in one transaction, the
 * rows that they are, by scope.  Of a request it drops the records whose rows
 * it has, stores the others, and answers for all of them as if they had come
 * for the first time.  A key that is no such text, or names another number of
 * rows than there are records, is a fault of the request (422).
 *
 * Rows don't come in order: what failed alone is sent later, and requests may
 * overtake each other.  So the highest row isn't enough: a receiver keeps runs.
 *
 * It may forget the rows up to POSITION of Idempotency-Settled, the highest
 * that it was told for a scope: they were answered for, and aren't sent again.
 * One that comes all the same was long on its way, and is dropped.
 *
 * A receiver that knows a key only as a whole still stores a request once that
 * is repeated as it was.
 */

#ifndef COMMON_IDEMPOTENCY_H
#define COMMON_IDEMPOTENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <millrace/json.h>

#define IDEMPOTENCY_KEY "Idempotency-Key"
#define IDEMPOTENCY_SETTLED "Idempotency-Settled"

/* The longest run, its comma included: three numbers. */
#define IDEMPOTENCY_RUN_ROOM 64

/* One of the rows that came from one position; nearly always the only one. */
struct idempotency_row {
    uint64_t position;
    uint32_t ordinal; /* 0: the first of them */
};

/* Appends a part of a scope and "/"; a "/" that PART holds parts it further. */
void idempotency_add_scope(struct mill_buffer *to, const char *part);

/* Rows on their way into a text.  Zeroed memory is none. */
struct idempotency_writer {
    struct idempotency_row first; /* of the run that isn't written yet */
    uint64_t more;                /* rows in it behind the first, */
    bool same;                    /* all of one position */
    uint64_t last;                /* the last position of what is written */
    bool open;                    /* there is such a run */
    bool comma;                   /* and one before it */
};

/* Adds a row, which stands behind all before: at a higher position, or at the
 * same one with a higher ordinal.  At most IDEMPOTENCY_RUN_ROOM bytes of what
 * was added are not in TO yet. */
void idempotency_add(struct idempotency_writer *writer, struct mill_buffer *to,
                     struct idempotency_row row);
/* Writes what is left; the writer is as new. */
void idempotency_end(struct idempotency_writer *writer, struct mill_buffer *to);

/* A key that is being read; zeroed memory has no rows. */
struct idempotency_reader {
    const char *at;             /* behind the run that is being read */
    struct idempotency_row row; /* the last that was given */
    uint64_t more;              /* rows that follow it in the run */
    bool same;                  /* and they are of its position */
    bool begun;                 /* a row was given */
};

/* Begins with the key TEXT, which must live as long; its scope is the first
 * SCOPE_LEN bytes.  False: it has no scope, or no rows. */
bool idempotency_read(struct idempotency_reader *reader, const char *text,
                      size_t *scope_len);

enum idempotency_step { IDEMPOTENCY_ROW, IDEMPOTENCY_END, IDEMPOTENCY_BAD };

/* The next row into *ROW; END behind the last; BAD where the text breaks the
 * rules above, and then for ever. */
enum idempotency_step idempotency_next(struct idempotency_reader *reader,
                                       struct idempotency_row *row);

#endif /* COMMON_IDEMPOTENCY_H */
