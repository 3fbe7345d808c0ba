/* SPDX-License-Identifier: Apache-2.0 */

/* columns - columns are found, added and arranged here */

#include <string.h>

#include <millrace/json.h>

#include "record/rows.h"

int
column_find(const struct batch *batch, struct mill_bytes name)
{
    const struct mill_bytes *names = batch->names;

    for (uint32_t i = 0; i < batch->pub.columns; i++)
        if (names[i].len == name.len
            && memcmp(names[i].data, name.data, name.len) == 0)
            return (int)i;
    return -1;
}

int
mill_batch_column(const struct mill_batch *pub, const char *name)
{
    return column_find((const struct batch *)pub,
                       (struct mill_bytes){ name, strlen(name) });
}

bool
columns_reserve(struct batch *batch, uint32_t count)
{
    if (count <= batch->name_room)
        return true;
    uint32_t room = batch->name_room ? batch->name_room : 16;
    while (room < count)
        room *= 2;
    size_t size = room * sizeof(struct mill_bytes);
    size_t used = batch->pub.columns * sizeof(struct mill_bytes);
    struct mill_bytes *names = arena_alloc(&batch->arena, size);
    struct mill_bytes *labels = arena_alloc(&batch->arena, size);

    if (!names || !labels)
        return false;
    if (used) {
        memcpy(names, batch->names, used);
        memcpy(labels, batch->labels, used);
    }
    batch->names = names;
    batch->labels = labels;
    batch->pub.names = names;
    batch->name_room = room;
    return true;
}

/* NAME as a JSON object has it, with the comma before and the colon behind. */
static bool
render_key(struct batch *batch, struct mill_bytes name, struct mill_bytes *key)
{
    struct mill_buffer text = { 0 };

    mill_buffer_add(&text, ",", 1);
    mill_json_write_text(&text, name.data, name.len, NULL);
    mill_buffer_add(&text, ":", 1);
    char *copy = text.failed
                     ? NULL
                     : arena_alloc_bytes(&batch->arena, text.len + KEY_PAD);
    if (copy) {
        memcpy(copy, text.data, text.len);
        memset(copy + text.len, 0, KEY_PAD);
        *key = (struct mill_bytes){ copy, text.len };
    }
    mill_buffer_finish(&text);
    return copy;
}

bool
column_name_set(struct batch *batch, uint32_t column, struct mill_bytes name)
{
    char *copy = arena_alloc_bytes(&batch->arena, name.len + 1);
    struct mill_bytes key;

    if (!copy || !render_key(batch, name, &key))
        return false;
    memcpy(copy, name.data, name.len);
    copy[name.len] = '\0';
    batch->names[column] = (struct mill_bytes){ copy, name.len };
    batch->labels[column] = key;
    return true;
}

bool
column_name_add(struct batch *batch, struct mill_bytes name)
{
    uint32_t column = batch->pub.columns;

    if (column >= MILL_COLUMNS_MAX || !columns_reserve(batch, column + 1)
        || !column_name_set(batch, column, name))
        return false;
    batch->pub.columns++;
    return true;
}

int
mill_batch_add_column(struct mill_batch *pub, const char *name, size_t len)
{
    struct batch *batch = batch_of(pub);
    struct mill_bytes text = { name, len };
    uint32_t column = pub->columns;
    int found = column_find(batch, text);

    if (found >= 0)
        return found;
    if (pub->cells && column >= pub->stride
        && !cells_reshape(batch, pub->rows, batch->cell_room,
                          column + column / 2 + 2))
        return -1;
    if (!column_name_add(batch, text))
        return -1;
    if (pub->cells)
        for (size_t row = 0; row < pub->rows; row++)
            mill_batch_row(pub, row)[column] = (struct mill_value){ 0 };
    batch->edited = true;
    return (int)column;
}

/* Gives the batch new arrays of names and keys. */
static bool
arrange_names(struct batch *batch, const int *order,
              const struct mill_bytes *names, size_t count)
{
    const struct mill_bytes *old_names = batch->names;
    const struct mill_bytes *old_labels = batch->labels;

    batch->names = arena_alloc(&batch->arena, count * sizeof(*names));
    batch->labels = arena_alloc(&batch->arena, count * sizeof(*names));
    if (!batch->names || !batch->labels)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!names || !names[i].data) {
            batch->names[i] = old_names[order[i]];
            batch->labels[i] = old_labels[order[i]];
        } else if (!column_name_set(batch, (uint32_t)i, names[i])) {
            return false;
        }
    }
    return true;
}

/* Lays one row out anew.  Where no column moves up this is safe in place. */
static void
arrange_row(struct mill_value *to, const struct mill_value *from,
            const int *order, size_t count)
{
    const struct mill_value missing = { .type = MILL_MISSING };

    for (size_t i = 0; i < count; i++)
        to[i] = order[i] < 0 ? missing : from[order[i]];
}

static bool
moves_up(const int *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (order[i] >= 0 && (size_t)order[i] < i)
            return true;
    return false;
}

/* How many columns at the front stay where they are. */
static size_t
columns_kept(const int *order, size_t count)
{
    size_t kept = 0;

    while (kept < count && order[kept] == (int)kept)
        kept++;
    return kept;
}

static bool
arrange_cells(struct mill_batch *pub, const int *order, size_t count)
{
    struct batch *batch = batch_of(pub);
    struct mill_value *from = pub->cells;
    uint32_t stride = pub->stride;
    size_t kept = columns_kept(order, count);

    if (!from || kept == count)
        return true;
    if (count > stride || moves_up(order, count)) {
        uint32_t wide = count > stride ? (uint32_t)count : stride;
        size_t cells = (size_t)batch->cell_room * wide;

        pub->cells = arena_alloc(&batch->arena, cells * sizeof(*from));
        if (!pub->cells) {
            pub->cells = from;
            return false;
        }
        pub->stride = wide;
        kept = 0;
    }
    for (size_t row = 0; row < pub->rows; row++)
        arrange_row(mill_batch_row(pub, row) + kept, from + row * stride,
                    order + kept, count - kept);
    return true;
}

bool
mill_batch_arrange(struct mill_batch *pub, const int *order,
                   const struct mill_bytes *names, size_t count)
{
    struct batch *batch = batch_of(pub);
    struct mill_bytes *old_names = batch->names, *old_labels = batch->labels;

    if (count > MILL_COLUMNS_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        if (order[i] >= (int)pub->columns
            || (order[i] < 0 && !(names && names[i].data)))
            return false;
    if (!arrange_names(batch, order, names, count)
        || !arrange_cells(pub, order, count)) {
        batch->names = old_names;
        batch->labels = old_labels;
        return false;
    }
    pub->names = batch->names;
    pub->columns = (uint32_t)count;
    batch->name_room = (uint32_t)count;
    batch->edited = true;
    return true;
}
