/* SPDX-License-Identifier: Apache-2.0 */

/*
 * decode_json - JSON objects become rows
 *
 * The rows of a batch nearly always have the same keys in the same order, and
 * the same blanks between them.  So what stands between two values, comma, key,
 * colon and blanks, is remembered from the first row: the gap before a column.
 * Behind each value the bytes that follow are compared with the gap before the
 * next column; only where they differ is a key read, and looked up in a hash
 * table.
 */

#include <stdio.h>
#include <string.h>

#include "record/decode.h"
#include "record/json_read.h"
#include "record/rows.h"

#define SLOTS (2 * MILL_COLUMNS_MAX)
#define FIRST_STRIDE 16u

struct decoder {
    struct json_reader json;
    struct batch *batch;
    uint32_t row;
    uint32_t filled; /* cells of this row, from the left, that are set */
    bool full;       /* this row doesn't go with those before it */
    struct json_index index;
    struct mill_bytes gaps[MILL_COLUMNS_MAX]; /* can be read in whole blocks */
    uint16_t slots[SLOTS]; /* column + 1, by the hash of its name; 0: none */
};

static uint32_t
name_hash(struct mill_bytes name)
{
    uint64_t hash = name.len;

    while (name.len >= 8) {
        uint64_t word;

        memcpy(&word, name.data, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
        name.data += 8;
        name.len -= 8;
    }
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 40);
}

/* The slot of NAME, or the empty one where it would go. */
static uint16_t *
find_slot(struct decoder *decoder, struct mill_bytes name)
{
    const struct mill_bytes *names = decoder->batch->names;
    uint32_t slot = name_hash(name) % SLOTS;

    for (; decoder->slots[slot]; slot = (slot + 1) % SLOTS) {
        const struct mill_bytes *known = &names[decoder->slots[slot] - 1];

        if (known->len == name.len
            && memcmp(known->data, name.data, name.len) == 0)
            break;
    }
    return &decoder->slots[slot];
}

static struct mill_value *
row_cells(const struct decoder *decoder)
{
    return mill_batch_row(&decoder->batch->pub, decoder->row);
}

/* Twice as many cells a row, so for fewer rows where they are many. */
static bool
widen(struct decoder *decoder)
{
    struct batch *batch = decoder->batch;
    uint32_t stride = wider(batch);
    uint32_t most = rows_together(batch, stride);
    uint32_t room = batch->cell_room;

    if (decoder->row < most && most < room)
        room = most;
    return cells_reshape(batch, decoder->row + 1, room, stride);
}

/* Appends a column, missing in all rows so far. */
static bool
add_column(struct decoder *decoder, struct mill_bytes name)
{
    struct batch *batch = decoder->batch;
    struct mill_batch *pub = &batch->pub;
    uint32_t column = pub->columns;

    if (column == pub->stride && !widen(decoder))
        return false;
    if (!column_name_add(batch, name))
        return false;
    for (size_t row = 0; row < decoder->row; row++)
        mill_batch_row(pub, row)[column] = (struct mill_value){ 0 };
    return true;
}

/* The column of NAME, which may become a new one; -1: a fault. */
static int
name_column(struct decoder *decoder, const char *at, struct mill_bytes name)
{
    uint16_t *slot = find_slot(decoder, name);

    if (*slot)
        return *slot - 1;
    uint32_t column = decoder->batch->pub.columns;
    if (!goes_together(decoder->batch, decoder->row)) {
        decoder->full = true;
        return -1;
    }
    if (column == MILL_COLUMNS_MAX) {
        json_fault(&decoder->json, at, "more than 1024 columns");
        return -1;
    }
    if (!add_column(decoder, name)) {
        json_no_memory(&decoder->json, at);
        return -1;
    }
    *slot = (uint16_t)(column + 1);
    return (int)column;
}

/* Whether COUNT bytes of KEY stand at AT; keys can be read in whole blocks. */
static inline bool
stands_at(const char *at, const char *end, const char *key, size_t count)
{
    if (count <= SCAN_BLOCK && end - at >= SCAN_BLOCK)
        return scan_same(at, key, count);
    if (count > 2 * SCAN_BLOCK || end - at < 2 * SCAN_BLOCK)
        return (size_t)(end - at) >= count && memcmp(at, key, count) == 0;
    return scan_same(at, key, SCAN_BLOCK)
           && scan_same(at + SCAN_BLOCK, key + SCAN_BLOCK, count - SCAN_BLOCK);
}

/* Reads the key at AT, where GUESS is the column that would be next. */
static const char *
read_key(struct decoder *decoder, const char *at, uint32_t guess,
         uint32_t *column)
{
    struct json_reader *json = &decoder->json;
    struct batch *batch = decoder->batch;
    struct mill_value name;

    if (guess < batch->pub.columns) {
        const struct mill_bytes *key = &batch->labels[guess];

        if (stands_at(at, json->end, key->data + 1, key->len - 1)) {
            *column = guess;
            return at + key->len - 1;
        }
    }
    if (at == json->end || *at != '"')
        return json_fault(json, at, "a key is missing");
    const char *stop = json_read_text(json, at + 1, &name);
    if (!stop)
        return NULL;
    int found =
        name_column(decoder, at, (struct mill_bytes){ name.text, name.len });
    if (found < 0)
        return NULL;
    *column = (uint32_t)found;
    stop = json_skip_space(stop, json->end);
    if (stop == json->end || *stop != ':')
        return json_fault(json, stop, "a colon is missing");
    return stop + 1;
}

/* Sets the cells up to COLUMN that the row skipped. */
static void
fill_up(struct decoder *decoder, uint32_t column)
{
    struct mill_value *cells = row_cells(decoder);

    while (decoder->filled < column)
        cells[decoder->filled++] = (struct mill_value){ 0 };
}

static inline const char *
read_cell(struct decoder *decoder, const char *at, uint32_t column)
{
    struct json_reader *json = &decoder->json;

    if (column >= decoder->filled) {
        if (column > decoder->filled)
            fill_up(decoder, column);
        decoder->filled++;
    }
    struct mill_value *cell = row_cells(decoder) + column;
    if (at < json->end && *at == '"')
        return json_read_text(json, at + 1, cell);
    return json_read_value(json, at, cell);
}

/* A number of a few digits that ends its member; NULL: something else. */
static inline const char *
read_digits(const char *at, const char *end, struct mill_value *cell)
{
    const char *stop = at;
    uint64_t sum = 0;

    while (stop < end && (unsigned char)(*stop - '0') < 10)
        sum = sum * 10 + (unsigned char)(*stop++ - '0');
    if (stop == at || stop - at > 18 || (*at == '0' && stop - at > 1))
        return NULL;
    if (stop == end || (*stop != ',' && *stop != '}'))
        return NULL;
    *cell = mill_int((int64_t)sum);
    return stop;
}

/*
 * The fast lane: members behind the gaps of columns *NEXT and on, in this
 * order, that are text without escapes or small integers.  Stops before the gap
 * of the first that isn't; *NEXT is then its column.
 */
static const char *
read_usual(struct decoder *decoder, const char *at, uint32_t *next)
{
    const struct mill_bytes *gaps = decoder->gaps;
    const struct json_index *index = decoder->json.index;
    const char *begin = decoder->json.begin;
    const char *end = decoder->json.end;
    struct mill_value *cells = row_cells(decoder);
    uint32_t columns = decoder->batch->pub.columns;
    uint32_t column = *next;

    for (; column < columns && gaps[column].len > 0; column++) {
        if (!stands_at(at, end, gaps[column].data, gaps[column].len))
            break;
        const char *value = at + gaps[column].len;
        if (value == end || *value != '"') {
            value = read_digits(value, end, &cells[column]);
            if (!value)
                break;
            at = value;
            continue;
        }
        size_t from = (size_t)(value + 1 - begin);
        size_t stop = json_index_next(index, from);
        if (begin + stop == end || begin[stop] != '"')
            break;
        cells[column] = (struct mill_value){ .type = MILL_TEXT,
                                             .flags = MILL_PLAIN,
                                             .len = (uint32_t)(stop - from),
                                             .text = begin + from };
        at = begin + stop + 1;
    }
    *next = column;
    return at;
}

/* Remembers GAP .. VALUE as what stands before COLUMN.  Where there is no
 * memory rows are read all the same. */
static void
learn_gap(struct decoder *decoder, uint32_t column, const char *gap,
          const char *value)
{
    struct mill_bytes *known = &decoder->gaps[column];
    size_t len = (size_t)(value - gap);

    if (known->len > 0)
        return;
    char *copy = arena_alloc_bytes(decoder->json.arena, len + KEY_PAD);
    if (!copy)
        return;
    memcpy(copy, gap, len);
    memset(copy + len, 0, KEY_PAD);
    *known = (struct mill_bytes){ copy, len };
}

/* The member at AT, where a value or the opening brace came before and *NEXT is
 * the column that should come; *NEXT is then the one behind it.  At the end of
 * the object *DONE becomes true. */
static const char *
read_member(struct decoder *decoder, const char *at, uint32_t *next, bool *done)
{
    const char *end = decoder->json.end;
    const char *gap = at;
    uint32_t column = *next;

    at = json_skip_space(at, end);
    if (at < end && *at == '}') {
        *done = true;
        return at + 1;
    }
    if (column > 0) {
        if (at == end || *at != ',')
            return json_fault(&decoder->json, at, "a comma or } is missing");
        at = json_skip_space(at + 1, end);
    }
    at = read_key(decoder, at, *next, &column);
    if (!at)
        return NULL;
    at = json_skip_space(at, end);
    if (column == *next)
        learn_gap(decoder, column, gap, at);
    *next = column + 1;
    return read_cell(decoder, at, column);
}

/* The members of an object; AT is behind its opening brace. */
static const char *
read_members(struct decoder *decoder, const char *at)
{
    uint32_t next = 0;
    bool done = false;

    while (at && !done) {
        if (decoder->json.index) {
            at = read_usual(decoder, at, &next);
            if (decoder->filled < next)
                decoder->filled = next;
        }
        at = read_member(decoder, at, &next, &done);
    }
    return at;
}

static const char *
read_object(struct decoder *decoder, const char *at)
{
    struct json_reader *json = &decoder->json;
    struct mill_value value;

    at = json_skip_space(at, json->end);
    if (at == json->end || *at != '{') {
        const char *start = at;

        at = json_read_value(json, at, &value);
        if (at)
            at = json_read_end(json, at);
        return at ? json_fault(json, start, "it is no object") : NULL;
    }
    at = read_members(decoder, at + 1);
    return at ? json_read_end(json, at) : NULL;
}

/* Forgets columns that only a row brought that was then rejected. */
static void
drop_columns(struct decoder *decoder, uint32_t columns)
{
    struct mill_batch *pub = &decoder->batch->pub;

    /* The last come last in their chain of slots, so none is cut off. */
    while (pub->columns > columns) {
        *find_slot(decoder, decoder->batch->names[pub->columns - 1]) = 0;
        pub->columns--;
        decoder->gaps[pub->columns].len = 0;
    }
}

static void
reject(struct decoder *decoder)
{
    const struct json_reader *json = &decoder->json;
    char reason[128];

    snprintf(reason, sizeof(reason), "at byte %zu: %s",
             (size_t)(json->fault - json->begin), json->what);
    row_reject(decoder->batch, decoder->row, true, reason);
    decoder->filled = 0;
}

/* Room for the cells of the rows to come, as wide as the first row was. */
static bool
settle_stride(struct decoder *decoder)
{
    struct batch *batch = decoder->batch;
    uint32_t columns = batch->pub.columns;
    uint32_t stride = columns ? columns : FIRST_STRIDE;

    if (stride < batch->expected)
        stride = batch->expected;

    return batch->cell_room >= batch->pub.rows
           || cells_reshape(batch, decoder->row + 1,
                            rows_together(batch, stride), stride);
}

/* Before a row: cells for it.  Where they are used up the batch is full, unless
 * it can't end here. */
static bool
find_room(struct decoder *decoder)
{
    struct batch *batch = decoder->batch;

    if (decoder->row < batch->cell_room)
        return true;
    decoder->full = may_end(batch, decoder->row);
    return decoder->full
           || cells_reshape(batch, decoder->row, batch->pub.rows,
                            batch->pub.stride);
}

static bool
decode_row(struct decoder *decoder)
{
    struct json_reader *json = &decoder->json;
    struct batch *batch = decoder->batch;
    struct mill_bytes payload = batch->payloads[decoder->row];
    uint32_t columns = batch->pub.columns;
    const char *at = NULL;

    json->begin = payload.data;
    json->end = payload.data + payload.len;
    json->item_count = 0;
    json->depth = 1;
    json->index = json_index_make(&decoder->index, payload.data, payload.len)
                      ? &decoder->index
                      : NULL;
    decoder->filled = 0;
    if (payload.len > UINT32_MAX)
        json_fault(json, payload.data, "it is larger than 4 GiB");
    else
        at = read_object(decoder, payload.data);
    if (!at)
        drop_columns(decoder, columns);
    batch->failed = batch->failed || json->starved;
    if (!at && !decoder->full)
        reject(decoder);
    fill_up(decoder, batch->pub.columns);
    return !batch->failed;
}

/* Rows until the batch is full or there are no more.  False: no memory. */
static bool
decode_rows(struct decoder *decoder)
{
    struct batch *batch = decoder->batch;
    uint32_t rows = batch->pub.rows;

    for (uint32_t row = 0; row < rows; row++) {
        decoder->row = row;
        if (!find_room(decoder) || (!decoder->full && !decode_row(decoder)))
            return false;
        if (decoder->full) {
            batch->later = rows - row;
            return true;
        }
        if (row == 0 && stays_alone(batch)) {
            batch->later = rows - 1;
            return true;
        }
        if (row == 0 && !settle_stride(decoder))
            return false;
    }
    return true;
}

bool
decode_json(struct batch *batch)
{
    struct decoder decoder;
    uint32_t columns = batch->pub.columns;
    uint32_t rows = batch->pub.rows;
    bool good = true;

    decoder.json = (struct json_reader){ .arena = &batch->arena };
    decoder.batch = batch;
    decoder.full = false;
    batch->whole = batch->whole || batch->edited || columns > 0 || batch->marks
                   || batch->origins;
    memset(decoder.slots, 0, sizeof(decoder.slots));
    memset(decoder.gaps, 0, sizeof(decoder.gaps));
    for (uint32_t i = 0; i < columns; i++)
        *find_slot(&decoder, batch->names[i]) = (uint16_t)(i + 1);
    if (rows > 0)
        good = cells_reshape(batch, 0, 1,
                             columns > FIRST_STRIDE ? columns : FIRST_STRIDE);
    good = good && decode_rows(&decoder);
    json_reader_finish(&decoder.json);
    return good;
}
