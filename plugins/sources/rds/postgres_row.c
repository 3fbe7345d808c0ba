/* SPDX-License-Identifier: Apache-2.0 */

/* postgres_row - header, fields and trailer */

#include "postgres_row.h"

#include <stdlib.h>
#include <string.h>

bool
postgres_row_room(struct mill_value **cells, size_t *room, size_t count)
{
    if (*cells && count <= *room)
        return true;
    free(*cells);
    *cells = calloc(count + 1, sizeof(**cells));
    *room = *cells ? count : 0;
    return *cells != NULL;
}

static uint64_t
big_endian(const char *bytes, size_t count)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum = sum << 8 | (unsigned char)bytes[i];
    return sum;
}

/* Eleven bytes of signature, flags, and an extension of some length. */
size_t
postgres_row_header(const char *data, size_t len)
{
    static const char signature[11] = "PGCOPY\n\377\r\n";

    if (len < 19 || memcmp(data, signature, sizeof(signature)) != 0)
        return 0;

    size_t whole = 19 + (size_t)big_endian(data + 15, 4);

    return whole <= len ? whole : 0;
}

bool
postgres_row_is_trailer(const struct mill_bytes *block)
{
    return block->len < 2 || big_endian(block->data, 2) == UINT16_MAX;
}

static struct mill_value
cell_of(const struct column *column, const char *data, size_t len)
{
    if (column->type == COLUMN_INT && len == 8)
        return mill_int((int64_t)big_endian(data, 8));
    if (column->type == COLUMN_BOOL && len == 1)
        return mill_bool(data[0] != 0);
    return mill_text(column->type == COLUMN_BYTES ? MILL_BYTES : MILL_TEXT,
                     data, len);
}

/* The next field of *AT; false: it ends too early. */
static bool
take_field(const char **at, const char *end, const struct column *column,
           struct mill_value *cell)
{
    if (end - *at < 4)
        return false;

    uint32_t len = (uint32_t)big_endian(*at, 4);

    *at += 4;
    *cell = mill_null();
    if (len == UINT32_MAX)
        return true;
    if (len > (size_t)(end - *at))
        return false;
    *cell = cell_of(column, *at, len);
    *at += len;
    return true;
}

bool
postgres_row_split(const struct table *table, bool keys_only,
                   struct mill_value *cells, struct row *row)
{
    const char *at = row->block.data + 2;
    const char *end = row->block.data + row->block.len;

    row->size = row->block.len;
    row->count = (size_t)big_endian(row->block.data, 2);
    if (row->count != (keys_only ? table->key_count : table->column_count))
        return false;
    for (size_t i = 0; i < row->count; i++)
        if (!take_field(&at, end,
                        &table->columns[keys_only ? table->key[i] : i],
                        &cells[i]))
            return false;
    return at == end;
}
