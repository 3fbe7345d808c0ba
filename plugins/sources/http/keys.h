/* SPDX-License-Identifier: Apache-2.0 */

/*
 * keys - which records came before, by the idempotency keys of their requests
 *
 * A key is either opaque text of some client, which names the request as a
 * whole, or one that names each record (common/idempotency.h), so that records
 * are known again in a request that was cut otherwise.  Both are kept as rows
 * of a scope: of an opaque key, which is its own scope, record i is row i.
 * Topics don't share scopes.
 *
 * What is remembered of a request is forgotten when the window has passed, when
 * there are more than MOST records in all, the oldest first, and when its
 * sender says that it never sends it again; a record that comes after that was
 * long on its way, and is known as long as anything of its scope is.  All of it
 * is in memory, so that a long key counts as several records; the spool keeps
 * what it is made from. Takes no lock.
 */

#ifndef HTTP_KEYS_H
#define HTTP_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "request.h"

#define KEYS_LENGTH_MOST 8192u /* bytes of a key */

struct keys;
/* One request whose records are remembered. */
struct keys_holding;

/* NULL: no memory. */
struct keys *keys_create(int64_t window_s, size_t most);
void keys_destroy(struct keys *keys);

/* A request's key: TEXT for TOPIC, of a request of COUNT records. */
struct keys_name {
    const char *topic;
    const char *text;
    bool named;       /* names each record */
    uint64_t settled; /* its sender never sends rows up to this again; 0 */
    size_t count;
};

/* Says whether the key can be what it claims; false: *WHY. */
bool keys_check(const struct keys_name *name, struct refusal *why);

/* True where a key without the header that tells a named one looks like one all
 * the same: the parts of a scope, and as many rows as there are records. */
bool keys_is_named(const struct keys_name *name);

/* Where a record was met before; number and owner are the first request's. */
struct keys_hit {
    bool found;
    uint64_t number; /* where owner is NULL; 0 if that was forgotten */
    void *owner;     /* as keys_put() was told, until keys_settle() */
    uint32_t index;  /* of the record, in that request */
};

/* Looks all records of a request up: HITS has one a record.  False: the opaque
 * key was used for a request of another count of records, or no memory. */
bool keys_look(struct keys *keys, const struct keys_name *name,
               struct keys_hit *hits, struct refusal *why);

/* Remembers those records that weren't found: record i has number FIRST + i
 * (keys_number() may say so later).  OWNER is whatever keys_look() is to
 * return.  NULL: no memory. */
struct keys_holding *keys_put(struct keys *keys, const struct keys_name *name,
                              const struct keys_hit *hits, uint64_t first,
                              void *owner, int64_t now_s);

void keys_number(struct keys_holding *holding, uint64_t first);

/* The owner goes away, its records stay known by number. */
void keys_disown(struct keys_holding *holding);

/* The request came to nothing: its records are unknown again. */
void keys_forget(struct keys *keys, struct keys_holding *holding);

/* Record INDEX of the request that was put came to nothing: it is to be stored
 * when it comes again.  False: no memory, and it stays known. */
bool keys_drop(struct keys *keys, const struct keys_name *name, size_t index);

/* Forgets what is too old or too much, but never what has an owner; and what a
 * sender said is settled.  Returns how many records were too much, and would
 * have been known for longer. */
size_t keys_expire(struct keys *keys, int64_t now_s);
void keys_settled(struct keys *keys, const struct keys_name *name);

/* Records that are remembered. */
size_t keys_count(const struct keys *keys);

/* True while records of the request with number FIRST are remembered. */
bool keys_has_number(const struct keys *keys, const struct keys_name *name,
                     uint64_t first);

#endif /* HTTP_KEYS_H */
