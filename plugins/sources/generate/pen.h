/* SPDX-License-Identifier: Apache-2.0 */

/*
 * pen - writes the texts of one row into the memory of a batch
 *
 * The caller sees to it that there is room: PEN_ROOM is more than any row
 * takes.
 */

#ifndef GENERATE_PEN_H
#define GENERATE_PEN_H

#include <string.h>

#include <millrace/plugin.h>

#define PEN_ROOM 8192

struct pen {
    char *at;
    char *begun;   /* the text in hand */
    uint8_t plain; /* MILL_PLAIN while it needs no escape in JSON */
};

static inline void
pen_begin(struct pen *pen)
{
    pen->begun = pen->at;
    pen->plain = MILL_PLAIN;
}

static inline void
pen_bytes(struct pen *pen, const char *text, size_t len)
{
    memcpy(pen->at, text, len);
    pen->at += len;
}

static inline void
pen_text(struct pen *pen, const char *text)
{
    pen_bytes(pen, text, strlen(text));
}

static inline void
pen_char(struct pen *pen, char c)
{
    *pen->at++ = c;
    if (c == '"' || c == '\\' || (unsigned char)c < 0x20)
        pen->plain = 0;
}

static inline size_t
pen_len(const struct pen *pen)
{
    return (size_t)(pen->at - pen->begun);
}

/* The text in hand as a cell. */
static inline struct mill_value
pen_cell(const struct pen *pen)
{
    struct mill_value cell = mill_text(MILL_TEXT, pen->begun, pen_len(pen));

    cell.flags = pen->plain;
    return cell;
}

/* Decimal digits, at least WIDTH of them. */
void pen_number(struct pen *pen, uint64_t number, unsigned width);
/* COUNT hexadecimal digits of BITS, the low ones. */
void pen_hex(struct pen *pen, uint64_t bits, unsigned count);

#endif /* GENERATE_PEN_H */
