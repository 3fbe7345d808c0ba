/* SPDX-License-Identifier: Apache-2.0 */

/*
 * lines - what a reader gives, cut into rows of a batch
 *
 * Bytes are read straight into the batch's memory, and each line there becomes
 * a payload without being touched again.  A last line that isn't finished yet
 * is carried over to the next call.  A line over `max` is never held whole:
 * its head is kept, the rest counted, and it goes to mill_oversized().
 *
 * In a CSV file a record takes the place of a line, and becomes cells; see
 * table.h and records.c.
 *
 * A row's position is the number of its line, from 0; that of a record's first
 * line.  Every line counts, also an empty one that becomes no row.
 */

#ifndef FILE_LINES_H
#define FILE_LINES_H

#include <millrace/plugin.h>

#include "reader.h"
#include "table.h"

/* How much of an oversized line its dead letter shows. */
#define LINES_HEAD ((size_t)64 * 1024)

struct lines {
    enum mill_format format;
    size_t max;      /* mill_max_record() */
    uint64_t row;    /* number of the next line */
    uint64_t offset; /* where it begins, in unpacked bytes */

    size_t want;              /* how much to ask of the reader */
    struct mill_buffer carry; /* the unfinished line, or its head */
    bool more;                /* carry may hold whole lines, too */
    bool skipping;            /* that line is oversized: carry is its head, */
    uint64_t skipped;         /* and this many bytes of it were met */
    bool handed_on;           /* the last call gave the batch something */

    struct table table;   /* CSV */
    struct csv_scan scan; /* of the record that is carried */
};

/* FORMAT is that of the payloads, of a line each; of CSV, whose RULES aren't
 * NULL, it is MILL_CELLS. */
void lines_init(struct lines *lines, enum mill_format format, size_t max,
                const struct table_rules *rules);
void lines_finish(struct lines *lines);

/* Reads once, and adds to BATCH the lines that are whole now; what
 * reader_read() said is returned.  Read lines->handed_on as well: lines may be
 * there whatever the reader said.  READER_BROKEN with an empty fault: no
 * memory, or table.fault says why. */
enum reader_result lines_read(struct lines *lines, struct reader *reader,
                              struct mill_stage *stage,
                              struct mill_batch *batch);

/* The file has ended: what was carried over is a line, too.  Call it until
 * nothing is handed on.  False: no memory, or table.fault says why. */
bool lines_end(struct lines *lines, struct mill_stage *stage,
               struct mill_batch *batch);

/* --- for lines.c: what is different in CSV --- */

/* How much of what is carried is looked at in one go. */
#define RECORDS_PIECE ((size_t)256 * 1024)

struct records_piece {
    char *data; /* in the batch */
    size_t len;
    bool last; /* the file ends with it */
};

/* Adds the whole records of PIECE, until the batch is full; *USED is where the
 * first that wasn't added begins. */
bool records_split(struct lines *lines, struct mill_stage *stage,
                   struct mill_batch *batch, struct records_piece piece,
                   size_t *used);

/* More bytes were carried.  False: still no end of a record among them, nor a
 * reason to give it up. */
bool records_grow(struct lines *lines);

/* The carry may hold whole records: takes those that fit. */
bool records_take_carried(struct lines *lines, struct mill_stage *stage,
                          struct mill_batch *batch);

/* Says in table.fault that the header is too long. */
void records_no_header(struct lines *lines);

/* As lines_end(). */
bool records_end(struct lines *lines, struct mill_stage *stage,
                 struct mill_batch *batch);

#endif /* FILE_LINES_H */
