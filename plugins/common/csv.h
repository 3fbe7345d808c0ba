/* SPDX-License-Identifier: Apache-2.0 */

/*
 * csv - records of RFC 4180: found, cut into fields, written
 *
 * A record ends with LF or CRLF outside of quotes.  A field that begins with a
 * quote goes to the next single one, and a doubled quote in it stands for one;
 * behind the closing quote comes the delimiter or the record's end.  A quote
 * elsewhere is a character like any other.  The scanner knows bytes only: the
 * delimiter is one byte, and never a quote, CR or LF.
 */

#ifndef COMMON_CSV_H
#define COMMON_CSV_H

#include <millrace/json.h>

enum csv_found {
    CSV_PART,   /* it goes on behind what is there */
    CSV_WHOLE,  /* ->end is behind its newline */
    CSV_BROKEN, /* ->fault says why; ->end is behind its first line, so that
                 * what comes next has its chance */
};

struct csv_scan {
    enum csv_found found;
    enum csv_state {
        CSV_FIELD,  /* at the beginning of a field */
        CSV_PLAIN,  /* in one without quotes */
        CSV_QUOTED, /* within quotes */
        CSV_QUOTE,  /* behind a quote that closes or is doubled */
        CSV_RETURN, /* behind the carriage return behind that */
        CSV_SPOILT, /* only its first line's end is looked for */
    } state;
    size_t at;         /* so much of it was looked at */
    size_t first_line; /* where its first line ends; 0: not met yet */
    size_t end;
    uint64_t lines; /* that it consists of, as far as it was looked at */
    const char *fault;
};

/* Looks for the end of the record that begins at DATA; zeroed memory is a new
 * SCAN.  After CSV_PART it goes on with the same bytes and more behind them;
 * else it gives the same answer again. */
enum csv_found csv_scan(struct csv_scan *scan, char delimiter, const char *data,
                        size_t len);

/* After CSV_PART: nothing comes behind the LEN bytes, of which there is one at
 * least. */
enum csv_found csv_scan_end(struct csv_scan *scan, size_t len);

/* After CSV_PART: gives the record up, FAULT says why (static text). */
enum csv_found csv_scan_spoil(struct csv_scan *scan, const char *data,
                              size_t len, const char *fault);

/* The length of the byte order mark that a file's first LEN bytes begin with.
 */
size_t csv_mark(const char *data, size_t len);

struct csv_field {
    char *text;
    size_t len;
    bool quoted;
    bool doubled; /* it holds doubled quotes: see csv_fold() */
};

/* RECORD without its newline: a carriage return at its end isn't part of it. */
size_t csv_strip(const char *record, size_t len);

/* Cuts a whole record, stripped, into fields.  Returns how many there are, of
 * which the first MOST are in FIELDS. */
size_t csv_cut(char delimiter, char *record, size_t len,
               struct csv_field *fields, size_t most);

/* Makes one quote of each doubled one, in place. */
void csv_fold(struct csv_field *field);

/* Appends a field, in quotes only where it needs them, or where QUOTE says so:
 * a text that would be taken for something else without. */
void csv_write(struct mill_buffer *to, char delimiter, const char *text,
               size_t len, bool quote);

/* The option `delimiter`: one byte, or \t spelt out.  False: it can't be one.
 */
bool csv_delimiter(const char *text, char *delimiter);

#endif /* COMMON_CSV_H */
