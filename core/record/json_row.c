/* SPDX-License-Identifier: Apache-2.0 */

/* json_row - rows become JSON objects */

#include <string.h>

#include "record/json_write.h"
#include "record/rows.h"

static const struct mill_json_style plain_style;

/* JSON that came in pretty would break a line into several; outside of texts,
 * where line breaks can't be, a blank is as good. */
static void
write_payload(struct mill_buffer *to, struct mill_bytes payload)
{
    const char *at = payload.data;
    const char *end = at + payload.len;

    while (end > at && (unsigned char)end[-1] <= ' ')
        end--;
    while (at < end && (unsigned char)*at <= ' ')
        at++;
    size_t len = (size_t)(end - at);
    char *copy = mill_buffer_room(to, len);
    if (!copy)
        return;
    memcpy(copy, at, len);
    to->len += len;
    for (char *found = copy; len > 0; found++) {
        found = memchr(found, '\n', (size_t)(copy + len - found));
        if (!found)
            break;
        *found = ' ';
    }
}

/* A key is one or two blocks, copied whole, or long. */
static inline char *
put_key(char *to, const struct mill_bytes *key)
{
    if (key->len <= KEY_PAD)
        memcpy(to, key->data, KEY_PAD);
    else
        memcpy(to, key->data, key->len);
    return to + key->len;
}

/* A cell and the key before it.  The two kinds that most cells are of are
 * written here, with one look at the room. */
static inline void
write_member(struct mill_buffer *to, const struct mill_bytes *key,
             const struct mill_value *cell, const struct mill_json_style *style)
{
    bool plain = json_is_plain(cell, style);
    size_t most = plain ? (size_t)cell->len + 2 : JSON_INTEGER_ROOM;
    size_t need = key->len + KEY_PAD + most;

    if (to->room - to->len < need && !mill_buffer_room(to, need))
        return;
    char *start = to->data + to->len;
    char *at = put_key(start, key);
    if (plain)
        at = json_put_plain(at, cell);
    else if (cell->type == MILL_INT)
        at = json_put_integer(at, cell->integer);
    to->len += (size_t)(at - start);
    if (!plain && cell->type != MILL_INT)
        mill_json_write(to, cell, style);
}

/* Column by column; the keys are kept rendered, each after its comma. */
static void
write_cells(struct mill_buffer *to, const struct batch *batch,
            const struct mill_value *cells, const struct mill_json_style *style)
{
    uint32_t columns = batch->pub.columns;
    const int *order = style->order;
    size_t start = to->len;

    for (uint32_t i = 0; i < columns; i++) {
        uint32_t column = order ? (uint32_t)order[i] : i;

        if (cells[column].type != MILL_MISSING)
            write_member(to, &batch->labels[column], &cells[column], style);
    }
    json_close_object(to, start);
}

/* Keys are rendered without regard to the style. */
static bool
keys_do(const struct batch *batch, const struct mill_json_style *style)
{
    if (!style->escape_astral)
        return true;
    for (uint32_t i = 0; i < batch->pub.columns; i++)
        for (size_t j = 0; j < batch->names[i].len; j++)
            if ((unsigned char)batch->names[i].data[j] >= 0xf0)
                return false;
    return true;
}

/* The same for names that have to be escaped anew. */
static void
write_cells_slow(struct mill_buffer *to, const struct batch *batch,
                 const struct mill_value *cells,
                 const struct mill_json_style *style)
{
    size_t start = to->len;

    for (uint32_t i = 0; i < batch->pub.columns; i++) {
        uint32_t column = style->order ? (uint32_t)style->order[i] : i;
        const struct mill_bytes *name = &batch->names[column];

        if (cells[column].type == MILL_MISSING)
            continue;
        mill_buffer_add(to, ",", 1);
        mill_json_write_text(to, name->data, name->len, style);
        mill_buffer_add(to, ":", 1);
        mill_json_write(to, &cells[column], style);
    }
    json_close_object(to, start);
}

void
mill_json_write_row(struct mill_buffer *to, struct mill_batch *pub, size_t row,
                    const struct mill_json_style *style)
{
    struct batch *batch = batch_of(pub);

    if (!style)
        style = &plain_style;
    if (pub->format == MILL_JSON && !batch->edited && !style->order
        && !style->escape_astral && !style->java_doubles) {
        write_payload(to, pub->payloads[row]);
        return;
    }
    batch->whole = true; /* whoever writes its rows counts on all of them */
    if (!batch_decode(batch)) {
        to->failed = true;
        return;
    }
    if (keys_do(batch, style))
        write_cells(to, batch, mill_batch_row(pub, row), style);
    else
        write_cells_slow(to, batch, mill_batch_row(pub, row), style);
}
