/* SPDX-License-Identifier: Apache-2.0 */

/*
 * cast - one cell from one type to another, exactly or not at all
 *
 * What goes into what:
 *
 *     text        anything: numbers and timestamps as they are written, lists
 *                 and maps as JSON, bytes where they are UTF-8
 *     int         whole numbers in any spelling (5, "5", 5.0, "5e3"), booleans
 *     count       the same, and with a suffix: "12k", "1.5M", "2B", any case
 *     float       any number, rounded to the nearest double
 *     number      any number, exactly: an int where it fits, else as written
 *     bool        booleans, 0 and 1, "true", "false", "yes", "no", "t", "f"
 *     timestamp   text that mill_timestamp_parse() reads
 *     json        text that is JSON becomes that value
 *
 * Blanks around numbers, booleans and timestamps don't count.  Null and missing
 * stay what they are.
 */

#ifndef CLEAN_CAST_H
#define CLEAN_CAST_H

#include <millrace/plugin.h>

enum cast_type {
    CAST_NONE, /* leave it as it is */
    CAST_TEXT,
    CAST_INT,
    CAST_COUNT,
    CAST_COUNT_FLOAT, /* a count, as a double */
    CAST_FLOAT,
    CAST_NUMBER,
    CAST_BOOL,
    CAST_TIMESTAMP,
    CAST_JSON,
};

enum cast_outcome {
    CAST_DONE,
    CAST_BAD, /* the value can't be read as that; *TO is untouched */
    CAST_NO_MEMORY,
};

/* False: no such type. */
bool cast_type_named(const char *name, size_t len, enum cast_type *type);

/* What a good value looks like, for messages: "a whole number". */
const char *cast_expects(enum cast_type type);

/* FROM and TO may be the same.  Memory comes from BATCH. */
enum cast_outcome cast_value(struct mill_batch *batch, enum cast_type type,
                             const struct mill_value *from,
                             struct mill_value *to);

/* A value as text on one line, cut to less than ROOM bytes between characters,
 * for a message.  NUL-terminated. */
void cast_quote(const struct mill_value *value, char *to, size_t room);

#endif /* CLEAN_CAST_H */
