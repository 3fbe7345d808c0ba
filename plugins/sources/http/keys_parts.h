/* SPDX-License-Identifier: Apache-2.0 */

/* keys_parts - what the keys are made of, for their own files; see keys.h */

#ifndef HTTP_KEYS_PARTS_H
#define HTTP_KEYS_PARTS_H

#include "keys.h"
#include "runs.h"

struct scope {
    struct scope *next; /* in its bucket */
    uint64_t hash;
    char *name; /* topic, 0, kind, text */
    size_t len;
    struct runs plain; /* of positions: all rows are the first of theirs */
    struct runs same;  /* of ordinals */
    size_t holdings;
    uint64_t settled; /* the highest that its sender said; 0: nothing */
};

struct keys_holding {
    struct keys_holding *next; /* the next younger one */
    struct keys_holding *prev;
    struct scope *scope;
    void *owner;
    uint64_t first;
    int64_t came;
    size_t total;   /* records of its request */
    size_t records; /* of them that are remembered */
    uint64_t last;  /* the highest position of those */
    bool going;     /* its runs are to be taken out */
    struct keys_holding *next_going;
};

struct keys {
    struct scope **buckets;
    size_t bucket_count;
    size_t scope_count;
    struct keys_holding *oldest;
    struct keys_holding *youngest;
    size_t records;
    size_t shares; /* that names have of MOST, too */
    int64_t window_s;
    size_t most;
};

/* The scope of a key; NULL: there is none. */
struct scope *scope_of(const struct keys *keys, const struct keys_name *name);
/* The same, and makes it; NULL: no memory. */
struct scope *scope_make(struct keys *keys, const struct keys_name *name);
/* Frees one that holds nothing. */
void scope_drop(struct keys *keys, struct scope *scope);
/* The run that ROW is in, and how far; NULL: none. */
const struct run *scope_find(const struct scope *scope,
                             const struct idempotency_row *row, uint64_t *into);

#endif /* HTTP_KEYS_PARTS_H */
