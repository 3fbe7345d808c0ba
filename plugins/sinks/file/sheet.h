/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sheet - rows as records of CSV
 *
 * A sheet is the columns of one file, or of all files of one lane: those that
 * the option `columns` names, or those of the first batch.  They are stored
 * with the file's length, so that a run that goes on in the middle writes the
 * same ones.
 */

#ifndef FILE_SHEET_H
#define FILE_SHEET_H

#include <millrace/plugin.h>

#include "csv.h"

/* The options, and what is worked out for the batch at hand. */
struct sheet_style {
    char delimiter;
    char time_separator;
    struct mill_bytes null;
    const char *const *columns;

    int places[MILL_COLUMNS_MAX]; /* in the batch, of the sheet's columns */
    int others[MILL_COLUMNS_MAX]; /* the batch's columns that it hasn't got */
    size_t other_count;
    struct mill_buffer cell;
};

/* Zeroed memory is one whose columns aren't known. */
struct sheet {
    struct mill_buffer key;    /* of the state: "columns:", then the file's */
    struct mill_buffer record; /* what is stored: the delimiter, the header */
    struct mill_buffer names;  /* what the columns point into */
    struct csv_field *columns;
    size_t count;
    bool stored; /* the state has them */
};

void sheet_finish(struct sheet *sheet);
void sheet_style_finish(struct sheet_style *style);

/* Once a batch, before its rows are written: the sheet gets its columns where
 * it has none.  KEY is that of the file or lane in the state. */
enum mill_verdict sheet_begin(struct sheet_style *style, struct sheet *sheet,
                              struct mill_stage *stage, const char *key,
                              struct mill_batch *batch);

/* The header, newline included. */
struct mill_bytes sheet_head(const struct sheet *sheet);

/* Appends a row; one that has a value for which there is no column is rejected
 * instead. */
void sheet_write(struct sheet_style *style, const struct sheet *sheet,
                 struct mill_batch *batch, size_t row, struct mill_buffer *to);

/* Puts the columns into the state, unless they are there or not known. */
void sheet_store(struct sheet *sheet, struct mill_stage *stage);
/* Takes them out of it. */
void sheet_forget(struct sheet *sheet, struct mill_stage *stage);

/* Reads them from there; STYLE is NULL where rows aren't written as CSV.  MUST:
 * PATH holds rows already, so it can't be another format now, nor other columns
 * or another delimiter. */
enum mill_verdict sheet_restore(const struct sheet_style *style,
                                struct sheet *sheet, struct mill_stage *stage,
                                const char *key, const char *path, bool must);

#endif /* FILE_SHEET_H */
