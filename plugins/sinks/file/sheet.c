/* SPDX-License-Identifier: Apache-2.0 */

/* sheet - see sheet.h */

#include "sheet.h"

#include <stdlib.h>
#include <string.h>

void
sheet_finish(struct sheet *sheet)
{
    mill_buffer_finish(&sheet->key);
    mill_buffer_finish(&sheet->record);
    mill_buffer_finish(&sheet->names);
    free(sheet->columns);
    *sheet = (struct sheet){ 0 };
}

void
sheet_style_finish(struct sheet_style *style)
{
    mill_buffer_finish(&style->cell);
}

static enum mill_verdict
no_memory(struct sheet *sheet, struct mill_stage *stage)
{
    sheet_finish(sheet);
    return mill_fail(stage, MILL_RETRY, "no memory for the columns of CSV");
}

/* --- which columns there are ---------------------------------------------- */

/* The columns as they are stored: the delimiter, then the header.  BATCH may be
 * NULL where the option names them. */
static void
print_record(const struct sheet_style *style, const struct mill_batch *batch,
             struct mill_buffer *to)
{
    const char *mark = &style->delimiter;
    const char *const *names = style->columns;

    for (size_t i = 0; names[i]; i++) {
        mill_buffer_add(to, mark, 1);
        csv_write(to, *mark, names[i], strlen(names[i]), !names[i][0]);
    }
    for (size_t i = 0; batch && !names[0] && i < batch->columns; i++) {
        struct mill_bytes name = batch->names[i];

        mill_buffer_add(to, mark, 1);
        csv_write(to, *mark, name.data, name.len, name.len == 0);
    }
    mill_buffer_add(to, "\n", 1);
}

struct mill_bytes
sheet_head(const struct sheet *sheet)
{
    return (struct mill_bytes){ sheet->record.data + 1, sheet->record.len - 1 };
}

/* Cuts what is in sheet->record into columns. */
static enum mill_verdict
cut_record(const struct sheet_style *style, struct sheet *sheet,
           struct mill_stage *stage, const char *key)
{
    mill_buffer_print(&sheet->key, "columns:%s", key);
    mill_buffer_text(&sheet->key);
    mill_buffer_text(&sheet->record);
    if (!sheet->record.failed)
        mill_buffer_add(&sheet->names, sheet_head(sheet).data,
                        sheet_head(sheet).len);
    if (sheet->record.failed || sheet->names.failed || sheet->key.failed)
        return no_memory(sheet, stage);

    size_t len = sheet->names.len - 1;
    char *names = sheet->names.data;

    sheet->count = csv_cut(style->delimiter, names, len, NULL, 0);
    sheet->columns = calloc(sheet->count, sizeof(*sheet->columns));
    if (!sheet->columns)
        return no_memory(sheet, stage);
    csv_cut(style->delimiter, names, len, sheet->columns, sheet->count);
    for (size_t i = 0; i < sheet->count; i++)
        if (sheet->columns[i].doubled)
            csv_fold(&sheet->columns[i]);
    return MILL_OK;
}

static enum mill_verdict
make(const struct sheet_style *style, struct sheet *sheet,
     struct mill_stage *stage, const char *key, const struct mill_batch *batch)
{
    if (!style->columns[0] && batch->columns == 0)
        return mill_fail(stage, MILL_FATAL,
                         "the first rows have no column at all: name those "
                         "that the file is to have with `columns`");
    print_record(style, batch, &sheet->record);
    if (!sheet->record.failed
        && memchr(sheet->record.data, '\0', sheet->record.len))
        return mill_fail(stage, MILL_FATAL,
                         "a column's name holds a NUL byte: rename it, since "
                         "few tools would read such a header");
    return cut_record(style, sheet, stage, key);
}

/* Which column of the sheet is called NAME; from GUESS on, where it mostly is.
 */
static size_t
find(const struct sheet *sheet, struct mill_bytes name, size_t guess)
{
    for (size_t i = 0; i < sheet->count; i++) {
        size_t at = (guess + i) % sheet->count;
        const struct csv_field *column = &sheet->columns[at];

        if (column->len == name.len
            && memcmp(column->text, name.data, name.len) == 0)
            return at;
    }
    return sheet->count;
}

enum mill_verdict
sheet_begin(struct sheet_style *style, struct sheet *sheet,
            struct mill_stage *stage, const char *key, struct mill_batch *batch)
{
    enum mill_verdict verdict = mill_decode(stage, batch);

    if (verdict == MILL_OK && sheet->count == 0)
        verdict = make(style, sheet, stage, key, batch);
    if (verdict != MILL_OK)
        return verdict;
    for (size_t i = 0; i < sheet->count; i++)
        style->places[i] = -1;
    style->other_count = 0;
    for (uint32_t i = 0; i < batch->columns; i++) {
        size_t at = find(sheet, batch->names[i], i);

        if (at < sheet->count)
            style->places[at] = (int)i;
        else
            style->others[style->other_count++] = (int)i;
    }
    return MILL_OK;
}

/* --- rows ------------------------------------------------------------------
 */

/* The value as text: as JSON has it, without the quotes. */
static struct mill_bytes
print_cell(struct sheet_style *style, const struct mill_value *value)
{
    struct mill_buffer *cell = &style->cell;
    char *room;

    cell->len = 0;
    switch (value->type) {
    case MILL_TEXT:
    case MILL_NUMBER:
    case MILL_DECIMAL:
        return (struct mill_bytes){ value->text, value->len };
    case MILL_TIMESTAMP:
        room = mill_buffer_room(cell, MILL_TIMESTAMP_ROOM);
        if (room)
            cell->len = mill_timestamp_print(room, value->integer,
                                             style->time_separator);
        break;
    default:
        mill_json_write(cell, value, NULL);
    }
    if (value->type == MILL_BYTES && cell->len >= 2)
        return (struct mill_bytes){ cell->data + 1, cell->len - 2 };
    return (struct mill_bytes){ cell->data, cell->len };
}

static void
write_cell(struct sheet_style *style, const struct mill_value *value,
           struct mill_buffer *to)
{
    struct mill_bytes null = style->null;

    if (!value || mill_is_null(value)) {
        mill_buffer_add(to, null.data, null.len);
        return;
    }

    struct mill_bytes text = print_cell(style, value);
    bool same =
        text.len == null.len
        && (text.len == 0 || memcmp(text.data, null.data, text.len) == 0);

    csv_write(to, style->delimiter, text.data, text.len, same);
    to->failed = to->failed || style->cell.failed;
}

/* A value that has no column would be lost without a word. */
static bool
fits(const struct sheet_style *style, struct mill_batch *batch, size_t row)
{
    const struct mill_value *cells = mill_batch_row(batch, row);

    for (size_t i = 0; i < style->other_count; i++) {
        const struct mill_bytes *name = &batch->names[style->others[i]];

        if (cells[style->others[i]].type == MILL_MISSING)
            continue;
        mill_reject_row(batch, row,
                        "the file has no column \"%.*s\": name all that there "
                        "are with `columns`",
                        name->len < 60 ? (int)name->len : 60, name->data);
        return false;
    }
    return true;
}

void
sheet_write(struct sheet_style *style, const struct sheet *sheet,
            struct mill_batch *batch, size_t row, struct mill_buffer *to)
{
    const struct mill_value *cells = mill_batch_row(batch, row);

    if (style->other_count > 0 && !fits(style, batch, row))
        return;
    for (size_t i = 0; i < sheet->count; i++) {
        int place = style->places[i];

        if (i > 0)
            mill_buffer_add(to, &style->delimiter, 1);
        write_cell(style, place < 0 ? NULL : &cells[place], to);
    }
    mill_buffer_add(to, "\n", 1);
}

/* --- what is stored --------------------------------------------------------
 */

void
sheet_store(struct sheet *sheet, struct mill_stage *stage)
{
    if (sheet->stored || sheet->count == 0)
        return;
    mill_state_put(stage, mill_buffer_text(&sheet->key),
                   mill_buffer_text(&sheet->record));
    sheet->stored = true;
}

void
sheet_forget(struct sheet *sheet, struct mill_stage *stage)
{
    if (sheet->stored)
        mill_state_put(stage, mill_buffer_text(&sheet->key), NULL);
    sheet->stored = false;
}

/* Is what was stored what the options ask now? */
static bool
is_as_asked(const struct sheet_style *style, const char *stored)
{
    struct mill_buffer record = { 0 };
    bool same = stored[0] == style->delimiter;

    if (same && style->columns[0]) {
        print_record(style, NULL, &record);
        same = strcmp(mill_buffer_text(&record), stored) == 0;
    }
    mill_buffer_finish(&record);
    return same;
}

enum mill_verdict
sheet_restore(const struct sheet_style *style, struct sheet *sheet,
              struct mill_stage *stage, const char *key, const char *path,
              bool must)
{
    struct mill_buffer name = { 0 };
    const char *stored;

    mill_buffer_print(&name, "columns:%s", key);
    stored = mill_state_get(stage, mill_buffer_text(&name));
    mill_buffer_finish(&name);
    if (!style && !stored)
        return MILL_OK;
    if (style && stored && is_as_asked(style, stored)) {
        mill_buffer_add(&sheet->record, stored, strlen(stored));
        sheet->stored = true;
        return cut_record(style, sheet, stage, key);
    }
    if (!must)
        return MILL_OK;
    return mill_fail(stage, MILL_FATAL,
                     "%s was begun with another `format`, `delimiter` or "
                     "`columns`: put them back, or write to another path",
                     path);
}
