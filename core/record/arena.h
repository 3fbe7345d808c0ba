/* SPDX-License-Identifier: Apache-2.0 */

/*
 * arena - memory that is freed as one, from chunks that are used again
 *
 * An arena belongs to one batch and so to one thread at a time.  Its chunks
 * come from a pool that all batches of a run share: the pool keeps some free
 * chunks, because giving 256 KiB back to the kernel and taking it again costs
 * more than decoding what is in it, and it knows how many bytes are out, which
 * is what the memory budget is held against.
 */

#ifndef RECORD_ARENA_H
#define RECORD_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* What a first chunk and a full one hold; anything larger is made to measure.
 */
#define CHUNK_SMALL ((size_t)16 * 1024)
#define CHUNK_LARGE ((size_t)288 * 1024)

struct chunk;
struct pool;

/* Keeps at most KEEP bytes of free chunks.  NULL: no memory. */
struct pool *pool_create(size_t keep);

/* All arenas must be finished.  NULL is fine. */
void pool_destroy(struct pool *pool);

/* Any thread: bytes that arenas hold right now. */
size_t pool_used(const struct pool *pool);

/* Calls HOOK, from whichever thread gives the chunk back, each time the bytes
 * in use fall from above LIMIT to LIMIT or less.  Set before the pool is
 * shared. */
void pool_on_room(struct pool *pool, size_t limit, void (*hook)(void *),
                  void *arg);

struct arena {
    struct pool *pool;
    struct chunk *chunks; /* the newest first */
    char *at;             /* free bytes of the newest: at .. end */
    char *end;
};

void arena_init(struct arena *arena, struct pool *pool);
void arena_finish(struct arena *arena);

/* LEN bytes, 16-aligned, not cleared.  NULL: no memory. */
void *arena_alloc(struct arena *arena, size_t len);

/* The same without alignment, for text. */
char *arena_alloc_bytes(struct arena *arena, size_t len);

/* At least LEAST bytes in one piece, *ROOM of them, not yet taken; arena_use()
 * takes the first LEN. */
char *arena_reserve(struct arena *arena, size_t least, size_t *room);
void arena_use(struct arena *arena, size_t len);

#endif /* RECORD_ARENA_H */
