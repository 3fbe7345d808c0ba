/* SPDX-License-Identifier: Apache-2.0 */

/*
 * table - a table of the target as the sink knows it, and what its columns hold
 */

#ifndef SQL_TABLE_H
#define SQL_TABLE_H

#include <millrace/batch.h>

/* What a column holds, as far as values are written differently for it. */
enum kind {
    KIND_ANY, /* whatever the database makes of a value's text */
    KIND_BOOL,
    KIND_INT,
    KIND_UNSIGNED, /* an integer that may be above what an int64 holds */
    KIND_DOUBLE,
    KIND_NUMBER,  /* an exact number, `scale` digits behind the point */
    KIND_NUMERAL, /* an exact number, which is kept as text */
    KIND_TEXT,
    KIND_BYTES,
    KIND_TIMESTAMP, /* UTC */
    KIND_JSON,
};

struct column {
    char *name; /* NUL-terminated; the table's */
    enum kind kind;
    unsigned scale; /* KIND_NUMBER */
    bool is_key;
    const char *type; /* what the option types says, or NULL; the options' */
};

struct table {
    char *name;
    struct column *columns; /* none: not described yet */
    size_t count;
    size_t room;
    void *prepared; /* the driver's; it lets go of it in disconnect */
    struct table *next;
};

/* The table NAME of the list, which gets it where it is new.  NULL: no memory.
 */
struct table *table_find(struct table **list, const char *name);

/* Adds a column with the properties of COLUMN and a copy of NAME.  False: no
 * memory. */
bool table_add(struct table *table, const char *name,
               const struct column *column);

/* The index of a column, or -1.  Upper and lower case differ, unless nothing
 * else is found: SQL mostly looks at it so. */
long table_column(const struct table *table, const char *name);

/* Forgets the columns: the table is described again before it is next used. */
void table_forget(struct table *table);

/* Frees all tables of the list. */
void table_finish(struct table **list);

#endif /* SQL_TABLE_H */
