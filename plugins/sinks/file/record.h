/* SPDX-License-Identifier: Apache-2.0 */

/*
 * record - what a rotating sink stores of lanes and parts, as text
 *
 *     lane:5:4:posts user 0     the lane of posts, user, 0: two lengths first,
 *                               since names may hold anything
 *     next=300                  no part is open; 300 isn't covered yet
 *     next=200 start=200 last=250 bytes=5100 born=1700000000000000 length=5100
 *         path=out/200.ndjson   (in one line) a part is open
 *     5100 14 out/200.ndjson\n  a sealed part: its length, that of its path
 */

#ifndef FILE_RECORD_H
#define FILE_RECORD_H

#include <millrace/json.h>

#include "cut.h"

struct record {
    uint64_t next;
    bool part; /* the rest is there */
    struct cut_part span;
    int64_t born;
    uint64_t length;
    const char *path; /* within the text that was parsed */
};

void record_print(const struct record *record, struct mill_buffer *to);
/* False: not a record. */
bool record_parse(const char *text, struct record *record);

void record_print_key(const char *from, const char *stream,
                      const char *partition, struct mill_buffer *to);

/* The three names in a key, copied; the caller frees names[0..2].  False: not a
 * key of a lane, or no memory. */
bool record_parse_key(const char *key, char *names[3]);

void record_print_sealed(uint64_t length, const char *path,
                         struct mill_buffer *to);

/* Takes one sealed part off *AT; the caller frees *PATH.  False: there is none,
 * or no memory; then **AT isn't NUL. */
bool record_next_sealed(const char **at, uint64_t *length, char **path);

#endif /* FILE_RECORD_H */
