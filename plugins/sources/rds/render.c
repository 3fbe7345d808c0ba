/* SPDX-License-Identifier: Apache-2.0 */

/* render - plain texts, small integers and nulls are put where they belong;
 * all else takes the way by the cell */

#include "render.h"

#include <string.h>

#include <millrace/json.h>

#include "scan.h"

/* A row of so many bytes is written where it stays, with room for the worst:
 * each byte an escape of six.  A larger one is made first and copied then. */
#define SMALL ((size_t)8 * 1024)
#define ESCAPE 6u

/* What any value but text needs, with quotes. */
#define VALUE_ROOM 48u

/* Texts are copied in blocks, where what lies behind them may be read. */
#define BLOCK COLUMN_LABEL_PAD

/* Digits that are an int64 whatever they are. */
#define INTEGER_MOST 18u

#define KEPT_MOST ((size_t)1024 * 1024)

static char *
put(char *to, const char *from, size_t len, const char *readable)
{
    if (len <= BLOCK && from + BLOCK <= readable)
        memcpy(to, from, BLOCK);
    else
        memcpy(to, from, len);
    return to + len;
}

static char *
put_label(char *to, const struct column *column)
{
    return put(to, column->label, column->label_len,
               column->label + column->label_len + BLOCK);
}

/* Digits as JSON has them: without zeros in front. */
static bool
is_integer(const struct mill_value *raw)
{
    return raw->len > 0 && raw->len <= INTEGER_MOST && raw->text[0] != '-'
           && (raw->text[0] != '0' || raw->len == 1);
}

/* Any cell, behind what TEXT holds already. */
static bool
write_cell(struct making *making, const struct row *row, size_t i,
           struct mill_buffer *text)
{
    struct mill_value cell;

    if (!making->batch)
        making->batch = mill_scratch(making->converter->stage);
    if (!making->batch || !convert_cell(making, row, NULL, i, &cell))
        return false;
    mill_json_write(text, &cell, NULL);
    return !text->failed;
}

/* What was written into TEXT. */
static char *
put_written(char *to, const struct mill_buffer *text)
{
    if (text->failed)
        return NULL;
    memcpy(to, text->data, text->len);
    return to + text->len;
}

static char *
put_any(struct making *making, const struct row *row, size_t i, char *to)
{
    struct mill_buffer *text = making->converter->text;

    text->len = 0;
    return write_cell(making, row, i, text) ? put_written(to, text) : NULL;
}

static char *
put_escaped(struct making *making, const struct mill_value *raw, char *to)
{
    struct mill_buffer *text = making->converter->text;

    text->len = 0;
    mill_json_write_text(text, raw->text, raw->len, NULL);
    return put_written(to, text);
}

/* As scan_copy(), and reads nothing from READABLE on. */
static bool
copy_text(char *to, const struct mill_value *raw, const char *readable)
{
    char end[2 * SCAN_SLACK];

    if (raw->len >= SCAN_SLACK || raw->text + SCAN_SLACK <= readable)
        return scan_copy(to, raw->text, raw->len);
    memset(end, 0, sizeof(end));
    memcpy(end, raw->text, raw->len);
    return scan_copy(to, end, raw->len);
}

static char *
put_text(struct making *making, const struct row *row, size_t i, char *to,
         const char *readable)
{
    const struct mill_value *raw = &row->cells[i];

    *to = '"';
    if (copy_text(to + 1, raw, readable)) {
        to[1 + raw->len] = '"';
        return to + raw->len + 2;
    }
    return mill_utf8_valid(raw->text, raw->len) ? put_escaped(making, raw, to)
                                                : put_any(making, row, i, to);
}

/* NULL: no memory. */
static char *
put_cell(struct making *making, const struct row *row, size_t i, char *to)
{
    const struct mill_value *raw = &row->cells[i];
    enum column_type type = making->converter->table->columns[i].type;
    const char *readable = row->readable     ? row->readable
                           : row->block.data ? row->block.data + row->block.len
                                             : raw->text + raw->len;

    if (raw->type == MILL_NULL) {
        memcpy(to, "null", 4);
        return to + 4;
    }
    if (raw->type == MILL_TEXT && type == COLUMN_TEXT)
        return put_text(making, row, i, to, readable);
    if (raw->type == MILL_TEXT && type == COLUMN_INT && is_integer(raw))
        return put(to, raw->text, raw->len, readable);
    return put_any(making, row, i, to);
}

static size_t
room_for(const struct table *table, const struct row *row)
{
    return table->labels_len + ESCAPE * row->size + row->count * VALUE_ROOM
           + 2 * BLOCK;
}

/* The row and the line's end, where they stay.  DATA of *LINE is NULL: no
 * memory. */
static void
write_small(struct making *making, struct mill_batch *batch,
            const struct row *row, struct mill_bytes *line)
{
    const struct table *table = making->converter->table;
    size_t room;
    char *start = mill_batch_reserve(batch, room_for(table, row), &room);
    char *at = start;

    for (size_t i = 0; at && i < row->count; i++) {
        at = put_label(at, &table->columns[i]);
        at = put_cell(making, row, i, at);
    }
    if (!at)
        return;
    if (at == start)
        at++;     /* not one column */
    *start = '{'; /* for the first label's comma */
    *at++ = '}';
    *at++ = '\n';
    mill_batch_use(batch, (size_t)(at - start));
    *line = (struct mill_bytes){ start, (size_t)(at - start) };
}

/* The same for a row that there can't be room for six times. */
static void
write_large(struct making *making, struct mill_batch *batch,
            const struct row *row, struct mill_bytes *line)
{
    const struct table *table = making->converter->table;
    struct mill_buffer *text = making->converter->text;
    bool fine = true;

    text->len = 0;
    for (size_t i = 0; fine && i < row->count; i++) {
        const struct column *column = &table->columns[i];

        mill_buffer_add(text, i > 0 ? column->label : "{",
                        i > 0 ? column->label_len : 1);
        if (i == 0)
            mill_buffer_add(text, column->label + 1, column->label_len - 1);
        fine = write_cell(making, row, i, text);
    }
    mill_buffer_add(text, "}\n", 2);
    if (fine && !text->failed)
        *line =
            (struct mill_bytes){ mill_batch_store(batch, text->data, text->len),
                                 text->len };
}

bool
render_row(const struct converter *converter, struct mill_batch *batch,
           const struct row *row, uint64_t position)
{
    struct making making = { .converter = converter, .row = batch->rows };
    struct mill_bytes line = { NULL, 0 };

    if (row->size <= SMALL)
        write_small(&making, batch, row, &line);
    else
        write_large(&making, batch, row, &line);
    if (converter->text->failed || converter->text->room > KEPT_MOST)
        mill_buffer_finish(converter->text);
    if (!line.data
        || !mill_batch_add_payload(
            batch, MILL_JSON, (struct mill_bytes){ line.data, line.len - 1 },
            position))
        return false;
    convert_reject(&making, batch);
    return true;
}
