/* SPDX-License-Identifier: Apache-2.0 */

/*
 * clean - a table's cleaner, declared column by column
 *
 * A cleaner says, for each column of the cleaned table, what it is made from
 * and what has to happen to it; the library does the rest: it finds the columns
 * once a batch, cleans row by row, counts what it changed, and puts the columns
 * in order.  plugins/transforms/clean_user.c is the shortest whole example.
 *
 * What happens to each cell, in this order:
 *
 *     1. it is taken from the first of `from` that the row has (CLEAN_ONE);
 *        none: null, counted as "missing COLUMN"
 *     2. a placeholder becomes null, or `instead`; counted as "nulled COLUMN"
 *     3. `swap` becomes `swap_to`
 *     4. `prefix` is taken off
 *     5. it is cast to `type`; where that can't be done the cell becomes null,
 *        or the row a dead letter as it came; counted as "bad COLUMN"
 *
 * CLEAN_JOIN and CLEAN_LIST do this to each part and then put them together.
 * Columns that no rule reads are left out and counted as "dropped cells", those
 * in `known` without counting; or all of them are kept, behind the others.
 */

#ifndef CLEAN_CLEAN_H
#define CLEAN_CLEAN_H

#include <millrace/plugin.h>

#include "clean/cast.h"

#define CLEAN_COLUMNS 16 /* a cleaned table has at most so many */
#define CLEAN_PARTS 4    /* a column is made from at most so many */

enum clean_make {
    CLEAN_ONE,   /* `from` are names for the same thing */
    CLEAN_JOIN,  /* `from` are parts, joined as text; null where one is */
    CLEAN_LIST,  /* `from` are the items of a list */
    CLEAN_SPLIT, /* as CLEAN_ONE, then text is cut into a list */
};

struct clean_column {
    const char *name;
    const char *from[CLEAN_PARTS + 1]; /* ends with NULL */
    enum clean_make make;
    const char *separator; /* CLEAN_JOIN, CLEAN_SPLIT */

    const char *const *nulls;  /* placeholders, ends with NULL; or NULL */
    bool contains;             /* a placeholder may be a part of the text */
    bool spelt;                /* "N,o,n,e" is the placeholder "None" too */
    bool blank;                /* so is text without a visible character */
    struct mill_value instead; /* of a placeholder; zeroed: null */

    const char *swap; /* NULL: nothing */
    const char *swap_to;
    const char *prefix; /* NULL or "": nothing */
    enum cast_type type;
};

/* Zeroed memory is a table without columns. */
struct clean_table {
    struct clean_column columns[CLEAN_COLUMNS];
    size_t count;
    const char *const *known; /* columns that may be left out; NULL: none */
    bool reject;              /* a value that can't be read rejects its row */
    bool keep;                /* other columns are kept */

    bool warned; /* the library's: of cells left out, once */
};

/* The choices that cleaners have in common: on_bad is "null" or "reject", empty
 * "keep" or "null", extra "drop" or "keep", match "exact" or "contains". */
extern const char *const clean_on_bad[];
extern const char *const clean_empty[];
extern const char *const clean_extra[];
extern const char *const clean_match[];

/* Forgets all columns and takes over what those choices came to. */
void clean_begin(struct clean_table *table, const char *on_bad,
                 const char *extra);

/* The column of the key, an integer or, with "text", text.  KEYS are the names
 * that it may have, at most CLEAN_PARTS. */
struct clean_column clean_key(const char *const *keys, const char *type);

/* The check of a cleaner with an option `key`. */
enum mill_verdict clean_check_key(struct mill_stage *stage,
                                  const char *const *keys);

/* True where a choice is WORD. */
bool clean_is(const char *choice, const char *word);

/* Appends a column; everything it points to must outlive the table. */
void clean_add(struct clean_table *table, struct clean_column column);

/* The apply of a cleaner. */
enum mill_verdict clean_apply(struct clean_table *table,
                              struct mill_stage *stage,
                              struct mill_batch *batch);

#endif /* CLEAN_CLEAN_H */
