/* SPDX-License-Identifier: Apache-2.0 */

/*
 * millrace/batch.h - the record as it travels: a batch of rows
 *
 * A batch is a small table: named columns, rows of 16-byte cells, and one
 * arena that owns every byte its cells point to.  It belongs to one stream (a
 * table, a topic, a file) and one partition of its source, and each row carries
 * its position there.
 *
 *   - Text, bytes, lists and maps live in the arena; a plugin frees nothing.
 *     What a cell points to lives as long as the batch.
 *   - A batch that came as bytes (a JSON line, say) keeps each row's bytes as
 *     its payload; cells are made from them before a plugin looks.
 *   - A plugin may change the batch that it was handed, during that callback.
 *     One thread at a time: nothing here takes a lock.
 *   - Functions that can only fail for want of memory return NULL, false or
 *     -1, and leave the batch as it was.
 */

#ifndef MILL_BATCH_H
#define MILL_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MILL_API __attribute__((visibility("default")))

/* Bytes that somebody else owns.  Not NUL-terminated unless it says so. */
struct mill_bytes {
    const char *data;
    size_t len;
};

enum mill_type {
    MILL_MISSING, /* the row has no such column; JSON's absent key */
    MILL_NULL,
    MILL_BOOL,
    MILL_INT,       /* 64 bits, signed */
    MILL_DOUBLE,    /* IEEE double, finite */
    MILL_NUMBER,    /* a JSON number, as it was written */
    MILL_DECIMAL,   /* an exact decimal, as text: [-]digits[.digits] */
    MILL_TEXT,      /* valid UTF-8; may hold NUL */
    MILL_BYTES,     /* any bytes */
    MILL_TIMESTAMP, /* microseconds since 1970-01-01 00:00:00 UTC */
    MILL_LIST,      /* len values */
    MILL_MAP,       /* len pairs: key, value, key, value, ... */
};

enum mill_value_flags {
    /* Text that is known to be valid UTF-8 without anything that JSON would
     * escape (no quote, backslash or control character): a writer copies it
     * as it is.  Any part of such text that is cut between characters is
     * plain too.  Leave it off when in doubt. */
    MILL_PLAIN = 1 << 0,
};

/* One cell. */
struct mill_value {
    uint8_t type;   /* enum mill_type */
    uint8_t flags;  /* enum mill_value_flags */
    uint16_t scale; /* MILL_DECIMAL: digits after the point */
    uint32_t len;   /* bytes of text, items of a list, pairs of a map; else 0 */
    union {
        bool boolean;
        int64_t integer;                /* MILL_INT, MILL_TIMESTAMP */
        double real;                    /* MILL_DOUBLE */
        const char *text;               /* NUMBER, DECIMAL, TEXT, BYTES */
        const struct mill_value *items; /* MILL_LIST, MILL_MAP */
    };
};

/* What a payload is written in. */
enum mill_format {
    MILL_CELLS, /* no payload: the rows are made of cells */
    MILL_JSON,  /* one JSON object a row */
    MILL_LINE,  /* plain text; becomes one column, "line" */
};

/*
 * The members below may be read by a plugin, and cells written; everything else
 * goes through the functions.  The core keeps more behind them.
 */
struct mill_batch {
    uint32_t rows;
    uint32_t columns;
    uint32_t stride; /* cells from one row to the next */
    struct mill_value *cells;
    const struct mill_bytes *names; /* one a column; NUL-terminated as well */

    /* Where each row stands in its stream and partition; grows, may have gaps.
     * Rows made from one row share its position. */
    const uint64_t *positions;

    /* The position of the first row that the source put into this batch, even
     * where that row has since been filtered: what is named or cut by positions
     * goes by this, so that it comes out the same after a restart. */
    uint64_t first;

    const char *stream;    /* never NULL */
    const char *partition; /* never NULL; "0" where the source has none */

    enum mill_format format;           /* of the payloads */
    const struct mill_bytes *payloads; /* one a row; NULL for MILL_CELLS */

    /* What the source's service keeps beside each row to part and order rows by
     * (Kafka's key, Kinesis' partition key): any bytes; data NULL where a row
     * has none.  NULL: no row has one. */
    const struct mill_bytes *keys;
};

/* The most columns a batch can have; a JSON object with more is rejected.  Rows
 * that have more of them together come in several batches, one after the
 * other. */
#define MILL_COLUMNS_MAX 1024u

/* The cells of a row, indexed by column. */
static inline struct mill_value *
mill_batch_row(struct mill_batch *batch, size_t row)
{
    return batch->cells + row * batch->stride;
}

/* The index of a column, or -1.  Look it up once a batch, not once a row. */
MILL_API int mill_batch_column(const struct mill_batch *batch,
                               const char *name);

/* As mill_batch_column(), but adds the column where it is missing (every row
 * MILL_MISSING there).  Rows may move: fetch them again.  -1: no memory, or
 * MILL_COLUMNS_MAX reached.  NAME is copied; it may hold any byte. */
MILL_API int mill_batch_add_column(struct mill_batch *batch, const char *name,
                                   size_t len);

/*
 * Makes the columns of the batch those of ORDER, in that order: new column i is
 * old column order[i], or a new one of MILL_MISSING where order[i] is -1.
 * NAMES[i], where its data isn't NULL, is its new name (copied).  Columns that
 * ORDER leaves out are gone.
 */
MILL_API bool mill_batch_arrange(struct mill_batch *batch, const int *order,
                                 const struct mill_bytes *names, size_t count);

/* --- filling, by sources --- */

/* Names the stream and partition of an empty batch; both are copied. */
MILL_API bool mill_batch_set_stream(struct mill_batch *batch,
                                    const char *stream, const char *partition);

/* True once the batch is as large as it should get; a source hands it on. */
MILL_API bool mill_batch_is_full(const struct mill_batch *batch);

/* Appends a row of MILL_MISSING at POSITION, not less than the one before.
 * Rows may move: fetch them again. */
MILL_API struct mill_value *mill_batch_add_row(struct mill_batch *batch,
                                               uint64_t position);

/* Appends a row as bytes in FORMAT (the same for all rows of a batch).  DATA
 * must already lie in the batch: see mill_batch_store() and _reserve(). */
MILL_API bool mill_batch_add_payload(struct mill_batch *batch,
                                     enum mill_format format,
                                     struct mill_bytes data, uint64_t position);

/* Gives ROW the key that its service keeps beside it.  DATA must already lie in
 * the batch. */
MILL_API bool mill_batch_set_key(struct mill_batch *batch, size_t row,
                                 struct mill_bytes data);

/* This batch begins at POSITION, no more than that of its first row: the source
 * knows that nothing lies between.  What is named or cut by positions starts
 * there. */
MILL_API void mill_batch_set_first(struct mill_batch *batch, uint64_t position);

/* What the source needs to go on behind the last row of this batch: any text,
 * up to 64 KiB, copied.  Without one the last row's position must do. */
MILL_API bool mill_batch_set_cursor(struct mill_batch *batch,
                                    const char *cursor);

/* --- memory of the batch --- */

/* LEN bytes, aligned for anything, not cleared. */
MILL_API void *mill_batch_alloc(struct mill_batch *batch, size_t len);

/* A copy of LEN bytes, followed by a NUL. */
MILL_API char *mill_batch_store(struct mill_batch *batch, const void *data,
                                size_t len);

/* At least LEAST bytes in one piece to write into; *ROOM is how many.  Nothing
 * else may be taken from the batch until mill_batch_use() keeps the first LEN
 * of them. */
MILL_API char *mill_batch_reserve(struct mill_batch *batch, size_t least,
                                  size_t *room);
MILL_API void mill_batch_use(struct mill_batch *batch, size_t len);

/* --- settling and shaping, by transforms and sinks --- */

/* Takes ROW out of the pipeline: it was looked at and isn't wanted.  It stays
 * in the batch until the callback returns. */
MILL_API void mill_filter_row(struct mill_batch *batch, size_t row);

/* Sends ROW to the dead letters with the reason; the others go on. */
MILL_API void mill_reject_row(struct mill_batch *batch, size_t row,
                              const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* In a sink's write that is about to say RETRY: ROW got through all the same,
 * and isn't handed over again.  Not with MILL_TRANSACTS. */
MILL_API void mill_deliver_row(struct mill_batch *batch, size_t row);

/* True for a row that was filtered, rejected or delivered and still stands in
 * the batch: for a callback that looks at rows after it, or mill_decode(), gave
 * up on some.
 */
MILL_API bool mill_row_is_gone(const struct mill_batch *batch, size_t row);

/* The bytes that ROW came as, where they still say what the row says; they lie
 * in the batch.  False: look at the cells, or write them anew. */
MILL_API bool mill_row_payload(const struct mill_batch *batch, size_t row,
                               struct mill_bytes *payload);

/* Appends a copy of ROW that counts as made from it; it travels right behind
 * ROW once the callback returns.  Rows may move: fetch them again. */
MILL_API struct mill_value *mill_batch_derive_row(struct mill_batch *batch,
                                                  size_t row);

/* Overwrites row TO with row FROM, position and payload included; cuts the
 * batch to ROWS.  For sources that build a batch out of order: a transform that
 * loses rows this way, untold, ends the run. */
MILL_API void mill_batch_move_row(struct mill_batch *batch, size_t to,
                                  size_t from);
MILL_API void mill_batch_truncate(struct mill_batch *batch, size_t rows);

/* --- cells --- */

/* A value of TYPE and LEN, as yet without content; the others are made of it.
 */
static inline struct mill_value
mill_value_of(enum mill_type type, size_t len)
{
    struct mill_value value;

    value.type = (uint8_t)type;
    value.flags = 0;
    value.scale = 0;
    value.len = (uint32_t)len;
    value.integer = 0;
    return value;
}

static inline struct mill_value
mill_null(void)
{
    return mill_value_of(MILL_NULL, 0);
}

static inline struct mill_value
mill_bool(bool boolean)
{
    struct mill_value value = mill_value_of(MILL_BOOL, 0);

    value.boolean = boolean;
    return value;
}

static inline struct mill_value
mill_int(int64_t integer)
{
    struct mill_value value = mill_value_of(MILL_INT, 0);

    value.integer = integer;
    return value;
}

static inline struct mill_value
mill_double(double real)
{
    struct mill_value value = mill_value_of(MILL_DOUBLE, 0);

    value.real = real;
    return value;
}

static inline struct mill_value
mill_timestamp(int64_t microseconds)
{
    struct mill_value value = mill_value_of(MILL_TIMESTAMP, 0);

    value.integer = microseconds;
    return value;
}

/* TYPE is one of those that are text.  TEXT is borrowed: it has to live as long
 * as the batch, so store it first if it doesn't. */
static inline struct mill_value
mill_text(enum mill_type type, const char *text, size_t len)
{
    struct mill_value value = mill_value_of(type, len);

    value.text = text;
    return value;
}

/* ITEMS are borrowed as text is; COUNT is items of a list, pairs of a map. */
static inline struct mill_value
mill_items(enum mill_type type, const struct mill_value *items, size_t count)
{
    struct mill_value value = mill_value_of(type, count);

    value.items = items;
    return value;
}

static inline bool
mill_is_null(const struct mill_value *value)
{
    return value->type <= MILL_NULL;
}

/* True for TEXT equal to the NUL-terminated LITERAL. */
MILL_API bool mill_value_is(const struct mill_value *value,
                            const char *literal);

/* True for values of the same type and content; lists and maps deeply. */
MILL_API bool mill_value_equal(const struct mill_value *a,
                               const struct mill_value *b);

/* The name of a type, as messages and `cast` options spell it. */
MILL_API const char *mill_type_name(enum mill_type type);

/* Checks that LEN bytes are UTF-8 as RFC 3629 has it: no overlong form, no
 * surrogate, nothing above U+10FFFF. */
MILL_API bool mill_utf8_valid(const char *text, size_t len);

/* Reads "2020-08-28 03:52:47", with T for the blank, up to six digits of
 * fraction, and a zone of Z, +hh:mm or +hhmm; a date alone is midnight.  No
 * zone is UTC.  False: not such a text, or no such day. */
MILL_API bool mill_timestamp_parse(const char *text, size_t len,
                                   int64_t *microseconds);

/* Writes "2020-08-28 03:52:47[.ffffff]" with SEPARATOR between date and time;
 * returns its length, less than MILL_TIMESTAMP_ROOM, no NUL. */
#define MILL_TIMESTAMP_ROOM 40
MILL_API size_t mill_timestamp_print(char *to, int64_t microseconds,
                                     char separator);

#ifdef __cplusplus
}
#endif

#endif /* MILL_BATCH_H */
