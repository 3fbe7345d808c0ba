/* SPDX-License-Identifier: Apache-2.0 */

/* chunk - rows, cells and texts, each in one piece that never moves while rows
 * are in it */

#include "chunk.h"

#include <stdlib.h>
#include <string.h>

static bool
has_text(const struct mill_value *value)
{
    return value->type == MILL_TEXT || value->type == MILL_BYTES;
}

/* The bytes that ROW's texts take. */
static size_t
text_size(const struct row *row)
{
    size_t size = 0;

    if (row->block.data)
        return row->block.len;
    for (size_t i = 0; i < row->count; i++)
        size += has_text(&row->cells[i]) ? row->cells[i].len : 0;
    return size;
}

/* Makes an empty chunk large enough. */
static bool
make_room(struct chunk *chunk, size_t cells, size_t bytes)
{
    if (!chunk->cells || cells > chunk->cell_room) {
        size_t room = cells > CHUNK_CELLS ? cells : CHUNK_CELLS;

        free(chunk->cells);
        chunk->cells = malloc(room * sizeof(*chunk->cells));
        chunk->cell_room = chunk->cells ? room : 0;
    }
    if (!chunk->data || bytes > chunk->room) {
        size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;

        free(chunk->data);
        chunk->data = malloc(room);
        chunk->room = chunk->data ? room : 0;
    }
    return chunk->cells && chunk->data;
}

/* Copies the texts to TO, all at once where they lie together. */
static void
copy_texts(const struct row *row, struct mill_value *cells, char *to)
{
    char *at = to;

    if (row->block.data)
        memcpy(to, row->block.data, row->block.len);
    for (size_t i = 0; i < row->count; i++) {
        if (!has_text(&cells[i]))
            continue;
        if (row->block.data) {
            cells[i].text = to + (cells[i].text - row->block.data);
            continue;
        }
        if (cells[i].len > 0)
            memcpy(at, cells[i].text, cells[i].len);
        cells[i].text = at;
        at += cells[i].len;
    }
}

enum chunk_taken
chunk_add(struct chunk *chunk, const struct row *row)
{
    size_t bytes = text_size(row);

    if (chunk->count == 0 && !make_room(chunk, row->count, bytes))
        return CHUNK_NO_MEMORY;
    if (chunk->count == CHUNK_ROWS
        || row->count > chunk->cell_room - chunk->cell_count
        || bytes > chunk->room - chunk->len)
        return CHUNK_FULL;

    struct mill_value *cells = chunk->cells + chunk->cell_count;
    char *data = chunk->data + chunk->len;

    memcpy(cells, row->cells, row->count * sizeof(*cells));
    copy_texts(row, cells, data);
    chunk->rows[chunk->count++] = (struct row){
        .cells = cells,
        .count = row->count,
        .size = row->size,
        .block = { bytes > 0 ? data : NULL, bytes },
    };
    chunk->cell_count += row->count;
    chunk->len += bytes;
    return CHUNK_TOOK;
}

void
chunk_clear(struct chunk *chunk)
{
    chunk->count = 0;
    chunk->cell_count = 0;
    chunk->len = 0;
    if (chunk->room > CHUNK_BYTES) {
        free(chunk->data);
        chunk->data = NULL;
        chunk->room = 0;
    }
}

void
chunk_finish(struct chunk *chunk)
{
    free(chunk->cells);
    free(chunk->data);
    *chunk = (struct chunk){ 0 };
}
