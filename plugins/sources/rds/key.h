/* SPDX-License-Identifier: Apache-2.0 */

/*
 * key - the values of a key, kept beyond the row that they came from
 *
 * As a cursor they are a JSON list: [7528], ["a","b"]; bytes are a list of one
 * text of hexadecimal digits, [["00ff"]].
 */

#ifndef RDS_KEY_H
#define RDS_KEY_H

#include "driver.h"

struct key {
    struct mill_value *values;
    size_t count; /* 0: no key yet */
    char *data;
    size_t room;
};

/* Takes the key's values out of ROW.  False: no memory. */
bool key_take(struct key *key, const struct table *table,
              const struct row *row);

/* The same from a row of a keys_only query. */
bool key_take_all(struct key *key, const struct row *row);

/* True where ROW has the same key. */
bool key_is_of(const struct key *key, const struct table *table,
               const struct row *row);

/* Appends the cursor. */
void key_print(const struct key *key, struct mill_buffer *to);

/* Reads a cursor for a key of COUNT columns, with the help of BATCH's memory.
 * False: it isn't one, or no memory. */
bool key_read(struct key *key, size_t count, struct mill_batch *batch,
              const char *cursor);

/* Frees the values and leaves no key. */
void key_finish(struct key *key);

#endif /* RDS_KEY_H */
