/* SPDX-License-Identifier: Apache-2.0 */

/*
 * table - what is known of a table: its columns, and the key to read it by
 *
 * A driver fills one in from the schema; table_choose_key() then picks the
 * columns that order it.  A table without a key can be read, not gone on with.
 */

#ifndef RDS_TABLE_H
#define RDS_TABLE_H

#include <millrace/batch.h>

/* What a driver's raw values mean.  COLUMN_ANY is all that a value's own type
 * doesn't say already; the others are about text. */
enum column_type {
    COLUMN_ANY,
    COLUMN_BOOL,
    COLUMN_INT, /* signed or not, of any size */
    COLUMN_NUMBER,
    COLUMN_DECIMAL,
    COLUMN_TIMESTAMP,
    COLUMN_BITS, /* bytes of one unsigned integer, the highest first */
    COLUMN_JSON,
    COLUMN_TEXT,
    COLUMN_BYTES,
};

#define COLUMN_ANY_SCALE UINT16_MAX

/* So many bytes behind a label may be read. */
#define COLUMN_LABEL_PAD 32u

struct column {
    char *name; /* NUL-terminated; the table's, as is the label */
    size_t len;
    char *label; /* what JSON has before the value: ,"name": */
    size_t label_len;
    enum column_type type;
    uint16_t scale;  /* COLUMN_DECIMAL; COLUMN_ANY_SCALE: each its own */
    bool integer;    /* meant for integers; SQLite doesn't enforce it */
    bool comparable; /* a literal made from a value compares as the value */
    bool not_null;
    /* What is no number or no date (NaN, infinity) is a value too, and goes on
     * as text. */
    bool special;
    /* The same for what doesn't even look like a date: the database takes any
     * text for one. */
    bool loose;
    /* Static texts around its name where rows are selected; NULL: none. */
    const char *before;
    const char *behind;
};

struct table {
    const char *name; /* the options' */

    struct column *columns;
    size_t column_count;
    size_t labels_len; /* of all of them together */

    size_t *key; /* indexes of columns */
    size_t key_count;
    bool key_is_unique; /* the schema says so, not only the user */
    bool described;
};

/* Forgets columns and key, for a driver to describe the table afresh. */
void table_reset(struct table *table);

/* Adds a column NAME of COLUMN's len and properties.  False: no memory. */
bool table_add_column(struct table *table, const char *name,
                      const struct column *column);

/* The index of a column, or -1. */
long table_column(const struct table *table, const char *name);

/* Makes the COUNT columns the key, where all of them can be; false: not so, or
 * no memory, and the table is as it was. */
bool table_set_key(struct table *table, const char *const *names, size_t count,
                   bool unique);

/*
 * Applies the user's choice: of WANTED, "column" or "table.column", those that
 * this table has.  None is fine and leaves the schema's key.  False: *BAD is
 * one that can't be part of a key.
 */
bool table_choose_key(struct table *table, const char *const *wanted,
                      const char **bad);

/* Puts the column that WANTED names in the same way before the key, which has
 * to be there.  False: there is none, or *BAD can't be part of a key. */
bool table_lead_key(struct table *table, const char *const *wanted,
                    const char **bad);

/* True where the key is one column of integers. */
bool table_has_integer_key(const struct table *table);

#endif /* RDS_TABLE_H */
