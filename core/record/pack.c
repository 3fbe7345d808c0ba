/* SPDX-License-Identifier: Apache-2.0 */

/*
 * pack - see pack.h
 *
 * A pack is a head, arrays as the batch has them, and text:
 *
 *   head
 *   positions
 *   spans of the names, of the payloads and of the keys, without their data
 *   values, without what they point to: the cells, row by row, then the items
 *     of the lists and maps among all values, in the order of these
 *   stream, partition and cursor, each with its NUL
 *   text of the names, payloads, keys and values, in their order
 *
 * So a batch is made of it by copying it once, into the batch's arena, and
 * going through spans and values to point each to where the text or the items
 * behind those of the one before lie.  Lists within lists take no recursion:
 * what one brings lies further on in the array that is being gone through.
 */

#include "record/pack.h"

#include <string.h>

#include <zlib.h>

#include "record/json_write.h"
#include "record/rows.h"

#define DAMAGED "damaged"
#define NO_MEMORY "no memory"

/* The length of a span that has no data: that of a row without a key. */
#define NO_DATA SIZE_MAX

struct head {
    uint32_t crc; /* of all that follows it */
    uint32_t format;
    uint64_t len; /* of the whole pack */
    uint64_t first;
    uint64_t before;
    uint64_t payload_bytes;
    uint64_t stored_bytes;
    uint64_t stream_size; /* with the NUL, as the next two */
    uint64_t partition_size;
    uint64_t cursor_size; /* 0: none */
    uint64_t values;
    uint32_t rows;
    uint32_t columns;
    uint8_t has_cells;
    uint8_t has_keys;
    uint8_t first_is_set;
    uint8_t decoded;
    uint8_t edited;
    uint8_t parted;
    uint8_t unused[2];
};

_Static_assert(sizeof(struct head) % _Alignof(struct mill_value) == 0,
               "the arrays behind the head are aligned");

static bool
is_text(const struct mill_value *value)
{
    return value->type >= MILL_NUMBER && value->type <= MILL_BYTES;
}

static size_t
item_count(const struct mill_value *value)
{
    if (value->type == MILL_MAP)
        return 2 * (size_t)value->len;
    return value->type == MILL_LIST ? value->len : 0;
}

/* --- packing --- */

/* False where something is marked that the pack wouldn't say.  What decoding
 * the payloads rejected, decoding them again will. */
static bool
is_swept(const struct batch *batch)
{
    bool again = row_is_payload(batch) && batch->decoded;

    if (batch->failed || batch->origins)
        return false;
    for (uint32_t row = 0; batch->marks && row < batch->pub.rows; row++)
        if (batch->marks[row] != ROW_LIVE
            && !(again && batch->marks[row] == ROW_REJECTED))
            return false;
    return true;
}

static struct head
head_of(const struct batch *batch)
{
    const struct mill_batch *pub = &batch->pub;
    bool alone = row_is_payload(batch);

    return (struct head){
        .format = pub->format,
        .first = pub->first,
        .before = batch->before,
        .payload_bytes = batch->payload_bytes,
        .stored_bytes = batch->stored_bytes,
        .stream_size = strlen(pub->stream) + 1,
        .partition_size = strlen(pub->partition) + 1,
        .cursor_size = batch->cursor ? strlen(batch->cursor) + 1 : 0,
        .rows = pub->rows,
        /* One that decoding left a part of is parted anew. */
        .columns = batch->later > 0 ? 0 : pub->columns,
        .has_cells = !alone && pub->cells && pub->rows > 0,
        .has_keys = batch->keys != NULL,
        .first_is_set = batch->first_is_set,
        .decoded = !alone && batch->decoded,
        .edited = batch->edited,
        .parted = batch->parted,
    };
}

static void
put_spans(struct mill_buffer *to, const struct mill_bytes *spans, size_t count)
{
    char *at = mill_buffer_room(to, count * sizeof(*spans));

    if (!at)
        return;
    for (size_t i = 0; i < count; i++) {
        struct mill_bytes span = { NULL,
                                   spans[i].data ? spans[i].len : NO_DATA };

        memcpy(at + i * sizeof(span), &span, sizeof(span));
    }
    to->len += count * sizeof(*spans);
}

static void
put_span_text(struct mill_buffer *to, const struct mill_bytes *spans,
              size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += spans[i].data ? spans[i].len : 0;
    char *at = mill_buffer_room(to, size);
    if (!at)
        return;
    for (size_t i = 0; i < count; i++) {
        if (!spans[i].data)
            continue;
        json_copy_text(at, spans[i].data, spans[i].len);
        at += spans[i].len;
    }
    to->len += size;
}

static void
put_cells(struct mill_buffer *to, const struct mill_batch *pub)
{
    size_t size = pub->columns * sizeof(*pub->cells);

    if (pub->stride == pub->columns) {
        mill_buffer_add(to, pub->cells, pub->rows * size);
        return;
    }
    for (size_t row = 0; row < pub->rows; row++)
        mill_buffer_add(to, pub->cells + row * pub->stride, size);
}

/* The items of the values from START on, and theirs. */
static void
put_items(struct mill_buffer *to, size_t start)
{
    struct mill_value value;

    for (size_t at = start; at < to->len; at += sizeof(value)) {
        memcpy(&value, to->data + at, sizeof(value));
        if (value.type == MILL_LIST || value.type == MILL_MAP)
            mill_buffer_add(to, value.items,
                            item_count(&value) * sizeof(value));
    }
}

/* The text of the values at START .. END.  What they point to means nothing to
 * who unpacks, and other processes have no business with it. */
static void
put_value_text(struct mill_buffer *to, size_t start, size_t end)
{
    struct mill_value value;
    size_t size = 0;

    for (size_t at = start; at < end; at += sizeof(value)) {
        memcpy(&value, to->data + at, sizeof(value));
        size += is_text(&value) ? value.len : 0;
    }
    char *text = mill_buffer_room(to, size);
    if (!text)
        return;
    for (size_t at = start; at < end; at += sizeof(value)) {
        memcpy(&value, to->data + at, sizeof(value));
        if (is_text(&value)) {
            json_copy_text(text, value.text, value.len);
            text += value.len;
        } else if (value.type != MILL_LIST && value.type != MILL_MAP) {
            continue;
        }
        value.text = NULL;
        memcpy(to->data + at, &value, sizeof(value));
    }
    to->len += size;
}

static void
put_batch(struct mill_buffer *to, const struct batch *batch, struct head *head)
{
    const struct mill_batch *pub = &batch->pub;
    size_t payloads = pub->format == MILL_CELLS ? 0 : pub->rows;
    size_t keys = head->has_keys ? pub->rows : 0;

    mill_buffer_add(to, head, sizeof(*head));
    mill_buffer_add(to, batch->positions,
                    pub->rows * sizeof(*batch->positions));
    put_spans(to, batch->names, head->columns);
    put_spans(to, batch->payloads, payloads);
    put_spans(to, batch->keys, keys);
    size_t values = to->len;
    if (head->has_cells) {
        put_cells(to, pub);
        put_items(to, values);
    }
    size_t end = to->len;
    head->values = (end - values) / sizeof(struct mill_value);
    mill_buffer_add(to, pub->stream, head->stream_size);
    mill_buffer_add(to, pub->partition, head->partition_size);
    mill_buffer_add(to, batch->cursor, head->cursor_size);
    put_span_text(to, batch->names, head->columns);
    put_span_text(to, batch->payloads, payloads);
    put_span_text(to, batch->keys, keys);
    put_value_text(to, values, end);
}

static uint32_t
pack_crc(const char *pack, size_t len)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)pack + sizeof(uint32_t),
                             len - sizeof(uint32_t));
}

bool
batch_pack(struct batch *batch, struct mill_buffer *to)
{
    size_t start = to->len;

    pthread_mutex_lock(&batch->decode_lock);
    struct head head = head_of(batch);
    bool good = is_swept(batch);
    if (good)
        put_batch(to, batch, &head);
    pthread_mutex_unlock(&batch->decode_lock);
    if (!good || to->failed) {
        to->len = start;
        return false;
    }
    head.len = to->len - start;
    char *pack = to->data + start;
    memcpy(pack, &head, sizeof(head));
    head.crc = pack_crc(pack, head.len);
    memcpy(pack, &head.crc, sizeof(head.crc));
    return true;
}

/* --- unpacking --- */

/* What of a pack is yet to be taken. */
struct rest {
    char *at;
    size_t left;
};

/* COUNT items of SIZE.  NULL: there aren't as many. */
static void *
take(struct rest *rest, uint64_t count, size_t size)
{
    char *at = rest->at;

    if (count > rest->left / size)
        return NULL;
    rest->at += count * size;
    rest->left -= count * size;
    return at;
}

static const char *
take_string(struct rest *rest, uint64_t size)
{
    const char *string = take(rest, size, 1);

    return string && size > 0 && string[size - 1] == '\0' ? string : NULL;
}

static bool
take_span_text(struct rest *rest, struct mill_bytes *spans, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (spans[i].len == NO_DATA) {
            spans[i].len = 0;
            continue;
        }
        spans[i].data = take(rest, spans[i].len, 1);
        if (!spans[i].data)
            return false;
    }
    return true;
}

/* The first CELLS of the values are cells, the others items of those before. */
static bool
take_value_text(struct rest *rest, struct mill_value *values, size_t cells,
                size_t count)
{
    size_t next = cells;

    for (size_t i = 0; i < count; i++) {
        struct mill_value *value = &values[i];

        if (is_text(value)) {
            value->text = take(rest, value->len, 1);
            if (!value->text)
                return false;
        } else if (value->type == MILL_LIST || value->type == MILL_MAP) {
            size_t items = item_count(value);

            if (items > count - next)
                return false;
            value->items = values + next;
            next += items;
        }
    }
    return next == count;
}

/* The arrays of a pack, in the batch's arena. */
struct arrays {
    uint64_t *positions;
    struct mill_bytes *names;
    struct mill_bytes *payloads;
    struct mill_bytes *keys;
    struct mill_value *values;
};

static bool
take_arrays(struct rest *rest, const struct head *head, struct arrays *arrays)
{
    uint64_t payloads = head->format == MILL_CELLS ? 0 : head->rows;
    uint64_t keys = head->has_keys ? head->rows : 0;

    arrays->positions = take(rest, head->rows, sizeof(*arrays->positions));
    arrays->names = take(rest, head->columns, sizeof(*arrays->names));
    arrays->payloads = take(rest, payloads, sizeof(*arrays->payloads));
    arrays->keys = take(rest, keys, sizeof(*arrays->keys));
    arrays->values = take(rest, head->values, sizeof(*arrays->values));
    return arrays->positions && arrays->names && arrays->payloads
           && arrays->keys && arrays->values;
}

static bool
take_text(struct rest *rest, const struct head *head, struct arrays *arrays,
          struct batch *batch)
{
    uint64_t payloads = head->format == MILL_CELLS ? 0 : head->rows;
    uint64_t keys = head->has_keys ? head->rows : 0;
    uint64_t cells = head->has_cells ? (uint64_t)head->rows * head->columns : 0;

    batch->pub.stream = take_string(rest, head->stream_size);
    batch->pub.partition = take_string(rest, head->partition_size);
    if (head->cursor_size > 0)
        batch->cursor = take_string(rest, head->cursor_size);
    return batch->pub.stream && batch->pub.partition
           && (batch->cursor || head->cursor_size == 0)
           && take_span_text(rest, arrays->names, head->columns)
           && take_span_text(rest, arrays->payloads, payloads)
           && take_span_text(rest, arrays->keys, keys) && cells <= head->values
           && take_value_text(rest, arrays->values, cells, head->values)
           && rest->left == 0;
}

static void
set_rows(struct batch *batch, const struct head *head,
         const struct arrays *arrays)
{
    struct mill_batch *pub = &batch->pub;

    pub->rows = head->rows;
    pub->first = head->first;
    pub->format = (enum mill_format)head->format;
    batch->row_room = head->rows;
    batch->positions = arrays->positions;
    batch->payloads = pub->format == MILL_CELLS ? NULL : arrays->payloads;
    batch->keys = head->has_keys ? arrays->keys : NULL;
    pub->positions = batch->positions;
    pub->payloads = batch->payloads;
    pub->keys = batch->keys;
    batch->payload_bytes = head->payload_bytes;
    batch->stored_bytes = head->stored_bytes;
    batch->first_is_set = head->first_is_set;
    batch->decoded = head->decoded;
    batch->edited = head->edited;
    batch->parted = head->parted;
    batch->before = head->before;
}

static bool
set_columns(struct batch *batch, const struct head *head,
            const struct arrays *arrays)
{
    for (uint32_t column = 0; column < head->columns; column++)
        if (!column_name_add(batch, arrays->names[column]))
            return false;
    if (!head->has_cells)
        return true;
    /* Rows may come before their columns. */
    if (head->columns == 0)
        return cells_reshape(batch, 0, head->rows, 1);
    batch->pub.cells = arrays->values;
    batch->pub.stride = head->columns;
    batch->cell_room = head->rows;
    return true;
}

/* Makes the batch, which is empty, what the pack says.  NULL, or what is wrong.
 */
static const char *
fill(struct batch *batch, const struct head *head, const char *data)
{
    struct rest rest = { arena_alloc(&batch->arena, head->len), head->len };
    struct arrays arrays;

    if (!rest.at)
        return NO_MEMORY;
    memcpy(rest.at, data, head->len);
    if (head->columns > MILL_COLUMNS_MAX || head->format > MILL_LINE
        || !take(&rest, 1, sizeof(*head)) || !take_arrays(&rest, head, &arrays)
        || !take_text(&rest, head, &arrays, batch))
        return DAMAGED;
    set_rows(batch, head, &arrays);
    return set_columns(batch, head, &arrays) ? NULL : NO_MEMORY;
}

struct batch *
batch_unpack(struct pool *pool, const char *data, size_t len, const char **why)
{
    struct head head;

    *why = DAMAGED;
    if (len < sizeof(head))
        return NULL;
    memcpy(&head, data, sizeof(head));
    if (head.len != len || head.crc != pack_crc(data, len))
        return NULL;
    struct batch *batch = batch_create(pool);
    *why = batch ? fill(batch, &head, data) : NO_MEMORY;
    if (*why) {
        batch_release(batch);
        return NULL;
    }
    return batch;
}
