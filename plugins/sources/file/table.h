/* SPDX-License-Identifier: Apache-2.0 */

/*
 * table - what the records of a CSV file mean: columns, null, types
 *
 * The columns of a file are those of its header, or of the option `columns`.  A
 * record has as many fields as there are columns, and becomes a row of cells:
 * text, or what its type makes of that.  A field without quotes that is what
 * `null` says is null; in quotes it is that text.
 */

#ifndef FILE_TABLE_H
#define FILE_TABLE_H

#include <millrace/plugin.h>

#include "clean/cast.h"
#include "csv.h"

struct table_options {
    bool header;
    const char *delimiter;
    const char *null;
    const char *const *columns;
    const char *const *types;
};

struct table_type {
    char *column;
    enum cast_type type;
};

/* The options, taken apart; what they point to is the stage's. */
struct table_rules {
    bool header;
    char delimiter;
    struct mill_bytes null;
    const char *const *columns;
    size_t column_count;
    struct table_type *types;
    size_t type_count;
};

/* What isn't OK was said; the rules are to be finished all the same. */
enum mill_verdict table_rules_make(struct table_rules *rules,
                                   const struct table_options *options,
                                   struct mill_stage *stage);
void table_rules_finish(struct table_rules *rules);

struct table_column {
    struct mill_bytes name;
    enum cast_type type;
};

/* One file.  Zeroed memory is a file that isn't CSV. */
struct table {
    const struct table_rules *rules; /* NULL: it isn't CSV */
    struct mill_buffer names;        /* what the columns' names point into */
    struct table_column *columns;
    size_t count;
    struct csv_field *fields; /* of the record at hand */
    bool headed;              /* the header is behind us, or there is none */
    char fault[200];          /* of a record, or of the whole file */
};

/* At a file's beginning.  RULES may be NULL. */
void table_init(struct table *table, const struct table_rules *rules);
void table_finish(struct table *table);

/* True where nothing but the file's header names the columns. */
bool table_needs_header(const struct table *table);

/* Takes the header, a whole record, stripped.  False: ->fault says why. */
bool table_take_header(struct table *table, struct mill_stage *stage,
                       const char *record, size_t len);

/* Cuts a whole record, stripped, into ->fields and touches nothing.  False: it
 * isn't one of this table, and ->fault says why. */
bool table_cut(struct table *table, char *record, size_t len);

/* Adds the record that was cut last as a row, or as a rejected row where a
 * value isn't of its column's type.  The record lies in the batch.  False: no
 * memory. */
bool table_add(struct table *table, struct mill_batch *batch,
               uint64_t position);

#endif /* FILE_TABLE_H */
