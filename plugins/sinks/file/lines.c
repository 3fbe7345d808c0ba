/* SPDX-License-Identifier: Apache-2.0 */

/* lines - see lines.h */

#include "lines.h"

#include <string.h>

/* Is ROW the bytes of one line, without blanks around it? */
static bool
is_line(const struct mill_batch *batch, size_t row, struct mill_bytes *line)
{
    return !mill_row_is_gone(batch, row) && mill_row_payload(batch, row, line)
           && line->len >= 2 && line->data[0] == '{'
           && line->data[line->len - 1] == '}'
           && !memchr(line->data, '\n', line->len);
}

/* NEXT lies right behind PIECE and a newline.  What is behind the last row of a
 * piece may not even be the batch's, so nobody looks there. */
static bool
goes_on(struct mill_bytes piece, struct mill_bytes next)
{
    return next.data == piece.data + piece.len + 1
           && piece.data[piece.len] == '\n';
}

size_t
lines_find(const struct mill_batch *batch, struct mill_bytes *pieces)
{
    static const struct mill_bytes newline = { "\n", 1 };
    struct mill_bytes piece;
    size_t count = 0;

    if (batch->format != MILL_JSON || batch->rows == 0
        || !is_line(batch, 0, &piece))
        return 0;
    for (size_t row = 1; row < batch->rows; row++) {
        struct mill_bytes next;

        if (!is_line(batch, row, &next))
            return 0;
        if (goes_on(piece, next)) {
            piece.len += 1 + next.len;
            continue;
        }
        if (count + 4 > LINES_PIECES)
            return 0;
        pieces[count++] = piece;
        pieces[count++] = newline;
        piece = next;
    }
    pieces[count++] = piece;
    pieces[count++] = newline;
    return count;
}
