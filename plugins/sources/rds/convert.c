/* SPDX-License-Identifier: Apache-2.0 */

/* convert - raw values to cells, by what the column says they are */

#include "convert.h"

#include <math.h>
#include <string.h>

#include "render.h"
#include "scan.h"

bool
convert_begin(const struct converter *converter, struct mill_batch *batch)
{
    const struct table *table = converter->table;

    if (!mill_batch_set_stream(batch, table->name, "0"))
        return false;
    if (converter->text)
        return true;
    /* The table before may have been empty, and left its columns. */
    if (batch->columns > 0 && !mill_batch_arrange(batch, NULL, NULL, 0))
        return false;
    for (size_t i = 0; i < table->column_count; i++)
        if (mill_batch_add_column(batch, table->columns[i].name,
                                  table->columns[i].len)
            < 0)
            return false;
    return true;
}

/* ZEROFILL pads with zeros, which JSON's numbers can't have. */
static void
strip_zeros(struct mill_value *value)
{
    while (value->len > 1 && value->text[0] == '0' && value->text[1] >= '0'
           && value->text[1] <= '9') {
        value->text++;
        value->len--;
    }
}

static void
to_integer(struct mill_value *value)
{
    const char *text = value->text;
    size_t i = text[0] == '-';
    uint64_t sum = 0;

    /* Eighteen digits fit whatever they are; most numbers have fewer. */
    if (value->len > 18) {
        strip_zeros(value);
        text = value->text;
    }
    if (value->len > 19 + (text[0] == '-')) {
        value->type = MILL_NUMBER;
        return;
    }
    for (; i < value->len; i++)
        sum = sum * 10 + (unsigned char)(text[i] - '0');
    if (text[0] == '-' && sum <= (uint64_t)INT64_MAX + 1)
        *value = mill_int((int64_t)(0 - sum));
    else if (text[0] != '-' && sum <= INT64_MAX)
        *value = mill_int((int64_t)sum);
    else
        value->type = MILL_NUMBER;
}

/* BIT(64) may be above what an int64 holds; its digits then need room. */
static bool
to_bits(struct making *making, struct mill_value *value)
{
    uint64_t bits = 0;
    char digits[24];
    size_t at = sizeof(digits);

    for (size_t i = 0; i < value->len; i++)
        bits = bits << 8 | (unsigned char)value->text[i];
    if (bits <= INT64_MAX) {
        *value = mill_int((int64_t)bits);
        return true;
    }
    for (; bits; bits /= 10)
        digits[--at] = (char)('0' + bits % 10);

    char *text =
        mill_batch_store(making->batch, digits + at, sizeof(digits) - at);

    *value = mill_text(MILL_NUMBER, text, sizeof(digits) - at);
    return text != NULL;
}

static void
reject(struct making *making, const struct column *column, const char *why)
{
    making->reject = why;
    making->column = column->name;
}

static void
to_text(struct making *making, const struct column *column,
        struct mill_value *value)
{
    *value = scan_text(value->text, value->len);
    if (value->type == MILL_BYTES)
        reject(making, column, "invalid UTF-8");
}

static void
to_timestamp(struct making *making, const struct column *column,
             struct mill_value *value)
{
    int64_t at;

    if (mill_timestamp_parse(value->text, value->len, &at)) {
        *value = mill_timestamp(at);
        return;
    }
    mill_count(making->converter->stage, "zero_dates", 1);
    switch (making->converter->zero_dates) {
    case ZERO_NULL:
        *value = mill_null();
        break;
    case ZERO_TEXT:
        to_text(making, column, value);
        break;
    case ZERO_REJECT:
        to_text(making, column, value);
        reject(making, column, "no such date");
        break;
    }
}

static void
to_json(struct making *making, const struct column *column,
        struct mill_value *value)
{
    struct mill_bytes text = { value->text, value->len };
    struct mill_json_error error;

    if (mill_json_read(making->batch, text, value, &error))
        return;
    to_text(making, column, value);
    reject(making, column, error.what);
}

/* Digits where a date has them: 0000-00-00. */
static bool
looks_like_date(const struct mill_value *value)
{
    static const char form[] = "dddd-dd-dd";

    if (value->len < sizeof(form) - 1)
        return false;
    for (size_t i = 0; i < sizeof(form) - 1; i++) {
        bool digit = value->text[i] >= '0' && value->text[i] <= '9';

        if (form[i] == 'd' ? !digit : value->text[i] != form[i])
            return false;
    }
    return true;
}

/* PostgreSQL's NaN, Infinity, and dates such as infinity or 44 BC; SQLite's
 * dates that are just text. */
static bool
is_special(const struct column *column, const struct mill_value *value)
{
    int64_t at;
    char last = value->len > 0 ? value->text[value->len - 1] : 'x';

    if (column->type == COLUMN_TIMESTAMP)
        return !(column->loose && looks_like_date(value))
               && !mill_timestamp_parse(value->text, value->len, &at);
    if (column->type == COLUMN_NUMBER || column->type == COLUMN_DECIMAL)
        return last < '0' || last > '9';
    return false;
}

static uint16_t
scale_of(const struct column *column, const struct mill_value *value)
{
    const char *point;

    if (column->scale != COLUMN_ANY_SCALE)
        return column->scale;
    point = memchr(value->text, '.', value->len);
    return point ? (uint16_t)(value->text + value->len - point - 1) : 0;
}

/* A text of the database, by what its column says it is. */
static bool
convert_text(struct making *making, const struct column *column,
             struct mill_value *value)
{
    if ((column->special || column->loose) && is_special(column, value)) {
        to_text(making, column, value);
        return true;
    }
    switch (column->type) {
    case COLUMN_INT:
        to_integer(value);
        break;
    case COLUMN_NUMBER:
        strip_zeros(value);
        value->type = MILL_NUMBER;
        break;
    case COLUMN_DECIMAL:
        strip_zeros(value);
        value->type = MILL_DECIMAL;
        value->scale = scale_of(column, value);
        break;
    case COLUMN_TIMESTAMP:
        to_timestamp(making, column, value);
        break;
    case COLUMN_BITS:
        return to_bits(making, value);
    case COLUMN_JSON:
        to_json(making, column, value);
        break;
    case COLUMN_BYTES:
        value->type = MILL_BYTES;
        break;
    case COLUMN_ANY:
    case COLUMN_BOOL:
    case COLUMN_TEXT:
        to_text(making, column, value);
        break;
    }
    return true;
}

static char *
copy_with_slack(struct mill_batch *batch, struct mill_bytes bytes)
{
    char *copy = mill_batch_alloc(batch, bytes.len + SCAN_SLACK);

    if (copy)
        memcpy(copy, bytes.data, bytes.len);
    return copy;
}

static bool
has_text(const struct mill_value *value)
{
    return value->type == MILL_TEXT || value->type == MILL_BYTES;
}

/* Where VALUE's text lies in the batch; COPY is that of the row's block, if it
 * has one.  NULL: no memory. */
static const char *
text_in_batch(struct mill_batch *batch, const struct row *row, const char *copy,
              const struct mill_value *value)
{
    if (copy)
        return copy + (value->text - row->block.data);
    return copy_with_slack(batch,
                           (struct mill_bytes){ value->text, value->len });
}

bool
convert_cell(struct making *making, const struct row *row, const char *copy,
             size_t i, struct mill_value *cell)
{
    const struct column *column = &making->converter->table->columns[i];
    struct mill_value value = row->cells[i];

    if (has_text(&value)) {
        value.text = text_in_batch(making->batch, row, copy, &value);
        if (!value.text)
            return false;
    }
    if (value.type == MILL_TEXT) {
        if (!convert_text(making, column, &value))
            return false;
    } else if (value.type == MILL_DOUBLE && !isfinite(value.real)) {
        value = mill_null();
        reject(making, column, "an infinite number");
    }
    *cell = value;
    return true;
}

/* The usual cell, text of a text column, without a detour.  False: it is none.
 */
static inline bool
convert_plain(const struct making *making, const struct row *row,
              const char *copy, size_t i, struct mill_value *cell)
{
    const struct mill_value *raw = &row->cells[i];

    if (!copy || raw->type != MILL_TEXT
        || making->converter->table->columns[i].type != COLUMN_TEXT)
        return false;
    *cell = scan_text(copy + (raw->text - row->block.data), raw->len);
    return cell->type == MILL_TEXT;
}

/* All texts are copied at once where they lie together. */
static bool
convert_cells(struct making *making, const struct row *row,
              struct mill_value *cells)
{
    char *copy = NULL;

    if (row->block.data) {
        copy = copy_with_slack(making->batch, row->block);
        if (!copy)
            return false;
    }
    for (size_t i = 0; i < row->count; i++)
        if (!convert_plain(making, row, copy, i, &cells[i])
            && !convert_cell(making, row, copy, i, &cells[i]))
            return false;
    return true;
}

void
convert_reject(const struct making *making, struct mill_batch *batch)
{
    if (making->reject)
        mill_reject_row(batch, making->row, "column \"%s\": %s", making->column,
                        making->reject);
}

static bool
convert_row(const struct converter *converter, struct mill_batch *batch,
            const struct row *row, uint64_t position)
{
    struct making making = { .converter = converter,
                             .batch = batch,
                             .row = batch->rows };
    struct mill_value *cells = mill_batch_add_row(batch, position);

    if (!cells)
        return false;
    if (!convert_cells(&making, row, cells)) {
        mill_batch_truncate(batch, making.row);
        return false;
    }
    convert_reject(&making, batch);
    return true;
}

static struct mill_bytes
head_of(const struct row *row)
{
    struct mill_bytes head = row->block;

    for (size_t i = 0; i < row->count && !head.data; i++)
        if (row->cells[i].type == MILL_TEXT || row->cells[i].type == MILL_BYTES)
            head = (struct mill_bytes){ row->cells[i].text, row->cells[i].len };
    if (head.len > 1024)
        head.len = 1024;
    return head;
}

bool
convert_has_room(const struct converter *converter,
                 const struct mill_batch *batch)
{
    enum mill_format format = converter->text ? MILL_JSON : MILL_CELLS;

    return batch->rows == 0
           || (!mill_batch_is_full(batch) && batch->format == format);
}

bool
convert_add(const struct converter *converter, struct mill_batch *batch,
            const struct row *row, uint64_t position)
{
    if (row->size > mill_max_record(converter->stage))
        return mill_oversized(converter->stage, batch, position, row->size,
                              head_of(row));
    return converter->text ? render_row(converter, batch, row, position)
                           : convert_row(converter, batch, row, position);
}
