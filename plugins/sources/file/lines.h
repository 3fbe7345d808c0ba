/* SPDX-License-Identifier: Apache-2.0 */

/*
 * lines - what a reader gives, cut into rows of a batch
 *
 * Bytes are read straight into the batch's memory, and each line there becomes
 * a payload without being touched again.  A last line that isn't finished yet
 * is carried over to the next call.  A line over `max` is never held whole:
 * its head is kept, the rest counted, and it goes to mill_oversized().
 *
 * A row's position is the number of its line, from 0.  Every line counts, also
 * an empty one that becomes no row.
 */

#ifndef FILE_LINES_H
#define FILE_LINES_H

#include <millrace/plugin.h>

#include "reader.h"

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
};

void lines_init(struct lines *lines, enum mill_format format, size_t max);
void lines_finish(struct lines *lines);

/* Reads once, and adds to BATCH the lines that are whole now; what
 * reader_read() said is returned.  Read lines->handed_on as well: lines may be
 * there whatever the reader said.  READER_BROKEN with an empty fault: no
 * memory. */
enum reader_result lines_read(struct lines *lines, struct reader *reader,
                              struct mill_stage *stage,
                              struct mill_batch *batch);

/* The file has ended: what was carried over is a line, too.  False: no memory;
 * call it again. */
bool lines_end(struct lines *lines, struct mill_stage *stage,
               struct mill_batch *batch);

#endif /* FILE_LINES_H */
