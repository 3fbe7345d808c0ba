/* SPDX-License-Identifier: Apache-2.0 */

/* idempotency - see the header */

#include "idempotency.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* --- writing --- */

void
idempotency_add_scope(struct mill_buffer *to, const char *part)
{
    for (; *part; part++) {
        unsigned char c = (unsigned char)*part;

        /* A "%" is one that was encoded before. */
        if (c < 0x80 && (isalnum(c) || strchr("-._~/%", c)))
            mill_buffer_add(to, part, 1);
        else
            mill_buffer_print(to, "%%%02X", c);
    }
    mill_buffer_add(to, "/", 1);
}

/* Takes ROW into the run that is open, if it belongs there. */
static bool
extend(struct idempotency_writer *writer, struct idempotency_row row)
{
    const struct idempotency_row *first = &writer->first;
    bool same = row.position == first->position
                && row.ordinal == first->ordinal + writer->more + 1;
    bool next = first->ordinal == 0 && row.ordinal == 0
                && row.position == first->position + writer->more + 1;

    if (!writer->open || !(same || next)
        || (writer->more > 0 && writer->same != same))
        return false;
    writer->same = same;
    writer->more++;
    return true;
}

static void
close_run(struct idempotency_writer *writer, struct mill_buffer *to)
{
    const struct idempotency_row *first = &writer->first;

    if (!writer->open)
        return;
    mill_buffer_print(to, "%s%" PRIu64, writer->comma ? "," : "",
                      first->position - writer->last);
    if (first->ordinal > 0 || writer->same)
        mill_buffer_print(to, ":%" PRIu32, first->ordinal);
    if (writer->more > 0)
        mill_buffer_print(to, "+%" PRIu64, writer->more);
    writer->last = first->position + (writer->same ? 0 : writer->more);
    writer->comma = true;
    writer->open = false;
}

void
idempotency_add(struct idempotency_writer *writer, struct mill_buffer *to,
                struct idempotency_row row)
{
    if (extend(writer, row))
        return;
    close_run(writer, to);
    writer->first = row;
    writer->more = 0;
    writer->same = false;
    writer->open = true;
}

void
idempotency_end(struct idempotency_writer *writer, struct mill_buffer *to)
{
    close_run(writer, to);
    *writer = (struct idempotency_writer){ 0 };
}

/* --- reading --- */

/* Reads digits at *AT, as many as a number up to MOST has, and moves behind
 * them. */
static bool
read_number(const char **at, uint64_t most, uint64_t *number)
{
    const char *start = *at;
    uint64_t value = 0;

    for (; isdigit((unsigned char)**at); ++*at) {
        uint64_t digit = (uint64_t)(**at - '0');

        if (digit > most || value > (most - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return *at > start && (*start != '0' || *at == start + 1);
}

bool
idempotency_read(struct idempotency_reader *reader, const char *text,
                 size_t *scope_len)
{
    const char *slash = strrchr(text, '/');

    *reader = (struct idempotency_reader){ 0 };
    if (!slash || slash == text || slash[1] == '\0')
        return false;
    *scope_len = (size_t)(slash - text);
    reader->at = slash + 1;
    return true;
}

/* Where the run that begins at AT does: DISTANCE behind the last position, at
 * ORDINAL; false: not behind the last row. */
static bool
place_run(struct idempotency_reader *reader, uint64_t distance,
          uint64_t ordinal)
{
    struct idempotency_row *row = &reader->row;

    if (reader->begun && distance == 0 && ordinal <= row->ordinal)
        return false;
    if (distance > UINT64_MAX - row->position)
        return false;
    row->position += distance;
    row->ordinal = (uint32_t)ordinal;
    return true;
}

/* Reads the run at reader->at; its first row becomes reader->row. */
static bool
read_run(struct idempotency_reader *reader)
{
    uint64_t distance, ordinal = 0;
    const char **at = &reader->at;

    if (reader->begun && *(*at)++ != ',')
        return false;
    if (!read_number(at, UINT64_MAX, &distance))
        return false;
    reader->same = **at == ':';
    if (reader->same && (++*at, !read_number(at, UINT32_MAX, &ordinal)))
        return false;
    if (!place_run(reader, distance, ordinal))
        return false;

    uint64_t most =
        reader->same ? UINT32_MAX - ordinal : UINT64_MAX - reader->row.position;

    return **at != '+' || (++*at, read_number(at, most, &reader->more));
}

enum idempotency_step
idempotency_next(struct idempotency_reader *reader, struct idempotency_row *row)
{
    if (!reader->at)
        return IDEMPOTENCY_BAD;
    if (reader->more > 0) {
        reader->more--;
        if (reader->same) {
            reader->row.ordinal++;
        } else {
            reader->row.position++;
            reader->row.ordinal = 0;
        }
    } else if (*reader->at == '\0') {
        return IDEMPOTENCY_END;
    } else if (!read_run(reader)) {
        reader->at = NULL;
        return IDEMPOTENCY_BAD;
    }
    reader->begun = true;
    *row = reader->row;
    return IDEMPOTENCY_ROW;
}
