/* SPDX-License-Identifier: Apache-2.0 */

/* rows - see rows.h */

#include "rows.h"

#include <string.h>

#include "hashmap.h"

void
rows_init(struct rows *rows, bool hashmap, char separator)
{
    rows->hashmap = hashmap;
    rows->style = (struct mill_json_style){ .escape_astral = hashmap,
                                            .java_doubles = hashmap,
                                            .time_separator = separator };
}

/* The pairs of a map in the order of their keys' buckets; lists and maps within
 * it too.  The batch is ours to change while we write it. */
static bool
sort_maps(struct mill_batch *batch, struct mill_value *value)
{
    if (value->type != MILL_LIST && value->type != MILL_MAP)
        return true;

    bool map = value->type == MILL_MAP;
    size_t count = (size_t)value->len * (map ? 2 : 1);
    struct mill_value *items =
        mill_batch_alloc(batch, count * sizeof(*items) + 1);
    uint32_t *hashes =
        mill_batch_alloc(batch, value->len * sizeof(*hashes) + 1);
    int *order = mill_batch_alloc(batch, value->len * sizeof(*order) + 1);

    if (!items || !hashes || !order)
        return false;
    for (uint32_t i = 0; map && i < value->len; i++) {
        const struct mill_value *key = &value->items[(size_t)i * 2];

        hashes[i] = hashmap_hash((struct mill_bytes){ key->text, key->len });
        order[i] = (int)i;
    }
    if (map)
        hashmap_sort(hashes, hashmap_buckets(hashes, value->len), order,
                     value->len);
    for (size_t i = 0; i < count; i++) {
        items[i] = value->items[map ? (size_t)order[i / 2] * 2 + i % 2 : i];
        if (!sort_maps(batch, &items[i]))
            return false;
    }
    value->items = items;
    return true;
}

static bool
sort_cells(struct mill_batch *batch)
{
    for (size_t row = 0; row < batch->rows; row++)
        for (uint32_t i = 0; i < batch->columns; i++)
            if (!sort_maps(batch, &mill_batch_row(batch, row)[i]))
                return false;
    return true;
}

/* The order of the columns that ROW has, and behind them the others. */
static void
order_columns(struct rows *rows, const struct mill_batch *batch, size_t row)
{
    const struct mill_value *cells = batch->cells + row * batch->stride;
    uint32_t present[MILL_COLUMNS_MAX];
    size_t count = 0;
    size_t missing = batch->columns;

    for (uint32_t i = 0; i < batch->columns; i++)
        if (cells[i].type != MILL_MISSING) {
            present[count] = rows->hashes[i];
            rows->order[count++] = (int)i;
        }
    for (uint32_t i = 0; i < batch->columns; i++)
        if (cells[i].type == MILL_MISSING)
            rows->order[--missing] = (int)i;
    hashmap_sort(rows->hashes, hashmap_buckets(present, count), rows->order,
                 count);
}

/* Payloads go out as they came, so none may have a newline between its values.
 */
static bool
is_spread(const struct mill_batch *batch)
{
    if (batch->format != MILL_JSON)
        return false;
    for (size_t row = 0; row < batch->rows; row++)
        if (memchr(batch->payloads[row].data, '\n', batch->payloads[row].len))
            return true;
    return false;
}

static enum mill_verdict
begin_hashmap(struct rows *rows, struct mill_stage *stage,
              struct mill_batch *batch)
{
    if (!sort_cells(batch))
        return mill_fail(stage, MILL_RETRY, "no memory to sort %u rows",
                         batch->rows);
    for (uint32_t i = 0; i < batch->columns; i++)
        rows->hashes[i] = hashmap_hash(batch->names[i]);
    return MILL_OK;
}

enum mill_verdict
rows_begin(struct rows *rows, struct mill_stage *stage,
           struct mill_batch *batch)
{
    rows->spread = !rows->hashmap && is_spread(batch);
    if (rows->hashmap || rows->spread || batch->format == MILL_LINE) {
        enum mill_verdict verdict = mill_decode(stage, batch);

        if (verdict != MILL_OK)
            return verdict;
    }
    if (rows->hashmap)
        return begin_hashmap(rows, stage, batch);
    /* Asking for an order, also the one that it has, makes the writer look at
     * cells. */
    for (uint32_t i = 0; rows->spread && i < batch->columns; i++)
        rows->order[i] = (int)i;
    rows->style.order = rows->spread ? rows->order : NULL;
    return MILL_OK;
}

void
rows_write(struct rows *rows, struct mill_batch *batch, size_t row,
           struct mill_buffer *to)
{
    if (rows->hashmap) {
        order_columns(rows, batch, row);
        rows->style.order = rows->order;
    }
    mill_json_write_row(to, batch, row, &rows->style);

    char *end = mill_buffer_room(to, 1);

    if (!end)
        return;
    *end = '\n';
    to->len++;
}
