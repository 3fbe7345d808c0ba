/* SPDX-License-Identifier: Apache-2.0 */

/*
 * batch - what the core keeps behind a struct mill_batch
 *
 * A batch is counted: an edge to two stages hands the same one to both. Whoever
 * wants to change a batch calls batch_own() first and gets a copy where
 * somebody else looks at it too; the copy has cells of its own and keeps the
 * original alive for the bytes that both point to.
 *
 * During a callback rows are only marked (filtered, rejected, derived); batch
 * surgery comes after it, in batch_sweep(), which is also where the stage's
 * books get their figures.
 */

#ifndef RECORD_BATCH_H
#define RECORD_BATCH_H

#include <pthread.h>
#include <stdatomic.h>

#include <millrace/batch.h>

#include "record/arena.h"

/* When a batch is full: so many payload bytes, or so many rows. */
#define BATCH_BYTES ((size_t)256 * 1024)
#define BATCH_ROWS 4096u

/*
 * Rows of JSON stay together in one batch while they name at most so many
 * columns, which leaves transforms some to add; one with more keys goes alone.
 * And while their cells are at most so many (2 MiB): rows of many sparse
 * columns would come to a hundred times their payloads.
 */
#define COLUMNS_TOGETHER (MILL_COLUMNS_MAX - 64u)
#define CELLS_TOGETHER ((uint32_t)128 * 1024)

struct ledger_entry;

enum row_mark { ROW_LIVE, ROW_FILTERED, ROW_REJECTED, ROW_DELIVERED };

/* A row that a callback, or the decoder, gave up on. */
struct rejection {
    uint32_t row;
    const char *reason;     /* in the batch's arena */
    struct mill_bytes text; /* the row as it was then: its payload, or JSON */
};

/* How many rows, and which: the fingerprint is the sum of a hash of their
 * positions, so that one row lost and another doubled don't cancel out. */
struct tally {
    uint64_t rows;
    uint64_t fingerprint;
};

void tally_add(struct tally *to, const struct tally *more);
void tally_take(struct tally *from, const struct tally *less);
void tally_position(struct tally *to, uint64_t position); /* one row */
bool tally_equal(const struct tally *a, const struct tally *b);

struct batch {
    struct mill_batch pub; /* first: plugins hold a pointer to it */

    atomic_uint refs;
    struct batch
        *parent; /* where a copy's bytes live; NULL: in its own arena */
    struct arena arena;

    uint32_t row_room;  /* rows that positions, payloads and marks hold */
    uint32_t cell_room; /* rows that cells hold, at this stride */
    uint32_t name_room;
    uint64_t *positions; /* pub.positions */
    struct mill_bytes *payloads;
    struct mill_bytes *names;
    struct mill_bytes *labels; /* per name, how JSON has it: ,"name": */
    struct mill_bytes *keys;   /* pub.keys; NULL while no row has one */
    uint8_t *marks;            /* enum row_mark; NULL while all rows are live */
    uint32_t *origins; /* per row, which row it was derived from; NULL while
                        * none was */

    struct rejection *rejections;
    uint32_t rejection_count;
    uint32_t rejection_room;

    size_t payload_bytes;
    size_t stored_bytes;         /* that plugins took from the arena */
    bool failed;                 /* a mark was lost for want of memory */
    bool decoded;                /* cells are there; always for MILL_CELLS */
    bool edited;                 /* cells may differ from the payloads */
    bool whole;                  /* it is too late for batch_part() */
    uint32_t later;              /* rows at the end that have no cells */
    uint32_t expected;           /* columns, as the part before had; or 0 */
    pthread_mutex_t decode_lock; /* two stages may share an undecoded batch */

    const char *cursor;         /* in the arena, or NULL */
    bool first_is_set;          /* pub.first, by the source */
    struct ledger_entry *entry; /* the source batch this came from, */
    bool parted;                /* but only its rows at positions */
    uint64_t before;            /* before this one */
};

static inline struct batch *
batch_of(struct mill_batch *pub)
{
    return (struct batch *)pub;
}

/* An empty batch with one reference.  NULL: no memory. */
struct batch *batch_create(struct pool *pool);
struct batch *batch_retain(struct batch *batch);
/* NULL is fine.  The last release gives all memory back. */
void batch_release(struct batch *batch);

/* Takes the caller's reference and gives one to a batch that nobody else holds:
 * the same, or a copy of cells, names, positions, payload spans and entry.
 * NULL: no memory, and the caller still holds BATCH. */
struct batch *batch_own(struct batch *batch);

/* Makes cells from the payloads.  Rows that aren't what their format says get a
 * rejection each ("at byte 17: a value is missing") in this batch, which must
 * therefore be owned, or be shared only among callers of this function: the
 * lock makes one of them decode and the others wait.  Rejected rows stay, all
 * cells missing and marked, until batch_sweep().  Where rows don't go together
 * (COLUMNS_TOGETHER) it stops before the first such and leaves the rest for
 * batch_part(); not in a batch that is whole or of which something was said
 * already, nor between rows of one position.  False: no memory. */
bool batch_decode(struct batch *batch);

/* For an owner who wants the rows as they came: where somebody who shared the
 * batch has decoded it, and that went wrong for some, it forgets that. */
void batch_undecode(struct batch *batch);

/* After batch_decode(), in an owned batch: moves the rows that it left into
 * *LATER, an undecoded batch of the same stream, partition and entry, with a
 * copy of their payloads.  NULL: it left none.  False: no memory, and nothing
 * changed. */
bool batch_part(struct batch *batch, struct batch **later);

/* What batch_sweep() found, each counted from the marks. */
struct sweep {
    struct tally filtered;
    struct tally rejected;
    struct tally delivered;
    struct tally added;
};

/*
 * Ends a callback: removes filtered, rejected and delivered rows, moves derived
 * rows behind their origin, forgets the marks.  Rejected rows are first copied
 * into *DEAD, a new batch of the same pool, entry, stream and partition with
 * the columns reason (text), row (the row as it came, or as JSON), and encoding
 * (null, or "base64"); NULL where there was none.  False: no memory, nothing
 * changed.
 */
bool batch_sweep(struct batch *batch, struct sweep *sweep, struct batch **dead);

/* Removes the rows whose position is at most POSITION (they were settled before
 * a restart) and tells which those were; where some were, the batch begins
 * behind it.  The others keep what was said of them
 * (that they didn't decode, say).  The batch must be owned, in order, and
 * without derived rows. */
struct tally batch_skip(struct batch *batch, uint64_t position);

/* Counts the rows as they stand. */
struct tally batch_tally(const struct batch *batch);

/* False where a position is less than the one before it. */
bool batch_in_order(const struct batch *batch);

/* The position of the last row; the batch must have one. */
uint64_t batch_last_position(const struct batch *batch);

#endif /* RECORD_BATCH_H */
