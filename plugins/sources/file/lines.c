/* SPDX-License-Identifier: Apache-2.0 */

/* lines - splitting, carrying over, and getting rid of endless lines */

#include "lines.h"

#include <string.h>

#define WANT_LEAST ((size_t)8 * 1024)
#define WANT_MOST ((size_t)256 * 1024)

/* From here on an unfinished line grows where it is, instead of being copied
 * into one batch after another. */
#define LONG_LINE LINES_HEAD

/* What is carried over needs no more, but for long lines. */
#define CARRY_MOST ((size_t)1024 * 1024)

/* What is stripped off a line: a byte order mark, a carriage return. */
#define FRINGE 4

void
lines_init(struct lines *lines, enum mill_format format, size_t max,
           const struct table_rules *rules)
{
    *lines = (struct lines){ .format = format, .max = max, .want = WANT_LEAST };
    table_init(&lines->table, rules);
}

void
lines_finish(struct lines *lines)
{
    mill_buffer_finish(&lines->carry);
    table_finish(&lines->table);
}

static bool
is_csv(const struct lines *lines)
{
    return lines->table.rules != NULL;
}

/* A trickle needs small pieces of memory, a large file large ones. */
static void
adapt(struct lines *lines, size_t got)
{
    if (got == lines->want && got < WANT_MOST)
        lines->want = got * 4 < WANT_MOST ? got * 4 : WANT_MOST;
    else if (got < lines->want / 8 && lines->want > WANT_LEAST)
        lines->want = lines->want / 2;
}

static bool
is_blank(const char *line, size_t len)
{
    if (len > 0 && line[0] != ' ' && line[0] != '\t')
        return false;
    for (size_t i = 0; i < len; i++)
        if (line[i] != ' ' && line[i] != '\t')
            return false;
    return true;
}

/* Adds a whole line, that lies in the batch, without its newline. */
static bool
add_line(struct lines *lines, struct mill_stage *stage,
         struct mill_batch *batch, struct mill_bytes line)
{
    bool added = true;

    if (lines->offset == 0 && line.len >= 3
        && memcmp(line.data, "\xef\xbb\xbf", 3) == 0)
        line = (struct mill_bytes){ line.data + 3, line.len - 3 };
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    if (line.len > lines->max)
        added = mill_oversized(
            stage, batch, lines->row, line.len,
            (struct mill_bytes){
                line.data, line.len < LINES_HEAD ? line.len : LINES_HEAD });
    else if (lines->format == MILL_LINE || !is_blank(line.data, line.len))
        added = mill_batch_add_payload(batch, lines->format, line, lines->row);
    else
        return true;
    lines->handed_on = lines->handed_on || added;
    return added;
}

/* Adds the whole lines of DATA, until the batch is full; *USED is where the
 * first that wasn't added begins. */
static bool
split(struct lines *lines, struct mill_stage *stage, struct mill_batch *batch,
      const char *data, size_t len, size_t *used)
{
    const char *at = data;
    const char *end = data + len;
    const char *newline;

    lines->more = false;
    while ((newline = memchr(at, '\n', (size_t)(end - at)))) {
        struct mill_bytes line = { at, (size_t)(newline - at) };

        if (!add_line(lines, stage, batch, line))
            return false;
        lines->row++;
        lines->offset += line.len + 1;
        at = newline + 1;
        /* Asking once in a while will do. */
        if (batch->rows % 64 == 63 && mill_batch_is_full(batch)) {
            lines->more = true;
            break;
        }
    }
    *used = (size_t)(at - data);
    return true;
}

static void
set_carry(struct lines *lines, const char *data, size_t len)
{
    /* One giant line is no reason to keep its memory. */
    if (lines->carry.room > CARRY_MOST)
        mill_buffer_finish(&lines->carry);
    lines->carry.len = 0;
    mill_buffer_add(&lines->carry, data, len);
}

/* Takes the whole lines that now lie in the batch's reserved memory. */
static bool
take_lines(struct lines *lines, struct mill_stage *stage,
           struct mill_batch *batch, char *data, size_t len)
{
    const char *last = len > 0 ? memrchr(data, '\n', len) : NULL;
    size_t whole = last ? (size_t)(last - data) + 1 : 0;
    size_t used;

    /* Adding rows takes memory from the batch, so what goes on into the next
     * one is kept there, too, until it was copied. */
    mill_batch_use(batch, whole > 0 ? len : 0);
    if (is_csv(lines)) {
        struct records_piece piece = { data, whole, false };

        if (!records_split(lines, stage, batch, piece, &used))
            return false;
    } else if (!split(lines, stage, batch, data, whole, &used)) {
        return false;
    }
    set_carry(lines, data + used, len - used);
    return !lines->carry.failed;
}

/* Reads behind what was carried over, straight into the batch. */
static enum reader_result
read_into_batch(struct lines *lines, struct reader *reader,
                struct mill_stage *stage, struct mill_batch *batch)
{
    size_t carried = lines->carry.len;
    size_t room, got = 0;
    char *data = mill_batch_reserve(batch, carried + lines->want, &room);
    enum reader_result result = READER_BYTES;

    if (!data)
        return READER_BROKEN;
    if (carried > 0)
        memcpy(data, lines->carry.data, carried);
    if (!lines->more)
        result = reader_read(reader, data + carried, lines->want, &got);
    if (result != READER_BYTES) {
        mill_batch_use(batch, 0);
        return result; /* what was carried is still there */
    }
    if (!lines->more)
        adapt(lines, got);
    return take_lines(lines, stage, batch, data, carried + got) ? READER_BYTES
                                                                : READER_BROKEN;
}

/* The carried line ends at END of the carry, where the newline is. */
static bool
add_long_line(struct lines *lines, struct mill_stage *stage,
              struct mill_batch *batch, size_t end)
{
    struct mill_bytes line = { lines->carry.data, end };
    bool added;

    if (lines->skipping) {
        added = mill_oversized(stage, batch, lines->row, lines->skipped + end,
                               (struct mill_bytes){ line.data, LINES_HEAD });
        lines->handed_on = added;
    } else {
        line.data = mill_batch_store(batch, line.data, end);
        added = line.data && add_line(lines, stage, batch, line);
    }
    if (!added)
        return false;
    lines->row++;
    lines->offset += lines->skipped + end + 1;
    lines->skipping = false;
    lines->skipped = 0;
    return true;
}

/* Keeps no more than the head of a line that is too long already. */
static void
give_up_line(struct lines *lines)
{
    if (!lines->skipping && lines->carry.len <= lines->max + FRINGE)
        return;
    lines->skipping = true;
    lines->skipped += lines->carry.len - LINES_HEAD;
    lines->carry.len = LINES_HEAD;
}

/* A line of CSV over the limit: its end is its newline, in quotes or not. */
static enum reader_result
give_up_record(struct lines *lines)
{
    give_up_line(lines);
    if (!lines->skipping)
        return READER_BYTES;
    lines->scan = (struct csv_scan){ 0 };
    if (lines->table.headed)
        return READER_BYTES;
    records_no_header(lines);
    return READER_BROKEN;
}

/* Lets a long line grow where it is, until its newline comes. */
static enum reader_result
read_into_carry(struct lines *lines, struct reader *reader,
                struct mill_stage *stage, struct mill_batch *batch)
{
    struct mill_buffer *carry = &lines->carry;
    size_t old = carry->len;
    size_t got;
    char *to = mill_buffer_room(carry, WANT_MOST);

    if (!to)
        return READER_BROKEN;

    enum reader_result result = reader_read(reader, to, WANT_MOST, &got);

    if (result != READER_BYTES)
        return result;
    carry->len += got;
    if (is_csv(lines) && !lines->skipping)
        return records_grow(lines) ? READER_BYTES : give_up_record(lines);

    const char *newline = memchr(to, '\n', got);

    if (!newline) {
        give_up_line(lines);
        return READER_BYTES;
    }

    size_t end = old + (size_t)(newline - to);

    if (!add_long_line(lines, stage, batch, end))
        return READER_BROKEN;
    carry->len -= end + 1;
    memmove(carry->data, carry->data + end + 1, carry->len);
    lines->more = true; /* whole lines may be among it */
    return READER_BYTES;
}

enum reader_result
lines_read(struct lines *lines, struct reader *reader, struct mill_stage *stage,
           struct mill_batch *batch)
{
    lines->handed_on = false;
    if (lines->more && is_csv(lines))
        return records_take_carried(lines, stage, batch) ? READER_BYTES
                                                         : READER_BROKEN;
    if (lines->carry.len >= LONG_LINE && !lines->more)
        return read_into_carry(lines, reader, stage, batch);
    return read_into_batch(lines, reader, stage, batch);
}

bool
lines_end(struct lines *lines, struct mill_stage *stage,
          struct mill_batch *batch)
{
    size_t len = lines->carry.len;

    lines->handed_on = false;
    if (len == 0)
        return true;
    if (is_csv(lines) && !lines->skipping)
        return records_end(lines, stage, batch);
    if (!add_long_line(lines, stage, batch, len))
        return false;
    lines->offset--; /* there was no newline */
    lines->carry.len = 0;
    return true;
}
