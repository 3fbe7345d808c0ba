/* SPDX-License-Identifier: Apache-2.0 */

/* batch - the life of a batch: made, shared, copied, given back */

#include "record/batch.h"

#include <stdlib.h>
#include <string.h>

#include "record/rows.h"

struct batch *
batch_create(struct pool *pool)
{
    struct batch *batch = calloc(1, sizeof(*batch));

    if (!batch)
        return NULL;
    if (pthread_mutex_init(&batch->decode_lock, NULL) != 0) {
        free(batch);
        return NULL;
    }
    atomic_init(&batch->refs, 1);
    arena_init(&batch->arena, pool);
    batch->pub.stream = "";
    batch->pub.partition = "0";
    return batch;
}

struct batch *
batch_retain(struct batch *batch)
{
    atomic_fetch_add_explicit(&batch->refs, 1, memory_order_relaxed);
    return batch;
}

void
batch_release(struct batch *batch)
{
    while (batch) {
        struct batch *parent = batch->parent;

        if (atomic_fetch_sub_explicit(&batch->refs, 1, memory_order_acq_rel)
            != 1)
            return;
        arena_finish(&batch->arena);
        pthread_mutex_destroy(&batch->decode_lock);
        free(batch);
        batch = parent;
    }
}

/* A copy of SIZE bytes in the batch's arena; NULL for NULL. */
static bool
copy_array(struct batch *to, void *array, const void *from, size_t size)
{
    void *copy = NULL;

    if (from) {
        copy = arena_alloc(&to->arena, size);
        if (!copy)
            return false;
        memcpy(copy, from, size);
    }
    memcpy(array, &copy, sizeof(copy));
    return true;
}

static bool
copy_columns(struct batch *to, const struct batch *from)
{
    size_t size = from->pub.columns * sizeof(*from->names);

    to->name_room = from->pub.columns;
    return copy_array(to, &to->names, from->names, size)
           && copy_array(to, &to->labels, from->labels, size);
}

static bool
copy_rows(struct batch *to, const struct batch *from)
{
    size_t rows = from->pub.rows;
    size_t filled = from->pub.cells ? rows - from->later : 0;
    size_t cells = filled * from->pub.stride * sizeof(*from->pub.cells);

    to->row_room = from->pub.rows;
    to->cell_room = (uint32_t)filled;
    return copy_array(to, &to->positions, from->positions,
                      rows * sizeof(*from->positions))
           && copy_array(to, &to->payloads, from->payloads,
                         rows * sizeof(*from->payloads))
           && copy_array(to, &to->keys, from->keys, rows * sizeof(*from->keys))
           && copy_array(to, &to->pub.cells, from->pub.cells, cells)
           && copy_array(to, &to->marks, from->marks, rows)
           && copy_array(to, &to->origins, from->origins,
                         rows * sizeof(*from->origins));
}

static bool
copy_rejections(struct batch *to, const struct batch *from)
{
    to->rejection_count = from->rejection_count;
    to->rejection_room = from->rejection_count;
    return copy_array(to, &to->rejections, from->rejections,
                      from->rejection_count * sizeof(*from->rejections));
}

static void
copy_scalars(struct batch *to, const struct batch *from)
{
    to->pub = from->pub;
    to->payload_bytes = from->payload_bytes;
    to->stored_bytes = from->stored_bytes;
    to->failed = from->failed;
    to->decoded = from->decoded;
    to->edited = from->edited;
    to->whole = from->whole;
    to->later = from->later;
    to->expected = from->expected;
    to->parted = from->parted;
    to->before = from->before;
    to->cursor = from->cursor;
    to->first_is_set = from->first_is_set;
    to->entry = from->entry;
}

static bool
batch_copy(struct batch *to, const struct batch *from)
{
    copy_scalars(to, from);
    if (!copy_columns(to, from) || !copy_rows(to, from)
        || !copy_rejections(to, from))
        return false;
    to->pub.names = to->names;
    to->pub.positions = to->positions;
    to->pub.payloads = to->payloads;
    to->pub.keys = to->keys;
    return true;
}

struct batch *
batch_own(struct batch *batch)
{
    if (atomic_load_explicit(&batch->refs, memory_order_acquire) == 1)
        return batch;
    struct batch *copy = batch_create(batch->arena.pool);
    if (!copy)
        return NULL;
    /* Another stage may just be decoding it. */
    pthread_mutex_lock(&batch->decode_lock);
    bool copied = batch_copy(copy, batch);
    pthread_mutex_unlock(&batch->decode_lock);
    if (!copied) {
        batch_release(copy);
        return NULL;
    }
    copy->parent = batch;
    return copy;
}

bool
mill_batch_set_stream(struct mill_batch *pub, const char *stream,
                      const char *partition)
{
    struct batch *batch = batch_of(pub);
    size_t stream_size = strlen(stream) + 1;
    size_t partition_size = strlen(partition) + 1;
    char *copy = arena_alloc_bytes(&batch->arena, stream_size + partition_size);

    if (!copy)
        return false;
    memcpy(copy, stream, stream_size);
    memcpy(copy + stream_size, partition, partition_size);
    pub->stream = copy;
    pub->partition = copy + stream_size;
    return true;
}

bool
mill_batch_set_cursor(struct mill_batch *pub, const char *cursor)
{
    struct batch *batch = batch_of(pub);
    size_t size = strlen(cursor) + 1;
    char *copy = arena_alloc_bytes(&batch->arena, size);

    if (!copy)
        return false;
    memcpy(copy, cursor, size);
    batch->cursor = copy;
    return true;
}

void
mill_batch_set_first(struct mill_batch *pub, uint64_t position)
{
    pub->first = position;
    batch_of(pub)->first_is_set = true;
}

bool
mill_batch_is_full(const struct mill_batch *pub)
{
    const struct batch *batch = (const struct batch *)pub;
    size_t bytes =
        pub->format == MILL_CELLS ? batch->stored_bytes : batch->payload_bytes;

    return pub->rows > 0 && (pub->rows >= BATCH_ROWS || bytes >= BATCH_BYTES);
}

void *
mill_batch_alloc(struct mill_batch *pub, size_t len)
{
    struct batch *batch = batch_of(pub);
    void *data = arena_alloc(&batch->arena, len);

    if (data)
        batch->stored_bytes += len;
    return data;
}

char *
mill_batch_store(struct mill_batch *pub, const void *data, size_t len)
{
    struct batch *batch = batch_of(pub);
    char *copy =
        len < SIZE_MAX ? arena_alloc_bytes(&batch->arena, len + 1) : NULL;

    if (!copy)
        return NULL;
    if (len)
        memcpy(copy, data, len);
    copy[len] = '\0';
    batch->stored_bytes += len;
    return copy;
}

char *
mill_batch_reserve(struct mill_batch *pub, size_t least, size_t *room)
{
    return arena_reserve(&batch_of(pub)->arena, least, room);
}

void
mill_batch_use(struct mill_batch *pub, size_t len)
{
    struct batch *batch = batch_of(pub);

    arena_use(&batch->arena, len);
    batch->stored_bytes += len;
}
