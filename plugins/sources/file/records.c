/* SPDX-License-Identifier: Apache-2.0 */

/*
 * records - the bytes of a CSV file, cut into rows; see lines.h
 *
 * What isn't a record goes to the dead letters as the line that it was, so it
 * travels as a payload, and a batch has either those or rows of cells.  After a
 * record without a proper end reading goes on with the next line: nobody knows
 * which quote is the wrong one, and so the least is given up.
 */

#include <stdio.h>
#include <string.h>

#include "lines.h"

enum step {
    STEP_DONE,
    STEP_LATER,  /* it doesn't fit into this batch */
    STEP_FAILED, /* no memory, or table.fault says why */
};

static bool
fits(const struct mill_batch *batch, enum mill_format format)
{
    return batch->rows == 0 || batch->format == format;
}

static enum step
bury(struct lines *lines, struct mill_batch *batch, struct mill_bytes record,
     const char *why)
{
    if (!fits(batch, MILL_LINE))
        return STEP_LATER;
    if (!mill_batch_add_payload(batch, MILL_LINE, record, lines->row))
        return STEP_FAILED;
    mill_reject_row(batch, batch->rows - 1, "%s", why);
    lines->table.fault[0] = '\0'; /* it was of this record */
    lines->handed_on = true;
    return STEP_DONE;
}

static enum step
bury_giant(struct lines *lines, struct mill_stage *stage,
           struct mill_batch *batch, struct mill_bytes record)
{
    struct mill_bytes head = { record.data, record.len < LINES_HEAD
                                                ? record.len
                                                : LINES_HEAD };

    if (!fits(batch, MILL_LINE))
        return STEP_LATER;
    if (!mill_oversized(stage, batch, lines->row, record.len, head))
        return STEP_FAILED;
    lines->handed_on = true;
    return STEP_DONE;
}

void
records_no_header(struct lines *lines)
{
    snprintf(lines->table.fault, sizeof(lines->table.fault),
             "its header is longer than max_record");
}

static enum step
take_header(struct lines *lines, struct mill_stage *stage, char *record,
            size_t len)
{
    struct table *table = &lines->table;

    if (len > lines->max) {
        records_no_header(lines);
        return STEP_FAILED;
    }
    if (lines->scan.found == CSV_BROKEN) {
        snprintf(table->fault, sizeof(table->fault),
                 "its header can't be read: %s", lines->scan.fault);
        return STEP_FAILED;
    }
    return table_take_header(table, stage, record, len) ? STEP_DONE
                                                        : STEP_FAILED;
}

/* Takes the record of LEN bytes, newline included, that was found. */
static enum step
take(struct lines *lines, struct mill_stage *stage, struct mill_batch *batch,
     char *record, size_t len)
{
    struct table *table = &lines->table;
    struct mill_bytes text;

    len = csv_strip(record, len);
    text = (struct mill_bytes){ record, len };
    if (!table->headed)
        return take_header(lines, stage, record, len);
    if (len > lines->max)
        return bury_giant(lines, stage, batch, text);
    if (lines->scan.found == CSV_BROKEN)
        return bury(lines, batch, text, lines->scan.fault);
    /* In a table of one column it is that column, empty. */
    if (len == 0 && table->count != 1 && table->rules->column_count != 1)
        return STEP_DONE;
    if (!table_cut(table, record, len))
        return table->columns ? bury(lines, batch, text, table->fault)
                              : STEP_FAILED;
    if (!fits(batch, MILL_CELLS))
        return STEP_LATER;
    if (!table_add(table, batch, lines->row))
        return STEP_FAILED;
    lines->handed_on = true;
    return STEP_DONE;
}

bool
records_split(struct lines *lines, struct mill_stage *stage,
              struct mill_batch *batch, struct records_piece piece,
              size_t *used)
{
    struct csv_scan *scan = &lines->scan;
    char delimiter = lines->table.rules->delimiter;
    size_t at = 0;

    if (lines->offset == 0)
        lines->offset = at = csv_mark(piece.data, piece.len);
    lines->more = false;
    while (at < piece.len && !lines->more) {
        char *record = piece.data + at;

        if (csv_scan(scan, delimiter, record, piece.len - at) == CSV_PART
            && (!piece.last || csv_scan_end(scan, piece.len - at) == CSV_PART))
            break;

        enum step step = take(lines, stage, batch, record, scan->end);

        if (step == STEP_FAILED)
            return false;
        if (step == STEP_LATER) {
            lines->more = true;
            break;
        }
        lines->row += scan->lines;
        lines->offset += scan->end;
        at += scan->end;
        *scan = (struct csv_scan){ 0 };
        lines->more = batch->rows % 64 == 63 && mill_batch_is_full(batch);
    }
    *used = at;
    return true;
}

/* Takes USED bytes off the front of what is carried. */
static void
drop_front(struct mill_buffer *carry, size_t used)
{
    carry->len -= used;
    memmove(carry->data, carry->data + used, carry->len);
}

bool
records_grow(struct lines *lines)
{
    struct csv_scan *scan = &lines->scan;
    struct mill_buffer *carry = &lines->carry;
    enum csv_found found =
        csv_scan(scan, lines->table.rules->delimiter, carry->data, carry->len);

    if (found == CSV_PART && carry->len > lines->max && scan->first_line > 0)
        found = csv_scan_spoil(scan, carry->data, carry->len,
                               "a quote is opened and not closed within "
                               "max_record");
    lines->more = found != CSV_PART;
    return lines->more;
}

bool
records_take_carried(struct lines *lines, struct mill_stage *stage,
                     struct mill_batch *batch)
{
    struct mill_buffer *carry = &lines->carry;
    size_t len = carry->len < RECORDS_PIECE ? carry->len : RECORDS_PIECE;
    size_t used;

    if (!records_grow(lines))
        return true;
    if (lines->scan.end > len)
        len = lines->scan.end;

    struct records_piece piece = { mill_batch_store(batch, carry->data, len),
                                   len, false };

    if (!piece.data || !records_split(lines, stage, batch, piece, &used))
        return false;
    lines->more = lines->more || len < carry->len;
    drop_front(carry, used);
    return true;
}

bool
records_end(struct lines *lines, struct mill_stage *stage,
            struct mill_batch *batch)
{
    struct mill_buffer *carry = &lines->carry;
    size_t used;

    while (carry->len > 0 && !lines->handed_on) {
        struct records_piece piece = {
            mill_batch_store(batch, carry->data, carry->len), carry->len, true
        };

        if (!piece.data || !records_split(lines, stage, batch, piece, &used))
            return false;
        drop_front(carry, used);
    }
    return true;
}
