/* SPDX-License-Identifier: Apache-2.0 */

/*
 * null - take rows and forget them; with `decode`, read every cell of them
 *
 *     void = { sink = "null"; from = "posts"; decode = true; };
 *
 * At the end one line of the log says how many rows came and, with `decode`,
 * how many cells (absent keys aren't cells) and what they add up to:
 *
 *     null: rows=1000000 cells=12000000 checksum=0123456789abcdef
 *
 * The checksum, in arithmetic modulo 2^64 unless it says otherwise (the same in
 * Python: tests/bench/checksum.py):
 *
 *     content(bytes) = the bytes as one little-endian number, mod 2^64 - 1
 *     content(int)   = the number itself; bool: 0 or 1; null: 0
 *     content(double)= the 64 bits of its IEEE form
 *     content(list)  = c of its items in order: c = c * K + value(item), from 0
 *     content(map)   = as a list: key, value, key, value, ...
 *     value(v)       = content(v) + L * length + T * type
 *     row            = the sum over its cells of value(cell) * name
 *     name           = content(the column's name) + L * length, made odd (| 1)
 *     partition      = p of its rows in order: p = p * K + row + N, from 0
 *     checksum       = the sum of all partitions
 *
 * length is that of the text in bytes, of a list in items, of a map in pairs,
 * else 0; type is enum mill_type's number.  So neither the order of columns nor
 * the way rows are cut into batches matters, but the order of rows does.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <millrace/plugin.h>

#define K 0x9e3779b97f4a7c15u
#define L 0xc2b2ae3d27d4eb4fu
#define T 0x165667b19e3779f9u
#define N 0x27d4eb2f165667c5u

/* The running sum of one partition. */
struct partition_sum {
    char *stream;
    char *partition;
    uint64_t sum;
};

struct null_sink {
    bool decode;

    struct mill_stage *stage;
    uint64_t rows;
    uint64_t cells;
    struct partition_sum *sums;
    size_t count;
    uint64_t names[MILL_COLUMNS_MAX]; /* of the batch's columns */
};

static const struct mill_option options[] = {
    MILL_OPTION(struct null_sink, decode,
                "Read every cell, and log their count and checksum",
                .fallback = "false"),
    { 0 },
};

/* Adds modulo 2^64 - 1, but for 0 having two forms. */
static inline uint64_t
add_around(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

static inline uint64_t
load(const char *from)
{
    uint64_t word;

    memcpy(&word, from, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline uint64_t
load_half(const char *from)
{
    uint32_t half;

    memcpy(&half, from, sizeof(half));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    half = __builtin_bswap32(half);
#endif
    return half;
}

/* Fewer than 8 bytes, without looking behind them: halves that overlap agree
 * where they do. */
static inline uint64_t
load_short(const char *from, size_t len)
{
    const unsigned char *byte = (const unsigned char *)from;

    if (len >= 4)
        return load_half(from) | load_half(from + len - 4) << (8 * (len - 4));
    if (len == 0)
        return 0;
    return byte[0] | (uint64_t)byte[len / 2] << (8 * (len / 2))
           | (uint64_t)byte[len - 1] << (8 * (len - 1));
}

/* 8 to 15 bytes: the last word without what the first has of it. */
static inline uint64_t
content_of_middling(const char *text, size_t len)
{
    uint64_t last = load(text + len - 8) >> (8 * (15 - len)) >> 8;

    return add_around(load(text), last);
}

/* 16 bytes and more.  Two sums, since each addition has to wait for the one
 * before; and the rest, 0 to 15 bytes, as the end of the last 16, for its
 * length is what no branch predictor guesses. */
static inline uint64_t
content_of_long(const char *text, size_t len)
{
    const char *end = text + len;
    uint64_t even = 0;
    uint64_t odd = 0;

    for (; end - text >= 16; text += 16) {
        even = add_around(even, load(text));
        odd = add_around(odd, load(text + 8));
    }
    unsigned __int128 last =
        (unsigned __int128)load(end - 8) << 64 | load(end - 16);

    last = last >> 8 >> (8 * (15 - (end - text)));
    even = add_around(even, (uint64_t)last);
    odd = add_around(odd, (uint64_t)(last >> 64));
    return add_around(even, odd);
}

static inline uint64_t
content_of_bytes(const char *text, size_t len)
{
    uint64_t sum = len >= 16  ? content_of_long(text, len)
                   : len >= 8 ? content_of_middling(text, len)
                              : load_short(text, len);

    return sum == UINT64_MAX ? 0 : sum;
}

static uint64_t content_of_items(const struct mill_value *items, size_t count);

/* A call of its own, so that the usual cell, a text, is read without one. */
static __attribute__((noinline)) uint64_t
content_of_other(const struct mill_value *value)
{
    switch ((enum mill_type)value->type) {
    case MILL_BOOL:
        return value->boolean;
    case MILL_INT:
    case MILL_TIMESTAMP:
    case MILL_DOUBLE: /* the same 64 bits */
        return (uint64_t)value->integer;
    case MILL_LIST:
        return content_of_items(value->items, value->len);
    case MILL_MAP:
        return content_of_items(value->items, (size_t)value->len * 2);
    default:
        return 0;
    }
}

static inline uint64_t
value_of(const struct mill_value *value)
{
    bool bytes = value->type >= MILL_NUMBER && value->type <= MILL_BYTES;
    uint64_t content = bytes ? content_of_bytes(value->text, value->len)
                             : content_of_other(value);

    return content + L * value->len + T * value->type;
}

static uint64_t
content_of_items(const struct mill_value *items, size_t count)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum = sum * K + value_of(&items[i]);
    return sum;
}

static void
sum_names(struct null_sink *sink, const struct mill_batch *batch)
{
    for (uint32_t i = 0; i < batch->columns; i++) {
        struct mill_bytes name = batch->names[i];

        sink->names[i] =
            (content_of_bytes(name.data, name.len) + L * name.len) | 1;
    }
}

static uint64_t
sum_row(struct null_sink *sink, struct mill_batch *batch, size_t row)
{
    const struct mill_value *cells = mill_batch_row(batch, row);
    uint64_t sum = 0;

    for (uint32_t i = 0; i < batch->columns; i++) {
        if (cells[i].type == MILL_MISSING)
            continue;
        sum += value_of(&cells[i]) * sink->names[i];
        sink->cells++;
    }
    return sum;
}

/* The sum that BATCH belongs to.  NULL: no memory. */
static uint64_t *
find_sum(struct null_sink *sink, const struct mill_batch *batch)
{
    for (size_t i = sink->count; i-- > 0;)
        if (strcmp(sink->sums[i].partition, batch->partition) == 0
            && strcmp(sink->sums[i].stream, batch->stream) == 0)
            return &sink->sums[i].sum;

    struct partition_sum *sums =
        realloc(sink->sums, (sink->count + 1) * sizeof(*sums));

    if (!sums)
        return NULL;
    sink->sums = sums;
    sums[sink->count] = (struct partition_sum){ strdup(batch->stream),
                                                strdup(batch->partition), 0 };
    if (sums[sink->count].stream && sums[sink->count].partition)
        return &sums[sink->count++].sum;
    free(sums[sink->count].stream);
    free(sums[sink->count].partition);
    return NULL;
}

static enum mill_verdict
null_open(void *self, struct mill_stage *stage)
{
    struct null_sink *sink = self;

    sink->stage = stage;
    return MILL_OK;
}

static enum mill_verdict
null_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct null_sink *sink = self;

    if (!sink->decode) {
        sink->rows += batch->rows;
        return MILL_OK;
    }

    enum mill_verdict verdict = mill_decode(stage, batch);
    uint64_t *sum = find_sum(sink, batch);

    if (verdict != MILL_OK)
        return verdict;
    if (!sum)
        return mill_fail(stage, MILL_RETRY, "no memory for one more sum");
    sum_names(sink, batch);
    for (size_t row = 0; row < batch->rows; row++) {
        if (mill_row_is_gone(batch, row))
            continue;
        *sum = *sum * K + sum_row(sink, batch, row) + N;
        sink->rows++;
    }
    return MILL_OK;
}

static void
report(struct null_sink *sink)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < sink->count; i++)
        sum += sink->sums[i].sum;
    if (sink->decode)
        mill_log(sink->stage, MILL_INFO,
                 "null: rows=%" PRIu64 " cells=%" PRIu64
                 " checksum=%016" PRIx64,
                 sink->rows, sink->cells, sum);
    else
        mill_log(sink->stage, MILL_INFO, "null: rows=%" PRIu64, sink->rows);
}

static void
null_close(void *self)
{
    struct null_sink *sink = self;

    if (sink->stage)
        report(sink);
    for (size_t i = 0; i < sink->count; i++) {
        free(sink->sums[i].stream);
        free(sink->sums[i].partition);
    }
    free(sink->sums);
    sink->sums = NULL;
    sink->count = 0;
    sink->stage = NULL;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "null",
    .version = "1.0",
    .summary = "Take rows and forget them",
    .flags = MILL_TAKES_PAYLOADS,
    .instance_size = sizeof(struct null_sink),
    .options = options,
    .open = null_open,
    .close = null_close,
    .sink.write = null_write,
};
