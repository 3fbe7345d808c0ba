/* SPDX-License-Identifier: Apache-2.0 */

/* arena - see arena.h; the pool that all arenas of a run share */

#include "record/arena.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Larger ones are too rare to be worth keeping. */
#define CHUNK_KEPT_MOST ((size_t)4 * 1024 * 1024)

/* Made-to-measure chunks come in steps, so that one fits the next batch too. */
#define CHUNK_STEP ((size_t)64 * 1024)

struct chunk {
    struct chunk *next;
    size_t room; /* bytes of data */
    _Alignas(16) char data[];
};

enum { FREE_SMALL, FREE_LARGE, FREE_OTHER, FREE_LISTS };

struct pool {
    pthread_mutex_t lock;
    struct chunk *free[FREE_LISTS]; /* under lock */
    size_t kept;                    /* under lock: bytes in free */
    size_t keep;
    atomic_size_t used;

    size_t limit;
    void (*hook)(void *);
    void *hook_arg;
};

struct pool *
pool_create(size_t keep)
{
    struct pool *pool = calloc(1, sizeof(*pool));

    if (!pool)
        return NULL;
    pool->keep = keep;
    if (pthread_mutex_init(&pool->lock, NULL) != 0) {
        free(pool);
        return NULL;
    }
    return pool;
}

void
pool_destroy(struct pool *pool)
{
    if (!pool)
        return;
    for (int list = 0; list < FREE_LISTS; list++) {
        struct chunk *next;

        for (struct chunk *chunk = pool->free[list]; chunk; chunk = next) {
            next = chunk->next;
            free(chunk);
        }
    }
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

size_t
pool_used(const struct pool *pool)
{
    return atomic_load_explicit(&pool->used, memory_order_acquire);
}

void
pool_on_room(struct pool *pool, size_t limit, void (*hook)(void *), void *arg)
{
    pool->limit = limit;
    pool->hook = hook;
    pool->hook_arg = arg;
}

static size_t
chunk_bytes(size_t room)
{
    return sizeof(struct chunk) + room;
}

static int
chunk_list(size_t room)
{
    if (room == CHUNK_SMALL)
        return FREE_SMALL;
    return room == CHUNK_LARGE ? FREE_LARGE : FREE_OTHER;
}

/* The first free chunk that has ROOM and doesn't waste as much again. */
static struct chunk *
pool_find(struct pool *pool, size_t room)
{
    struct chunk **link = &pool->free[chunk_list(room)];

    while (*link && ((*link)->room < room || (*link)->room / 2 > room))
        link = &(*link)->next;
    struct chunk *chunk = *link;
    if (chunk) {
        *link = chunk->next;
        pool->kept -= chunk_bytes(chunk->room);
    }
    return chunk;
}

static struct chunk *
pool_take(struct pool *pool, size_t room)
{
    pthread_mutex_lock(&pool->lock);
    struct chunk *chunk = pool_find(pool, room);
    pthread_mutex_unlock(&pool->lock);
    if (!chunk) {
        chunk = malloc(chunk_bytes(room));
        if (!chunk)
            return NULL;
        chunk->room = room;
    }
    atomic_fetch_add_explicit(&pool->used, chunk_bytes(chunk->room),
                              memory_order_relaxed);
    return chunk;
}

/* True where the pool keeps CHUNK for the next who asks. */
static bool
pool_keep(struct pool *pool, struct chunk *chunk)
{
    size_t bytes = chunk_bytes(chunk->room);
    bool kept = false;

    if (chunk->room > CHUNK_KEPT_MOST)
        return false;
    pthread_mutex_lock(&pool->lock);
    if (pool->kept + bytes <= pool->keep) {
        struct chunk **list = &pool->free[chunk_list(chunk->room)];

        chunk->next = *list;
        *list = chunk;
        pool->kept += bytes;
        kept = true;
    }
    pthread_mutex_unlock(&pool->lock);
    return kept;
}

static void
pool_give(struct pool *pool, struct chunk *chunks)
{
    size_t bytes = 0;

    while (chunks) {
        struct chunk *chunk = chunks;

        chunks = chunk->next;
        bytes += chunk_bytes(chunk->room);
        if (!pool_keep(pool, chunk))
            free(chunk);
    }
    size_t before =
        atomic_fetch_sub_explicit(&pool->used, bytes, memory_order_acq_rel);
    if (pool->hook && before > pool->limit && before - bytes <= pool->limit)
        pool->hook(pool->hook_arg);
}

void
arena_init(struct arena *arena, struct pool *pool)
{
    *arena = (struct arena){ .pool = pool };
}

void
arena_finish(struct arena *arena)
{
    pool_give(arena->pool, arena->chunks);
    *arena = (struct arena){ .pool = arena->pool };
}

static size_t
arena_room(const struct arena *arena)
{
    return (size_t)(arena->end - arena->at);
}

/* How large the next chunk should be so that LEN fits. */
static size_t
arena_next_room(const struct arena *arena, size_t len)
{
    if (!arena->chunks && len <= CHUNK_SMALL)
        return CHUNK_SMALL;
    if (len <= CHUNK_LARGE)
        return CHUNK_LARGE;
    return (len + CHUNK_STEP - 1) / CHUNK_STEP * CHUNK_STEP;
}

/* Takes a chunk that LEN bytes fit into.  Where the old one will still have
 * more room than this one is left with, it stays the one to fill, and the
 * caller gets the new one's data only. */
static char *
arena_grow(struct arena *arena, size_t len)
{
    if (len > SIZE_MAX / 4)
        return NULL;
    struct chunk *chunk = pool_take(arena->pool, arena_next_room(arena, len));
    if (!chunk)
        return NULL;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    if (!chunk->next || chunk->room - len >= arena_room(arena)) {
        arena->at = chunk->data;
        arena->end = chunk->data + chunk->room;
    }
    return chunk->data;
}

static void *
arena_alloc_slow(struct arena *arena, size_t len)
{
    char *data = arena_grow(arena, len);

    if (data && data == arena->at)
        arena->at += len;
    return data;
}

void *
arena_alloc(struct arena *arena, size_t len)
{
    size_t pad = -(uintptr_t)arena->at & 15;

    if (!arena->at || arena_room(arena) < pad || arena_room(arena) - pad < len)
        return arena_alloc_slow(arena, len);
    char *data = arena->at + pad;
    arena->at = data + len;
    return data;
}

char *
arena_alloc_bytes(struct arena *arena, size_t len)
{
    if (!arena->at || arena_room(arena) < len)
        return arena_alloc_slow(arena, len);
    char *data = arena->at;
    arena->at += len;
    return data;
}

char *
arena_reserve(struct arena *arena, size_t least, size_t *room)
{
    if (arena_room(arena) < least || !arena->at) {
        char *data = arena_grow(arena, least);

        if (!data)
            return NULL;
        /* What is reserved must be what arena_use() takes from. */
        arena->at = data;
        arena->end = data + arena->chunks->room;
    }
    *room = arena_room(arena);
    return arena->at;
}

void
arena_use(struct arena *arena, size_t len)
{
    arena->at += len;
}
